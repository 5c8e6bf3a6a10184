"""The transcript: lays out what is seen, follows only at its end, selects, links, and loads nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from transcript_material import answer, at_bottom, dialogue, question, texts

from localassist.domain.chat import Evidence, Figures, MessageStatus
from localassist.domain.documents import Citation, Passage, SentenceSupport
from localassist.ui.chat.controls import CodeHeaderWidget, CopyButton, FooterWidget
from localassist.ui.chat.layouts import KEPT_LAYOUTS
from localassist.ui.chat.menu import message_menu
from localassist.ui.chat.pieces import MessageDocument, PieceKind
from localassist.ui.theme import DARK, LIGHT, TEXT_WIDTH, body_font

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.ui.chat.transcript import TranscriptView
    from localassist.ui.icons import Icons

PASSAGE = Passage(1, 1, "/files/lease.pdf", "lease.pdf", 4, "Notice", "At least sixty (60) days.", 0, 25, 0.8)
CITATION = Citation(1, PASSAGE, "sixty (60) days", 9, 24, 4)


def supported(text: str, sentence: str, citations: tuple[int, ...], unsupported: str = "") -> Evidence:
    start = text.index(sentence)
    spans = ((text.index(unsupported), text.index(unsupported) + len(unsupported)),) if unsupported else ()
    support = SentenceSupport(start, start + len(sentence), citations, spans)
    return Evidence(citations=(CITATION,), sentences=(support,), searched=True)


def test_long_conversation_opens_at_its_end_and_lays_out_what_is_seen(transcript: TranscriptView) -> None:
    started = time.perf_counter()
    transcript.show_messages(dialogue(500))
    assert time.perf_counter() - started < 1.0, "1,000 messages open at once"
    assert at_bottom(transcript)
    laid_out = [i for i, item in enumerate(transcript.items) if item.layout is not None]
    assert laid_out[-1] == 999
    assert len(laid_out) < 12


def test_scrolling_keeps_few_messages_laid_out(transcript: TranscriptView) -> None:
    transcript.show_messages(dialogue(200))
    bar = transcript.verticalScrollBar()
    while bar.value() > 0:
        bar.setValue(bar.value() - 400)
    assert transcript.items[0].layout is not None
    assert sum(item.layout is not None for item in transcript.items) <= KEPT_LAYOUTS


def test_scrolling_up_never_jumps(transcript: TranscriptView) -> None:
    uneven = [
        answer(n, "A line that is long enough to be broken somewhere. " * (1 + 7 * (n % 5))) for n in range(1, 120)
    ]
    transcript.show_messages(uneven)
    bar = transcript.verticalScrollBar()
    for _ in range(60):
        top = transcript.index_at(0)
        before = transcript.origin(top).y()
        bar.setValue(bar.value() - 40)
        moved = transcript.origin(top).y() - before
        assert moved == pytest.approx(40, abs=1), "what is read moves exactly as far as it was scrolled"


def test_following_only_at_the_end(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages(dialogue(20))
    transcript.add(answer(100, "", MessageStatus.STREAMING))
    transcript.grow(100, "More words.\n\n" * 30)
    qtbot.waitUntil(lambda: transcript.items[-1].height > 600)
    assert at_bottom(transcript)
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() - 700)
    top = transcript.index_at(0)
    before = transcript.origin(top).y()
    height = transcript.items[-1].height
    transcript.grow(100, "Even more words.\n\n" * 30)
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().maximum() > height + 600)
    transcript.finish(answer(100, "Done.\n\n" * 90))
    assert transcript.origin(top).y() == before, "streaming never moves what is being read"
    assert not at_bottom(transcript)


def test_a_table_that_takes_long_leaves_time_for_typing(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([question(1)])
    transcript.add(answer(2, "", MessageStatus.STREAMING))
    transcript.grow(2, "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2_000)
    qtbot.waitUntil(lambda: transcript.items[-1].height > 10_000)
    began = time.perf_counter()
    transcript._on_repaint_due()
    took_ms = 1000 * (time.perf_counter() - began)
    assert transcript._repaint.interval() > 2 * took_ms
    transcript.finish(answer(2, "Short."))
    transcript._on_repaint_due()
    assert transcript._repaint.interval() < took_ms, "and comes back once it is quick"


def test_growing_answer_shows_the_same_as_the_finished_one(transcript: TranscriptView, qtbot: QtBot) -> None:
    text = "# Notice\n\nAt **least**:\n\n1. sixty\n2. days\n\n"
    text += "```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd."
    transcript.show_messages([question(1)])
    transcript.add(answer(2, "", MessageStatus.STREAMING))
    for letter in text:
        transcript.grow(2, letter)
        transcript._on_repaint_due()
    grown = "\n".join(texts(transcript, 1))
    transcript.finish(answer(2, text))
    assert "\n".join(texts(transcript, 1)).split() == grown.split()
    assert [p.kind for p in transcript.items[1].layout.pieces if p.kind is PieceKind.CODE] == [PieceKind.CODE]  # type: ignore[union-attr]


def test_citation_is_a_chip_that_can_be_clicked(transcript: TranscriptView, qtbot: QtBot) -> None:
    text = "At least 60 days. More."
    transcript.show_messages([answer(1, text, evidence=supported(text, "At least 60 days.", (1,)))])
    assert texts(transcript, 0) == ["At least 60 days.[1] More.", "[1] lease.pdf, page 4"]
    with qtbot.waitSignal(transcript.citation_clicked) as clicked:
        qtbot.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=where(transcript, "cite:1"))
    assert clicked.args == [1, 1]


def where(transcript: TranscriptView, address: str) -> QPoint:
    """A place in the viewport where a link stands."""
    piece = transcript.items[0].layout.pieces[0]  # type: ignore[union-attr]
    layout = piece.document.documentLayout()
    size = piece.document.size().toSize()
    places = (QPointF(x, y) for y in range(4, size.height(), 4) for x in range(2, size.width(), 4))
    inside = next(place for place in places if layout.anchorAt(place) == address)
    return (transcript.origin(0) + piece.origin + inside).toPoint()


def test_what_a_model_wrote_as_citation_gives_way_to_what_was_checked(transcript: TranscriptView) -> None:
    text = "At least 60 days [3]. More [7]."
    transcript.show_messages([answer(1, text, evidence=supported(text, "At least 60 days [3].", (1,)))])
    assert texts(transcript, 0)[0] == "At least 60 days.[1] More."


def test_answer_without_documents_says_so_loudly(transcript: TranscriptView) -> None:
    transcript.show_messages([answer(1, "It is so.", evidence=Evidence(searched=True, said="It is so."))])
    assert texts(transcript, 0)[1].startswith("No document was used.")
    transcript.show_messages([answer(1, "It is so.")])
    assert texts(transcript, 0) == ["It is so."]


def test_links_are_shown_never_opened(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([answer(1, "See [the law](https://example.org/a?b=c).")])
    with qtbot.waitSignal(transcript.link_clicked) as clicked:
        qtbot.mouseClick(
            transcript.viewport(), Qt.MouseButton.LeftButton, pos=where(transcript, "https://example.org/a?b=c")
        )
    assert clicked.args == ["https://example.org/a?b=c"]


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.org/x.png", "qrc:/x", "data:image/png;base64,AA", "//host/x"]
)
def test_nothing_is_loaded_for_a_picture(qapp: object, address: str) -> None:
    document = MessageDocument(LIGHT, body_font())
    assert document.loadResource(int(QTextDocument.ResourceType.ImageResource), address) is None
    assert document.loadResource(int(QTextDocument.ResourceType.ImageResource), "cite:1") is not None


def test_pictures_and_html_of_a_model_are_text(transcript: TranscriptView) -> None:
    transcript.show_messages(
        [answer(1, "![x](https://example.org/spy.png) <img src='file:///etc/passwd'> <b>bold</b>")]
    )
    shown = texts(transcript, 0)[0]
    assert "[picture: x]" in shown
    assert "<img src='file:///etc/passwd'> <b>bold</b>" in shown
    piece = transcript.items[0].layout.pieces[0]  # type: ignore[union-attr]
    assert "\ufffc" not in piece.document.toRawText(), "no picture stands in the text"


def test_code_has_its_language_and_a_copy_button(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([answer(1, "So:\n\n```python\nif x:\n    y = 1\n```")])
    header = transcript.findChild(CodeHeaderWidget)
    assert header._language.text() == "python"
    qtbot.mouseClick(header.findChild(CopyButton), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "if x:\n    y = 1"


def test_selection_is_dragged_over_messages_and_copied(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([question(1, "What notice?"), answer(2, "Sixty days.")])
    viewport = transcript.viewport()
    start = (transcript.origin(0) + QPointF(16, 16)).toPoint()
    end = (transcript.origin(1) + QPointF(40, 12)).toPoint()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    selected = transcript.selected_text()
    assert selected.startswith("What notice?\n\nSi")
    assert "days" not in selected
    transcript.setFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == selected


def test_table_is_copied_with_tabs(transcript: TranscriptView) -> None:
    transcript.show_messages([answer(1, "| a | b |\n|---|---|\n| 1 | 2 |")])
    transcript.select_all()
    assert transcript.selected_text() == "a\tb\n1\t2"


def test_long_question_is_shortened_on_show_and_copied_whole(transcript: TranscriptView) -> None:
    text = "word " * 3000
    transcript.show_messages([question(1, text)])
    assert "more characters" in texts(transcript, 0)[0]
    transcript.select_all()
    assert transcript.selected_text() == text


def test_footer_tells_speed_and_asks_again(transcript: TranscriptView, qtbot: QtBot) -> None:
    figures = Figures(400, 100, 120, 1.24, 38.4, 8192, "CPU, 2 threads")
    transcript.show_messages([question(1), answer(2, "Sixty.", evidence=Evidence(figures=figures))])
    footer = transcript.findChild(FooterWidget)
    labels = [label.text() for label in footer.findChildren(type(footer._figures))]
    assert "1.2 s to first word, 38/s" in labels
    assert footer._figures.toolTip().splitlines() == [
        "Ran on: CPU, 2 threads",
        "Prompt: 400 tokens, 100 of them known from before",
        "First word: after 1.2 s",
        "Answer: 120 tokens, 38 a second",
        "Context: 520 of 8,192 tokens in use",
    ]
    with qtbot.waitSignal(transcript.controls.again_requested) as asked:
        qtbot.mouseClick(footer._again, Qt.MouseButton.LeftButton)
    assert asked.args == [2]


def test_menu_reaches_citations_and_links_without_a_mouse(transcript: TranscriptView) -> None:
    text = "At least 60 days. See [the law](https://example.org)."
    transcript.show_messages([answer(1, text, evidence=supported(text, "At least 60 days.", (1,)))])
    followed: list[tuple[int, str]] = []
    asked: list[int] = []
    menu = message_menu(transcript.items[0], lambda *to: followed.append(to), asked.append, transcript)
    named = [action.text() for action in menu.actions()]
    assert named == ["Show citation 1: lease.pdf, page 4", "Link: https://example.org", "Ask another model…"]
    for action in menu.actions():
        action.trigger()
    assert followed == [(1, "cite:1"), (1, "https://example.org")]
    assert asked == [1]


def test_theme_changes_what_is_on_show(transcript: TranscriptView, icons: Icons) -> None:
    transcript.show_messages(dialogue(3))
    icons.theme.choose("dark")
    layout = transcript.items[-1].layout
    assert layout is not None
    assert layout.pieces[0].document._tokens is DARK


def test_text_column_is_centred_and_no_wider_than_can_be_read(transcript: TranscriptView) -> None:
    transcript.resize(1600, 600)
    transcript.show_messages(dialogue(3))
    left = transcript.origin(0).x()
    assert left == pytest.approx((1600 - TEXT_WIDTH) / 2)
    layout = transcript.items[-1].layout
    assert layout is not None
    assert layout.pieces[0].document.textWidth() == TEXT_WIDTH


def test_marks_a_model_forges_stay_ordinary_text(transcript: TranscriptView) -> None:
    transcript.show_messages([answer(1, "\ue002" + "9" + "\ue003 and \ue000x\ue001\x00")])
    assert "[9]" not in texts(transcript, 0)[0]
    assert "�9� and �x��" in texts(transcript, 0)[0]
