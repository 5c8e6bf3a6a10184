"""This computer: what was checked, how it stands, and what to do about what is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from localassist.domain.diagnosis import State
from localassist.ui.icons import SIZE
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from localassist.domain.diagnosis import Finding
    from localassist.ui.icons import Icons

NAME_WIDTH: Final = 40 * STEP
SYMBOLS: Final = {State.GOOD: ("check", "green"), State.NOTE: ("info", "blue"), State.BAD: ("warning", "red")}


class FindingView(QWidget):
    """One checked thing."""

    def __init__(self, finding: Finding, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._look = SYMBOLS[finding.state]
        self._symbol = QLabel()
        self.setAccessibleName(f"{finding.name}, {finding.state.value}: {finding.detail} {finding.remedy}".strip())
        name = WordsLabel(finding.name, "" if finding.state is State.GOOD else "title", selectable=True)
        name.setFixedWidth(NAME_WIDTH)
        said = QVBoxLayout()
        said.setSpacing(STEP)
        said.addWidget(WordsLabel(finding.detail, "muted", selectable=True))
        if finding.remedy:
            said.addWidget(WordsLabel(finding.remedy, selectable=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * STEP)
        row.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        icons.theme.changed.connect(self._paint)
        self._paint()

    def _paint(self) -> None:
        self._symbol.setPixmap(self._icons.icon(*self._look).pixmap(SIZE, SIZE))


class DiagnosisView(QWidget):
    """The findings, in the order they are made."""

    check_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("This computer")
        self._icons = icons
        self._area = ""
        self._again = QPushButton("Check again")
        self._again.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._again.clicked.connect(self.check_requested)
        self.note = NoteView(icons, closable=False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2 * STEP)
        self._lay_out()

    def begin(self) -> None:
        """Show that everything is being checked."""
        self._area = ""
        self.note.hide()
        self._again.setEnabled(False)
        self._again.setText("Checking")
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def add(self, finding: Finding) -> None:
        """Show one more finding, below the name of its area."""
        if finding.area != self._area:
            self._area = finding.area
            self._rows.addWidget(WordsLabel(finding.area[:1].upper() + finding.area[1:], "section", selectable=True))
        self._rows.addWidget(FindingView(finding, self._icons))

    def end(self) -> None:
        """Everything was checked."""
        self._again.setEnabled(True)
        self._again.setText("Check again")

    def _lay_out(self) -> None:
        column = QWidget()
        inside = QVBoxLayout(column)
        inside.setContentsMargins(6 * STEP, 4 * STEP, 6 * STEP, 6 * STEP)
        inside.setSpacing(3 * STEP)
        inside.addWidget(self.note)
        inside.addLayout(self._rows)
        inside.addWidget(self._again)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ScrolledColumn(column))
