"""Has what would leave this computer approved in the window, for a job that waits for it."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from localassist.domain.reviewing import Review
    from localassist.domain.stopping import Stop
    from localassist.ui.cloud.presenter import ReviewPresenter


class Approvals(QObject):
    """Shows one review after the other; calling it belongs into a job."""

    _asked = Signal(object)

    def __init__(self, reviews: ReviewPresenter) -> None:
        super().__init__(reviews)
        self._reviews = reviews
        self._decided: SimpleQueue[Review | None] = SimpleQueue()
        self._asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)
        reviews.sent.connect(self._on_sent)
        reviews.local_chosen.connect(self._on_refused)
        reviews.cancelled.connect(self._on_refused)

    def __call__(self, review: Review, stop: Stop) -> Review | None:
        """What the user made of it, None for what is not to be sent. Raises `Stopped` on request."""
        while not self._decided.empty():
            self._decided.get()
        with stop.while_waiting(self._on_refused):
            stop.raise_if_requested()
            self._asked.emit(review)
            decided = self._decided.get()
        stop.raise_if_requested()
        return decided

    def _on_asked(self, review: Review) -> None:
        self._reviews.show(review, answered=True)  # other columns answer here

    def _on_sent(self, review: Review, _remember: bool) -> None:  # noqa: FBT001  a slot
        self._decided.put(review)

    def _on_refused(self) -> None:
        self._decided.put(None)
