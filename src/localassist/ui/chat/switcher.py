"""Switching conversations by the keyboard: type some letters of a title, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Conversation

MOVING = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class SwitcherDialog(QDialog):
    """Lists the given conversations; `conversation_chosen` carries the id of the one to show."""

    conversation_chosen = Signal(int)

    def __init__(self, conversations: Sequence[Conversation], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Switch conversation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._words = QLineEdit()
        self._words.setPlaceholderText("Switch to…")
        self._words.setAccessibleName("Letters of the title")
        self._list = QListWidget()
        self._list.setAccessibleName("Conversations")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for conversation in conversations:
            item = QListWidgetItem(conversation.title, self._list)
            item.setData(Qt.ItemDataRole.UserRole, conversation.id)
        self._list.setCurrentRow(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * STEP, 3 * STEP, 3 * STEP, 3 * STEP)
        column.addWidget(self._words)
        column.addWidget(self._list)
        self.resize(120 * STEP, 90 * STEP)
        self._words.installEventFilter(self)
        self._words.textChanged.connect(self._on_words_changed)
        self._words.returnPressed.connect(self._choose)
        self._list.itemClicked.connect(self._choose)

    def _on_words_changed(self, words: str) -> None:
        wanted = words.casefold().split()
        rows = [self._list.item(row) for row in range(self._list.count())]
        for item in rows:
            item.setHidden(not all(word in item.text().casefold() for word in wanted))
        first = next((item for item in rows if not item.isHidden()), None)
        if first is None:
            self._list.setCurrentRow(-1)
        else:
            self._list.setCurrentItem(first)

    def _choose(self) -> None:
        if self._list.currentRow() >= 0:
            self.conversation_chosen.emit(self._list.currentItem().data(Qt.ItemDataRole.UserRole))
            self.accept()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The words keep the focus while the arrows move through the list.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in MOVING:
            self._list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)
