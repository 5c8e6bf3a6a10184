"""The window that compares models: a page for one question, a page for saved lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.ui.comparing.lists_page import ListsPage
from localassist.ui.comparing.side_page import SideBySidePage
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from localassist.ui.icons import Icons

SIZE: Final = (300 * STEP, 200 * STEP)


class ComparingDialog(QDialog):
    """It never blocks the main window."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare models")
        self.side = SideBySidePage(icons)
        self.lists = ListsPage(icons)
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setDrawBase(False)
        self.pages.setAccessibleName("Ways to compare")
        self.pages.addTab(self.side, "One question")
        self.pages.addTab(self.lists, "Saved lists")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, 0)
        layout.addWidget(self.pages)
        room = parent.screen().availableSize()
        self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter where a model is chosen would press whichever button Qt takes for the dialog's own.
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
