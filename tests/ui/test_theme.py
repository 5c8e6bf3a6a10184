"""The theme: readable in both schemes, switched at run time, every icon one family."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from localassist.ui.stylesheet import STYLE, stylesheet
from localassist.ui.theme import DARK, LIGHT, Theme, Tokens, contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons

ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"
BACKGROUNDS = ("window", "surface", "raised", "hover", "selection", "mark")
READ_ON_THEM = [("text", b) for b in BACKGROUNDS] + [("muted", b) for b in ("window", "surface", "raised", "hover")]
ACCENTS = [("accent", b) for b in ("window", "surface", "raised", "hover")] + [("on_accent", "accent")]
TONES = [(tone, b) for tone in ("green", "blue", "amber", "red") for b in ("surface", "raised", f"{tone}_soft")]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), READ_ON_THEM + ACCENTS + TONES)
def test_text_can_be_read(tokens: Tokens, ink: str, paper: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, paper)) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_style_sheet_uses_the_tokens_alone(tokens: Tokens) -> None:
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", stylesheet(asdict(tokens))))
    assert colours <= set(asdict(tokens).values())
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLE.template), "a colour outside the tokens"
    assert {f.name for f in fields(Tokens)} >= set(re.findall(r"\$(\w+)", STYLE.template))


def test_theme_changes_at_run_time(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(qapp, "light")
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.tokens is DARK
    assert qapp.palette().window().color().name() == DARK.window
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda p: p.stem)
def test_icons_are_one_family(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    drawn = {name: root.get(name) for name in ("width", "height", "fill", "stroke", "stroke-width")}
    assert drawn == {"width": "20", "height": "20", "fill": "none", "stroke": "currentColor", "stroke-width": "1.5"}


def test_icons_are_tinted_when_shown(icons: Icons) -> None:
    image = icons.pixmap("plus", "#ff0000").toImage()
    middle = image.pixelColor(10, 10)
    assert (middle.red(), middle.green(), middle.blue()) == (255, 0, 0)
    assert image.pixelColor(0, 0).alpha() == 0
