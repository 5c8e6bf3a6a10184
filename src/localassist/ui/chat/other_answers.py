"""The other answers to the last question on show: from here, from elsewhere, from before; one at a time is on show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.ui.errors import describe

if TYPE_CHECKING:
    from localassist.domain.chat import Message
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.ui.chat.shelf import ControlShelf
    from localassist.ui.jobs import Jobs


class OtherAnswers(QObject):
    """Says below the last answer which of how many it is. `chosen` carries the conversation to be read again, whose
    branch is another now; `failed` carries a sentence.
    """

    chosen = Signal(int)
    failed = Signal(str)

    def __init__(self, store: ConversationStore, jobs: Jobs, controls: ControlShelf, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._jobs = jobs
        self._controls = controls
        self._answers: tuple[Message, ...] = ()
        self._looked = 0
        controls.other_answer_requested.connect(self._on_other_requested)

    def look(self, answer: Message | None) -> None:
        """This answer is on show as the last one (None: there is none)."""
        self._looked += 1
        self._answers = ()
        if answer is not None and answer.parent_id is not None:
            read = partial(self._store.answers, answer.parent_id)
            self._jobs.call(read, partial(self._on_read, self._looked, answer.id), self._on_failed)

    def _on_read(self, looked: int, answer_id: int, answers: tuple[Message, ...]) -> None:
        ids = [each.id for each in answers]
        if looked == self._looked and answer_id in ids:
            self._answers = answers
            self._controls.show_place(answer_id, ids.index(answer_id) + 1, len(ids))

    def _on_other_requested(self, answer_id: int, step: int) -> None:
        ids = [each.id for each in self._answers]
        wanted = ids.index(answer_id) + step if answer_id in ids else -1
        if 0 <= wanted < len(ids):
            self._jobs.call(partial(self._choose, self._answers[wanted]), self.chosen.emit, self._on_failed)

    def _choose(self, answer: Message) -> int:
        """On a worker."""
        self._store.choose_head(answer.conversation_id, answer.id)
        return answer.conversation_id

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)
