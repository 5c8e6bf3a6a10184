"""Conversations and the messages in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from localassist.domain.documents import Citation, Passage, SentenceSupport
    from localassist.domain.labels import Origin
    from localassist.domain.privacy import Route


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class MessageStatus(StrEnum):
    """How a message stands. `STREAMING` found at start-up means the app died meanwhile: it becomes `INTERRUPTED`."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask to have done; `parameters` is the JSON schema of its arguments, as text."""

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to have a tool used; `arguments` is a JSON object, as text. `id` is unique in its answer."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of a prompt as a model is given it.

    `calls` are what an assistant's turn asked for; a turn of the role `TOOL` is the result of the call `call_id`.
    """

    role: Role
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an answer cost. Times are seconds; `cached_tokens` of the `prompt_tokens` were not read again.

    `answer_tokens` counts all that was written, the `reasoning_tokens` among it. `context_length` is how many
    tokens the model can hold, of which prompt and answer are used.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    answer_tokens: int = 0
    seconds_to_first_token: float = 0.0
    tokens_per_second: float = 0.0
    context_length: int = 0
    device: str = ""
    reasoning_tokens: int = 0
    reasoning_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Given:
    """A passage that a model was given with a question, by its ids; `n` is its number in the conversation.

    It is the document's `[start:end]`; both are 0 where that is the stored chunk as it stands. `chunk_id` is negative
    for a stretch that is no chunk: one of a document that was read whole.
    """

    n: int
    chunk_id: int
    document_id: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Caution:
    """What whoever reads an answer should know of a document behind it: `words` of it, at `place` (may be "").

    `orders`: they read like orders to the model. `hidden` says why nobody sees them in the document, "" for words
    that everybody sees: no model was given hidden words.
    """

    document_id: int
    path: str
    place: str
    words: str
    orders: bool
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a document was read for a question about all of it: `read` of its `total` pages, sheets or parts.

    `unit` names them in English, in the plural.
    """

    document_id: int
    path: str
    read: int
    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What an answer from elsewhere cost and by whose word it was asked for; `provider` and `model` are as people say.

    `request_id` is the provider's. `cost` is US dollars, None where no price is known. `consent` is as the ledger has
    it. `recogniser` says who looked for names, `replaced` how many identifiers were placeholders.
    """

    provider: str
    model: str
    request_id: str = ""
    cost: float | None = None
    consent: str = ""
    recogniser: str = ""
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind an answer; kept with it.

    `citations` are numbered from 1; `found` are the passages that were found and not cited, best first;
    `left_out` counts passages that had no room in the prompt, `dropped` the oldest messages that had none.
    `given` are the passages that had room, whole or in part, best first; `said` is the answer as the model wrote it,
    without marks and quotes ("" where none was asked); `reasoning` is what it thought before; `ended` is why it ended,
    as `Generated.reason` says it ("" where that is not known). `unused` are the paths of the documents that were
    attached to the question or named in it and that the answer does not rest on. `timings` are seconds by step.
    `before` is what was searched for besides the question. `matched` counts, for a question about all there is of
    something, the passages that speak of it, `matched_documents` their documents (0 for others). `coverage` is what
    was read for a question about whole documents, and `notes` what the model was told of them besides passages;
    `covered` is the sentence about either that ends the answer. `cautions` are what to beware of in the documents.
    `origins` are the documents that it was made from, those of earlier answers included. `doubt` is the mean natural
    logarithm of the probabilities of the answer's tokens, None where it was not measured. `sent` is set for an answer
    from elsewhere. `nearest`: nothing found answered the question, so what was found is only what comes nearest.
    """

    route: Route | None = None
    citations: tuple[Citation, ...] = ()
    found: tuple[Passage, ...] = ()
    sentences: tuple[SentenceSupport, ...] = ()
    left_out: int = 0
    dropped: int = 0
    given: tuple[Given, ...] = ()
    said: str = ""
    reasoning: str = ""
    ended: str = ""
    searched: bool = False
    unused: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)
    timings: dict[str, float] = field(default_factory=dict)
    before: str = ""
    matched: int = 0
    matched_documents: int = 0
    coverage: tuple[Coverage, ...] = ()
    notes: str = ""
    covered: str = ""
    cautions: tuple[Caution, ...] = ()
    origins: tuple[Origin, ...] = ()
    doubt: float | None = None
    sent: Sent | None = None
    nearest: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `parent_id` is the message it follows; siblings are branches (regenerated answers, edits).

    `created` is seconds since the epoch; `problem` says, for `FAILED`, what happened and what to do.
    """

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    text: str
    created: float
    status: MessageStatus
    problem: str = ""
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Sources:
    """Which documents a conversation asks: the ones with the ids `attached` or, without any, what is `chosen`."""

    chosen: Scope = field(default_factory=Scope)
    attached: tuple[int, ...] = ()

    @property
    def scope(self) -> Scope:
        """What its questions search."""
        return Scope(document_ids=self.attached) if self.attached else self.chosen

    @property
    def named(self) -> tuple[int, ...]:
        """The ids of all documents named one by one."""
        return (*self.attached, *self.chosen.document_ids)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; `head_id` is the last message of the branch on show, `updated` seconds since the epoch.

    `sources` are None where it was never said which documents it asks.
    """

    id: int
    title: str
    system_prompt: str
    head_id: int | None
    created: float
    updated: float
    sources: Sources | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be answered after the message `parent_id` of a conversation (None: at its beginning).

    `scope` says which documents to search (an empty one: none), `model` which chat model to ask (empty: the one
    of the settings).
    """

    conversation_id: int
    parent_id: int | None
    text: str
    scope: Scope = field(default_factory=Scope)
    model: str = ""
