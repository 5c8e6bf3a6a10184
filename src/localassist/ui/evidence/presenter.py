"""Opens what is chosen in the evidence column, away from the GUI thread, and shows what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from localassist.ui.errors import describe
from localassist.ui.evidence.quoting import with_reference
from localassist.ui.evidence.source import SURROUNDINGS, DrawnPage, Excerpt, Place, Sources, on_disk

if TYPE_CHECKING:
    from localassist.ui.evidence.view import EvidenceView
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


class EvidencePresenter(QObject):
    """Between the evidence column and the documents."""

    def __init__(self, view: EvidenceView, services: Services, jobs: Jobs) -> None:
        super().__init__(view)
        self._page_view = view.page
        self._sources = Sources(services.documents, services.reader)
        self._jobs = jobs
        self._place: Place | None = None
        self._page: int | None = None
        self._reach = SURROUNDINGS
        self._asked = 0
        view.place_opened.connect(self._on_place_opened)
        view.page.page_asked.connect(self._on_page_asked)
        view.page.redraw_asked.connect(self._open)
        view.page.more_asked.connect(self._on_more_asked)
        view.page.outside_asked.connect(self._on_outside_asked)
        view.page.copy_asked.connect(self._on_copy_asked)

    def _on_place_opened(self, place: Place) -> None:
        self._place, self._page, self._reach = place, place.page, SURROUNDINGS
        self._page_view.show_opening(place.name)
        QTimer.singleShot(0, self, self._open)  # once the page has its place, and so the width to be drawn in

    def _on_page_asked(self, page: int) -> None:
        self._page, self._reach = page, SURROUNDINGS
        self._open()

    def _on_more_asked(self) -> None:
        self._reach *= 4
        self._open()

    def _open(self) -> None:
        place, page, reach = self._place, self._page, self._reach
        if place is None:
            return
        self._asked += 1
        asked, width = self._asked, self._page_view.paper.drawing_width()
        self._jobs.call(
            lambda: self._sources.open(place, page, width, reach),
            lambda found: self._show(asked, found),
            lambda error: self._show(asked, error),
        )

    def _show(self, asked: int, found: DrawnPage | Excerpt | BaseException) -> None:
        if asked != self._asked:
            return  # something else was chosen meanwhile
        match found:
            case DrawnPage():
                self._page_view.show_drawn(found)
            case Excerpt():
                self._page_view.show_excerpt(found)
            case _:
                self._page_view.show_problem(describe(found))

    def _on_outside_asked(self) -> None:
        place = self._place
        if place is not None:
            self._jobs.call(lambda: on_disk(Path(place.path)), self._open_outside, lambda _error: None)

    def _open_outside(self, file: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
            self._page_view.show_not_opened(file.name)

    def _on_copy_asked(self) -> None:
        if self._place is not None:
            QGuiApplication.clipboard().setText(with_reference(self._place))
