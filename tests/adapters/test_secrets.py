"""Keys go to a keyring that is known to be safe and proven to work, else nowhere but memory."""

import threading

import pytest

from localassist.adapters.secrets import LONGEST, SECURE_BACKENDS, KeyringSecrets
from localassist.domain.errors import LocalAssistError

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"


class Kept:
    """A keyring that works."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetful(Kept):
    """Accepts what it is given and stores nothing, as keyring's null backend does."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass

    def delete_password(self, service: str, username: str) -> None:
        pass


class Locked(Kept):
    """Waits for a prompt that nobody answers until `answered`."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return None


def only(name: str, keyring: Kept, seconds: float = 5) -> KeyringSecrets:
    def load(wanted: str) -> Kept:
        if wanted != name:
            raise RuntimeError("not here")
        return keyring

    return KeyringSecrets(load, seconds)


def nothing(name: str) -> Kept:
    raise ImportError(name)


def test_keeps_and_forgets() -> None:
    keyring = Kept()
    secrets = only(SECRET_SERVICE, keyring)
    assert secrets.backend() == SECRET_SERVICE
    assert keyring.kept == {}
    assert secrets.set("provider", "k-123") is True
    assert secrets.get("provider") == "k-123"
    assert list(keyring.kept.values()) == ["k-123"]
    secrets.delete("provider")
    secrets.delete("provider")
    assert secrets.get("provider") is None
    assert keyring.kept == {}


def test_asks_for_known_safe_keyrings_only() -> None:
    asked: list[str] = []

    def load(name: str) -> Kept:
        asked.append(name)
        raise RuntimeError

    KeyringSecrets(load).backend()
    assert tuple(asked) == SECURE_BACKENDS
    assert not [name for name in asked if any(word in name for word in ("file", "null", "fail", "alt", "chainer"))]


@pytest.mark.parametrize("secrets", [KeyringSecrets(nothing), only(SECRET_SERVICE, Forgetful())])
def test_without_a_keyring_that_works_a_key_lasts_for_this_run(secrets: KeyringSecrets) -> None:
    assert secrets.set("provider", "k-123") is False
    assert secrets.get("provider") == "k-123"
    assert secrets.is_lasting("provider") is False
    secrets.delete("provider")
    assert secrets.get("provider") is None


def test_a_key_kept_for_this_run_gives_way_to_one_in_the_keyring() -> None:
    works = False

    def load(name: str) -> Kept:
        if not works:
            raise RuntimeError("locked")
        return keyring

    keyring = Kept()
    secrets = KeyringSecrets(load)
    assert secrets.set("provider", "old") is False
    works = True
    assert secrets.is_lasting("provider") is False
    assert secrets.set("provider", "new") is True
    assert secrets.get("provider") == "new"
    assert secrets.is_lasting("provider") is True


def test_a_prompt_that_nobody_answers_ends_in_a_sentence() -> None:
    keyring = Locked()
    secrets = only(SECRET_SERVICE, keyring, seconds=0.05)
    with pytest.raises(LocalAssistError, match="did not answer"):
        secrets.get("provider")
    keyring.answered.set()


def test_an_error_never_shows_the_key() -> None:
    with pytest.raises(LocalAssistError) as refusal:
        only(SECRET_SERVICE, Kept()).set("provider", "k" * (LONGEST + 1))
    assert "kkk" not in str(refusal.value)


def test_the_real_keyring_library_loads_or_says_no() -> None:
    assert KeyringSecrets().backend() in ("", *SECURE_BACKENDS)
