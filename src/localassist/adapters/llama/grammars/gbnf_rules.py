"""What the rules of a grammar must be to be followed: able to end, never beginning with themselves."""

from __future__ import annotations

from typing import Final, TypeAlias

from localassist.adapters.llama.grammars.letters import Letters
from localassist.domain.errors import ModelError

Sequence: TypeAlias = list[str | Letters]
"""Names of rules, and sets of characters of which one comes."""

Alternatives: TypeAlias = list[Sequence]
"""What a rule may be."""

_MOST_WAYS: Final = 5_000
_MOST_STEPS: Final = 5_000_000
_DEEPEST: Final = 300
_SIMPLIFY: Final = "Simplify the grammar."


def check_rules(rules: dict[str, Alternatives]) -> None:
    """Raise `ModelError` for rules, all of them defined, that never end, begin with themselves or branch too much."""
    beginnings = _Beginnings(rules)
    for name in rules:
        beginnings.visit(name)
    _check_endings(rules)


class _Beginnings:
    """Follows what each rule can begin with, as is done before each character of an answer, but each rule only once."""

    def __init__(self, rules: dict[str, Alternatives]) -> None:
        self._rules = rules
        self._ways: dict[str, int] = {}
        self._may_be_empty: dict[str, bool] = {}
        self._steps = 0
        self._under_way: set[str] = set()

    def visit(self, name: str) -> None:
        """Find out in how many ways a rule can begin, and whether it may be empty."""
        if name in self._ways:
            return
        if name in self._under_way:
            raise ModelError(
                f"The grammar can't be followed: {_spelled(name)} begins with itself{_or_loops(name)}.",
                "Write a repetition with * or +, or have the rule begin with something else.",
            )
        if len(self._under_way) >= _DEEPEST:
            raise ModelError(f"The grammar can't be followed: more than {_DEEPEST} rules begin each other.", _SIMPLIFY)
        self._under_way.add(name)
        ways, empty = 0, False
        for sequence in self._rules[name]:
            more, ends = self._begin(sequence)
            ways += more
            empty = empty or ends
        self._under_way.remove(name)
        self._ways[name], self._may_be_empty[name] = ways, empty
        self._steps += ways
        if ways > _MOST_WAYS or self._steps > _MOST_STEPS:
            raise ModelError(
                f"The grammar branches too much: {_spelled(name)} can begin in {ways:,} ways.",
                f"{_SIMPLIFY} Up to {_MOST_WAYS:,} ways at one place are followed.",
            )

    def _begin(self, sequence: Sequence) -> tuple[int, bool]:
        ways = 0
        for element in sequence:
            if not isinstance(element, str):
                return ways + 1, False
            self.visit(element)
            ways += self._ways[element]
            if not self._may_be_empty[element]:
                return ways, False
        return ways + 1, True


def _check_endings(rules: dict[str, Alternatives]) -> None:
    """Raise `ModelError` when no text at all fits `root`, because each of its ways needs another without end."""
    needs = {
        (name, number): {element for element in sequence if isinstance(element, str)}
        for name, sequences in rules.items()
        for number, sequence in enumerate(sequences)
    }
    waiting = {place: len(names) for place, names in needs.items()}
    needed_by: dict[str, list[tuple[str, int]]] = {name: [] for name in rules}
    for place, names in needs.items():
        for name in names:
            needed_by[name].append(place)
    ready = [name for (name, _), count in waiting.items() if not count]
    ending: set[str] = set()
    while ready:
        name = ready.pop()
        if name in ending:
            continue
        ending.add(name)
        for place in needed_by[name]:
            waiting[place] -= 1
            if not waiting[place]:
                ready.append(place[0])
    if "root" not in ending:
        raise ModelError(
            "The grammar can't be followed: no text fits it, because its rules need each other without end.",
            "Give one of them a way to end.",
        )


def _spelled(name: str) -> str:
    """A rule by its name, which those for groups and repetitions have none of."""
    return "a group" if name.startswith("(") else f"the rule {name[:40]}"


def _or_loops(name: str) -> str:
    return ", or what it repeats can be empty" if name.startswith("(") else ""
