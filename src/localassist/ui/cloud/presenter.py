"""Shows a review, has it revised as the user changes it, and says what became of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.ui.cloud.view import ReviewDialog
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from localassist.domain.reviewing import Review, Revision
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


class ReviewPresenter(QObject):
    """One review at a time. `sent` carries what is to be sent and whether its consent is to be remembered,
    `local_chosen` the id of a question that is to be answered here, `cancelled` that of one that is left alone.
    """

    sent = Signal(object, bool)
    local_chosen = Signal(int)
    cancelled = Signal(int)

    def __init__(self, services: Services, jobs: Jobs, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._jobs = jobs
        self._icons = icons
        self._window = window
        self._review: Review | None = None
        self._revisions = 0
        self.dialog: ReviewDialog | None = None

    def show(self, review: Review, *, answered: bool) -> None:
        """Show this one; `answered`: its question has an answer from this computer."""
        self._close()  # one from before would send what this one holds
        self._review = review
        self._revisions += 1
        self.dialog = dialog = ReviewDialog(self._icons, review, self._window, answered=answered)
        dialog.revised.connect(self._on_revised)
        dialog.send_requested.connect(self._on_send_requested)
        dialog.local_requested.connect(self._on_local_requested)
        dialog.forgetting_requested.connect(self._on_forgetting_requested)
        dialog.rejected.connect(self._on_rejected)
        dialog.open()

    def leave_other(self, conversation_id: int | None) -> None:
        """Another conversation comes on show: what would be sent of one before is left alone."""
        if self._review is not None and self._review.conversation_id != conversation_id:
            self._on_rejected()

    def _on_revised(self, revision: Revision) -> None:
        if self._review is None:
            return
        self._revisions += 1
        revise = partial(self._revise, self._review, revision)
        number = self._revisions
        self._jobs.call(revise, partial(self._on_known, number), partial(self._on_not_revised, number))

    def _revise(self, review: Review, revision: Revision) -> Review:
        """On a worker."""
        return self._services.escalation().prepare.revised(review, revision)

    def _on_known(self, number: int, review: Review) -> None:
        if number == self._revisions and self.dialog is not None:
            self._review = review
            self.dialog.show_review(review)

    def _on_not_revised(self, number: int, error: BaseException) -> None:
        if number == self._revisions and self.dialog is not None:
            self.dialog.complain(describe(error).text)

    def _on_send_requested(self, remember: bool) -> None:  # noqa: FBT001  a slot
        review = self._close()
        if review is not None:
            self.sent.emit(review, remember)

    def _on_local_requested(self) -> None:
        review = self._close()
        if review is not None:
            self.local_chosen.emit(review.question_id)

    def _on_rejected(self) -> None:
        review = self._close()
        if review is not None:
            self.cancelled.emit(review.question_id)

    def _close(self) -> Review | None:
        """What was reviewed, None where that was told already."""
        review, self._review = self._review, None
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.accept()
        return review

    def _on_forgetting_requested(self) -> None:
        review = self._review
        if review is not None:
            forget = partial(self._forget, review.conversation_id)
            self._jobs.call(forget, self._on_forgotten, partial(self._on_not_revised, self._revisions))

    def _forget(self, conversation_id: int) -> int:
        """On a worker."""
        return self._services.escalation().store.withdraw_consents(conversation_id)

    def _on_forgotten(self, _count: int) -> None:
        if self._review is not None and self.dialog is not None:
            self._review = replace(self._review, remembered=None)
            self.dialog.revise(self.dialog.wanted)  # which may be another than the last that is known
