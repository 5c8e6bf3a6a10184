"""The list of conversations: by day, searched as you type, renamed and deleted from its menu."""

from __future__ import annotations

import time
from calendar import month_name
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QListView, QMenu, QPushButton, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels_menu import LabelsMenu
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from localassist.domain.chat import Conversation
    from localassist.domain.labels import Sensitivity
    from localassist.ui.icons import Icons

ID_ROLE: Final = Qt.ItemDataRole.UserRole
SEARCH_DELAY_MS: Final = 150
NOTHING_YET: Final = "Your conversations will be listed here. They stay on this computer."


class ConversationsView(QWidget):
    """Shows titles. `search_changed` carries the words looked for, the others a conversation's id.

    `label_requested` wants to know whether it may leave, `labelled` says so with a `Sensitivity`.

    `title_left` says that a title is no longer edited: what was to be shown meanwhile was not.
    """

    new_requested = Signal()
    conversation_chosen = Signal(int)
    search_changed = Signal(str)
    renamed = Signal(int, str)
    title_left = Signal()
    deletion_requested = Signal(int, str)
    label_requested = Signal(int)
    labelled = Signal(int, object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.search = Field()
        self.search.setPlaceholderText("Search conversations")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self._delay = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._new = QPushButton("New conversation")
        self._new.setProperty("kind", "quiet")
        self._icons = icons
        self._paint_icons()
        self._model = QStandardItemModel(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setAccessibleName("Conversations")
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._nothing = QLabel(NOTHING_YET)
        self._nothing.setProperty("kind", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.setContentsMargins(2 * STEP, 0, 2 * STEP, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * STEP, 2 * STEP, 2 * STEP, 0)
        column.setSpacing(STEP)
        column.addWidget(self.search)
        column.addWidget(self._new)
        column.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._list, 1)
        self._connect()

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self.search.textChanged.connect(self._delay.start)
        self._delay.timeout.connect(lambda: self.search_changed.emit(self.search.text()))
        self._list.clicked.connect(self._on_chosen)
        self._list.activated.connect(self._on_chosen)
        self._list.customContextMenuRequested.connect(self._on_menu_requested)
        self._model.itemChanged.connect(self._on_item_changed)
        self._list.itemDelegate().closeEditor.connect(self.title_left)
        self._icons.theme.changed.connect(self._paint_icons)
        delete = QAction("Delete…", self._list)
        delete.setShortcut(QKeySequence.StandardKey.Delete)
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._on_delete_pressed)
        self._list.addAction(delete)

    def show_conversations(
        self, conversations: Sequence[Conversation], chosen: int | None, never_leaving: Collection[int] = ()
    ) -> None:
        """Show these, the latest first, with the chosen one marked; nothing else while a title is edited.

        Those in `never_leaving` have a lock.
        """
        if self._is_edited:
            return
        self._model.clear()
        day = ""
        for conversation in conversations:
            named = day_name(conversation.updated, time.time())
            if named != day:
                day = named
                self._model.appendRow(_heading(day))
            item = QStandardItem(conversation.title)
            item.setData(conversation.id, ID_ROLE)
            stays = conversation.id in never_leaving
            item.setIcon(self._icons.icon("lock", "muted") if stays else QIcon())
            told = f"{conversation.title}\nNever leaves this computer." if stays else conversation.title
            item.setToolTip(plain_tip(told))
            item.setAccessibleText(told)
            self._model.appendRow(item)
        self._list.setVisible(bool(conversations))
        self._nothing.setText("No conversation has these words." if self.search.text() else NOTHING_YET)
        self._nothing.setVisible(not conversations)
        self.mark(chosen)

    def mark(self, conversation_id: int | None) -> None:
        """Mark a conversation as the one on show."""
        if self._is_edited:
            return
        self._list.clearSelection()
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            if conversation_id is not None and index.data(ID_ROLE) == conversation_id:
                self._list.setCurrentIndex(index)

    def show_label(self, sensitivity: Sensitivity) -> None:
        """Mark in the menu that is open whether the conversation may leave."""
        labels = self.findChild(LabelsMenu)
        if labels is not None:
            labels.show_label(sensitivity)

    @property
    def _is_edited(self) -> bool:
        """Whether somebody is writing a title in the list."""
        return self._list.findChild(QLineEdit) is not None

    def _paint_icons(self) -> None:
        self._new.setIcon(self._icons.icon("plus"))

    def _on_chosen(self, index: QModelIndex) -> None:
        conversation_id = index.data(ID_ROLE)
        if conversation_id is not None:
            self.conversation_chosen.emit(conversation_id)

    def _on_item_changed(self, item: QStandardItem) -> None:
        if item.text().strip():
            self.renamed.emit(item.data(ID_ROLE), item.text().strip())

    def _on_delete_pressed(self) -> None:
        index = self._list.currentIndex()
        if index.data(ID_ROLE) is not None:
            self.deletion_requested.emit(index.data(ID_ROLE), index.data())

    def _on_menu_requested(self, at: QPoint) -> None:
        index = self._list.indexAt(at)
        if index.data(ID_ROLE) is None:
            return
        self._list.setCurrentIndex(index)
        conversation_id = index.data(ID_ROLE)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename", lambda: self._list.edit(index))
        menu.addMenu(LabelsMenu(partial(self.labelled.emit, conversation_id), menu))
        menu.addAction("Delete…", self._on_delete_pressed)
        self.label_requested.emit(conversation_id)
        menu.popup(self._list.viewport().mapToGlobal(at))


def _heading(day: str) -> QStandardItem:
    item = QStandardItem(day)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setPixelSize(12)
    item.setFont(font)
    return item


def day_name(moment: float, now: float) -> str:
    """The heading under which a conversation of that moment stands; both in seconds since the epoch."""
    then = datetime.fromtimestamp(moment, UTC).astimezone()
    today = datetime.fromtimestamp(now, UTC).astimezone()
    days = (today.date() - then.date()).days
    for most, name in ((0, "Today"), (1, "Yesterday"), (7, "Last week"), (30, "Last month")):
        if days <= most:
            return name
    return f"{month_name[then.month]} {then.year}"
