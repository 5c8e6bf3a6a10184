"""A user's session of its own with a real Secret Service, GNOME's, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "the password of the keyring"
_MISSING = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None]
_OTHERS = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL")

with_secret_service = pytest.mark.skipif(
    bool(_MISSING), reason=f"no {' and no '.join(_MISSING)} here (Debian: dbus-daemon, gnome-keyring)"
)


@contextmanager
def session(user: Path, password: str | None) -> Iterator[dict[str, str]]:
    """The environment of a session of the user whose folder that is; without a password the keyring stays locked."""
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS}
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
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", *unlock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert keyring.stdin
    assert keyring.stdout
    keyring.stdin.write(password or "")
    keyring.stdin.close()
    keyring.stdout.readline()  # it says where it is once it is ready
    try:
        yield environment
    finally:
        keyring.terminate()
        keyring.wait(60)
        keyring.stdout.close()
        bus.communicate("\n", timeout=60)
