"""Why an answer is what it is: what was searched, where it was answered, what it took, in words and numbers."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from localassist.ui.cautions import caution_words
from localassist.ui.evidence.shares import shares
from localassist.ui.figures import dropped_words, figure_rows, money
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Evidence

NOTHING_FOUND: Final = "Nothing in your documents matches this question."


def reasons(evidence: Evidence) -> list[tuple[str, str]]:
    """What there is to tell about an answer, as (what, how it was)."""
    told = [*_where(evidence), *_sent(evidence), *_search(evidence)]
    if evidence.dropped:
        told.append(("Not seen", dropped_words(evidence.dropped)))
    told += figure_rows(evidence.figures)
    if evidence.ended == "length":
        told.append(("Cut off", "The answer's tokens ran out before it was complete."))
    if evidence.timings:
        told.append(("Time", "\n".join(f"{step}: {seconds:.2f} s" for step, seconds in evidence.timings.items())))
    return told


def _where(evidence: Evidence) -> Iterator[tuple[str, str]]:
    if evidence.route:
        yield "Answered by", evidence.route.model or "quoting your documents, without a model"
        yield "Where", f"{evidence.route.destination.capitalize()}. {evidence.route.reason}"


def _sent(evidence: Evidence) -> Iterator[tuple[str, str]]:
    sent = evidence.sent
    if sent is None:
        return
    yield "Cost", "not known" if sent.cost is None else money(sent.cost)
    if sent.consent:
        yield "Sent by", f"your word, {sent.consent}"
    if sent.recogniser:
        yield "Replaced", f"{sent.replaced:,} by placeholders, looked for by: {sent.recogniser}"
    if sent.request_id:
        yield "Request", sent.request_id


def _search(evidence: Evidence) -> Iterator[tuple[str, str]]:
    yield "Searched", _searched(evidence)
    if evidence.before:
        yield "Searched too", evidence.before
    for each in evidence.coverage:
        yield "Read", f"{each.read:,} of {each.total:,} {each.unit} of {PurePath(each.path).name}"
    if evidence.matched:
        yield "Matching", f"at least {passages(evidence.matched)}; documents: {evidence.matched_documents:,}"
    scores = [c.passage.score for c in evidence.citations] + [p.score for p in evidence.found]
    if scores:
        by = _found_by(evidence)
        yield "Scores", f"{max(scores):.2f} the best, {min(scores):.2f} the last{by and '; '}{by}"
    if evidence.left_out:
        yield "No room for", passages(evidence.left_out)


def warnings(evidence: Evidence) -> Iterator[str]:
    """What has to be said loudly of an answer, a sentence each."""
    if evidence.unused:
        names = ", ".join(PurePath(path).name for path in evidence.unused)
        yield f"Not used: {names}. The answer does not rest on it, though it was asked about."
    if said := summary(evidence):
        yield said
    yield from map(caution_words, evidence.cautions)


def summary(evidence: Evidence) -> str:
    """A loud sentence for an answer that rests on no document; empty for one that does."""
    if evidence.citations or evidence.coverage:
        return ""
    if not evidence.searched:
        return "No document was searched for this answer."
    if not evidence.found:
        return NOTHING_FOUND
    return "This answer rests on none of the passages that were found."


def _found_by(evidence: Evidence) -> str:
    """How the best passage of all was found, in words."""
    best = max((*(c.passage for c in evidence.citations), *evidence.found), key=lambda passage: passage.score)
    told = [f"{name} {share:.2f}" for name, share in shares(best) if share]
    return f"the best by {', '.join(told)}" if told else ""


def _searched(evidence: Evidence) -> str:
    if not evidence.searched:
        return "No document was searched."
    found = len(evidence.found) + len({c.passage.chunk_id for c in evidence.citations})
    used = f"the answer rests on {len(evidence.citations)} of them" if evidence.citations else "none was used"
    return f"{passages(found)} found; {used}." if found else "Nothing matched."


def passages(count: int) -> str:
    """So many passages, in words."""
    return f"{count} passage" if count == 1 else f"{count} passages"


class ReasonsView(QWidget):
    """The reasons as two columns; the words can be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(3 * STEP, STEP, 3 * STEP, 2 * STEP)
        self._grid.setHorizontalSpacing(3 * STEP)
        self._grid.setVerticalSpacing(2 * STEP)
        self._grid.setColumnStretch(1, 1)

    def show_reasons(self, told: list[tuple[str, str]]) -> None:
        """Show these instead of what was shown."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, (what, how) in enumerate(told):
            name = QLabel(what)
            name.setProperty("kind", "muted")
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(WordsLabel(how, selectable=True), row, 1, Qt.AlignmentFlag.AlignTop)
