"""What is shown before anything is sent, and what the user changes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.domain.labels import Sensitivity
from localassist.domain.outbound import MatterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localassist.domain.documents import Passage
    from localassist.domain.outbound import Consent, Matter, Replacement, Target
    from localassist.domain.ports.cloud import Price, Provider


@dataclass(frozen=True, slots=True)
class Piece:
    """A matter as it would be sent: `text` has placeholders in it. Untick it and it stays here.

    Only the question can't be unticked. `edited` says that the words are the user's own by now.
    """

    matter: Matter
    text: str
    ticked: bool = True
    edited: bool = False

    @property
    def is_required(self) -> bool:
        """Whether there is nothing to send without it."""
        return self.matter.kind is MatterKind.QUESTION


@dataclass(frozen=True, slots=True)
class Revision:
    """What the user changed: pieces by their key, words by themselves.

    `unticked` pieces stay here; `edited` ones are sent in these words, which are redacted like all others; `shown` are
    originals that are sent as they are after all; `hidden` are words to be replaced besides.
    """

    unticked: frozenset[str] = frozenset()
    edited: Mapping[str, str] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """All there is to know before sending. It holds the user's words and never leaves.

    `reason` is a sentence why this model is asked. `withheld` are pieces that never leave: they are shown and not
    sent. `passages` are those of the pieces, for the proof of the answer. `recogniser` says who looked for names.
    `tokens` is an estimate of what is sent, `answer_tokens` bounds what comes back; `cost` is US dollars at most, None
    where no price is known. `remembered` is a consent given before. `obstacle` is a sentence why it can't be sent as
    it is (budget, limit), "" where it can.
    """

    question_id: int
    conversation_id: int
    target: Target
    provider: Provider
    reason: str
    pieces: tuple[Piece, ...]
    withheld: tuple[Matter, ...]
    passages: tuple[Passage, ...]
    replacements: tuple[Replacement, ...]
    recogniser: str
    tokens: int
    answer_tokens: int
    price: Price | None
    cost: float | None
    remembered: Consent | None
    revision: Revision = field(default_factory=Revision)
    obstacle: str = ""

    @property
    def sent(self) -> tuple[Piece, ...]:
        """The pieces that would be sent."""
        return tuple(piece for piece in self.pieces if piece.ticked)

    @property
    def holds_back(self) -> bool:
        """Whether the user kept words from it that the next question would bring along again."""
        documents = {passage.chunk_id: passage.document_id for passage in self.passages}
        kept = [piece.matter for piece in self.pieces if not piece.ticked]
        sent = {documents.get(piece.matter.chunk_id) for piece in self.sent if piece.matter.chunk_id}
        again = (each.kind is not MatterKind.PASSAGE or documents.get(each.chunk_id) in sent for each in kept)
        return bool(self.revision.hidden or self.revision.edited) or any(again)

    @property
    def is_plain(self) -> bool:
        """Whether nothing sensitive is in it: nothing of a document that asks first, nothing replaced or withheld.

        What the user wrote, and what was answered from that alone, is no reason to look twice unless they said so.
        """
        asks = [piece for piece in self.sent if piece.matter.labelled.sensitivity is not Sensitivity.MAY_GO_OUT]
        heeded = [piece for piece in asks if piece.matter.labelled.by or piece.matter.kind is MatterKind.PASSAGE]
        return not (heeded or self.replacements or self.withheld)
