"""Links that others wrote: the whole address is shown before anything is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

OPENABLE: Final = frozenset({"http", "https", "mailto"})


def link_dialog(address: str, parent: QWidget, who: str = "A model") -> QMessageBox:
    """A dialog that shows an address that `who` wrote, and opens it in the browser only if told to."""
    dialog = QMessageBox(parent)
    dialog.setTextFormat(Qt.TextFormat.PlainText)
    dialog.setWindowTitle("Open a link?")
    dialog.setText(address)
    url = QUrl(address)
    copy = dialog.addButton("Copy address", QMessageBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(address))
    dialog.addButton(QMessageBox.StandardButton.Cancel)
    if url.scheme() in OPENABLE:
        dialog.setInformativeText(f"{who} wrote this address. Opening it tells its server that you did.")
        opening = dialog.addButton("Open in the browser", QMessageBox.ButtonRole.AcceptRole)
        opening.clicked.connect(lambda: QDesktopServices.openUrl(url))
    else:
        dialog.setInformativeText("Addresses of this kind are not opened from here.")
    dialog.setDefaultButton(QMessageBox.StandardButton.Cancel)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
