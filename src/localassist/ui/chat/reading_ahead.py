"""Has the model read the conversation on show while nobody asks for anything, so that the next answer starts sooner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.reading_ahead import ReadAhead

IDLE_MS: Final = 400  # who walks through a list of conversations does not have each of them read


class QuietReading(QObject):
    """Reads one conversation at a time and never says a word, also when it can't."""

    def __init__(self, read_ahead: ReadAhead, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._read_ahead = read_ahead
        self._jobs = jobs
        self._conversation_id = 0
        self._job: Job | None = None
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._on_idle)

    def begin(self, conversation_id: int) -> None:
        """Read this conversation instead of another, in a moment."""
        self.leave()
        self._conversation_id = conversation_id
        self._idle.start()

    def leave(self) -> None:
        """Read nothing more; returns at once."""
        self._idle.stop()
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _on_idle(self) -> None:
        self._job = self._jobs.prepare(partial(self._read, self._conversation_id))
        self._job.ended.connect(partial(self._on_ended, self._job))
        self._job.start()

    def _read(self, conversation_id: int, stop: Stop) -> Iterator[object]:
        """On a worker."""
        self._read_ahead(conversation_id, stop)
        yield from ()

    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
