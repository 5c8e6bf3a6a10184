"""What running work reports, as a line of progress."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from localassist.domain.events import (
    DocumentIndexed,
    DocumentIndexing,
    FilesCounted,
    ModelLoading,
    PromptProgress,
    ReasoningDelta,
    Searching,
)

if TYPE_CHECKING:
    from localassist.domain.events import AnswerEvent, IngestEvent


def progress_line(event: AnswerEvent | IngestEvent) -> str:
    """What somebody waits for, "" for events that say nothing of it."""
    line = ""
    match event:
        case FilesCounted(count):
            line = f"Looking through folders: {count} files so far"
        case DocumentIndexing(path, position, total):
            line = f"Reading {position} of {total}: {PurePath(path).name}"
        case DocumentIndexed(document, position, total):
            line = f"Read {position} of {total}: {PurePath(document.path).name}"
        case Searching(detail):
            line = detail
        case ModelLoading(name, fraction):
            line = f"Loading {name}: {fraction:.0%}"
        case PromptProgress(done, total):
            line = f"Reading the prompt: {done} of {total} tokens"
        case ReasoningDelta():
            line = "Thinking ..."
    return line
