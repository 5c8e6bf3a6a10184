"""How passages stand before a question in a prompt, so that nothing in them passes for the prompt's own words."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Conversation
    from localassist.domain.documents import Passage
    from localassist.usecases.retelling import Numbered

_NOTHING_FOUND: Final = "(The user's documents say nothing about this.)"
_LINE: Final = re.compile("(?:^|(?<=[\n\v\f\x1c\x1d\x1e\x85\u2028\u2029])|(?<=\r)(?!\n))(?!\\Z)")
"""Where a line begins, whatever ended the one before."""
_QUOTED: Final = "> "
_WHOLE: Final = (
    "These are all parts of what the question is about, in order. Answer from all of them, as long as it takes."
)


def fence_of(conversation: Conversation) -> str:
    """The word that opens and closes what is quoted in a conversation's prompts: 8 hexadecimal digits.

    It is the same for all prompts of a conversation, since each begins with the one before it, to the letter. It is
    made of the instant, to less than a microsecond, at which the conversation began, so that nobody who writes a
    document can know it: about one guess in four billion is right, and a guess needs a document of its own.
    """
    begun = f"{conversation.id} {conversation.created!r}"
    return hashlib.sha256(begun.encode()).hexdigest()[:8]


def with_passages(
    question: str, given: Sequence[Numbered], told: set[int], fence: str, notes: str = "", *, whole: bool = False
) -> str:
    """A question behind its passages; those that were `told` earlier in the prompt are only pointed to.

    Passages and `notes` stand between two lines that name the fence, and each of their lines behind a mark.
    `whole` says that they are all of a document.
    """
    fresh = [each for each in given if each.n not in told]
    before = [f"[{each.n}]" for each in given if each.n in told]
    told.update(each.n for each in fresh)
    quoted = [f"[{each.n}] {source_of(each.passage)}\n{marked(each.passage.text.strip())}" for each in fresh]
    quoted += [marked(notes)] if notes else []
    parts = [fenced("\n\n".join(quoted), fence)] if quoted else []
    if before:
        parts.append(f"See{' also' if fresh else ''} {', '.join(before)} above.")
    parts += [_WHOLE] if whole else []
    return "\n\n".join([*parts, f"Question: {question}"]) if parts else question


def fenced(text: str, fence: str) -> str:
    """Quoted matter between the two lines that nothing in it can know."""
    return f"<{fence}>\n{text}\n</{fence}>"


def in_vain(question: str) -> str:
    """A question for which documents were searched and nothing was found."""
    return f"{_NOTHING_FOUND}\n{question}"


def on_one_line(text: str) -> str:
    """A title, a heading or a sentence as it stands within a line: it begins none of its own."""
    return " ".join(text.split())


def source_of(passage: Passage) -> str:
    """The line above a passage: its document's title, its page and the headings above it."""
    page = f", page {passage.page}" if passage.page is not None else ""
    heading = f" ({on_one_line(passage.heading)})" if passage.heading else ""
    return f"{on_one_line(passage.title)}{page}{heading}"


def marked(text: str) -> str:
    """Text with a mark before each of its lines: none of them passes for one of the prompt's own (spotlighting by
    marking data, Hines et al., 2024, by the line instead of the word, which costs a model less of its attention).
    """
    return _LINE.sub(_QUOTED, text)
