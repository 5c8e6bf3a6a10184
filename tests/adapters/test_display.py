"""Where no window can be shown, a sentence says why before Qt ends the process."""

import sys

import pytest

from localassist.adapters import display
from localassist.adapters.display import NoWindowError, broken_qt, missing_library, require_window

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")


def test_no_display_names_what_to_do_instead() -> None:
    with pytest.raises(NoWindowError) as refusal:
        require_window({})
    assert "localassist demo" in refusal.value.hint


def test_a_platform_that_was_chosen_is_believed() -> None:
    require_window({"QT_QPA_PLATFORM": "offscreen"})


def test_a_missing_library_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "missing_library", lambda _plugin: "libxcb-cursor.so.0")
    with pytest.raises(NoWindowError) as refusal:
        require_window({"DISPLAY": ":0"})
    assert "libxcb-cursor.so.0" in refusal.value.message
    assert "sudo apt-get install" in refusal.value.hint
    assert "libxcb-cursor0" in refusal.value.hint


def test_a_display_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4095")
    monkeypatch.setattr(display, "missing_library", lambda _plugin: "")
    with pytest.raises(NoWindowError, match="4095 does not answer"):
        require_window({"DISPLAY": ":4095"})


def test_a_plugin_that_is_not_there_is_named() -> None:
    assert "libqnothing.so" in missing_library("libqnothing.so")
    assert missing_library("libqoffscreen.so") == ""


def test_a_broken_qt_names_the_library() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "libEGL.so.1" in broken_qt(error).message
    assert "libegl1" in broken_qt(error).hint
