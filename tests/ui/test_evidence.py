"""The evidence column: what an answer rests on, opened at the right page with the words marked."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from evidence_material import QUOTE, Lease, answer, evidence_of
from looking import icon_button, said
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton

from localassist.domain.chat import Caution, Coverage, Evidence, Figures, Given
from localassist.ui.evidence.cards import PassageCard
from localassist.ui.evidence.presenter import EvidencePresenter
from localassist.ui.evidence.reasons import reasons, summary
from localassist.ui.evidence.view import EvidenceView

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs


@pytest.fixture
def lease(tmp_path: Path) -> Lease:
    return Lease(tmp_path)


@pytest.fixture
def view(qtbot: QtBot, icons: Icons, jobs: Jobs, lease: Lease) -> EvidenceView:
    made = EvidenceView(icons)
    qtbot.addWidget(made)
    EvidencePresenter(made, SimpleNamespace(documents=lease.store, reader=lease.reader), jobs)  # type: ignore[arg-type]
    made.resize(360, 800)
    made.show()
    return made


def shown_page(qtbot: QtBot, view: EvidenceView, words: str) -> None:
    qtbot.waitUntil(lambda: words in said(view.page))


def test_evidence_names_citations_then_what_was_not_used_then_what_had_no_room(
    qtbot: QtBot, view: EvidenceView, lease: Lease
) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    cards = view.findChildren(PassageCard)
    assert [card.accessibleName() for card in cards] == [
        "Citation 1: lease.pdf, page 3, score 0.82",
        "Found, not used: lease.pdf, page 3, score 0.41",
    ]
    qtbot.waitUntil(lambda: "Also found, not used" in said(view))
    words = said(view)
    assert "2 passages not given to the model" in words
    assert QUOTE.replace("'", "&#x27;") in words


def test_the_first_citation_opens_by_itself_with_its_words_marked(
    qtbot: QtBot, view: EvidenceView, lease: Lease
) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    assert view.page.marked_text == QUOTE
    (mark,) = view.page.paper.paper.marks()
    paper = view.page.paper.paper
    assert paper.grab().toImage().pixelColor(mark.center().toPoint()) != paper.grab().toImage().pixelColor(2, 2)


def test_pages_are_turned_and_drawn_larger(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    assert not icon_button(view, "Next page").isEnabled()
    qtbot.mouseClick(icon_button(view, "Previous page"), Qt.MouseButton.LeftButton)
    shown_page(qtbot, view, "page 2 of 3")
    assert view.page.marked_text == ""
    before = lease.reader.drawn[-1][1]
    qtbot.mouseClick(icon_button(view, "Larger"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lease.reader.drawn[-1][1] > before)


def test_a_card_opens_with_the_keyboard(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(replace(evidence_of(lease), citations=())))
    (card,) = view.findChildren(PassageCard)
    assert not view.page.isVisible()
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    shown_page(qtbot, view, "page 3 of 3")


def test_a_citation_that_the_answer_lacks_opens_nothing(view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(replace(evidence_of(lease), citations=())))
    view.show_citation(7)
    assert not view.page.isVisible()


def test_a_file_that_is_gone_is_said_beside_its_text(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    lease.path.unlink()
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "is no longer in")
    assert view.page.marked_text == QUOTE


def test_a_document_opens_in_its_own_program_only_when_asked(
    qtbot: QtBot, view: EvidenceView, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    assert opened == []
    qtbot.mouseClick(icon_button(view, "Open in its own program"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [url.toLocalFile() for url in opened] == [str(lease.path)])


def test_words_are_copied_with_their_reference(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    qtbot.mouseClick(icon_button(view, "Copy these words with their reference"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == f"“{QUOTE}” (lease.pdf, page 3)"


def test_a_card_tells_by_what_its_passage_was_found_and_that_it_had_no_room(view: EvidenceView, lease: Lease) -> None:
    evidence = evidence_of(lease)
    found = replace(evidence.found[0], words=0.4, meaning=0.25, rerank=0.9, chunk_id=77)
    view.show_evidence(answer(replace(evidence, found=(found,), given=(Given(1, 1, 1),))))
    card = view.findChildren(PassageCard)[-1]
    assert card.accessibleName().endswith("score 0.41, words 0.40, meaning 0.25, reranker 0.90")
    assert "Left out: no room in the prompt" in said(card)


def test_documents_that_were_asked_and_not_used_are_named_loudly(view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(replace(evidence_of(lease), unused=("/c/annex.pdf",))))
    assert "Not used: annex.pdf." in said(view)


def test_a_document_that_no_program_opens_is_told(
    qtbot: QtBot, view: EvidenceView, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    qtbot.mouseClick(icon_button(view, "Open in its own program"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"No program opened {lease.path.name}." in said(view.page))


def test_one_document_is_never_shown_below_the_name_of_another(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    assert view.page.marked_text == QUOTE
    view.page.show_opening("other.pdf")
    assert view.page.marked_text == ""
    assert view.page.paper.paper.marks() == []


def test_why_unfolds_what_was_searched_and_what_it_took(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    assert "The model runs here." not in said(view)
    why = next(b for b in view.findChildren(QPushButton) if b.text() == "Why this answer?")
    qtbot.mouseClick(why, Qt.MouseButton.LeftButton)
    words = said(view)
    assert "This computer. The model runs here." in words
    assert "search: 0.12 s" in words
    assert "812 tokens, 640 of them known from before" in words
    assert "CPU, 2 threads" in words


def test_clearing_says_what_will_be_here(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    view.clear()
    qtbot.waitUntil(lambda: "are shown here" in said(view))
    assert "2 passages not given" not in said(view)
    assert not view.page.isVisible()


def test_an_answer_that_rests_on_nothing_says_so_loudly(lease: Lease) -> None:
    assert summary(Evidence()) == "No document was searched for this answer."
    assert summary(Evidence(searched=True)) == "Nothing in your documents matches this question."
    none_used = Evidence(searched=True, found=(lease.passage(),))
    assert summary(none_used) == "This answer rests on none of the passages that were found."
    assert summary(evidence_of(lease)) == ""
    assert ("Searched", "No document was searched.") in reasons(Evidence())


def test_reasons_tell_what_the_answer_cost_and_what_was_not_seen() -> None:
    figures = Figures(1240, 1100, 320, 1.24, 4.2, 8192, "CPU, 2 threads", 200, 5.2)
    assert reasons(Evidence(dropped=4, figures=figures))[1:] == [
        ("Not seen", "The 4 oldest messages no longer fit and are not seen by the model."),
        ("Ran on", "CPU, 2 threads"),
        ("Prompt", "1,240 tokens, 1,100 of them known from before"),
        ("First word", "after 1.2 s"),
        ("Answer", "320 tokens, 4.2 a second"),
        ("Thinking", "200 of these tokens, in 5 s"),
        ("Context", "1,560 of 8,192 tokens in use"),
    ]


def test_reasons_of_an_answer_without_a_model_have_no_figures() -> None:
    assert [what for what, _ in reasons(Evidence())] == ["Searched"]


def test_what_was_found_is_shown_while_the_answer_is_written_and_a_page_being_read_stays(
    qtbot: QtBot, view: EvidenceView, lease: Lease
) -> None:
    view.show_found([lease.passage()])
    (card,) = view.findChildren(PassageCard)
    assert not view.page.isVisible()
    qtbot.waitUntil(card.isVisible)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    shown_page(qtbot, view, "page 3 of 3")
    qtbot.mouseClick(icon_button(view, "Previous page"), Qt.MouseButton.LeftButton)
    shown_page(qtbot, view, "page 2 of 3")
    drawn = len(lease.reader.drawn)
    view.show_evidence(answer(evidence_of(lease)))
    assert "page 2 of 3" in said(view.page)
    assert len(lease.reader.drawn) == drawn
    view.show_citation(1)
    shown_page(qtbot, view, "page 3 of 3")


def test_a_search_that_found_nothing_says_so_at_once(qtbot: QtBot, view: EvidenceView) -> None:
    view.show_found([])
    qtbot.waitUntil(lambda: "Nothing in your documents matches this question." in said(view))


def test_a_page_is_drawn_once_for_the_width_it_is_shown_in(qtbot: QtBot, view: EvidenceView, lease: Lease) -> None:
    view.show_evidence(answer(evidence_of(lease)))
    shown_page(qtbot, view, "page 3 of 3")
    qtbot.waitUntil(lambda: not view.page.is_settling)
    assert [width for _, width, _ in lease.reader.drawn] == [view.page.paper.drawing_width()]
    view.resize(500, 800)
    qtbot.waitUntil(lambda: lease.reader.drawn[-1][1] == view.page.paper.drawing_width() > 400)


def test_what_was_covered_and_what_to_beware_of_stand_with_the_evidence(view: EvidenceView, lease: Lease) -> None:
    evidence = replace(
        evidence_of(lease),
        coverage=(Coverage(1, "/c/lease.pdf", 9, 12, "pages"),),
        cautions=(Caution(1, "/c/site.html", "", "Home", orders=False, hidden="hidden by its page"),),
    )
    assert ("Read", "9 of 12 pages of lease.pdf") in reasons(evidence)
    view.show_evidence(answer(evidence))
    assert "site.html hides text: “Home” This text is hidden by its page" in said(view)
