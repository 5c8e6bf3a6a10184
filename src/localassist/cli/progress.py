"""What running work reports, as a line of progress."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from localassist.cli.sizes import duration_words
from localassist.domain.events import (
    DocumentIndexed,
    DocumentIndexing,
    Embedding,
    FilesCounted,
    ModelLoading,
    Pace,
    PromptProgress,
    ReasoningDelta,
    Reembedding,
    Searching,
)

if TYPE_CHECKING:
    from localassist.domain.events import AnswerEvent, MirrorEvent


def progress_line(event: AnswerEvent | MirrorEvent | Reembedding) -> str:
    """What somebody waits for, "" for events that say nothing of it."""
    match event:
        case Searching(detail):
            return detail
        case ModelLoading(name, fraction):
            return f"Loading {name}: {fraction:.0%}"
        case PromptProgress(done, total):
            return f"Reading the prompt: {done} of {total} tokens"
        case ReasoningDelta():
            return "Thinking ..."
        case _:
            return _ingest_line(event)


def _ingest_line(event: AnswerEvent | MirrorEvent | Reembedding) -> str:
    match event:
        case FilesCounted(count):
            return f"Looking through folders: {count} files so far"
        case DocumentIndexing(path, position, total):
            return f"Reading {position} of {total}: {PurePath(path).name}"
        case DocumentIndexed(document, position, total):
            return f"Read {position} of {total}: {PurePath(document.path).name}"
        case Embedding(done, total):
            return f"Preparing to search by meaning: {done} of {total} chunks"
        case Reembedding(path, done):
            return f"Dividing for the other model: {done}, {PurePath(path).name}"
        case _:
            return ""


class Progress:
    """The line of progress of reading and embedding, with the last pace behind it."""

    def __init__(self) -> None:
        self._line = ""
        self._pace = ""

    def line(self, event: MirrorEvent) -> str:
        """What somebody waits for, how fast it goes and how long it still takes."""
        if isinstance(event, Pace):
            self._pace = f" ({_speed(event.per_second)}, {duration_words(event.seconds_left)} left)"
        elif line := progress_line(event):
            self._line = line
        return f"{self._line}{self._pace}"


def _speed(per_second: float) -> str:
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.0f} s each"
