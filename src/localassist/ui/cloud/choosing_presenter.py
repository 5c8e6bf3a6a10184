"""Has another model elsewhere chosen, for one question or for a conversation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.ui.chat.standing import read_choices
from localassist.ui.cloud.choosing import OtherModelDialog
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from localassist.domain.ports.cloud import CloudModel, Provider
    from localassist.domain.stopping import Stop
    from localassist.ui.chat.destination import Choices
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.services import Services


class ChoosingPresenter(QObject):
    """`question_chosen` carries a question's id and the model it is to be put to, `conversation_chosen` the model
    that the conversation on show is to be for.
    """

    question_chosen = Signal(int, object)
    conversation_chosen = Signal(object)
    settings_requested = Signal()

    def __init__(self, services: Services, jobs: Jobs, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._jobs = jobs
        self._icons = icons
        self._window = window
        self._job: Job | None = None
        self.dialog: OtherModelDialog | None = None

    def choose_for_question(self, question_id: int) -> None:
        """Have a model chosen that this question is put to."""
        dialog = self._open("Ask another model", "Ask this model…")
        dialog.chosen.connect(lambda target: self.question_chosen.emit(question_id, target))

    def choose_for_conversation(self) -> None:
        """Have a model chosen that the conversation on show is for."""
        dialog = self._open("A model for this conversation", "Use it in this conversation")
        dialog.chosen.connect(self.conversation_chosen)

    def _open(self, title: str, use: str) -> OtherModelDialog:
        self.dialog = dialog = OtherModelDialog(self._icons, self._window, title, use)
        dialog.listing_requested.connect(self._on_listing_requested)
        dialog.stop_requested.connect(self._on_stop_requested)
        dialog.settings_requested.connect(self._on_settings_requested)
        dialog.finished.connect(self._on_finished)
        dialog.open()
        # What is read for a choice that is over by then is not shown in the next.
        self._jobs.call(self._read, partial(self._on_read, dialog), partial(self._on_failed, dialog))
        return dialog

    def _read(self) -> tuple[tuple[Provider, ...], Choices]:
        """On a worker."""
        return self._services.escalation().providers.all(), read_choices(self._services, None, None)

    def _on_read(self, dialog: OtherModelDialog, known: tuple[tuple[Provider, ...], Choices]) -> None:
        providers, choices = known
        if dialog is self.dialog:
            dialog.show_known(providers, choices.all)

    def _on_failed(self, dialog: OtherModelDialog, error: BaseException) -> None:
        if dialog is self.dialog:
            dialog.complain(describe(error).text)

    def _on_listing_requested(self, provider_id: str) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        name = dialog.providers.currentText()
        dialog.show_listing(name)
        self._job = job = self._jobs.prepare(partial(self._list, provider_id))
        job.progressed.connect(partial(self._on_listed, dialog, name))
        job.failed.connect(partial(self._on_failed, dialog))
        job.ended.connect(partial(self._on_ended, dialog))
        job.start()

    def _list(self, provider_id: str, stop: Stop) -> Iterator[tuple[CloudModel, ...]]:
        """On a worker."""
        yield self._services.escalation().providers.models(provider_id, stop)

    def _on_listed(self, dialog: OtherModelDialog, name: str, models: tuple[CloudModel, ...]) -> None:
        if dialog is self.dialog:
            dialog.show_models(name, models)

    def _on_ended(self, dialog: OtherModelDialog) -> None:
        if dialog is self.dialog:
            self._job = None
            dialog.show_ended()

    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_settings_requested(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.settings_requested.emit()

    def _on_finished(self) -> None:
        self.dialog, self._job = None, None
