"""What a conversation so far brings to its next question: who said what, and which passages went with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.domain.chat import Role
from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError
from localassist.usecases.citing import renumbered, without_citations, without_quotes
from localassist.usecases.leaning import context_of
from localassist.usecases.stretches import cut_otherwise, stretch_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localassist.domain.chat import Evidence, Given, Message
    from localassist.domain.documents import Passage, StructuredText
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
    documents were looked through, `in_vain` that the model was told of a search that found nothing. `notes` went with
    the question too; `whole` says that it was about all of what was given.
    """

    question: str
    answer: str
    said: str
    given: tuple[Numbered, ...] = ()
    searched: bool = False
    in_vain: bool = False
    notes: str = ""
    whole: bool = False


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

    @property
    def last_given(self) -> tuple[Numbered, ...]:
        """What was given with the last question that anything was given with."""
        return next((exchange.given for exchange in reversed(self.exchanges) if exchange.given), ())

    def as_given(self, question: str) -> str:
        """The next question as the model is given it: who writes [1] means what has that number on the screen."""
        return renumbered(question, self.shown)


def retell(messages: Sequence[Message], documents: DocumentStore) -> History:
    """The history that messages make. Questions that never got an answer are left out."""
    pairs = tuple(answered(messages))
    evidence = [answer.evidence for _, answer in pairs]
    known = _Known(evidence, documents)
    exchanges: list[Exchange] = []
    numbers: dict[int, int] = {}
    shown: dict[int, int] = {}
    for question, answer in pairs:
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


def answered(messages: Sequence[Message]) -> Iterator[tuple[Message, Message]]:
    """The questions of a branch that were answered, each with its answer."""
    question: Message | None = None
    for message in messages:
        if message.role is Role.USER:
            question = message
        elif message.role is Role.ASSISTANT and question is not None and message.text.strip():
            yield question, message
            question = None


class _Known:
    """What was given and is still there: nobody is told what was forgotten."""

    def __init__(self, evidence: Sequence[Evidence], documents: DocumentStore) -> None:
        self._documents = documents
        self._contents: dict[int, StructuredText | None] = {}
        ids = {each.document_id for one in evidence for each in one.given}
        ids |= {each.document_id for one in evidence for each in one.coverage}
        scope = Scope(document_ids=tuple(sorted(ids)))
        self.here = {each.id: each for each in documents.documents(scope)} if ids else {}
        chunks = sorted({each.chunk_id for one in evidence for each in one.given if each.chunk_id > 0})
        stored = documents.passages(chunks, scope) if chunks else ()
        self._chunks = {passage.chunk_id: passage for passage in stored}

    def passage(self, given: Given) -> Passage | None:
        """The passage as it was given, None where it is gone."""
        if given.chunk_id > 0:
            chunk = self._chunks.get(given.chunk_id)
            return self._widened(chunk, given) if chunk else None
        document, content = self.here.get(given.document_id), self._content(given.document_id)
        if document is None or content is None or len(content.text) < given.end:
            return None
        return stretch_of(document, content, given.start, given.end)

    def _widened(self, chunk: Passage, given: Given) -> Passage:
        here = (chunk.char_start, chunk.char_end)
        if here == (given.start, given.end) or not (given.start < here[1] and here[0] < given.end):
            return chunk  # it was given as it is, or stands elsewhere by now
        content = self._content(chunk.document_id)
        return chunk if content is None else cut_otherwise(chunk, content, given.start, given.end)

    def _content(self, document_id: int) -> StructuredText | None:
        if document_id not in self._contents:
            try:
                self._contents[document_id] = self._documents.content(document_id)
            except NotFoundError:
                self._contents[document_id] = None
        return self._contents[document_id]


def _shown(evidence: Evidence, numbers: dict[int, int]) -> dict[int, int]:
    """The number of each citation that people see, with the one its passage has in the conversation."""
    cited = {citation.n: citation.passage.chunk_id for citation in evidence.citations}
    return {n: numbers[chunk_id] for n, chunk_id in cited.items() if chunk_id in numbers}


def as_answered(answer: Message) -> str:
    """What a model answered, without marks and without the quotes put below: it would learn to write such itself."""
    text = without_citations(answer.text, answer.evidence.sentences).removesuffix(answer.evidence.covered).rstrip()
    return without_quotes(text) if answer.evidence.said else text


def _exchange(question: str, answer: Message, known: _Known) -> Exchange:
    evidence = answer.evidence
    passages = ((each.n, known.passage(each)) for each in evidence.given)
    read = [each.document_id for each in evidence.coverage]
    return Exchange(
        question,
        as_answered(answer),
        evidence.said,
        tuple(Numbered(n, passage) for n, passage in passages if passage is not None),
        evidence.searched,
        evidence.searched and evidence.said != "" and not (evidence.given or evidence.notes or evidence.left_out),
        evidence.notes if all(document_id in known.here for document_id in read) else "",
        bool(read),
    )
