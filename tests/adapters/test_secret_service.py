"""Keys in a real Secret Service, GNOME's, in a session of its own: kept, read elsewhere, removed, and locked away."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from secret_service import PASSWORD, session, with_secret_service

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESS = Path(__file__).with_name("keyring_process.py")
BACKEND = "keyring.backends.SecretService.Keyring"
SECRET = "sk-canary-4f1d0c9b7a35"

pytestmark = [with_secret_service, pytest.mark.slow]


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


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[Session]:
    """A session somebody logged in to."""
    with session(tmp_path / "user", PASSWORD) as made:
        yield Session(made)


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
        Session(first).asked("set", said=SECRET)
    stored = bytes_below(user)
    assert b"provider" not in stored
    assert SECRET.encode() not in stored
    with session(user, PASSWORD) as second:
        assert Session(second).asked("get") == {"value": SECRET}


def test_a_locked_keyring_is_said_to_be_locked(tmp_path: Path) -> None:
    user = tmp_path / "user"
    with session(user, PASSWORD) as before:
        Session(before).asked("set", said=SECRET)
    with session(user, None) as locked:
        for verb in ("get", "set", "delete"):
            told = Session(locked).asked(verb, said="another key")
            assert told == {"error": "The system's keyring is locked.", "hint": "Unlock it and try again."}, verb
    with session(user, PASSWORD) as after:
        assert Session(after).asked("get") == {"value": SECRET}
