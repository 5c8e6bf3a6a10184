"""The menu of a message: what the mouse finds in its text, for the keyboard too; and what has a key there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from localassist.domain.chat import Role
from localassist.ui.chat.markdown import CITE, UNSUPPORTED
from localassist.ui.places import place_of_citation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QKeySequence, QTextBlock
    from PySide6.QtWidgets import QWidget

    from localassist.domain.chat import Message
    from localassist.ui.chat.items import MessageItem
    from localassist.ui.chat.pieces import LaidPiece

LONGEST_NAME: Final = 60


def add_action(view: QWidget, name: str, key: QKeySequence.StandardKey, slot: Callable[[], None]) -> None:
    """Let a view and everything in it do something by a key and by its menu."""
    action = QAction(name, view)
    action.setShortcut(key)
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(slot)
    view.addAction(action)


def message_menu(
    item: MessageItem, follow: Callable[[int, str], object], ask_other: Callable[[int], object], parent: QWidget
) -> QMenu:
    """A menu of the message's citations and links, and of asking another model.

    `follow` is called with its id and the address chosen, `ask_other` with its id.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    addresses = [address for piece in (item.layout.pieces if item.layout else ()) for address in _addresses(piece)]
    for address in dict.fromkeys(addresses):
        name = _name(item.message, address)
        menu.addAction(name.replace("&", "&&"), partial(follow, item.message.id, address))
    if item.message.role is Role.ASSISTANT:
        other = menu.addAction("Ask another model…", partial(ask_other, item.message.id))
        other.setEnabled(item.growing is None)
    return menu


def _addresses(piece: LaidPiece) -> Iterator[str]:
    block = piece.document.begin()
    while block.isValid():
        yield from _addresses_of(block)
        block = block.next()


def _addresses_of(block: QTextBlock) -> Iterator[str]:
    fragments = block.begin()
    while not fragments.atEnd():
        address = fragments.fragment().charFormat().anchorHref()
        if address and not address.startswith(UNSUPPORTED):
            yield address
        fragments += 1


def _name(message: Message, address: str) -> str:
    if not address.startswith(CITE):
        return f"Link: {address}" if len(address) <= LONGEST_NAME else f"Link: {address[:LONGEST_NAME]}…"
    number = int(address.removeprefix(CITE))
    cited = next((c for c in message.evidence.citations if c.n == number), None)
    if cited is None:
        return f"Show citation {number}"
    return f"Show citation {number}: {place_of_citation(cited)}"
