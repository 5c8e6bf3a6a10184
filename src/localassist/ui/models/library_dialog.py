"""The library of models: a window of its own with the catalogue, the search, the downloads and what is here."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from localassist.ui.models.catalogue_page import CataloguePage
from localassist.ui.models.downloads_page import DownloadsPage
from localassist.ui.models.installed_page import InstalledPage
from localassist.ui.models.search_page import SearchPage
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.ui.icons import Icons
    from localassist.ui.models.browsing import Card

SIZE: Final = (300 * STEP, 190 * STEP)


class Page(IntEnum):
    """The pages, in their order."""

    CATALOGUE = 0
    SEARCH = 1
    DOWNLOADS = 2
    INSTALLED = 3


class LibraryDialog(QDialog):
    """It never blocks the main window; `make_card` makes a widget for Markdown of others and what fills it."""

    def __init__(self, icons: Icons, make_card: Callable[[], Card], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.catalogue = CataloguePage(icons, make_card())
        self.search = SearchPage(icons, make_card())
        self.downloads = DownloadsPage(icons)
        self.installed = InstalledPage(icons)
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setDrawBase(False)
        self.pages.setAccessibleName("Pages of the library")
        for page, title in (
            (self.catalogue, "Recommended"),
            (self.search, "Hugging Face"),
            (self.downloads, "Downloads"),
            (self.installed, "On this computer"),
        ):
            self.pages.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, 0)
        layout.addWidget(self.pages)
        self._resize(parent)

    def show_page(self, page: Page) -> None:
        """Come to the front with that page."""
        self.pages.setCurrentIndex(page)
        self.show()
        self.raise_()
        self.activateWindow()

    def _resize(self, parent: QWidget) -> None:
        """As large as it likes to be, where the screen has room for that."""
        room = parent.screen().availableSize()
        width, height = SIZE
        self.resize(min(width, room.width()), min(height, room.height()))
