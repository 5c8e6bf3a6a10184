"""What is said above and below an answer about what it rests on and how it ended."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import MessageStatus
from localassist.ui.cautions import caution_words, is_loud
from localassist.ui.chat.doubts import doubts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Message

MOST_NAMED: Final = 5
MOST_CAUTIONS: Final = 3
ONLY_THOUGHT: Final = (
    "The model thought and came to no answer. Ask again, or let it think for longer: “Max reasoning tokens” in the "
    "settings."
)
NOTHING_USED: Final = "No document was used. Nothing found in your documents supports this answer."


def is_not_there(message: Message) -> bool:
    """Whether this says that the documents do not answer the question, instead of an answer."""
    evidence = message.evidence
    rests_on_nothing = not (evidence.citations or evidence.found or evidence.said or evidence.covered)
    return evidence.searched and rests_on_nothing and message.status is MessageStatus.COMPLETE and bool(message.text)


def loud_notes(message: Message) -> Iterator[tuple[str, str]]:
    """Sentences to say above an answer, each with its tone."""
    if message.evidence.unused:
        yield f"Not used: {_names(message.evidence.unused)}. This answer does not rest on it.", "amber"
    loud = [caution for caution in message.evidence.cautions if is_loud(caution)]
    for caution in loud[:MOST_CAUTIONS]:
        yield caution_words(caution), "red" if caution.orders else "amber"
    if len(loud) > MOST_CAUTIONS:
        yield f"{len(loud) - MOST_CAUTIONS:,} more warnings stand in the evidence.", "amber"


def notes(message: Message) -> Iterator[tuple[str, str]]:
    """Sentences to say under an answer, each with its tone: "amber", "red" or "" for quiet."""
    evidence = message.evidence
    if message.status is MessageStatus.COMPLETE and evidence.reasoning and not message.text:
        yield ONLY_THOUGHT, "amber"
    yield from _unsupported(message)
    if message.status is MessageStatus.FAILED:
        yield message.problem or "This answer could not be given. Ask again.", "red"
    if message.status is MessageStatus.STOPPED:
        yield "You stopped this answer here.", ""
    if message.status is MessageStatus.INTERRUPTED:
        yield "localassist ended before this answer was complete. Ask again to get all of it.", "amber"


def _unsupported(message: Message) -> Iterator[tuple[str, str]]:
    evidence = message.evidence
    answered = message.status in {MessageStatus.COMPLETE, MessageStatus.STOPPED} and bool(message.text)
    rests = evidence.citations or evidence.coverage or is_not_there(message)
    if answered and evidence.searched and not rests:
        yield NOTHING_USED, "amber"
    in_doubt = doubts(message.text, evidence)
    words = [message.text[each.start : each.end] for each in in_doubt if not each.whole_sentence]
    told = [f"Not borne out by your documents: {', '.join(dict.fromkeys(words))}."] if words else []
    bare = sum(each.whole_sentence for each in in_doubt)
    if bare and evidence.citations:
        what = "One sentence rests" if bare == 1 else f"{bare} sentences rest"
        told.append(f"{what} on nothing in your documents; a dotted line marks it.")
    if told:
        yield " ".join(told), "amber"


def _names(paths: tuple[str, ...]) -> str:
    names = [PurePath(path).name for path in paths[:MOST_NAMED]]
    more = [f"{len(paths) - MOST_NAMED:,} more"] if len(paths) > MOST_NAMED else []
    return ", ".join([*names, *more])
