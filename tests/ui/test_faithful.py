"""Stored text as its document has it: tables with their cells, headings, code, and the marked words in all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QTextCursor, QTextDocument, QTextTable

from localassist.domain.documents import Block, BlockKind, StructuredText
from localassist.ui.evidence.excerpt import ExcerptView
from localassist.ui.evidence.faithful import lay_out
from localassist.ui.evidence.source import SURROUNDINGS, Excerpt
from localassist.ui.theme import DARK, LIGHT, code_font

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons
    from localassist.ui.theme import Theme


def written(*parts: tuple[BlockKind, str, int, str]) -> StructuredText:
    """A text of these blocks (kind, words, level, place), a line each."""
    text, blocks = "", []
    for kind, words, level, place in parts:
        text += "\n" if text else ""
        blocks.append(Block(kind, len(text), len(text) + len(words), level, place))
        text += words
    return StructuredText(text, tuple(blocks))


SHEET = written(
    (BlockKind.HEADING, "Costs", 1, ""),
    (BlockKind.TABLE_ROW, "Item | Euro | Note", 0, "B2:D2"),
    (BlockKind.TABLE_ROW, "Rent | 1,200 | | ", 0, "B3:C3"),
    (BlockKind.TABLE_ROW, "Heat 🔥 | 90 | a|b", 0, "B4:D4"),
    (BlockKind.PARAGRAPH, "All in 🔥 euro.", 0, ""),
)


def table_of(document: QTextDocument) -> list[list[str]]:
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            return [[cell_text(frame, row, column) for column in range(frame.columns())] for row in range(frame.rows())]
    return []


def cell_text(table: QTextTable, row: int, column: int) -> str:
    cell = table.cellAt(row, column)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def excerpt(content: StructuredText, words: str) -> Excerpt:
    at = content.text.index(words)
    mark = (at, at + len(words))
    return Excerpt(content.text, mark, None, 0, more_before=False, more_after=False, blocks=content.blocks)


@pytest.fixture
def view(qtbot: QtBot, icons: Icons) -> ExcerptView:
    made = ExcerptView(icons)
    qtbot.addWidget(made)
    made.resize(340, 300)
    made.show()
    return made


def test_a_sheet_is_a_table_with_the_letters_and_numbers_of_its_cells() -> None:
    document = QTextDocument()
    lay_out(document, SHEET.text, SHEET.blocks, LIGHT)
    assert [row[:4] for row in table_of(document)] == [
        ["", "B", "C", "D"],
        ["2", "Item", "Euro", "Note"],
        ["3", "Rent", "1,200", ""],
        ["4", "Heat 🔥", "90", "a|b"],
    ]


@pytest.mark.parametrize("words", ["90", "Heat 🔥", "euro.", "Costs"])
def test_the_marked_words_are_the_very_ones(view: ExcerptView, words: str) -> None:
    view.show_excerpt(excerpt(SHEET, words))
    assert view.marked_text == words
    (selection,) = view.extraSelections()
    assert selection.cursor.selectedText() == words


def test_a_mark_over_several_cells_marks_each(view: ExcerptView) -> None:
    view.show_excerpt(excerpt(SHEET, "Rent | 1,200"))
    assert view.marked_text == "Rent\n1,200"


def test_marked_words_far_down_are_in_view(view: ExcerptView) -> None:
    lines = [(BlockKind.PARAGRAPH, f"Paragraph {n} says nothing of interest.", 0, "") for n in range(200)]
    view.show_excerpt(excerpt(written(*lines), "Paragraph 150"))
    (selection,) = view.extraSelections()
    assert 0 <= view.cursorRect(selection.cursor).top() < view.viewport().height()


def test_code_keeps_its_lines_and_letters_and_headings_stand_out() -> None:
    content = written(
        (BlockKind.HEADING, "Rent", 2, ""),
        (BlockKind.CODE, "def rent():", 0, ""),
        (BlockKind.CODE, "    return 1200", 0, ""),
        (BlockKind.LIST_ITEM, "in advance", 0, ""),
        (BlockKind.LIST_ITEM, "2. in cash", 0, ""),
    )
    document = QTextDocument()
    lay_out(document, content.text, content.blocks, LIGHT)
    lines = document.toPlainText().split("\n")
    assert lines == ["Rent", "def rent():", "    return 1200", "• in advance", "2. in cash"]
    returned = document.find("return")
    assert returned.charFormat().fontFamilies() == code_font().families() or returned.charFormat().font().fixedPitch()
    assert document.find("Rent").blockFormat().headingLevel() == 2


def test_markup_and_addresses_in_a_document_are_only_words(view: ExcerptView) -> None:
    hostile = "<img src='file:///etc/passwd'> [x](http://evil.example)"
    view.show_excerpt(excerpt(StructuredText(hostile, ()), "evil"))
    assert view.toPlainText() == hostile


def test_another_theme_keeps_the_marks(view: ExcerptView, theme: Theme) -> None:
    view.show_excerpt(excerpt(SHEET, "90"))
    theme.choose("dark")
    assert view.marked_text == "90"
    assert view.extraSelections()[0].format.background().color().name() == DARK.mark


def test_a_wide_excerpt_of_a_sheet_is_laid_out_without_holding_up_the_window(view: ExcerptView) -> None:
    rows = [(BlockKind.TABLE_ROW, " | ".join(f"{n}.{c}" for c in range(12)), 0, f"A{n}:L{n}") for n in range(1, 2000)]
    content = written(*rows)
    cut = content.text[: 2 * SURROUNDINGS]
    blocks = tuple(block for block in content.blocks if block.end <= len(cut))
    began = time.perf_counter()
    view.show_excerpt(Excerpt(cut, (10, 20), None, 0, more_before=False, more_after=True, blocks=blocks))
    assert time.perf_counter() - began < 0.5
