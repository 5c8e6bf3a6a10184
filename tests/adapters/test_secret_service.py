"""Keys in a real Secret Service, GNOME's, in a session of its own: kept, read elsewhere, removed, and locked away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESS = Path(__file__).with_name("keyring_process.py")
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]
BACKEND = "keyring.backends.SecretService.Keyring"
PASSWORD = "the password of the keyring"
SECRET = "sk-canary-4f1d0c9b7a35"
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL")

pytestmark = [
    pytest.mark.skipif(
        bool(MISSING), reason=f"no {' and no '.join(MISSING)} here (Debian: dbus-daemon, gnome-keyring)"
    ),
    pytest.mark.slow,
]


@dataclass(frozen=True)
class Session:
    """A user's session with a keyring."""

    environment: dict[str, str]

    def asked(self, verb: str, name: str = "provider", said: str = "") -> dict[str, Any]:
        """What a process of its own is answered by the keyring."""
        ran = subprocess.run(
            [sys.executable, str(PROCESS), verb, name],
            check=True,
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
            env=self.environment,
        )
        assert SECRET not in ran.stderr
        told = json.loads(ran.stdout)
        assert isinstance(told, dict)
        return told


@contextmanager
def session(user: Path, password: str | None) -> Iterator[Session]:
    """A session of the user whose folder that is; without a password the keyring stays locked."""
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        folder = user / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment[name] = str(folder)
    tell_and_wait = ["sh", "-c", 'echo "$DBUS_SESSION_BUS_ADDRESS"; read -r _']
    bus = subprocess.Popen(
        ["dbus-run-session", "--", *tell_and_wait],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert bus.stdin
    assert bus.stdout
    environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    unlock = [] if password is None else ["--unlock"]
    subprocess.run(  # goes into the background once it is ready, and ends with its bus
        ["gnome-keyring-daemon", "--daemonize", "--components=secrets", *unlock],
        check=True,
        input=password or "",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=60,
        env=environment,
    )
    try:
        yield Session(environment)
    finally:
        bus.communicate("\n", timeout=60)


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[Session]:
    """A session somebody logged in to."""
    with session(tmp_path / "user", PASSWORD) as made:
        yield made


def bytes_below(folder: Path) -> bytes:
    """All that is in the files of a folder."""
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_key_is_kept_and_read_by_another_process(unlocked: Session) -> None:
    assert unlocked.asked("backend") == {"value": BACKEND}
    assert unlocked.asked("set", said=SECRET) == {"value": True}
    assert unlocked.asked("get") == {"value": SECRET}
    assert unlocked.asked("get", "another") == {"value": None}


def test_a_key_set_again_takes_the_place_of_the_one_before(unlocked: Session) -> None:
    unlocked.asked("set", said="old")
    unlocked.asked("set", said=SECRET)
    assert unlocked.asked("get") == {"value": SECRET}
    unlocked.asked("delete")
    assert unlocked.asked("get") == {"value": None}


def test_a_key_that_was_removed_is_gone_for_whoever_looks(unlocked: Session) -> None:
    unlocked.asked("set", said=SECRET)
    assert unlocked.asked("delete") == {"value": None}
    assert unlocked.asked("get") == {"value": None}
    assert unlocked.asked("delete") == {"value": None}


def test_a_key_lasts_longer_than_its_session_and_lies_nowhere_in_the_clear(tmp_path: Path) -> None:
    user = tmp_path / "user"
    with session(user, PASSWORD) as first:
        first.asked("set", said=SECRET)
    stored = bytes_below(user)
    assert b"provider" not in stored
    assert SECRET.encode() not in stored
    with session(user, PASSWORD) as second:
        assert second.asked("get") == {"value": SECRET}


def test_a_locked_keyring_is_said_to_be_locked(tmp_path: Path) -> None:
    user = tmp_path / "user"
    with session(user, PASSWORD) as before:
        before.asked("set", said=SECRET)
    with session(user, None) as locked:
        for verb in ("get", "set", "delete"):
            told = locked.asked(verb, said="another key")
            assert told == {"error": "The system's keyring is locked.", "hint": "Unlock it and try again."}, verb
    with session(user, PASSWORD) as after:
        assert after.asked("get") == {"value": SECRET}
