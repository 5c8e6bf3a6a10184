"""The theme: readable in both schemes, switched at run time, every icon one family."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QRadioButton

from localassist.ui.stylesheet import STYLE, stylesheet
from localassist.ui.theme import DARK, LIGHT, Theme, Tokens, contrast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons

ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"
MARKS = ICONS.parent / "marks"
SCHEMES = (("light", LIGHT), ("dark", DARK))
INKS = {"check": "on_accent", "dot": "on_accent", "arrow": "muted"}  # of the marks that the style sheet names
BACKGROUNDS = ("window", "surface", "raised", "hover", "selection", "mark")
READ_ON_THEM = [("text", b) for b in BACKGROUNDS] + [("muted", b) for b in ("window", "surface", "raised", "hover")]
ACCENTS = [("accent", b) for b in ("window", "surface", "raised", "hover")] + [
    ("on_accent", "accent"),
    ("on_accent", "muted"),
]
TONES = [(tone, b) for tone in ("green", "blue", "amber", "red") for b in ("surface", "raised", f"{tone}_soft")]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), READ_ON_THEM + ACCENTS + TONES)
def test_text_can_be_read(tokens: Tokens, ink: str, paper: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, paper)) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
def test_style_sheet_uses_the_tokens_alone(scheme: str, tokens: Tokens) -> None:
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", stylesheet(asdict(tokens), scheme)))
    assert colours <= set(asdict(tokens).values())
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", STYLE.template), "a colour outside the tokens"
    assert {f.name for f in fields(Tokens)} | {"scheme"} >= set(re.findall(r"\$(\w+)", STYLE.template))


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


@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
def test_marks_are_drawn_in_the_colours_of_their_scheme(scheme: str, tokens: Tokens) -> None:
    named = set(re.findall(r"url\(marks:(.+?)\)", stylesheet(asdict(tokens), scheme)))
    drawn = {path.name: ElementTree.parse(path).getroot().get("stroke") for path in MARKS.glob(f"*-{scheme}.svg")}
    assert drawn == {f"{name}-{scheme}.svg": getattr(tokens, ink) for name, ink in INKS.items()}
    assert named == set(drawn)


@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_mark_stands_on_what_is_ticked(
    kind: type[QCheckBox | QRadioButton], scheme: str, tokens: Tokens, icons: Icons, qtbot: QtBot
) -> None:
    icons.theme.choose(scheme)
    box = kind()
    qtbot.addWidget(box)
    assert tokens.accent not in seen_colours(box)
    box.setChecked(True)
    assert {tokens.accent, tokens.on_accent} <= seen_colours(box)


@pytest.mark.parametrize(("scheme", "tokens"), SCHEMES)
def test_choice_is_as_high_as_a_field_and_its_arrow_is_seen(
    scheme: str, tokens: Tokens, icons: Icons, qtbot: QtBot
) -> None:
    icons.theme.choose(scheme)
    box, field = QComboBox(), QLineEdit()
    qtbot.addWidget(box)
    qtbot.addWidget(field)
    assert box.sizeHint().height() == field.sizeHint().height()
    assert max(contrast(colour, tokens.surface) for colour in seen_colours(box)) >= 4.5


def seen_colours(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
