"""What somebody at the screen reads and presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from localassist.domain.chat import MessageStatus
from localassist.ui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.ui.assembly import Assembly


def said(view: QWidget) -> str:
    """The words that a view shows, one label a line."""
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def icon_button(view: QWidget, name: str) -> IconButton:
    """The button with that name."""
    return next(button for button in view.findChildren(IconButton) if button.accessibleName() == name)


def ask(opened: Assembly, qtbot: QtBot, text: str) -> None:
    """Type a question and press Enter."""
    field = opened.chat.composer.field
    field.setFocus()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def shown(opened: Assembly) -> list[str]:
    """The texts of the transcript, in order."""
    return [item.growing.text if item.growing else item.message.text for item in opened.chat.transcript.items]


def wait_for_end(opened: Assembly, qtbot: QtBot, status: MessageStatus = MessageStatus.COMPLETE) -> None:
    """Wait until the last answer on show has ended so."""

    def ended() -> bool:
        items = opened.chat.transcript.items
        return bool(items) and items[-1].message.status is status

    qtbot.waitUntil(ended)
    qtbot.waitUntil(lambda: opened.chat.composer._send.accessibleName() == "Send (Enter)")
    assert opened.chat.status.words == ""


def drop(target: QWidget, data: QMimeData) -> bool:
    """Drag something over a widget and let it fall; whether it was taken."""
    where, copy, left = QPointF(5, 5), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(where.toPoint(), copy, data, left, Qt.KeyboardModifier.NoModifier)
    falling = QDropEvent(where, copy, data, left, Qt.KeyboardModifier.NoModifier)
    for event in (entering, falling):
        event.ignore()
        QApplication.sendEvent(target, event)
    return falling.isAccepted()


def dragged(*addresses: QUrl) -> QMimeData:
    """What is dragged when files at these addresses are."""
    data = QMimeData()
    data.setUrls(list(addresses))
    return data
