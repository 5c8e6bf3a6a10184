"""A review of which much stays here, or which keeps something back: all of it can be read, and it says so."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from cloud_desk import LEASE, POLICY, room
from looking import said
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget

from localassist.domain.documents import Passage
from localassist.domain.labels import Labelled, Sensitivity
from localassist.domain.outbound import Matter, MatterKind
from localassist.ui.cloud.view import ReviewDialog
from localassist.ui.cloud.words import ASKS_AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from localassist.domain.reviewing import Review
    from localassist.ui.icons import Icons

KEPT = Labelled(
    Sensitivity.NEVER, "the collection Contracts, which was named at some length so that it needs two lines"
)
DOCUMENTS = 9
PASSAGES = 27


def held_back() -> Review:
    """A review with nothing of a document in it: 27 passages of nine documents stay here."""
    made = room(lease=LEASE, policy=POLICY)
    review = made.review(made.question("What notice must Maria Silva give?"), reason="You chose this model.")
    passages = tuple(
        Passage(100 + n, n % DOCUMENTS, f"/files/{n % DOCUMENTS}.pdf", f"Flat {n % DOCUMENTS}", n, "", "Words.", 0, 6)
        for n in range(PASSAGES)
    )
    withheld = tuple(
        Matter(f"kept {n}", MatterKind.PASSAGE, each.text, KEPT, f"{each.title}, page {n}", each.chunk_id)
        for n, each in enumerate(passages)
    )
    pieces = tuple(each for each in review.pieces if each.matter.kind is not MatterKind.PASSAGE)
    return replace(review, pieces=pieces, passages=passages, withheld=withheld)


@pytest.fixture
def dialog(qtbot: QtBot, icons: Icons) -> Iterator[ReviewDialog]:
    icons.theme.choose("light")
    window = QWidget()
    window.resize(1200, 800)
    qtbot.addWidget(window)
    window.show()
    made = ReviewDialog(icons, held_back(), window, answered=False)
    with qtbot.waitExposed(made):
        made.open()
    yield made
    icons.theme.choose("light")


def rows(dialog: ReviewDialog) -> list[QWidget]:
    """All that stands below each other in it, from top to bottom."""
    kept = [each for each in dialog.withheld.findChildren(QWidget) if each.isVisible()]
    shown = [each for each in (*kept, *dialog.replacements.ticks.values()) if not each.findChildren(QWidget)]
    return sorted(shown, key=lambda each: top(dialog, each))


def top(dialog: ReviewDialog, row: QWidget) -> int:
    return row.mapTo(dialog.scrolled.widget(), row.rect().topLeft()).y()


def assert_readable(dialog: ReviewDialog) -> None:
    for each in rows(dialog):
        needed = each.heightForWidth(each.width()) if each.hasHeightForWidth() else each.sizeHint().height()
        assert each.height() >= needed, "it is cut"
    words = [each for each in rows(dialog) if each.width() > 100]
    for above, below in pairwise(words):
        assert top(dialog, above) + above.height() <= top(dialog, below), "one covers the other"
    assert dialog.scrolled.verticalScrollBar().maximum() > 0, "the end of it can't be reached"


def test_every_row_has_its_height_and_covers_no_other(qtbot: QtBot, dialog: ReviewDialog, icons: Icons) -> None:
    assert_readable(dialog)
    dialog.withheld.fold.click()
    qtbot.waitUntil(dialog.withheld.list.isVisible)
    qtbot.waitUntil(lambda: dialog.withheld.list.height() > PASSAGES * 10)
    assert_readable(dialog)
    icons.theme.choose("dark")
    assert_readable(dialog)


def test_another_scheme_leaves_it_where_it_was_read(qtbot: QtBot, dialog: ReviewDialog, icons: Icons) -> None:
    bar = dialog.scrolled.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    at = bar.value()
    icons.theme.choose("dark")
    # It may be measured and painted before anything else is done that waits.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert bar.value() == at > 0, "for a moment all of it is pressed into the window"


def test_rows_that_come_later_are_measured_at_once(dialog: ReviewDialog) -> None:
    review = held_back()
    bar = dialog.scrolled.verticalScrollBar()
    dialog.show_review(replace(review, withheld=()))
    dialog.show_review(review)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert bar.maximum() > 0
    assert_readable(dialog)


def test_what_stays_here_is_told_by_document_with_each_piece_below(dialog: ReviewDialog) -> None:
    view = dialog.withheld
    assert said(view).count("3 passages: never leaves, as you said of the collection Contracts") == DOCUMENTS
    assert "Flat 4, 3 passages" in said(view)
    assert "Flat 4, page 13" not in said(view)
    assert view.fold.text() == "Show each of the 27"
    view.fold.click()
    assert all(f"Flat {n % DOCUMENTS}, page {n}\n" in f"{said(view)}\n" for n in range(PASSAGES))
    view.fold.click()
    assert "Flat 4, page 13" not in said(view)


def test_pieces_of_one_page_are_counted_and_stand_with_their_document(dialog: ReviewDialog) -> None:
    review = held_back()
    twice = replace(review.withheld[0], key="again")
    dialog.show_review(replace(review, withheld=(*review.withheld[:2], review.withheld[DOCUMENTS], twice)))
    dialog.withheld.fold.click()
    assert dialog.withheld.list.isVisible()
    assert dialog.withheld.list.text() == "Flat 0, page 0 (2)\nFlat 0, page 9\nFlat 1, page 1"


def test_one_piece_of_each_needs_no_list(dialog: ReviewDialog) -> None:
    review = held_back()
    dialog.show_review(replace(review, withheld=review.withheld[:2]))
    assert "Flat 1, page 1: never leaves, as you said of" in said(dialog.withheld)
    assert "Flat 2" not in said(dialog.withheld)
    assert not dialog.withheld.fold.isVisible()


def test_what_keeps_words_back_is_asked_each_time_and_says_why(qtbot: QtBot, dialog: ReviewDialog) -> None:
    review = held_back()
    dialog.remember.click()
    assert dialog.remember.isChecked()
    assert ASKS_AGAIN not in said(dialog)
    hiding = replace(review, revision=replace(review.revision, hidden=("notice",)))
    assert hiding.holds_back
    dialog.show_review(hiding)
    assert not dialog.remember.isEnabled()
    assert ASKS_AGAIN in said(dialog)
    with qtbot.waitSignal(dialog.send_requested) as sent:
        qtbot.mouseClick(dialog.send, Qt.MouseButton.LeftButton)
    assert sent.args == [False]
    dialog.show_review(review)
    assert dialog.remember.isEnabled()
    assert ASKS_AGAIN not in said(dialog)
