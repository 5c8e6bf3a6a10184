"""The operating system's keyring: where keys are kept, and nowhere else."""

from __future__ import annotations

import logging
import secrets
import threading
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

# Named one by one: left to itself keyring takes what is there, a plain file or a store that keeps nothing included.
SECURE_BACKENDS: Final = (
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
SERVICE: Final = "localassist"
PROBE: Final = "probe"
LONGEST: Final = 1280
"""Characters that the shortest of these keyrings holds (Windows)."""

T = TypeVar("T")


class Backend(Protocol):
    """What is used of a keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None when there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""


def load_backend(name: str) -> Backend:
    """The keyring of that name. Raises one of many errors where it does not work."""
    from keyring.core import load_keyring

    return load_keyring(name)


class KeyringSecrets:
    """Secrets by name, in the first secure keyring that works; without one, in memory until the program ends.

    Calls may wait for the user to unlock the keyring, `seconds` at most: never call them on a thread that draws.
    Safe to call from any thread.
    """

    def __init__(self, load: Callable[[str], Backend] = load_backend, seconds: float = 60.0) -> None:
        self._load = load
        self._seconds = seconds
        self._lock = threading.Lock()
        self._for_this_run: dict[str, str] = {}
        self._proven: Backend | None = None

    def backend(self) -> str:
        """The name of the keyring that would be used, "" when there is none; writes nothing and prompts for nothing."""
        return self._within(lambda: next((name for name in SECURE_BACKENDS if self._loaded(name)), ""))

    def get(self, name: str) -> str | None:
        """The secret of that name, None when there is none."""
        with self._lock:
            if name in self._for_this_run:
                return self._for_this_run[name]
            backend = self._working()
            return self._within(lambda: backend.get_password(SERVICE, name)) if backend else None

    def set(self, name: str, secret: str) -> bool:
        """Keep a secret; False says that it is kept for this run only, because no keyring works here."""
        if len(secret) > LONGEST:
            raise LocalAssistError(f"The key is longer than {LONGEST} characters.", "Check that it was pasted whole.")
        with self._lock:
            backend = self._working()
            if backend is None:
                self._for_this_run[name] = secret
                return False
            self._within(lambda: backend.set_password(SERVICE, name, secret))
            self._for_this_run.pop(name, None)
            return True

    def delete(self, name: str) -> None:
        """Forget the secret of that name, if there is one."""
        with self._lock:
            self._for_this_run.pop(name, None)
            backend = self._working()
            if backend and self._within(lambda: backend.get_password(SERVICE, name)) is not None:
                self._within(lambda: backend.delete_password(SERVICE, name))

    def is_lasting(self, name: str) -> bool:
        """Whether the secret of that name, if there is one, outlasts this run: a keyring works, and has it."""
        with self._lock:
            return name not in self._for_this_run and self._working() is not None

    def _working(self) -> Backend | None:
        """The first keyring that gave back what it was given; looked for again while there is none."""
        if self._proven is None:
            self._proven = self._within(self._prove)
        return self._proven

    def _prove(self) -> Backend | None:
        for name in SECURE_BACKENDS:
            backend = self._loaded(name)
            if backend is not None and _gives_back(backend):
                return backend
        return None

    def _loaded(self, name: str) -> Backend | None:
        try:
            return self._load(name)
        except Exception as error:  # noqa: BLE001  each keyring has its own ways of not being there
            log.debug("No keyring %s (%s)", name, type(error).__name__)
            return None

    def _within(self, call: Callable[[], T]) -> T:
        """What the call gives, waited for on another thread: an unlock prompt may never be answered."""
        results: list[T] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001  raised again by the thread that waits
                errors.append(error)

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if results:
            return results[0]
        if errors:
            if _is_locked(errors[0]):
                raise LocalAssistError("The system's keyring is locked.", "Unlock it and try again.") from errors[0]
            raise LocalAssistError(
                f"The system's keyring refused ({type(errors[0]).__name__}).", "Unlock it and try again."
            ) from errors[0]
        raise LocalAssistError(
            f"The system's keyring did not answer within {self._seconds:.0f} seconds.", "Unlock it and try again."
        )


def _gives_back(backend: Backend) -> bool:
    """Whether a keyring keeps what it is given; some accept a secret and store nothing.

    Raises what says that it is locked: what it holds must not be taken for gone, nor a new key for kept nowhere.
    """
    secret = secrets.token_hex(8)
    try:
        backend.set_password(SERVICE, PROBE, secret)
        kept = backend.get_password(SERVICE, PROBE) == secret
        backend.delete_password(SERVICE, PROBE)
    except Exception as error:
        if _is_locked(error):
            raise
        log.info("The keyring did not pass its test (%s)", type(error).__name__)
        return False
    return kept


def _is_locked(error: Exception) -> bool:
    from keyring.errors import KeyringLocked

    return isinstance(error, KeyringLocked)
