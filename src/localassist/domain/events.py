"""What running work reports, one value a step; front ends match on the type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.chat import Figures, Message, ToolCall
    from localassist.domain.documents import Document, Passage
    from localassist.domain.models import ModelDescription
    from localassist.domain.privacy import Route


@dataclass(frozen=True, slots=True)
class Asked:
    """The question is stored for good, and so is the still empty answer that follows it."""

    question: Message
    answer: Message


@dataclass(frozen=True, slots=True)
class Routed:
    """Where the question goes was decided."""

    route: Route


@dataclass(frozen=True, slots=True)
class Searching:
    """Documents are being searched; `detail` says what is waited for (loading the embedder, searching)."""

    detail: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages were found, best first; `left_out` of them have no room in the prompt.

    For a question about all there is of something, `matched` counts the passages that speak of it and
    `matched_documents` their documents, of which `passages` may be a part; 0 for other questions. `nearest` says
    that none of them answers the question: they are only what comes nearest to it.
    """

    passages: tuple[Passage, ...]
    left_out: int
    matched: int = 0
    matched_documents: int = 0
    nearest: bool = False


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """A model is being loaded; `fraction` is 0 to 1."""

    name: str
    fraction: float


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The model is loaded and says where it runs."""

    model: ModelDescription


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The prompt is being read: `done` of `total` tokens, of which `cached` were known from before."""

    done: int
    total: int
    cached: int


@dataclass(frozen=True, slots=True)
class TurnsDropped:
    """The `count` oldest messages of the conversation no longer fit: the model does not see them."""

    count: int


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """A token as it was chosen: its text, and natural logarithms of the probabilities of it and of its rivals.

    The probabilities are the model's own, before any sampler; `rivals` are the likeliest tokens, best first.
    """

    text: str
    log_probability: float
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TokenDelta:
    """More of the answer's text; `choices` are the tokens it came from, where they were asked for."""

    text: str
    choices: tuple[TokenChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningEnded:
    """The model thought for so many seconds; what follows is its answer, or more thought later on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model wants a tool to be used."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class Generated:
    """A model ended its answer.

    `reason` is "end", "length" (no room or limit reached), "stop string" or "tool calls" (their results are awaited).
    """

    reason: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Offered:
    """A model elsewhere might answer better, for the reason, which is a sentence; it is offered, never asked."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """Before an answer is written the user is to say where, for the reason: the question is stored without one."""

    question: Message
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete (or stopped) and stored with its evidence."""

    answer: Message


@dataclass(frozen=True, slots=True)
class FilesCounted:
    """Looking through folders found `count` files so far."""

    count: int


@dataclass(frozen=True, slots=True)
class DocumentIndexing:
    """`path` is being read or embedded: file `position` (1-based) of `total`."""

    path: str
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class DocumentIndexed:
    """A document is answerable, or says in its `problem` why not. `unchanged`: it was already."""

    document: Document
    position: int
    total: int
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Embedding:
    """Of the chunks that were without a vector when embedding began, `done` of `total` have theirs now."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Reembedding:
    """A document was divided for another embedder, the `done`th of this run."""

    path: str
    done: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """Ingesting ended: which documents the paths stand for, in order, and sentences about what was passed over."""

    documents: tuple[Document, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RootMissing:
    """What was added from `path` can't be looked at just now, for the `reason`; its documents stay as they are."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RootBack:
    """A root that was missing is there again."""

    path: str


@dataclass(frozen=True, slots=True)
class RootPolled:
    """The system does not report what changes below `path`, for the `reason`: it is looked at every few minutes."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast work goes on: `done` of `total` files or chunks, so many `per_second`, `seconds_left` at that rate."""

    done: int
    total: int
    per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The collections are as the disk is: `read` files were new or changed, `removed` documents went.

    What was read is found by its words; its vectors may still be on their way.
    """

    read: int
    removed: int


@dataclass(frozen=True, slots=True)
class Hindered:
    """Something keeps vectors from being made; `problem` says what, and what to do. Words are found without them."""

    problem: str


GenerationEvent = PromptProgress | ReasoningDelta | ReasoningEnded | TokenDelta | ToolCalled | Generated
LoadingEvent = ModelLoading | ModelReady
AnswerEvent = (
    Asked
    | Routed
    | Searching
    | Retrieved
    | LoadingEvent
    | TurnsDropped
    | GenerationEvent
    | Offered
    | Undecided
    | Finished
)
IngestEvent = FilesCounted | DocumentIndexing | DocumentIndexed | Embedding | Hindered | Indexed
MirrorEvent = IngestEvent | RootMissing | RootBack | RootPolled | Pace | Mirrored
