"""Questions drawn from documents themselves, to try a search on before anybody has asked anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import BlockKind
from localassist.domain.sentences import split_sentences
from localassist.domain.terms import FUNCTION_WORDS, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from localassist.domain.documents import StructuredText

_FEWEST_WORDS: Final = 5
_MOST_WORDS: Final = 7
_LONGEST_SENTENCE: Final = 400
_LEFT_OUT: Final = 0.35
"""Of a sentence's telling words: what is left must not be found by its words alone."""
_WORDY_HEADING: Final = 2
_TAIL: Final = re.compile(r"(?:ing|ed|es|s|en|er|e)$")
_SHORTEST: Final = 5


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """A question with where its answer stands: `document_id`, and there a span of characters, a page, or anywhere."""

    text: str
    document_id: int
    span: tuple[int, int] | None = None
    page: int | None = None


def draw_questions(document_id: int, content: StructuredText, random: Random) -> Iterator[TrialQuestion]:
    """Questions that single sentences and sections of a document answer, in random order.

    Of a sentence its telling words are asked for, without about a third of them, in another order, and with other
    endings; of a section its heading, which is not part of what has to be found. Sentences with fewer than five
    telling words give none.
    """
    makers = [(block, position) for position, block in enumerate(content.blocks)]
    random.shuffle(makers)
    for block, position in makers:
        text = content.text[block.start : block.end]
        if block.kind is BlockKind.HEADING:
            below = content.blocks[position + 1] if position + 1 < len(content.blocks) else None
            words = _telling(text)
            if below is not None and below.kind is not BlockKind.HEADING and len(words) >= _WORDY_HEADING:
                yield TrialQuestion(" ".join(text.split()), document_id, (below.start, below.end))
        elif block.kind is not BlockKind.CODE:
            spans = [span for span in split_sentences(text) if span[1] - span[0] <= _LONGEST_SENTENCE]
            if not spans:
                continue
            start, end = random.choice(spans)
            question = _clue(text[start:end], random)
            if question:
                yield TrialQuestion(question, document_id, (block.start + start, block.start + end))


def _clue(sentence: str, random: Random) -> str:
    """Some of a sentence's telling words, shuffled and bent; "" if it has too few."""
    words = _telling(sentence)
    if len(words) < _FEWEST_WORDS:
        return ""
    count = min(max(round(len(words) * (1 - _LEFT_OUT)), _FEWEST_WORDS - 1), _MOST_WORDS)
    return " ".join(_bent(word, random) for word in random.sample(words, count))


def _telling(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in WORD.findall(text) if word.casefold() not in FUNCTION_WORDS))


def _bent(word: str, random: Random) -> str:
    """Half of the long words lose their ending: people do not ask in a document's own forms."""
    if len(word) < _SHORTEST or not word.isalpha() or random.random() < 0.5:
        return word
    return _TAIL.sub("", word)
