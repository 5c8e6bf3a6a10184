"""The library as the rest of the window knows it: opened on a page, with downloads that go on when it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.ui.models.downloads_presenter import DownloadsPresenter
from localassist.ui.models.installed_presenter import InstalledPresenter
from localassist.ui.models.library_dialog import LibraryDialog, Page
from localassist.ui.models.library_presenter import LibraryPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from localassist.domain.library import Download, Variant
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.ui.models.browsing import Card
    from localassist.ui.models.offers import Offer
    from localassist.usecases.services import Services


class ModelsLibrary(QObject):
    """`models_changed` says that there are other models than before, `model_used` that another one is used; `told`
    carries a line about what is downloaded, "" for nothing; `failed` a `Problem` that belongs beside the composer.
    """

    models_changed = Signal()
    model_used = Signal()
    told = Signal(str)
    failed = Signal(object)
    settings_requested = Signal()

    def __init__(
        self, parent: QWidget, services: Services, jobs: Jobs, icons: Icons, make_card: Callable[[], Card]
    ) -> None:
        super().__init__(parent)
        self._parent = parent
        self._services = services
        self._jobs = jobs
        self._icons = icons
        self._make_card = make_card
        self._dialog: LibraryDialog | None = None
        self._catalogue: LibraryPresenter | None = None
        self._installed: InstalledPresenter | None = None
        self._downloads = DownloadsPresenter(self, services, jobs)
        self._downloads.told.connect(self.told)
        self._downloads.failed.connect(self.failed)
        self._downloads.came.connect(self._on_came)

    def begin(self) -> None:
        """Go on with downloads that wait, as far as connections are allowed."""
        self._downloads.begin()

    def show(self, page: Page = Page.CATALOGUE) -> LibraryDialog:
        """Open the window on that page; making it before it is asked for would hold up the start."""
        if self._dialog is None:
            self._dialog = self._make(LibraryDialog(self._icons, self._make_card, self._parent))
        self.refresh()
        self._dialog.show_page(page)
        return self._dialog

    def show_recommendation(self) -> LibraryDialog:
        """Open the window with the model to begin with chosen, and say why that one. Nobody is asked for it."""
        dialog = self.show()
        if self._catalogue is not None:
            self._catalogue.recommend_without_asking()
        return dialog

    def refresh(self) -> None:
        """Show how everything is now, if the window was ever opened."""
        if self._catalogue is not None and self._installed is not None:
            self._catalogue.refresh()
            self._installed.refresh()

    def _make(self, dialog: LibraryDialog) -> LibraryDialog:
        self._catalogue = LibraryPresenter(dialog, self._services, self._jobs)
        self._catalogue.download_requested.connect(self._on_download_requested)
        self._catalogue.settings_requested.connect(self.settings_requested)
        self._installed = InstalledPresenter(dialog.installed, self._services, self._jobs)
        self._installed.changed.connect(self.models_changed)
        self._installed.used.connect(self.model_used)
        dialog.downloads.use_requested.connect(self._on_use_requested)
        self._downloads.show_on(dialog.downloads)
        return dialog

    def _on_download_requested(self, offer: Offer, variant: Variant) -> None:
        self._downloads.download(offer, variant)
        self.show(Page.DOWNLOADS)

    def _on_came(self, _download: Download) -> None:
        self.models_changed.emit()
        if self._installed is not None:
            self._installed.refresh()

    def _on_use_requested(self, download: Download) -> None:
        self.show(Page.INSTALLED)
        if self._installed is not None:
            self._installed.use_downloaded(download)
