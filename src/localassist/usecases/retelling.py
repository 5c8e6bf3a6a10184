"""What a conversation so far brings to its next question: who said what, and which passages went with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.domain.chat import Role
from localassist.domain.documents import Scope
from localassist.usecases.citing import renumbered, without_citations, without_quotes
from localassist.usecases.leaning import context_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localassist.domain.chat import Evidence, Message
    from localassist.domain.documents import Passage
    from localassist.domain.ports.documents import DocumentStore


@dataclass(frozen=True, slots=True)
class Numbered:
    """A passage under its number in a conversation."""

    n: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered, as the model was given it.

    `answer` is what people read, without marks; `said` is what the model wrote, to the letter. `given` are the
    passages that went with the question, without those that were forgotten since. `searched` says whether
    documents were looked through, `in_vain` that the model was told of a search that found nothing.
    """

    question: str
    answer: str
    said: str
    given: tuple[Numbered, ...] = ()
    searched: bool = False
    in_vain: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """One branch of a conversation, oldest exchange first.

    `dropped` counts its oldest exchanges that the model did not see at the last question, `highest` is the highest
    number that a passage has had in it. `shown` are the numbers that people see with the last answer that has
    any, each with its passage's in the conversation.
    """

    exchanges: tuple[Exchange, ...] = ()
    dropped: int = 0
    highest: int = 0
    shown: Mapping[int, int] = field(default_factory=dict)

    @property
    def searched(self) -> bool:
        """Whether documents were looked through for any of its questions."""
        return any(exchange.searched for exchange in self.exchanges)

    def as_given(self, question: str) -> str:
        """The next question as the model is given it: who writes [1] means what has that number on the screen."""
        return renumbered(question, self.shown)


def retell(messages: Sequence[Message], documents: DocumentStore) -> History:
    """The history that messages make. Questions that never got an answer are left out."""
    answered = tuple(_answered(messages))
    evidence = [answer.evidence for _, answer in answered]
    known = _still_known(evidence, documents)
    exchanges: list[Exchange] = []
    numbers: dict[int, int] = {}
    shown: dict[int, int] = {}
    for question, answer in answered:
        exchanges.append(_exchange(renumbered(question.text, shown), answer, known))
        numbers |= {given.chunk_id: given.n for given in answer.evidence.given}
        shown = _shown(answer.evidence, numbers) or shown
    return History(
        tuple(exchanges),
        evidence[-1].dropped // 2 if evidence else 0,
        max(numbers.values(), default=0),
        shown,
    )


def leans_on(question: str, history: History) -> str:
    """What to search for besides a question: the questions before this one that it leans on, "" for none."""
    return context_of(question, [exchange.question for exchange in history.exchanges])


def _answered(messages: Sequence[Message]) -> Iterator[tuple[Message, Message]]:
    question: Message | None = None
    for message in messages:
        if message.role is Role.USER:
            question = message
        elif message.role is Role.ASSISTANT and question is not None and message.text.strip():
            yield question, message
            question = None


def _still_known(evidence: Sequence[Evidence], documents: DocumentStore) -> dict[int, Passage]:
    """By chunk, the passages that were given and are still there: nobody is told what was forgotten."""
    given = [each for one in evidence for each in one.given]
    chunks, holders = {each.chunk_id for each in given}, {each.document_id for each in given}
    scope = Scope(document_ids=tuple(sorted(holders)))
    return {passage.chunk_id: passage for passage in documents.passages(sorted(chunks), scope)} if chunks else {}


def _shown(evidence: Evidence, numbers: dict[int, int]) -> dict[int, int]:
    """The number of each citation that people see, with the one its passage has in the conversation."""
    cited = {citation.n: citation.passage.chunk_id for citation in evidence.citations}
    return {n: numbers[chunk_id] for n, chunk_id in cited.items() if chunk_id in numbers}


def _as_answered(answer: Message) -> str:
    """What a model answered, without marks and without the quotes put below: it would learn to write such itself."""
    text = without_citations(answer.text, answer.evidence.sentences)
    return without_quotes(text) if answer.evidence.said else text


def _exchange(question: str, answer: Message, known: dict[int, Passage]) -> Exchange:
    evidence = answer.evidence
    return Exchange(
        question,
        _as_answered(answer),
        evidence.said,
        tuple(Numbered(each.n, known[each.chunk_id]) for each in evidence.given if each.chunk_id in known),
        evidence.searched,
        evidence.searched and evidence.said != "" and not evidence.given and not evidence.left_out,
    )
