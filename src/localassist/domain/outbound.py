"""What may leave this computer: the pieces of a prompt, what was cleared to leave, and what is sent of it.

Text that may leave is a `Matter`, made by `usecases/labelling.py` alone, which looks up how sensitive its sources are.
`Cleared` is made of it by `usecases/clearing.py` alone, which asks for a consent where one is needed; an `Outbound`
holds nothing else, and a cloud model takes nothing else (tests/arch sees to all four).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, final

from localassist.domain.errors import ConsentNeededError, NeverLeavesError
from localassist.domain.labels import Sensitivity

if TYPE_CHECKING:
    from datetime import datetime

    from localassist.domain.chat import Role
    from localassist.domain.labels import Labelled


class MatterKind(StrEnum):
    """What a piece of a prompt is."""

    INSTRUCTIONS = "instructions"
    EARLIER_QUESTION = "earlier question"
    EARLIER_ANSWER = "earlier answer"
    PASSAGE = "passage"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Matter:
    """A piece of what might be sent. `key` tells it from the others of its review.

    `place` says in people's words where it is from ("lease.pdf, page 4"), "" for what the user wrote. `chunk_id` is
    that of a passage, 0 for others.
    """

    key: str
    kind: MatterKind
    text: str
    labelled: Labelled
    place: str = ""
    chunk_id: int = 0


@dataclass(frozen=True, slots=True)
class Consent:
    """The user's word that something may be sent. `remembered`: given for a conversation, not for these very words."""

    given: datetime
    remembered: bool = False

    @property
    def words(self) -> str:
        """As the ledger has it."""
        how = "remembered for this conversation, given" if self.remembered else "reviewed"
        return f"{how} {self.given.isoformat(timespec='seconds')}"


@final
@dataclass(frozen=True, slots=True)
class Cleared:
    """A text that may leave: a matter's own words, or what was made of them (redacted, edited by the user).

    Raises `NeverLeavesError` for matter that never leaves, `ConsentNeededError` for matter that needs a consent.
    """

    matter: Matter
    text: str
    consent: Consent | None

    def __post_init__(self) -> None:
        labelled = self.matter.labelled
        if labelled.sensitivity is Sensitivity.NEVER:
            whence = self.matter.place or f"this {self.matter.kind}"
            raise NeverLeavesError(
                f"Nothing was sent: {whence} never leaves this computer"
                f"{f', as you said of {labelled.by}' if labelled.by else ''}.",
                "Ask without it, or answer on this computer.",
            )
        if labelled.sensitivity is Sensitivity.ASK and self.consent is None:
            raise ConsentNeededError(
                "Nothing was sent: you were not asked yet whether this may leave.", "Review what would be sent."
            )


@final
@dataclass(frozen=True, slots=True)
class OutboundTurn:
    """One message to a cloud model: cleared texts, in order, with the fixed words of the program between them.

    `frame` has one place ("{}") for each part; it is the program's own and holds nothing of the user's. `pictures` are
    cleared like any text, each as "data:image/png;base64,...".
    """

    role: Role
    frame: str
    parts: tuple[Cleared, ...]
    pictures: tuple[Cleared, ...] = ()

    @property
    def text(self) -> str:
        """The message, to the letter."""
        pieces = self.frame.split("{}")
        if len(pieces) != len(self.parts) + 1:
            raise ValueError("A frame has one place for each part.")
        told = [pieces[0]]
        for part, after in zip(self.parts, pieces[1:], strict=True):
            told += [part.text, after]
        return "".join(told)


@dataclass(frozen=True, slots=True)
class Target:
    """Which model is asked: a provider's id, and the model as that provider calls it."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        """As settings and commands write it."""
        return f"{self.provider}/{self.model}"


@final
@dataclass(frozen=True, slots=True)
class Outbound:
    """What is sent to a cloud model, and nothing else is. `conversation_id` is for the ledger and stays here.

    `max_tokens` bounds the answer, with what is thought before it.
    """

    target: Target
    turns: tuple[OutboundTurn, ...]
    consent: Consent | None
    conversation_id: int
    max_tokens: int
    temperature: float | None = None


class Identifier(StrEnum):
    """What a text can name somebody or something by."""

    PERSON = "person"
    ADDRESS = "address"
    MAIL = "mail"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    NATIONAL_ID = "id"
    SECRET = "secret"  # noqa: S105  a kind of thing, not one
    PATH = "path"
    WORD = "word"  # of the user's own list


@dataclass(frozen=True, slots=True)
class Recognised:
    """An identifier in a text, its `[start:end]` in characters."""

    kind: Identifier
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """A placeholder ("[PERSON_1]") and what it stands for. It never leaves; `count` is how often it was put in."""

    placeholder: str
    original: str
    kind: Identifier
    count: int = 1
