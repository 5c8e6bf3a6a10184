"""Keeps the list of conversations true: reads it off the GUI thread, renames and deletes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from localassist.domain.labels import LabelKind, Sensitivity
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from localassist.domain.chat import Conversation
    from localassist.ui.chat.conversations import ConversationsView
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


class ConversationsPresenter(QObject):
    """`deleting` and `deleted` carry the id of a conversation that is to go and then gone.

    `failed` carries a sentence about what could not be done.
    """

    deleting = Signal(int)
    deleted = Signal(int)
    failed = Signal(str)

    def __init__(self, services: Services, jobs: Jobs, view: ConversationsView) -> None:
        super().__init__(view)
        self._services = services
        self._store = services.conversations
        self._jobs = jobs
        self._view = view
        self._matching = ""
        self._chosen: int | None = None
        self._asked = 0
        self.recent: tuple[Conversation, ...] = ()
        self._listed: tuple[Conversation, ...] = ()
        self._never_leaving: frozenset[int] = frozenset()
        view.search_changed.connect(self._on_search_changed)
        view.renamed.connect(self._on_renamed)
        view.title_left.connect(self.refresh)
        view.deletion_requested.connect(self._on_deletion_requested)
        view.label_requested.connect(self._on_label_requested)
        view.labelled.connect(self._on_labelled)

    def refresh(self) -> None:
        """Read the list again."""
        self._asked += 1
        read = partial(self._store.recent, self._matching)
        self._jobs.call(read, partial(self._on_read, self._asked), self._on_failed)

    def mark(self, conversation_id: int | None) -> None:
        """Mark the conversation that is on show."""
        self._chosen = conversation_id
        self._view.mark(conversation_id)

    def _read_never_leaving(self) -> frozenset[int]:
        """On a worker: the ids of the conversations that never leave."""
        labels = self._services.escalation().labels.labels()
        said = [label for label in labels if label.kind is LabelKind.CONVERSATION]
        return frozenset(int(label.target) for label in said if label.sensitivity is Sensitivity.NEVER)

    def _on_read(self, asked: int, conversations: tuple[Conversation, ...]) -> None:
        if asked != self._asked:
            return  # a later reading is under way
        if not self._matching:
            self.recent = conversations
        self._listed = conversations
        self._view.show_conversations(conversations, self._chosen, self._never_leaving)
        self._jobs.call(self._read_never_leaving, partial(self._on_labels_read, asked), self._on_failed)

    def _on_labels_read(self, asked: int, never_leaving: frozenset[int]) -> None:
        if asked == self._asked and never_leaving != self._never_leaving:
            self._never_leaving = never_leaving
            self._view.show_conversations(self._listed, self._chosen, never_leaving)

    def _on_search_changed(self, words: str) -> None:
        self._matching = words
        self.refresh()

    def _on_renamed(self, conversation_id: int, title: str) -> None:
        rename = partial(self._store.rename, conversation_id, title)
        self._jobs.call(rename, lambda _: self.refresh(), self._on_failed)

    def _on_label_requested(self, conversation_id: int) -> None:
        self._jobs.call(partial(self._label, conversation_id), self._view.show_label, self._on_failed)

    def _label(self, conversation_id: int) -> Sensitivity:
        """On a worker."""
        said = self._services.escalation().labels.of(LabelKind.CONVERSATION, str(conversation_id))
        return said or Sensitivity.ASK

    def _on_labelled(self, conversation_id: int, sensitivity: Sensitivity) -> None:
        keep = partial(self._keep_label, conversation_id, sensitivity)
        self._jobs.call(keep, lambda _: self.refresh(), self._on_failed)

    def _keep_label(self, conversation_id: int, sensitivity: Sensitivity) -> None:
        """On a worker."""
        said = None if sensitivity is Sensitivity.ASK else sensitivity
        self._services.escalation().labels.set(LabelKind.CONVERSATION, str(conversation_id), said)

    def _on_deletion_requested(self, conversation_id: int, title: str) -> None:
        asked = QMessageBox(self._view)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setTextFormat(Qt.TextFormat.PlainText)
        asked.setText(f"Delete “{title}”?")
        asked.setInformativeText("Its questions and answers are gone for good. Your documents stay.")
        keep = asked.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        asked.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(
            partial(self._delete, conversation_id)
        )
        asked.setDefaultButton(keep)
        asked.open()

    def _delete(self, conversation_id: int, _checked: object = None) -> None:
        self.deleting.emit(conversation_id)
        delete = partial(self._services.forget_conversation, conversation_id)
        self._jobs.call(delete, lambda _: self._on_deleted(conversation_id), self._on_failed)

    def _on_deleted(self, conversation_id: int) -> None:
        self.refresh()
        self.deleted.emit(conversation_id)

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)
