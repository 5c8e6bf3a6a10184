"""What the benchmark asks: long enough texts of plain words, and never the same twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Role, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

_SENTENCE: Final = "On day {number} the tenant of flat {number} told the landlord that the {thing} was out of order."
_THINGS: Final = ("heating", "front door", "lift", "water meter", "cellar light", "letter box", "kitchen window")
ASK: Final = "Tell a long story about it, with every detail."


def question(tokens: int, count: Callable[[list[Turn]], int], first: int = 1) -> Turn:
    """A question of about so many tokens, as `count` counts a prompt's; those with another `first` begin otherwise."""
    sentences: list[str] = []
    a_sentence = count([Turn(Role.USER, _sentence(first))])
    while count([_turn(sentences)]) < tokens:
        missing = tokens - count([_turn(sentences)])
        more = max(missing // (2 * a_sentence), 1)
        start = first + len(sentences)
        sentences += [_sentence(number) for number in range(start, start + more)]
    return _turn(sentences)


def _sentence(number: int) -> str:
    return _SENTENCE.format(number=number, thing=_THINGS[number % len(_THINGS)])


def _turn(sentences: list[str]) -> Turn:
    return Turn(Role.USER, " ".join([*sentences, ASK]))
