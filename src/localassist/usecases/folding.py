"""Which passages say again what a better one says, and how the others are spread over documents."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.terms import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from localassist.domain.documents import Passage

_SHINGLE: Final = 3
_ALIKE: Final = 0.7
"""Of two passages' runs of three words, those that both have: one word changed in sixty leaves 0.9, one in ten 0.5."""
_TELLING: Final = re.compile(r"\d|^[^\W\d_a-zß-öø-ÿ]")
_NEGATIONS: Final = """
not no never none nor without cannot can't won't don't doesn't isn't aren't wasn't shan't mustn't
nicht kein keine keinen keinem keiner nie niemals ohne weder
"""
_TURNING: Final = frozenset(_NEGATIONS.split())


@dataclass(frozen=True, slots=True)
class _Said:
    """A passage's words in runs of three, and those that tell it from a like one: figures, names, negations."""

    title: frozenset[str]
    runs: frozenset[tuple[str, ...]]
    telling: Mapping[str, int]

    def repeats(self, other: _Said) -> bool:
        """Whether both say the same. What differs in a figure, a name or a negation does not."""
        if self.title != other.title or self.telling != other.telling:
            return False
        return len(self.runs & other.runs) >= _ALIKE * len(self.runs | other.runs)


def without_repeats(passages: Iterable[Passage], limit: int) -> list[Passage]:
    """The first `limit` passages that do not say what an earlier one of the same title says, nearly word for word.

    Passages that differ in a figure, a date, a name or a negation stay.
    """
    kept: list[Passage] = []
    said: list[_Said] = []
    for passage in passages:
        if len(kept) >= limit:
            break
        own = _said(passage)
        if not any(own.repeats(earlier) for earlier in said):
            kept.append(passage)
            said.append(own)
    return kept


def spread(passages: Sequence[Passage]) -> list[Passage]:
    """The passages with the best of every document first, then the second of each, and so on."""
    turn: dict[int, int] = defaultdict(int)
    turns: list[int] = []
    for passage in passages:
        turns.append(turn[passage.document_id])
        turn[passage.document_id] += 1
    return [passages[position] for position in sorted(range(len(passages)), key=turns.__getitem__)]


def _said(passage: Passage) -> _Said:
    found = WORD.findall(passage.text)
    folded = [word.casefold() for word in found]
    runs = {tuple(folded[start : start + _SHINGLE]) for start in range(max(len(folded) - _SHINGLE + 1, 1))}
    telling = Counter(
        word for word, plain in zip(found, folded, strict=True) if _TELLING.search(word) or plain in _TURNING
    )
    return _Said(frozenset(WORD.findall(passage.title.casefold())), frozenset(runs), telling)
