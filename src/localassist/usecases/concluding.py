"""The frame around the writing of an answer: however it ends, what there is of it is stored with how it ended."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from localassist.domain.chat import MessageStatus
from localassist.domain.errors import LocalAssistError, Stopped
from localassist.domain.events import Asked, Finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Message
    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.stopping import Stop
    from localassist.usecases.drafting import Draft
    from localassist.usecases.labelling import LabelMatter
    from localassist.usecases.proving import ProveAnswer


class ConcludeAnswer:
    """Runs the work on an answer that is begun, and stores what comes of it; `prove` says what it rests on."""

    def __init__(self, conversations: ConversationStore, prove: ProveAnswer, label: LabelMatter) -> None:
        self._conversations = conversations
        self.prove = prove
        self._label = label

    def __call__(self, draft: Draft, work: Iterator[AnswerEvent], stop: Stop) -> Iterator[AnswerEvent]:
        """`Asked`, what the work yields, and `Finished` unless the answer was dropped.

        A stop ends with `Finished`, an error is raised afterwards. Closing the generator counts as a stop.
        """
        started = time.perf_counter()
        try:
            yield Asked(draft.question, draft.answer)
            yield from work
            draft.status, draft.problem = MessageStatus.COMPLETE, ""
        except (Stopped, GeneratorExit, KeyboardInterrupt) as ended:
            draft.status, draft.problem = MessageStatus.STOPPED, ""
            draft.text = draft.growing.text
            stop.request()  # whoever closed the generator does not wait for sentences to be compared by meaning
            self.prove(draft, stop, complete=False)
            if not isinstance(ended, Stopped):
                raise
        except LocalAssistError as error:
            draft.text, draft.problem = draft.growing.text, str(error)
            raise
        finally:
            draft.known()
            draft.growing.end()
            draft.timings["total"] = time.perf_counter() - started
            finished = self._store(draft)
        if not draft.is_dropped:
            yield Finished(finished)

    def _store(self, draft: Draft) -> Message:
        if draft.is_dropped:
            return self._conversations.discard_answer(draft.answer.id)
        before = self._conversations.branch(draft.question.parent_id)
        origins = self._label.origins(before, draft.evidence)
        evidence = replace(draft.evidence, timings=draft.timings, origins=origins)
        text = draft.text or draft.growing.text
        return self._conversations.finish(draft.answer.id, text, draft.status, evidence, draft.problem)
