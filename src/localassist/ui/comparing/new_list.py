"""The dialog that begins a saved list or adds to one: its name, its questions, its models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from localassist.domain.comparisons import MOST_MODELS
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.ui.comparing.models import Contender
    from localassist.ui.icons import Icons


class NewListDialog(QDialog):
    """`begun` carries the name, the questions and the models; `file_chosen` the path of a text with questions.

    With a `name` it adds to the list of that name.
    """

    begun = Signal(str, tuple, tuple)
    file_chosen = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget, known: Sequence[Contender], name: str = "") -> None:
        super().__init__(parent)
        self._adds = bool(name)
        self.setWindowTitle(f"Add to {name}" if name else "A list of your questions")
        self.name = Field(name)
        self.name.setPlaceholderText("What it is about")
        self.name.setAccessibleName("Name of the list")
        self.name.setEnabled(not name)
        self.questions = QPlainTextEdit()
        self.questions.setProperty("kind", "field")
        self.questions.setPlaceholderText("One question a line")
        self.questions.setAccessibleName("Questions, one a line")
        self.questions.setTabChangesFocus(True)
        self._file = QPushButton("From a text…")
        self.models = QListWidget()
        self.models.setAccessibleName("Models")
        for each in known:
            item = QListWidgetItem(each.label)
            item.setData(Qt.ItemDataRole.UserRole, each.reference)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.models.addItem(item)
        self.note = NoteView(icons)
        self._go = QPushButton("Add" if name else "Begin the list")
        self._go.setProperty("kind", "primary")
        self._lay_out()
        self._go.clicked.connect(self._on_go)
        self._file.clicked.connect(self._on_file)
        for changed in (self.name.textChanged, self.questions.textChanged, self.models.itemChanged):
            changed.connect(self._after_change)
        self._after_change()

    def add_questions(self, texts: Sequence[str]) -> None:
        """Put questions below those that are there."""
        there = self.questions.toPlainText().rstrip("\n")
        self.questions.setPlainText("\n".join([*([there] if there else []), *texts]))

    @property
    def chosen(self) -> tuple[str, ...]:
        """What the ticked models are asked as."""
        items = (self.models.item(row) for row in range(self.models.count()))
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked
        )

    def _after_change(self) -> None:
        texts, chosen = self._texts(), self.chosen
        several = len(chosen) <= MOST_MODELS
        whole = bool(self.name.text().strip() and texts and chosen)
        self._go.setEnabled(several and (bool(texts or chosen) if self._adds else whole))
        if several:
            self.note.hide()
        else:
            self.note.warn(f"{MOST_MODELS} models at most can be read side by side.")

    def _texts(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.questions.toPlainText().split("\n") if line.strip())

    def _on_go(self) -> None:
        self.begun.emit(self.name.text().strip(), self._texts(), self.chosen)

    def _on_file(self) -> None:
        dialog = QFileDialog(self, "A text with one question a line")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(WordsLabel("Questions, one a line", "section"), 1)
        head.addWidget(self._file)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addWidget(self.name)
        layout.addLayout(head)
        layout.addWidget(self.questions, 3)
        layout.addWidget(WordsLabel(f"Models, {MOST_MODELS} at most", "section"))
        layout.addWidget(self.models, 2)
        layout.addWidget(self.note)
        layout.addWidget(self._go, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(140 * STEP, 130 * STEP)
