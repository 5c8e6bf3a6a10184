"""Where in a grammar an answer can be: all positions that its text so far leads to, each of them once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.grammars.letters import hold
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.adapters.llama.grammars.gbnf_rules import Alternatives
    from localassist.adapters.llama.grammars.letters import Letters

_MOST_WAYS: Final = 20_000
"""How many are looked at for one character; 4,000 words to choose from are 4,000 positions."""
_MOST_WORK: Final = 2_000_000
"""How many ways are looked at for all that could follow one token: some seconds; some ten thousand are usual."""
_MOST_NODES: Final = 1_000_000
_NODES_KEPT: Final = 100_000
_END: Final = 0
_OUTSIDE: Final = -1


class Position:
    """All that can come next; `may_end` when that can be nothing. Compared by identity: equal ones are the same.

    `width` is the work to look for a character: single ones are looked up, sets of them tried one by one.
    """

    __slots__ = ("_single", "_wide", "after", "may_end", "nodes", "width")

    def __init__(self, nodes: frozenset[int], letters: Iterable[tuple[int, Letters]]) -> None:
        """`letters` are those that each node except the end wants."""
        self.nodes = nodes
        self.may_end = _END in nodes
        self.after: dict[str, Position | None] = {}
        self._single: dict[int, list[int]] = {}
        self._wide: list[tuple[int, Letters]] = []
        for node, wanted in letters:
            if len(wanted) == 1 and wanted[0][0] == wanted[0][1]:
                self._single.setdefault(wanted[0][0], []).append(node)
            else:
                self._wide.append((node, wanted))
        self.width = 1 + len(self._wide)

    def fitting(self, letter: str) -> list[int]:
        """The nodes that want a character."""
        point = ord(letter)
        wide = [node for node, letters in self._wide if hold(letters, point, point)]
        return self._single.get(point, []) + wide

    def fits_any(self, first: int, last: int) -> bool:
        """Whether one of the code points from `first` to `last` can come."""
        return any(first <= point <= last for point in self._single) or any(
            hold(letters, first, last) for _, letters in self._wide
        )


class Positions:
    """Follows the rules of a grammar, which must be able to end and not begin with themselves.

    A node is an element of a rule that comes next, and the node that comes after its rule. Where several ways lead to
    the same node, it is followed once, so that a character costs at most as much as the grammar is wide.
    """

    def __init__(self, rules: dict[str, Alternatives]) -> None:
        self._elements: list[Letters | str | None] = [None]
        self._starts: dict[str, list[int]] = {}
        for name, alternatives in rules.items():
            self._starts[name] = []
            for sequence in alternatives:
                self._starts[name].append(len(self._elements))
                self._elements += [*sequence, None]
        self._work = 0
        self._forget()

    def first(self) -> Position:
        """Before any text. Raises `ModelError` if there is too much to choose from."""
        return self._position([(start, _END) for start in self._starts["root"]])

    def after(self, position: Position | None, text: str) -> Position | None:
        """Where a text leads from a position, None if it does not fit.

        Raises `ModelError` when it could be understood in too many ways.
        """
        for letter in text:
            if position is None:
                return None
            if letter not in position.after:
                self._work += position.width
                if self._work > _MOST_WORK:
                    raise too_ambiguous()
                follow = [(self._element[node] + 1, self._parent[node]) for node in position.fitting(letter)]
                position.after[letter] = self._position(follow) if follow else None
            position = position.after[letter]
        return position

    def tidied(self, position: Position) -> Position:
        """The same position, to go on with alone: what was found out about others is forgotten when it was much."""
        self._work = 0
        if len(self._element) < _NODES_KEPT:
            return position
        elements, parents = self._element, self._parent
        needed = set(position.nodes)
        for node in sorted(needed, reverse=True):
            while (node := parents[node]) > _END and node not in needed:
                needed.add(node)
        self._forget()
        renamed = {_END: _END}
        for node in sorted(needed - {_END}):  # what a node needs was made before it
            renamed[node] = self._node(elements[node], renamed[parents[node]])
        return self._known(frozenset(renamed[node] for node in position.nodes))

    def _forget(self) -> None:
        self._element = [0]
        self._parent = [_OUTSIDE]
        self._nodes: dict[tuple[int, int], int] = {}
        self._positions: dict[frozenset[int], Position] = {}

    def _position(self, todo: list[tuple[int, int]]) -> Position:
        """The position of these elements, each with the node to come after its rule."""
        seen, found = set(todo), set()
        while todo:
            at, parent = todo.pop()
            element = self._elements[at]
            if element is None and parent == _END:
                found.add(_END)
                continue
            if element is None:
                more = [(self._element[parent], self._parent[parent])]
            elif isinstance(element, str):
                # Nothing is left to do after the last of a rule, or a repetition would grow with each of its turns.
                back = parent if self._elements[at + 1] is None else self._node(at + 1, parent)
                more = [(start, back) for start in self._starts[element]]
            else:
                found.add(self._node(at, parent))
                continue
            todo += [one for one in more if one not in seen]
            seen.update(more)
            if len(seen) > _MOST_WAYS:
                raise too_ambiguous()
        self._work += len(seen)
        return self._known(frozenset(found))

    def _known(self, nodes: frozenset[int]) -> Position:
        if nodes not in self._positions:
            self._positions[nodes] = Position(nodes, ((node, self._letters(node)) for node in nodes if node != _END))
        return self._positions[nodes]

    def _letters(self, node: int) -> Letters:
        element = self._elements[self._element[node]]
        assert isinstance(element, tuple)
        return element

    def _node(self, at: int, parent: int) -> int:
        key = (at, parent)
        if key not in self._nodes:
            if len(self._element) >= _MOST_NODES:
                raise too_ambiguous()
            self._nodes[key] = len(self._element)
            self._element.append(at)
            self._parent.append(parent)
        return self._nodes[key]


def too_ambiguous() -> ModelError:
    """For an answer that can be understood in more ways than can be followed."""
    return ModelError(
        "The grammar can't be followed any further: the answer so far can be understood in too many ways.",
        "Change the grammar so that each text fits it in one way.",
    )
