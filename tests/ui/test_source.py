"""What a citation opens: its page while the file is as it was, its stored text, or the passage as it was used."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from evidence_material import PAGES, QUOTE, Lease

from localassist.domain.errors import DocumentError
from localassist.ui.evidence.source import FARTHEST, DrawnPage, Excerpt, Place, Sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def lease(tmp_path: Path) -> Lease:
    return Lease(tmp_path)


def opened(lease: Lease, page: int | None = 3, reach: int = 3000) -> DrawnPage | Excerpt:
    return Sources(lease.store, lease.reader).open(Place.of_citation(lease.citation()), page, 300, reach)


def test_a_pdf_is_drawn_with_the_words_marked_from_the_top_of_their_page(lease: Lease) -> None:
    page = opened(lease)
    assert isinstance(page, DrawnPage)
    assert (page.page, page.page_count, page.marked_text) == (3, 3, QUOTE)
    start = PAGES[2].index(QUOTE)
    assert lease.reader.drawn == [(3, 300, (start, start + len(QUOTE)))]
    assert page.image.width() == 300
    assert len(page.marks) == 1


def test_another_page_is_drawn_without_marks(lease: Lease) -> None:
    page = opened(lease, page=1)
    assert isinstance(page, DrawnPage)
    assert (page.page, page.marked_text, page.marks) == (1, "", ())


def test_a_format_without_pages_shows_its_stored_text(tmp_path: Path) -> None:
    text = opened(Lease(tmp_path, "lease.md", "Before. " + QUOTE + " After."), page=None)
    assert isinstance(text, Excerpt)
    assert text.mark is not None
    assert text.text[slice(*text.mark)] == QUOTE
    assert (text.note, text.page, text.more_before, text.more_after) == ("", None, False, False)


def test_pages_that_nobody_can_draw_are_shown_as_text_one_by_one(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "lease.docx")
    third, first = opened(lease, page=3), opened(lease, page=1)
    assert isinstance(third, Excerpt)
    assert isinstance(first, Excerpt)
    assert third.mark is not None
    assert third.text[slice(*third.mark)] == QUOTE
    assert (third.page, third.page_count) == (3, 3)
    assert (first.text.strip("\f"), first.mark) == (PAGES[0], None)


def test_ten_megabytes_on_one_line_are_shown_around_the_words_only(tmp_path: Path) -> None:
    lease = Lease(tmp_path, "log.txt", "x" * 5_000_000 + QUOTE + "y" * 5_000_000)
    text = opened(lease, page=None, reach=100)
    assert isinstance(text, Excerpt)
    assert text.text == "x" * 100 + QUOTE + "y" * 100
    assert text.more_before
    assert text.more_after


def test_no_reach_lays_out_a_whole_book(tmp_path: Path) -> None:
    text = opened(Lease(tmp_path, "log.txt", "x" * 50_000 + QUOTE), page=None, reach=40_000)
    assert isinstance(text, Excerpt)
    assert text.text == "x" * FARTHEST + QUOTE
    assert not text.more_before


def test_a_file_that_is_gone_is_named_and_its_text_shown(lease: Lease) -> None:
    lease.path.unlink()
    text = opened(lease)
    assert isinstance(text, Excerpt)
    assert text.note.startswith(f"lease.pdf is no longer in {lease.path.parent}.")
    assert QUOTE in text.text


@pytest.mark.parametrize("change", [str.swapcase, lambda text: text + "More."], ids=["as long", "longer"])
def test_a_file_that_changed_is_named_and_its_text_as_it_was_shown(lease: Lease, change: Callable[[str], str]) -> None:
    lease.path.write_text(change(lease.path.read_text()))
    text = opened(lease)
    assert isinstance(text, Excerpt)
    assert text.note.startswith("lease.pdf has changed since it was indexed.")
    assert QUOTE in text.text


def test_a_file_that_was_only_touched_is_still_drawn(lease: Lease) -> None:
    os.utime(lease.path, (1, 1))
    assert isinstance(opened(lease), DrawnPage)


def test_a_document_that_was_read_again_shows_the_passage_as_the_answer_had_it(lease: Lease) -> None:
    place = Place.of_citation(lease.citation())
    lease.read_again("Now it says something else, at some length, so that there is text where the quote was." * 3)
    text = Sources(lease.store, lease.reader).open(place, 3, 300, 3000)
    assert isinstance(text, Excerpt)
    assert "was read again since this answer" in text.note
    assert text.mark is not None
    assert text.text[slice(*text.mark)] == QUOTE


def test_a_document_that_was_removed_shows_the_passage_as_the_answer_had_it(lease: Lease) -> None:
    place = Place.of_citation(lease.citation())
    lease.store.remove_document(lease.document.id)
    text = Sources(lease.store, lease.reader).open(place, 3, 300, 3000)
    assert isinstance(text, Excerpt)
    assert "no longer among your documents" in text.note
    assert QUOTE in text.text


def test_a_page_that_cannot_be_drawn_says_why_and_shows_its_text(lease: Lease) -> None:
    lease.reader.problem = DocumentError("Drawing took longer than 10 s.", "Open it in its own program.")
    text = opened(lease)
    assert isinstance(text, Excerpt)
    assert text.note == "Drawing took longer than 10 s. Open it in its own program. This is its stored text."
    assert QUOTE in text.text


def test_an_attachment_is_drawn_from_the_file_that_it_is_inside_of(tmp_path: Path) -> None:
    mail = Lease(tmp_path, "mail.eml")
    inside = replace(Place.of_citation(mail.citation()), path=f"{mail.path}/annex.pdf")
    page = Sources(mail.store, mail.reader).open(inside, 3, 300, 3000)
    assert isinstance(page, DrawnPage)
    mail.path.write_text("Another mail.")
    text = Sources(mail.store, mail.reader).open(inside, 3, 300, 3000)
    assert isinstance(text, Excerpt)
    assert text.note == "mail.eml has changed since it was indexed. This is its text as it was then."


def test_of_a_wide_sheet_fewer_rows_are_shown_around_the_words(tmp_path: Path) -> None:
    rows = "\n".join(" | ".join("x" for _ in range(60)) for _ in range(60))
    sheet = Lease(tmp_path, "sheet.csv", f"{rows}\n{QUOTE}\n{rows}")
    text = opened(sheet, page=None)
    assert isinstance(text, Excerpt)
    assert text.text.count(" | ") <= 400
    assert text.more_before
    assert text.more_after
