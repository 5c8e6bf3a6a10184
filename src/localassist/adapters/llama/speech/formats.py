"""How one model marks its reasoning and its tool calls, found from its template and its vocabulary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.speech.calls import INNER_MARKS, MARKED, PYTHON_TAG, TAGGED
from localassist.adapters.llama.speech.harmony import HARMONY_MARKS, HARMONY_THINK_END, HarmonyReader
from localassist.adapters.llama.speech.reading import SpeechReader, TaggedReader, Tags
from localassist.domain.events import ToolCalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.domain.chat import Tool, ToolCall

_REASONING: Final = (
    # how it opens, how it closes, what puts an end to it from outside
    ("<|channel>thought", "<channel|>", "<channel|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>", "<|END_THINKING|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>", "<|inner_suffix|>"),
    ("[THINK]", "[/THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>", "</mm:think>"),
    ("<think>", "</think>", "\n</think>\n\n"),
)
_CALL_ENDS: Final = re.compile(r"[\])}>]")
_RESULTS: Final = frozenset({"<tool_response>", "</tool_response>"})
"""What stands around the results of calls; as a rule no control tokens, and no less forgeable."""

_AROUND_ANSWER: Final = ("<response>", "</response>")
"""What Granite puts around the answer that follows its reasoning."""


@dataclass(frozen=True, slots=True)
class SpeechFormat:
    """How a model writes.

    `markers` are the control tokens whose text its reader must be given, after `CONTROL`: their text is otherwise left
    out of an answer, and the same text without that sign is a word of it.
    `think_end` is what, put into the model's mouth, ends its reasoning; empty where nothing does. `tags` is None for
    models that write in channels. `marks` are texts that structure a conversation, control tokens or not: templates
    look for them in what was said, and vocabularies may have them as tokens of other kinds.
    """

    markers: frozenset[str]
    think_end: str
    tags: Tags | None
    marks: frozenset[str] = _RESULTS

    @property
    def thinks(self) -> bool:
        """Whether the model may think before it answers."""
        return self.tags is None or self.tags.known

    def opened(self, prompt: str) -> bool:
        """Whether the prompt itself opens the reasoning, so that the answer begins inside it."""
        return self.tags is not None and prompt.rstrip().endswith(self.tags.opens)

    def reader(self, *, thinks: bool, tools: Sequence[Tool] = ()) -> SpeechReader:
        """A reader for one answer; `thinks` says that the prompt opened the reasoning, `tools` were offered."""
        if self.tags is None:
            return HarmonyReader(tools, self.markers)
        return TaggedReader(self.tags, tools, self.markers, thinks=thinks)

    def understands(self, written: str, call: ToolCall, tool: Tool) -> bool:
        """Whether the call, which a template wrote somewhere in this text, would be read if the model wrote it."""
        if self.tags is None:
            return f"to=functions.{call.name}" in written
        openings = [form.opens for form in self.tags.forms] + (["{", "["] if self.tags.bare_calls else [])
        begins = [written.index(opening) for opening in openings if opening in written]
        ends = [len(written), *(found.end() for found in _CALL_ENDS.finditer(written))]
        return any(
            self._reads(written[begin:end], call, tool) for begin in sorted(begins) for end in ends if end > begin
        )

    def _reads(self, text: str, call: ToolCall, tool: Tool) -> bool:
        reader = self.reader(thinks=False, tools=[tool])
        events = [*reader.feed(text), *reader.finish()]
        heard = [event.call for event in events if isinstance(event, ToolCalled)]
        return [(said.name, said.arguments) for said in heard] == [(call.name, call.arguments)]


def format_of(evidence: str, controls: Iterable[str]) -> SpeechFormat:
    """The format of a model with the control tokens `controls`, of which a template gives `evidence`."""
    control_texts = frozenset(control for control in controls if len(control) > 2)
    if "<|channel|>" in evidence and "<|message|>" in evidence:
        return SpeechFormat(HARMONY_MARKS & control_texts, HARMONY_THINK_END, None, HARMONY_MARKS)
    known = next((kind for kind in _REASONING if {*kind[:2]} & control_texts or kind[0] in evidence), None)
    opens, closes, think_end = known or _REASONING[-1]
    marked = tuple(form for form in MARKED if form.opens in evidence or form.opens in control_texts)
    marks = {opens, closes, TAGGED.opens, TAGGED.ends, *INNER_MARKS}
    marks |= {mark for form in marked for mark in (form.opens, form.ends)}
    markers = frozenset(control for control in control_texts if any(control in mark for mark in marks))
    tags = Tags(
        opens=opens,
        closes=closes,
        forms=(TAGGED, *marked),
        unmistakable=frozenset(mark for mark in marks if any(control in mark for control in markers)),
        known=known is not None or closes in evidence,
        around=_AROUND_ANSWER if "<response></response>" in evidence else None,
        bare_calls=PYTHON_TAG in marked or not (marked or TAGGED.opens in evidence),
    )
    guarded = frozenset(mark for mark in marks - {*INNER_MARKS} if mark[:1] in ("<", "["))
    return SpeechFormat(markers, think_end, tags, guarded | _RESULTS)
