"""Keeps collections true to the disk while the window lives, and shows how that goes."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from localassist.domain.events import (
    DocumentIndexed,
    DocumentIndexing,
    Embedding,
    FilesCounted,
    Hindered,
    Mirrored,
    Pace,
    RootBack,
    RootMissing,
    RootPolled,
)
from localassist.ui.documents.pace import counted, pace_words
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.ui.documents.progress import IndexingView
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.mirroring import MirrorFolders

QUIET_MS: Final = 600  # after the last news the panel goes; embedding follows reading sooner
COUNT_MS: Final = 1000  # counts that change with every file are read again at most so often
MEANING: Final = "Finding by meaning"
WORDS_FOUND: Final = "Its words are found already."


class FolderFollower(QObject):
    """Runs the mirror as a job, from `follow` on.

    `changed` says that documents are others than before, at most once a second; `in_line` that collections are as the
    disk is, with how many files could not be read since the last time; `read` carries a path whose words are found
    now; `roots_changed` that `problems` are others; `failed` carries what ended it, `hindered` a sentence.
    """

    changed = Signal()
    in_line = Signal(int)
    read = Signal(str)
    roots_changed = Signal()
    failed = Signal(object)
    hindered = Signal(str)

    def __init__(self, mirror: MirrorFolders, jobs: Jobs, panel: IndexingView, name_of: Callable[[str], str]) -> None:
        super().__init__(panel)
        self._mirror = mirror
        self._jobs = jobs
        self._panel = panel
        self._name_of = name_of
        self._job: Job | None = None
        self._wanted = False
        self._things = ""
        self._title = ""
        self._unread = 0
        self.problems: dict[str, str] = {}
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(panel.end)
        self._counting = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._counting.timeout.connect(self.changed)
        panel.pause_requested.connect(self.pause)
        panel.resume_requested.connect(self.follow)

    def follow(self) -> None:
        """Begin to bring collections in line with the disk and to follow its changes, or go on with it."""
        self._wanted = True
        self._panel.end()
        if self._job is None:
            self._job = self._jobs.prepare(self._mirror)
            self._job.progressed.connect(self._on_progressed)
            self._job.failed.connect(self._on_failed)
            self._job.ended.connect(self._on_ended)
            self._job.start()

    def pause(self) -> None:
        """End it until it is let go on; what was done stays done."""
        self._wanted = False
        if self._job is not None:
            self._job.stop()
        self._quiet.stop()
        self._panel.show_paused()

    def _on_progressed(self, happening: object) -> None:
        match happening:
            case RootMissing(path, reason):
                self._show_problem(path, reason)
            case RootBack(path):
                self._show_problem(path, "")
            case RootPolled(path, reason):
                self.hindered.emit(f"{path}: {reason} It is looked at every few minutes.")
            case Hindered(problem):
                self.hindered.emit(problem)
            case Mirrored():
                self._end_reading()
            case DocumentIndexed(document):
                self._unread += document.status.is_failure
                self.read.emit(document.path)
                self._count_soon()
            case _ if self._wanted:
                self._show_work(happening)

    def _show_work(self, happening: object) -> None:
        panel = self._panel
        match happening:
            case FilesCounted(count):
                self._show("Looking for documents", "", f"{count:,} found so far")
                panel.show_share(0, 0)
            case DocumentIndexing(path, position, total):
                self._show(f"Reading {self._name_of(path)}", PurePath(path).name, self._begun("files", total))
                panel.show_share(position - 1, total)
            case Embedding(done, total):
                self._show(MEANING, WORDS_FOUND, self._begun("passages", total))
                panel.show_share(done, total)
                self._count_soon()
                if done >= total:
                    self._quiet.start()
            case Pace(done, total):
                self._show(self._title, "", pace_words(happening, self._things))
                panel.show_share(done, total)

    def _begun(self, things: str, total: int) -> str:
        """How much there is to do, at its beginning; its pace says more."""
        begins, self._things = things != self._things, things
        return counted(0, total, things) if begins else ""

    def _show(self, title: str, detail: str, pace: str) -> None:
        self._title = title
        self._quiet.stop()  # a single file may take a minute
        self._panel.show_work(title, detail, pace)

    def _end_reading(self) -> None:
        self._things = ""
        if self._wanted:
            self._quiet.start()
        unread, self._unread = self._unread, 0
        self._counting.stop()
        self.in_line.emit(unread)

    def _count_soon(self) -> None:
        if not self._counting.isActive():
            self._counting.start()

    def _show_problem(self, path: str, problem: str) -> None:
        self.problems.pop(path, None)
        if problem:
            self.problems[path] = problem
        self.roots_changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.pause()
        self.failed.emit(describe(error))

    def _on_ended(self) -> None:
        self._job = None
        self.changed.emit()
        if self._wanted:
            self.follow()
