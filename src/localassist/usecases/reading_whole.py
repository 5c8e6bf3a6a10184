"""Whole documents put to a model, at once where they fit, else in parts; their sentences where none can take them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Role, Turn
from localassist.domain.errors import Stopped
from localassist.domain.events import Generated, PromptProgress, Searching, TokenDelta
from localassist.usecases import covering
from localassist.usecases.differing import differences
from localassist.usecases.extracting import listed, most_central, quoting_answer, sentences_in
from localassist.usecases.prompting import write_part
from localassist.usecases.whole_documents import characters_a_token, in_parts
from localassist.usecases.whole_tasks import Wanted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from localassist.domain.documents import Passage
    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.chat_model import ChatModel, Framing, Sampling
    from localassist.domain.stopping import Stop
    from localassist.usecases.citing import Grounded
    from localassist.usecases.drafting import Draft
    from localassist.usecases.extracting import Centrality, Sentence
    from localassist.usecases.prompting import Material
    from localassist.usecases.whole_documents import Whole

    Differences = list[tuple[Sentence | None, Sentence | None]]

_AT_ONCE_SHARE: Final = 0.6
"""Of the context, that documents may fill: the rest is for the conversation and the answer."""
_NOTES_SHARE: Final = 0.4
"""Of the context, for what is noted down of all parts, or for what differs."""
_PART_TOKENS: Final = 4000
_NOTE_TOKENS: Final = 256
_FEWEST_NOTE_TOKENS: Final = 48
_MOST_PARTS: Final = 60
"""More would take hours on a laptop: what is behind them stays unread, and the answer says so."""
_MOST_DIFFERENCES: Final = 40
_NOTHING: Final = "-–—. \n"


@dataclass(frozen=True, slots=True)
class Reader:
    """A loaded model with what goes with each of its prompts."""

    model: ChatModel
    sampling: Sampling
    framing: Framing

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return self.model.count_tokens((Turn(Role.USER, text),), self.framing)


def read_whole(
    draft: Draft, whole: Whole, material: Material, reader: Reader, stop: Stop
) -> Generator[AnswerEvent, None, Material]:
    """What the model is to be given for its answer, once everything is in it or was read in parts.

    `draft.read` is what was read. A stop ends with `Stopped`; what was noted of the parts before is then the answer.
    """
    context = reader.model.description.context_length
    passages = whole.stretches()
    density = characters_a_token(passages, reader.count)
    room = int(_NOTES_SHARE * context * density)
    material = replace(material, whole=True, notes=_told(differences_of(whole), whole, room))
    size = sum(len(passage.text) for passage in passages) + len(material.notes)
    if size <= _AT_ONCE_SHARE * context * density:
        draft.read = tuple(passages)
        return replace(material, passages=draft.read)
    if whole.task.wanted is Wanted.COMPARISON:
        draft.read = tuple(passages)  # every sentence was compared
        return replace(material, passages=())
    parts = in_parts(passages, int(min(_AT_ONCE_SHARE * context, _PART_TOKENS) * density))
    notes = yield from _read_parts(draft, whole.names, replace(material, passages=()), parts, reader, stop)
    return replace(material, passages=(), notes="\n".join(notes)[:room])


def _read_parts(
    draft: Draft, names: str, material: Material, parts: Sequence[tuple[Passage, ...]], reader: Reader, stop: Stop
) -> Generator[AnswerEvent, None, list[str]]:
    notes: list[str] = []
    context = reader.model.description.context_length
    tokens = max(min(int(_NOTES_SHARE * context / len(parts)), _NOTE_TOKENS), _FEWEST_NOTE_TOKENS)
    reader = replace(reader, sampling=replace(reader.sampling, max_tokens=tokens, max_reasoning_tokens=0))
    try:
        for place, part in enumerate(parts[:_MOST_PARTS], 1):
            yield Searching(f"Reading part {place} of {len(parts)} of {names}.")
            turns = write_part(replace(material, passages=part), place, len(parts))
            said = yield from _note(reader, turns, stop)
            draft.read = (*draft.read, *part)
            if said.strip(_NOTHING):
                notes.append(_under(part[0], said))
    except Stopped:
        draft.add("\n\n".join(notes))
        raise
    return notes


def _note(reader: Reader, turns: Sequence[Turn], stop: Stop) -> Generator[AnswerEvent, None, str]:
    said: list[str] = []
    framing = replace(reader.framing, think=False, kept=False)  # nobody comes back to a part
    for event in reader.model.generate(turns, reader.sampling, stop, framing):
        if isinstance(event, TokenDelta):
            said.append(event.text)
        elif isinstance(event, PromptProgress):
            yield event
        elif isinstance(event, Generated):
            break
    return "".join(said).strip()


def _under(passage: Passage, said: str) -> str:
    where = f", {passage.place}" if passage.place else ""
    return f"From {PurePath(passage.path).name}{where} on:\n{said}"


def quotes_from(whole: Whole, question: str, centrality: Centrality) -> Grounded:
    """An answer without a model: the sentences that say most, that name what is asked for, or that differ."""
    if whole.task.wanted is Wanted.COMPARISON:
        return shown_differences(whole, question)
    sentences = [each for document, content in whole.documents for each in sentences_in(document, content)]
    if whole.task.wanted is Wanted.SUMMARY:
        lead = covering.summary_lead(question, whole.names)
        return quoting_answer([(lead, [(each,) for each in most_central(sentences, centrality)])])
    shown, count = listed(sentences, whole.task.wanted)
    lead = covering.listing_lead(question, whole.names, whole.task.wanted, count, len(shown))
    return quoting_answer([(lead, [(each,) for each in shown])])


def differences_of(whole: Whole) -> Differences:
    """The pairs of sentences in which two documents differ; none where nothing is compared."""
    if whole.task.wanted is not Wanted.COMPARISON:
        return []
    old, new = (sentences_in(document, content) for document, content in whole.documents)
    return list(differences(old, new))


def shown_differences(whole: Whole, question: str, first: int = 1) -> Grounded:
    """The differences of two documents, in both wordings, each with its citation from number `first` on."""
    pairs = differences_of(whole)
    old, new = (PurePath(document.path).name for document, _ in whole.documents)
    groups: list[tuple[str, Sequence[tuple[Sentence, ...]]]] = [
        (covering.changes_lead(question, old, new, len(pairs)), [])
    ]
    for kind, members in _grouped(pairs[:_MOST_DIFFERENCES]):
        lead = {
            "both": covering.reworded_lead(question, old, new),
            "old": covering.only_lead(question, old),
            "new": covering.only_lead(question, new),
        }[kind]
        groups.append((lead, members))
    return quoting_answer(groups, first)


def _grouped(pairs: Differences) -> Iterator[tuple[str, list[tuple[Sentence, ...]]]]:
    """What follows each other and is of one kind, together."""

    def kind(pair: tuple[Sentence | None, Sentence | None]) -> str:
        return "both" if pair[0] and pair[1] else "old" if pair[0] else "new"

    for name, members in groupby(pairs, key=kind):
        yield name, [tuple(each for each in pair if each is not None) for pair in members]


def _told(pairs: Differences, whole: Whole, room: int) -> str:
    """Differences as a model is told of them, as many as there is room for (in characters)."""
    if whole.task.wanted is not Wanted.COMPARISON:
        return ""
    old, new = (PurePath(document.path).name for document, _ in whole.documents)
    lines = [f"{len(pairs)} sentences differ between {old} and {new}:"]
    for one, other in pairs:
        lines += [f"- {old}: {' '.join(one.text.split())}"] if one else []
        lines += [f"- {new}: {' '.join(other.text.split())}"] if other else []
    text = "\n".join(lines)
    return text if len(text) <= room else text[:room].rpartition("\n")[0]
