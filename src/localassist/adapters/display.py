"""Whether a window can be shown here, asked before Qt is: Qt ends the process where it can't."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Mapping

APT: Final = (
    "sudo apt-get install libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0"
)
WITHOUT: Final = "Start it from a desktop session, or use the terminal: `localassist demo`, `localassist --help`."


class NoWindowError(LocalAssistError):
    """No window can be shown here."""


def require_window(environment: Mapping[str, str] = os.environ) -> None:
    """Raise `NoWindowError`, with the reason and what to do, where no window can be shown."""
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM"):
        return
    require_display(environment)
    missing = missing_library("libqxcb.so") if environment.get("DISPLAY") else missing_library("libqwayland.so")
    if missing:
        raise NoWindowError(
            f"The window can't be shown: a system library that Qt needs is missing ({missing}).",
            f"On Debian and Ubuntu: {APT}",
        )
    if environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        _require_answer(environment["DISPLAY"])


def require_display(environment: Mapping[str, str]) -> None:
    """Raise `NoWindowError` where there is no desktop session."""
    if sys.platform == "linux" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        raise NoWindowError("There is no display here, so no window.", WITHOUT)


def broken_qt(error: ImportError) -> NoWindowError:
    """What to tell people when Qt itself could not be imported."""
    return NoWindowError(
        f"The window can't be shown: Qt could not be loaded ({str(error).partition(':')[0]}).",
        f"On Debian and Ubuntu: {APT}. Elsewhere: `make setup`." if sys.platform == "linux" else "Run `make setup`.",
    )


def missing_library(plugin: str) -> str:
    """What keeps a platform plugin of Qt from loading on Linux, as the system says it; "" when it loads."""
    package = importlib.util.find_spec("PySide6")
    if package is None or package.origin is None:
        return "PySide6 is not installed"
    try:
        ctypes.CDLL(str(Path(package.origin).parent / "Qt" / "plugins" / "platforms" / plugin))
    except OSError as error:
        return str(error).partition(":")[0]
    return ""


def _require_answer(display: str) -> None:
    """Knock at the X server: DISPLAY may be left over from a session that is gone."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        raise NoWindowError(f"The display {display} does not answer, so no window can be shown.", WITHOUT)
