"""The other answers to the questions on show: from here, from elsewhere, from before; one of each is on show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.chat import Role
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from localassist.domain.chat import Message
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.ui.chat.shelf import ControlShelf
    from localassist.ui.jobs import Jobs


class OtherAnswers(QObject):
    """Says below answers which of how many they are. `chosen` carries the conversation to be read again, whose
    branch is another now; `failed` carries a sentence.
    """

    chosen = Signal(int)
    failed = Signal(str)

    def __init__(self, store: ConversationStore, jobs: Jobs, controls: ControlShelf, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._jobs = jobs
        self._controls = controls
        self._answers: dict[int, tuple[int, tuple[int, ...]]] = {}  # of an answer: its conversation and all answers
        self._looked = 0
        self._stepped = (0, 0)
        controls.other_answer_requested.connect(self._on_other_requested)

    def look(self, messages: Iterable[Message]) -> None:
        """This branch is on show."""
        self._looked += 1
        self._answers = {}
        answers = {m.parent_id: m for m in messages if m.role is Role.ASSISTANT and m.parent_id is not None}
        if answers:
            read = partial(self._store.siblings, tuple(answers))
            self._jobs.call(read, partial(self._on_read, self._looked, answers), self._on_failed)

    def _on_read(self, looked: int, shown: dict[int, Message], siblings: Mapping[int, tuple[int, ...]]) -> None:
        if looked != self._looked:
            return
        told = [(shown[question_id], ids) for question_id, ids in siblings.items() if shown[question_id].id in ids]
        self._answers = {answer.id: (answer.conversation_id, ids) for answer, ids in told}
        self._controls.show_places({answer.id: (ids.index(answer.id) + 1, len(ids)) for answer, ids in told})
        self._controls.focus_step(*self._stepped)
        self._stepped = (0, 0)

    def _on_other_requested(self, answer_id: int, step: int) -> None:
        conversation_id, ids = self._answers.get(answer_id, (0, ()))
        wanted = ids.index(answer_id) + step if ids else -1
        if 0 <= wanted < len(ids):
            self._stepped = (ids[wanted], step)
            choose = partial(self._store.choose_head, conversation_id, ids[wanted])
            self._jobs.call(choose, partial(self._on_chosen, self._looked, conversation_id), self._on_failed)

    def _on_chosen(self, looked: int, conversation_id: int, _: None) -> None:
        if looked == self._looked:  # else another conversation was opened meanwhile
            self.chosen.emit(conversation_id)

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)
