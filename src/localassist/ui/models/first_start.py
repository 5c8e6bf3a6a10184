"""The first window: four ways in, each saying what it costs in disk and what leaves the computer."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from localassist.ui.models.choosing import choose_model_file
from localassist.ui.theme import STEP, TEXT_WIDTH
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons

INTRODUCTION: Final = (
    "Ask questions and get answers from a model that runs on this computer, about your own files if you like. "
    "Nothing you write and none of your files leaves this computer."
)
QUIET: Final = (
    "No account is needed. A model elsewhere can be set up later in the settings; nothing is sent to one without your "
    "word."
)
PROGRESS_STEPS: Final = 1000


class Way(Enum):
    """A way in: heading, what it is, what it costs, what its button says."""

    STARTER = (
        "Use the starter model",
        (
            "The smallest model that proves that everything works. It answers at once, and often wrongly: "
            "replace it with a better one when you like."
        ),
        "It came with localassist and needs no further disk. Nothing leaves this computer.",
        "Use the starter model",
    )
    LIBRARY = (
        "Choose a model from the library",
        (
            "It opens with the one to begin with on this computer, and has over a hundred more and all of Hugging "
            "Face: what each is good for, what its licence allows, how much it takes."
        ),
        (
            "Needs as much disk as the model has, which is said before. What you search for, look up and download is "
            "asked of huggingface.co, once you turn off the offline switch; nothing else leaves this computer."
        ),
        "Choose a model…",
    )
    FILE = (
        "Use a model file",
        "You have a model as a GGUF file, from a download or another program. It is used where it lies.",
        "Nothing is copied, so it needs no further disk. Nothing leaves this computer.",
        "Choose a file…",
    )
    DOCUMENTS = (
        "Quotes from documents only",
        "No model: questions are answered with the passages of your documents that match them, word for word.",
        "About 2 kB of disk for each page of your documents. Nothing leaves this computer.",
        "Continue without a model",
    )


class WayView(QFrame):
    """One way in as a card; shows its own progress and what went wrong with it."""

    chosen = Signal()
    stop_requested = Signal()

    def __init__(self, way: Way, icons: Icons) -> None:
        super().__init__()
        title, what, cost, action = way.value
        self.setProperty("kind", "card")
        self._available = True
        self._cost = WordsLabel(cost, "muted")
        self.button = QPushButton(action)
        self.button.setAccessibleDescription(f"{what} {cost}")
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._progress = QWidget()
        self._doing = WordsLabel(kind="muted")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setRange(0, PROGRESS_STEPS)
        stop = IconButton(icons, "stop", "Stop")
        row = QHBoxLayout(self._progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._doing, 2)
        row.addWidget(self._bar, 3)
        row.addWidget(stop)
        self.note = NoteView(icons)
        self._lay_out(WordsLabel(title, "title"), WordsLabel(what), self._cost)
        self.button.clicked.connect(self.chosen)
        stop.clicked.connect(self.stop_requested)
        self._progress.hide()

    def _lay_out(self, *told: QWidget) -> None:
        words = QVBoxLayout()
        words.setSpacing(2 * STEP)
        for widget in told:
            words.addWidget(widget)
        top = QHBoxLayout()
        top.setSpacing(4 * STEP)
        top.addLayout(words, 1)
        top.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 3 * STEP, 4 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        layout.addWidget(self._progress)
        layout.addWidget(self.note)

    def show_cost(self, cost: str) -> None:
        """Say what this way costs."""
        self._cost.setText(cost)

    def show_unavailable(self, reason: str) -> None:
        """Say why this way can't be gone."""
        self._available = False
        self._cost.setText(reason)
        self.button.setEnabled(False)

    def allow(self, *, allowed: bool) -> None:
        """Whether this way can be begun now."""
        self.button.setEnabled(allowed and self._available)

    def show_progress(self, doing: str, fraction: float) -> None:
        """Say what is going on, `fraction` being 0 to 1."""
        self._doing.setText(doing)
        self._bar.setValue(round(fraction * PROGRESS_STEPS))
        self._progress.show()
        self.note.hide()

    def show_rest(self) -> None:
        """Show that nothing is going on."""
        self._progress.hide()


class FirstStartView(QWidget):
    """The four ways in and the demo; `file_chosen` carries a path."""

    starter_chosen = Signal()
    library_chosen = Signal()
    file_chosen = Signal(str)
    documents_only_chosen = Signal()
    demo_chosen = Signal()
    stop_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways = {way: WayView(way, icons) for way in Way}
        self._demo = QPushButton("Try it on sample documents")
        self._demo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._ways[Way.STARTER].button.setProperty("kind", "primary")
        self._ways[Way.STARTER].chosen.connect(self.starter_chosen)
        self._ways[Way.LIBRARY].chosen.connect(self.library_chosen)
        self._ways[Way.FILE].chosen.connect(self._choose_file)
        self._ways[Way.DOCUMENTS].chosen.connect(self.documents_only_chosen)
        for way in self._ways.values():
            way.stop_requested.connect(self.stop_requested)
        self._demo.clicked.connect(self.demo_chosen)
        self._lay_out()

    def way(self, way: Way) -> WayView:
        """The card of one way."""
        return self._ways[way]

    def show_busy(self, *, busy: bool) -> None:
        """While one way is being gone, no other can be begun."""
        for card in self._ways.values():
            card.allow(allowed=not busy)
        self._demo.setEnabled(not busy)
        if not busy:
            for card in self._ways.values():
                card.show_rest()

    def show_problem(self, way: Way, problem: Problem) -> None:
        """Say on a way's card why it could not be gone."""
        self._ways[way].note.complain(problem)

    def _choose_file(self) -> None:
        choose_model_file(self, self.file_chosen.emit)

    def _lay_out(self) -> None:
        self.setAccessibleName("Ways to begin")
        column = QWidget()
        column.setMaximumWidth(TEXT_WIDTH)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(6 * STEP, 8 * STEP, 6 * STEP, 8 * STEP)
        inside.setSpacing(3 * STEP)
        inside.addStretch(1)
        inside.addWidget(WordsLabel("Welcome", "heading"))
        inside.addWidget(WordsLabel(INTRODUCTION, "body"))
        inside.addSpacing(2 * STEP)
        for card in self._ways.values():
            inside.addWidget(card)
        demo = QHBoxLayout()
        demo.addWidget(self._demo)
        demo.addWidget(
            WordsLabel("Indexes twelve small files that came with localassist and suggests questions.", "muted"), 1
        )
        inside.addLayout(demo)
        inside.addSpacing(2 * STEP)
        inside.addWidget(WordsLabel(QUIET, "muted"))
        inside.addStretch(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ScrolledColumn(_centred(column)))


def _centred(column: QWidget) -> QWidget:
    """The column in the middle of a wider one."""
    centred = QWidget()
    row = QHBoxLayout(centred)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(column, 1000)
    row.addStretch(1)
    return centred
