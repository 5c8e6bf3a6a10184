"""Folders that the user labelled, and which of them a path is below."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Labelled, Sensitivity, strictest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FOLDS_NAMES: Final = sys.platform == "darwin"
"""There, names in another case or of other Unicode composition are the same name."""


def whole_path(path: str) -> str:
    """The path from its root on, as it is kept; links stay, as people know the folder by that name."""
    return os.path.abspath(path)  # noqa: PTH100  `resolve` would follow links


def same_folder(one: str, other: str) -> bool:
    """Whether two whole paths are written differently at most."""
    return _key(one) == _key(other)


class Folders:
    """Labels of folders by path, asked for many documents: what the disk says of links is remembered meanwhile."""

    def __init__(self, labels: Iterable[tuple[str, Sensitivity]]) -> None:
        self._said: dict[str, Labelled] = {}
        self._resolved: dict[str, str] = {}
        for path, sensitivity in labels:
            kind = "file" if os.path.isfile(path) else "folder"  # noqa: PTH113  as below
            for name in {path, os.path.realpath(path)}:
                self._say(_key(name), Labelled(sensitivity, f"the {kind} {path}"))

    def _say(self, key: str, labelled: Labelled) -> None:
        before = self._said.get(key)
        if before is None or strictest((before.sensitivity, labelled.sensitivity)) is not before.sensitivity:
            self._said[key] = labelled

    def has(self, sensitivity: Sensitivity) -> bool:
        """Whether any folder has that label."""
        return any(each.sensitivity is sensitivity for each in self._said.values())

    def of(self, path: str) -> Labelled:
        """The strictest label of the path and the folders above it, under any of its names; `by` is "" for none."""
        if not self._said:
            return Labelled()
        told = dict.fromkeys(self._above(path))
        if (resolved := self._resolve(path)) != path:
            told |= dict.fromkeys(self._above(resolved))
        found = strictest(each.sensitivity for each in told)
        return next((each for each in told if each.sensitivity is found), Labelled())

    def _above(self, path: str) -> Iterator[Labelled]:
        key = _key(path)
        while True:
            if (said := self._said.get(key)) is not None:
                yield said
            above = os.path.dirname(key)  # noqa: PTH120  a Path for each of 10,000 documents costs a second
            if above == key:
                return
            key = above

    def _resolve(self, path: str) -> str:
        """Where a path leads. The disk is asked once about each folder; what is not there is what it is called."""
        if (known := self._resolved.get(path)) is not None:
            return known
        above, name = os.path.split(path)
        if os.path.islink(path):  # noqa: PTH114  as above
            found = os.path.realpath(path)
        elif above == path:
            found = path
        else:
            found = os.path.join(self._resolve(above), name)  # noqa: PTH118  as above
        self._resolved[path] = found
        return found


def _key(path: str) -> str:
    """The path as the platform compares paths."""
    key = os.path.normcase(path)
    return unicodedata.normalize("NFC", key).casefold() if _FOLDS_NAMES else key
