"""The downloads: how far each is, how fast, how long still; paused, gone on with, cancelled, and held to a speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from localassist.domain.library import DownloadState
from localassist.ui.models.sizes import size_words
from localassist.ui.models.words import pace_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.library import Download
    from localassist.ui.icons import Icons

STEPS: Final = 1000
MEGABYTE: Final = 1_000_000
FASTEST: Final = 10_000.0
TEACHING: Final = (
    "Nothing is downloaded. Choose a model in the catalogue or search Hugging Face for one: it comes here, verified, "
    "and goes on where it was after a break."
)
ENDED: Final = frozenset({DownloadState.DONE, DownloadState.CANCELLED})
GOING_ON: Final = {
    DownloadState.PAUSED: ("play", "Go on with this download"),
    DownloadState.FAILED: ("again", "Try this download again"),
}


class DownloadView(QFrame):
    """One download. Every signal is about it."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    forget_requested = Signal(str)
    use_requested = Signal(object)

    def __init__(self, icons: Icons, download: Download) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._download = download
        self._title = ElidedLabel(_name(download))
        self._title.setProperty("kind", "title")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setRange(0, STEPS)
        self._bar.setAccessibleName(f"Progress of {_name(download)}")
        self._told = WordsLabel(kind="muted")
        self.note = NoteView(icons, closable=False)
        self._go_on = IconButton(icons, "pause", "Pause this download")
        self._end = IconButton(icons, "close", "Cancel this download")
        self._use = QPushButton("Use it")
        self._use.setProperty("kind", "primary")
        self._lay_out()
        self._go_on.clicked.connect(self._on_go_on)
        self._end.clicked.connect(self._on_end)
        self._use.clicked.connect(lambda: self.use_requested.emit(self._download))
        self.show_download(download)

    def show_download(self, download: Download) -> None:
        """Show how it stands now."""
        self._download = download
        state = download.state
        self._bar.setValue(round(STEPS * download.received / download.total) if download.total else 0)
        self._bar.setVisible(state not in ENDED)
        self._told.setText(_told(download))
        if download.problem:
            self.note.warn(f"{download.problem} {download.hint}".strip())
        self.note.setVisible(bool(download.problem))
        self._go_on.setVisible(state not in ENDED)
        self._go_on.show_icon(*GOING_ON.get(state, ("pause", "Pause this download")))
        is_done = state is DownloadState.DONE
        self._end.show_icon("close", "Take this download off the list" if is_done else "Cancel this download")
        self._use.setVisible(is_done and not download.problem)

    def _on_go_on(self) -> None:
        is_waiting = self._download.state in GOING_ON
        (self.resume_requested if is_waiting else self.pause_requested).emit(self._download.id)

    def _on_end(self) -> None:
        is_done = self._download.state is DownloadState.DONE
        (self.forget_requested if is_done else self.cancel_requested).emit(self._download.id)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(STEP)
        top.addWidget(self._title, 1)
        for button in (self._use, self._go_on, self._end):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 3 * STEP, 3 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        for widget in (self._bar, self._told, self.note):
            layout.addWidget(widget)


class DownloadsPage(QWidget):
    """All downloads, in the order they were asked for. `limit_changed` carries bytes a second, 0 for no limit; the
    other signals carry a download's id, `use_requested` the `Download`.
    """

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    forget_requested = Signal(str)
    use_requested = Signal(object)
    limit_changed = Signal(float)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._views: dict[str, DownloadView] = {}
        self._empty = WordsLabel(TEACHING, "muted")
        self.note = NoteView(icons)
        self.limit = QDoubleSpinBox()
        self.limit.setRange(0.0, FASTEST)
        self.limit.setDecimals(1)
        self.limit.setSuffix(" MB a second")
        self.limit.setSpecialValueText("as fast as it goes")
        self.limit.setAccessibleName("Most that downloads may take of the line")
        self.limit.setFixedSize(42 * STEP, 8 * STEP)
        self.limit.setKeyboardTracking(False)
        self.limit.lineEdit().setTextMargins(2 * STEP, 0, 2 * STEP, 0)
        self.limit.valueChanged.connect(lambda megabytes: self.limit_changed.emit(megabytes * MEGABYTE))
        self._column = QVBoxLayout()
        self._lay_out()

    def show_downloads(self, downloads: Sequence[Download]) -> None:
        """Show these and no others."""
        for gone in self._views.keys() - {download.id for download in downloads}:
            self._drop(gone)
        for download in downloads:
            self.show_download(download)
        self._empty.setVisible(not self._views)

    def show_download(self, download: Download) -> None:
        """Show how one stands now; one that was cancelled goes."""
        view = self._views.get(download.id)
        if download.state is DownloadState.CANCELLED:
            self._drop(download.id)
        elif view is not None:
            view.show_download(download)
        else:
            self._add(download)
        self._empty.setVisible(not self._views)

    def view(self, download_id: str) -> DownloadView:
        """The one of that id."""
        return self._views[download_id]

    def _add(self, download: Download) -> None:
        view = self._views[download.id] = DownloadView(self._icons, download)
        view.pause_requested.connect(self.pause_requested)
        view.resume_requested.connect(self.resume_requested)
        view.cancel_requested.connect(self.cancel_requested)
        view.forget_requested.connect(self.forget_requested)
        view.use_requested.connect(self.use_requested)
        self._column.insertWidget(len(self._views) - 1, view)

    def _drop(self, download_id: str) -> None:
        view = self._views.pop(download_id, None)
        if view is not None:
            view.hide()
            view.deleteLater()

    def _lay_out(self) -> None:
        column = QWidget()
        column.setAccessibleName("Downloads")
        rows = QVBoxLayout(column)
        rows.setContentsMargins(4 * STEP, 0, 4 * STEP, 4 * STEP)
        rows.setSpacing(3 * STEP)
        self._column.setSpacing(3 * STEP)
        rows.addWidget(self._empty)
        rows.addLayout(self._column)
        rows.addStretch(1)
        top = QHBoxLayout()
        top.setContentsMargins(4 * STEP, 0, 4 * STEP, 0)
        top.addWidget(WordsLabel("Verified against the hash that the hub names, whole or not at all.", "muted"), 1)
        at_most = WordsLabel("Speed")
        at_most.setWordWrap(False)
        top.addWidget(at_most)
        top.addWidget(self.limit)
        noted = QVBoxLayout()
        noted.setContentsMargins(4 * STEP, 0, 4 * STEP, 0)
        noted.addWidget(self.note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * STEP, 0, 0)
        layout.setSpacing(3 * STEP)
        layout.addLayout(top)
        layout.addLayout(noted)
        layout.addWidget(ScrolledColumn(column), 1)


def _name(download: Download) -> str:
    """Its repository, and which file of it."""
    first = download.files[-1].path if download.files else ""
    return f"{download.repository}: {first}" if first.lower().endswith(".gguf") else download.repository


def _told(download: Download) -> str:
    size = f"{size_words(download.received)} of {size_words(download.total)}"
    match download.state:
        case DownloadState.RUNNING:
            return pace_words(download)
        case DownloadState.QUEUED:
            return f"Waits for its turn. {size}"
        case DownloadState.PAUSED:
            return f"Paused. {size}"
        case DownloadState.FAILED:
            return f"Stopped. {size}; what came is kept."
        case _:
            return f"Here and verified. {size_words(download.total)}"
