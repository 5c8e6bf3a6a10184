"""Makes matter of what a prompt is made of: every piece as sensitive as the strictest of what it is from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.labels import LabelKind, Labelled, Origin, Sensitivity, strictest
from localassist.domain.outbound import Matter, MatterKind
from localassist.domain.settings import DEFAULT_SYSTEM_PROMPT
from localassist.usecases.quoting import source_of
from localassist.usecases.repeating import FindRepeated
from localassist.usecases.retelling import answered, as_answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localassist.domain.chat import Conversation, Evidence, Message
    from localassist.domain.documents import Passage
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.labels import LabelStore

_MADE_FROM: Final = "the documents that it was made from"
_EARLIER: Final = frozenset({MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER})
_GONE: Final = "a document that is gone"


@dataclass(frozen=True, slots=True)
class Told:
    """What a prompt is made of: the conversation, its messages before the question, the passages for it.

    `lasts`: the conversation is kept; others are 0 in the ledger, since kept ones have their numbers.
    """

    conversation: Conversation
    before: tuple[Message, ...]
    question: Message
    passages: tuple[Passage, ...]
    system_prompt: str
    lasts: bool = True

    @property
    def number(self) -> int:
        """The conversation as the ledger names it."""
        return self.conversation.id if self.lasts else 0

    def document_of(self, key: str) -> int | None:
        """The document of the passage whose matter has that key."""
        return next((each.document_id for each in self.passages if passage_key(each) == key), None)

    def sent_before(self, provider: str) -> frozenset[int]:
        """The documents of which that provider was given passages in this branch of the conversation."""
        there = [message.evidence for message in self.before if _went_to(message.evidence, provider)]
        return frozenset(given.document_id for evidence in there for given in evidence.given)

    def is_fresh(self, provider: str) -> bool:
        """Whether answers since the last one from that provider were made from documents that it knows nothing of."""
        known: set[int] = set()
        fresh: set[int] = set()
        for _, answer in answered(self.before):
            fresh |= _origins_of(answer.evidence).keys()
            if _went_to(answer.evidence, provider):
                known, fresh = known | fresh, set()
        return not fresh <= known


def _went_to(evidence: Evidence, provider: str) -> bool:
    return bool(evidence.sent and evidence.route and evidence.route.model.startswith(f"{provider}/"))


def passage_key(passage: Passage) -> str:
    """The key of a passage's matter."""
    return f"p{passage.chunk_id}.{passage.char_start}"


class LabelMatter:
    """The one maker of `Matter`. It looks every label up when it is asked, and keeps none.

    Conversations that are not `lasting` have no labels: others have their numbers.
    """

    def __init__(self, labels: LabelStore, documents: DocumentStore, *, lasting: bool = True) -> None:
        self._labels = labels
        self._lasting = lasting
        self._repeated = FindRepeated(documents, labels)

    def __call__(self, told: Told, words: Mapping[str, str] | None = None) -> tuple[Matter, ...]:
        """The pieces in the order of the prompt; `words` are those that a piece has by now, by its key.

        Whatever the words, a piece that repeats a document that never leaves doesn't leave either. Raises
        `StorageError`.
        """
        words = words or {}
        own = self._of_conversation(told.conversation.id)
        pieces = [
            self._instructions(told, own),
            *self._history(told.before, own),
            *self._passages(told.passages, own),
            Matter("question", MatterKind.QUESTION, told.question.text, own or Labelled()),
        ]
        return _inherited(
            self._checked(piece, words.get(piece.key, piece.text)) for piece in pieces if piece.text.strip()
        )

    def origins(self, before: Sequence[Message], evidence: Evidence) -> tuple[Origin, ...]:
        """The documents that an answer was made from, those of the answers before it included."""
        stored = _origins_of(*(answer.evidence for _, answer in answered(before)), evidence)
        current = self._labels.of_documents(tuple(stored))
        return tuple(
            Origin(document_id, current[document_id].sensitivity if document_id in current else was)
            for document_id, was in stored.items()
        )

    def of_answer(self, conversation_id: int, evidence: Evidence, document_ids: Iterable[int] = ()) -> Labelled:
        """How sensitive an answer is that was made from these documents too."""
        own = self._of_conversation(conversation_id)
        made = self._derived({**_origins_of(evidence), **dict.fromkeys(document_ids, Sensitivity.ASK)})
        return _strictest(own, made) if own else made

    def _of_conversation(self, conversation_id: int) -> Labelled | None:
        said = self._labels.of(LabelKind.CONVERSATION, str(conversation_id)) if self._lasting else None
        return Labelled(said, "this conversation") if said else None

    def _instructions(self, told: Told, own: Labelled | None) -> Matter:
        text = told.system_prompt.strip()
        # The program's own words are nobody's secret; what the user wrote there may be.
        labelled = Labelled(Sensitivity.MAY_GO_OUT) if text == DEFAULT_SYSTEM_PROMPT else own or Labelled()
        return Matter("instructions", MatterKind.INSTRUCTIONS, text, labelled)

    def _history(self, before: Sequence[Message], own: Labelled | None) -> Iterator[Matter]:
        stored: dict[int, Sensitivity] = {}
        for question, answer in answered(before):
            stored |= _origins_of(answer.evidence)
            said = own or Labelled()
            made = _strictest(self._derived(stored), said) if stored else said
            asked = made if made.sensitivity is Sensitivity.NEVER else said  # no question goes without its answer
            yield Matter(f"q{answer.id}", MatterKind.EARLIER_QUESTION, question.text, asked)
            yield Matter(f"a{answer.id}", MatterKind.EARLIER_ANSWER, as_answered(answer), made)

    def _passages(self, passages: Sequence[Passage], own: Labelled | None) -> Iterator[Matter]:
        ids = tuple({passage.document_id for passage in passages})
        current = self._labels.of_documents(ids) if ids else {}
        gone = Labelled(Sensitivity.NEVER, _GONE)
        for passage in passages:
            labelled = current.get(passage.document_id, gone)
            labelled = _strictest(own, labelled) if own else labelled
            text = f"{source_of(passage)}\n{passage.text.strip()}"
            place = f"{passage.title}, {passage.place}" if passage.place else passage.title
            yield Matter(passage_key(passage), MatterKind.PASSAGE, text, labelled, place, passage.chunk_id)

    def _derived(self, stored: Mapping[int, Sensitivity]) -> Labelled:
        """What holds for what was made from these documents; those that are gone are as they were."""
        if not stored:
            return Labelled()
        current = self._labels.of_documents(tuple(stored))
        labels = [
            Labelled(current[each].sensitivity, current[each].by or _MADE_FROM)
            if each in current
            else Labelled(strictest((was, Sensitivity.ASK)), _GONE)
            for each, was in stored.items()
        ]
        return _strictest(*labels)

    def _checked(self, piece: Matter, words: str) -> Matter:
        if piece.labelled.sensitivity is Sensitivity.NEVER:
            return piece
        if repeated := self._found_in(piece, words):
            by = f"{repeated.title}, which it repeats"
            return replace(piece, labelled=Labelled(Sensitivity.NEVER, by))
        return piece

    def _found_in(self, piece: Matter, words: str) -> Passage | None:
        if piece.kind in {MatterKind.PASSAGE, MatterKind.EARLIER_ANSWER}:
            found = self._repeated.mostly(piece.text)
            return found or (self._repeated(words, known=piece.text) if words != piece.text else None)
        return self._repeated(piece.text) or (self._repeated(words) if words != piece.text else None)


def _inherited(pieces: Iterable[Matter]) -> tuple[Matter, ...]:
    """The pieces; where an earlier question or its answer never leaves, neither does, nor what was answered after.

    Those answers were written with both in their prompt, and may repeat them in any words.
    """
    told = tuple(pieces)
    never = next((n for n, piece in enumerate(told) if piece.kind in _EARLIER and _stays(piece)), len(told))
    pair = told[never].key[1:] if never < len(told) else ""
    inherited: list[Matter] = []
    stays = False
    for piece in told:
        stays = stays or (piece.kind in _EARLIER and piece.key[1:] == pair)
        held = stays and piece.kind in _EARLIER and not _stays(piece)
        inherited.append(replace(piece, labelled=told[never].labelled) if held else piece)
    return tuple(inherited)


def _stays(piece: Matter) -> bool:
    return piece.labelled.sensitivity is Sensitivity.NEVER


def _origins_of(*evidence: Evidence) -> dict[int, Sensitivity]:
    """The documents behind answers, with how sensitive each was by the last word; what was never said asks."""
    found: dict[int, Sensitivity] = {}
    for one in evidence:
        ids = [passage.document_id for passage in one.found]
        ids += [citation.passage.document_id for citation in one.citations]
        ids += [given.document_id for given in one.given]
        ids += [coverage.document_id for coverage in one.coverage]
        found |= dict.fromkeys(ids, Sensitivity.ASK)
    return found | {origin.document_id: origin.sensitivity for one in evidence for origin in one.origins}


def _strictest(*labels: Labelled) -> Labelled:
    wanted = strictest(label.sensitivity for label in labels)
    return next((label for label in labels if label.sensitivity is wanted), Labelled())
