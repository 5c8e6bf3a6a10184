"""The files dropped into a conversation, above the question: a chip each, and how far reading them is."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons

MOST_SHOWN: Final = 3  # chips that fit; the window of files has the rest
NAME_LENGTH: Final = 24


class AttachmentsView(QWidget):
    """Hidden while nothing is attached. `removed` carries a document's id, `files_requested` asks how all stand."""

    removed = Signal(int)
    files_requested = Signal()
    stop_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._reading = ElidedLabel()
        self._reading.setProperty("kind", "muted")
        self._stop = IconButton(icons, "stop", "Stop reading these files")
        self._stop.clicked.connect(self.stop_requested)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(2 * STEP)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        row.addLayout(self._chips)
        row.addWidget(self._reading, 1)
        row.addWidget(self._stop)
        row.addStretch()
        self.setAccessibleName("Files of this conversation")
        self.show_files((), "")

    def show_files(self, documents: Sequence[Document], reading: str) -> None:
        """Show these with what is being read, "" for nothing."""
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for document in documents[:MOST_SHOWN]:
            self._chips.addWidget(self._chip(document))
        if len(documents) > MOST_SHOWN:
            self._chips.addWidget(self._name_button(f"and {len(documents) - MOST_SHOWN:,} more", "All files", "muted"))
        self._reading.setText(reading)
        self._reading.setVisible(bool(reading))
        self._stop.setVisible(bool(reading))
        self.setVisible(bool(documents) or bool(reading))

    def _chip(self, document: Document) -> QWidget:
        name = PurePath(document.path).name
        well = document.status.is_answerable
        chip = QFrame()
        chip.setProperty("kind", "attachment")
        row = QHBoxLayout(chip)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        tip = "\n".join(filter(None, [document.path, document.problem]))
        row.addWidget(self._name_button(name, tip, "muted" if well else "amber", "document" if well else "warning"))
        close = IconButton(self._icons, "close", f"Take {name} out of this conversation")
        close.clicked.connect(lambda: self.removed.emit(document.id))
        row.addWidget(close)
        return chip

    def _name_button(self, name: str, tip: str, tint: str, icon: str = "") -> QToolButton:
        button = QToolButton()
        shown = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 8]}…{name[-7:]}"
        button.setText(shown.replace("&", "&&"))
        button.setToolTip(plain_tip(tip))
        button.setAccessibleName(f"{name}: show how it stands")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if icon:
            button.setIcon(self._icons.icon(icon, tint))
        button.clicked.connect(self.files_requested)
        return button
