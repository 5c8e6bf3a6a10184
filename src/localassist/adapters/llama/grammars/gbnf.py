"""Grammars in llama.cpp's notation (GBNF), read into rules and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.grammars.gbnf_rules import check_rules
from localassist.adapters.llama.grammars.letters import ANY, joined, others
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from localassist.adapters.llama.grammars.gbnf_rules import Alternatives, Sequence

MOST_REPEATS: Final = 2000
"""Above it, llama.cpp refuses a least number and takes a greatest for none (MAX_REPETITION_THRESHOLD)."""

_LONGEST: Final = 200_000
_DEEPEST: Final = 60
_MOST_ELEMENTS: Final = 500_000
_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_BEGINNINGS: Final = _NAME | frozenset('"[.(<!')
_DIGITS: Final = frozenset("0123456789")
_HEX_LENGTHS: Final = {"x": 2, "u": 4, "U": 8}
_ESCAPES: Final = {"t": "\t", "r": "\r", "n": "\n"} | {sign: sign for sign in '\\"[]-'}
_REPEATS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def read_grammar(text: str) -> dict[str, Alternatives]:
    """The rules of a grammar, by their names; `root` is among them, and those for groups have names nobody can write.

    Raises `ModelError` for a grammar that can't be followed, saying where it is wrong: mistakes in the notation, rules
    that are missing, never end or begin with themselves, and what would take too much memory or time.
    """
    if len(text) > _LONGEST:
        raise ModelError(f"The grammar has {len(text):,} characters.", f"It can have up to {_LONGEST:,}.")
    if not text.isprintable() and any(ord(letter) == 0 or 0xD800 <= ord(letter) < 0xE000 for letter in text):
        raise ModelError("The grammar holds characters that are no text.", "Take out NULs and lone surrogates.")
    reader = _Reader(text)
    reader.read()
    check_rules(reader.rules)
    return reader.rules


class _Reader:
    """Reads a grammar as llama.cpp's parser does."""

    def __init__(self, text: str) -> None:
        self.rules: dict[str, Alternatives] = {}
        self._text = text
        self._at = 0
        self._depth = 0
        self._elements = 0
        self._made = 0
        self._wanted: dict[str, int] = {}

    def read(self) -> None:
        """Fill `rules`, of which those for groups and repetitions have names that nobody can write."""
        self._space(lines=True)
        while self._at < len(self._text):
            self._rule()
        for name, place in self._wanted.items():
            if name not in self.rules:
                raise self._error(f"the rule {name[:40]} is not defined", place)
        if "root" not in self.rules:
            raise self._error("there is no rule named root", 0)

    def _rule(self) -> None:
        start = self._at
        name = self._word(_NAME, "the name of a rule")
        if name in self.rules:
            raise self._error(f"the rule {name[:40]} is defined twice", start)
        self._space(lines=False)
        if not self._text.startswith("::=", self._at):
            raise self._error("::= is missing")
        self._at += 3
        self._space(lines=True)
        self.rules[name] = self._alternatives()
        if self._at < len(self._text) and self._next() not in "\r\n":
            raise self._error("this can't stand here")
        self._space(lines=True)

    def _alternatives(self) -> Alternatives:
        found = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            self._space(lines=True)
            found.append(self._sequence())
        return found

    def _sequence(self) -> Sequence:
        items: list[Sequence] = []
        weight = 0  # how many rules llama.cpp counts for the last item
        while sign := self._next():
            start = self._at
            if sign in _REPEATS or sign == "{":
                weight *= self._repeat(items, sign, weight)
            elif sign in _BEGINNINGS:
                weight = self._item(items, sign)
            else:
                break
            self._count(len(items[-1]), start)
            self._space(lines=self._depth > 0)
        return [element for item in items for element in item]

    def _item(self, items: list[Sequence], sign: str) -> int:
        start = self._at
        if sign == "(":
            return self._group(items)
        if sign in "<!":
            raise self._error("tokens can't be named in a grammar here, only text")
        if sign in _NAME:
            name = self._word(_NAME, "a name")
            self._wanted.setdefault(name, start)
            items.append([name])
        else:
            items.append(self._terminal(sign))
        return 1

    def _terminal(self, sign: str) -> Sequence:
        """Read a literal, a class or a dot."""
        start = self._at
        self._at += 1
        if sign == ".":
            return [ANY]
        if sign == '"':
            return [((letter, letter),) for letter, _ in self._characters('"', start)]
        excluded = self._next() == "^"
        self._at += excluded
        stretches = self._characters("]", start)
        if not stretches:
            raise self._error("a class of characters is empty", start)
        letters = joined(stretches)
        return [others(letters) if excluded else letters]

    def _characters(self, end: str, start: int) -> list[tuple[int, int]]:
        """The stretches of code points up to a sign that closes them; in a class, they can be more than one long."""
        found = []
        while self._next() != end:
            if not self._next():
                raise self._error(f"this is not closed by {end}", start)
            first = last = self._character()
            if end == "]" and self._next() == "-" and self._text[self._at + 1 : self._at + 2] not in ("", "]"):
                self._at += 1
                last = self._character()
            found.append((first, last))
        self._at += 1
        return found

    def _character(self) -> int:
        sign = self._next()
        escape = self._text[self._at + 1 : self._at + 2] if sign == "\\" else None
        if escape is None:
            self._at += 1
            return ord(sign)
        if escape in _HEX_LENGTHS:
            digits = self._text[self._at + 2 : self._at + 2 + _HEX_LENGTHS[escape]]
            if len(digits) < _HEX_LENGTHS[escape] or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
                raise self._error(f"\\{escape} needs {_HEX_LENGTHS[escape]} hexadecimal digits")
            self._at += 2 + len(digits)
            return int(digits, 16)
        if not escape or escape not in _ESCAPES:
            raise self._error("this escape is unknown")
        self._at += 2
        return ord(_ESCAPES[escape])

    def _group(self, items: list[Sequence]) -> int:
        start, before = self._at, self._made + len(self._wanted)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"more than {_DEEPEST} groups lie in each other")
        self._at += 1
        self._space(lines=True)
        alternatives = self._alternatives()
        if self._next() != ")":
            raise self._error("this group is not closed", start)
        self._at += 1
        self._depth -= 1
        items.append([self._make(alternatives)])
        return max(1, self._made + len(self._wanted) - before)

    def _repeat(self, items: list[Sequence], sign: str, weight: int) -> int:
        """Put a rule for the repetition in the place of the last item; returns how many times llama.cpp counts it."""
        start = self._at
        self._at += 1
        least, most = _REPEATS[sign] if sign in _REPEATS else self._numbers()
        if not items or not items[-1]:
            raise self._error("there is nothing to repeat", start)
        times = most or least or 1
        if max(least, most or 0, weight * times) > MOST_REPEATS or (most is not None and most < least):
            raise self._error(f"this can't be repeated so; up to {MOST_REPEATS} rules are", start)
        optional = 0 if most is None else most - least
        item = items[-1]
        self._count(len(item) * least + (len(item) + 3) * max(optional, 1), start)
        if most == 0:
            items[-1] = []
            return times
        # What may be left out is a rule of its own there, one for each repeat.
        rests: Sequence = []
        if most is None:
            rests = [self._make([[]])]
            self.rules[str(rests[0])] = [[*item, *rests], []]
        for _ in range(optional):
            rests = [self._make([[*item, *rests], []])]
        items[-1] = [*item * least, *rests]
        return times

    def _numbers(self) -> tuple[int, int | None]:
        self._space(lines=self._depth > 0)
        least = self._number()
        self._space(lines=self._depth > 0)
        most: int | None = least
        if self._next() == ",":
            self._at += 1
            self._space(lines=self._depth > 0)
            most = self._number() if self._next() in _DIGITS else None
            self._space(lines=self._depth > 0)
        if self._next() != "}":
            raise self._error("} is missing")
        self._at += 1
        return least, most

    def _number(self) -> int:
        digits = self._word(_DIGITS, "a number").lstrip("0")
        return int(digits[:9] or "0")

    def _make(self, alternatives: Alternatives) -> str:
        self._made += 1
        name = f"({self._made})"
        self.rules[name] = alternatives
        return name

    def _count(self, elements: int, start: int) -> None:
        self._elements += elements
        if self._elements > _MOST_ELEMENTS:
            raise self._error("its repetitions grow beyond all measure", start)

    def _word(self, letters: frozenset[str], what: str) -> str:
        start = self._at
        while self._next() in letters:
            self._at += 1
        if self._at == start:
            raise self._error(f"{what} is missing")
        return self._text[start : self._at]

    def _space(self, *, lines: bool) -> None:
        while (sign := self._next()) and (sign in " \t#" or (lines and sign in "\r\n")):
            if sign == "#":
                while self._next() not in ("", "\r", "\n"):
                    self._at += 1
            else:
                self._at += 1

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _error(self, problem: str, place: int | None = None) -> ModelError:
        before = self._text[: self._at if place is None else place]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        return ModelError(
            f"The grammar can't be followed: {problem} (line {line}, column {column}).",
            "Correct it there; llama.cpp's guide to GBNF grammars describes the notation.",
        )
