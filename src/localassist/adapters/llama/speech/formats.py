"""How one model marks its reasoning and its tool calls, found from its template and its vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.speech.reading import SpeechReader, TaggedReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.adapters.llama.speech.calls import CallForm
    from localassist.domain.chat import Tool

_THINK: Final = ("<think>", "</think>")


@dataclass(frozen=True, slots=True)
class SpeechFormat:
    """How a model writes.

    `markers` are the control tokens whose text its reader must be given, which is otherwise left out of an answer.
    `think_end` is what, put into the model's mouth, ends its reasoning; empty where nothing does.
    """

    markers: frozenset[str]
    think_end: str
    tags: tuple[str, str] = _THINK
    forms: tuple[CallForm, ...] = ()

    def opened(self, prompt: str) -> bool:
        """Whether the prompt itself opens the reasoning, so that the answer begins inside it."""
        return prompt.rstrip().endswith(self.tags[0])

    def reader(self, *, thinks: bool, tools: Sequence[Tool] = ()) -> SpeechReader:
        """A reader for one answer; `thinks` says that the prompt opened the reasoning, `tools` were offered."""
        return TaggedReader(self.tags, self.forms, tools, thinks=thinks)


def format_of(source: str, controls: Iterable[str]) -> SpeechFormat:
    """The format of a model with this template and the control tokens `controls`."""
    return SpeechFormat(markers=frozenset(_THINK) & frozenset(controls), think_end=f"\n{_THINK[1]}\n\n")
