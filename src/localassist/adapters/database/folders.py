"""Folders that the user labelled, and which of them a path is below."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from typing import TYPE_CHECKING, Final

from localassist.domain.labels import Labelled, Sensitivity, strictest

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLDS_NAMES: Final = sys.platform == "darwin"
"""There, names in another case or of other Unicode composition are the same name."""
_UNSAID: Final = Labelled()

_Identity = tuple[int, int]


def whole_path(path: str) -> str:
    """The path from its root on, as it is kept; links stay, as people know the folder by that name."""
    return os.path.abspath(path)  # noqa: PTH100  `resolve` would follow links


def same_folder(one: str, other: str) -> bool:
    """Whether two whole paths are written differently at most."""
    return _key(one) == _key(other)


class Folders:
    """Labels of folders by path, asked for many documents: what the disk says is remembered meanwhile.

    A folder is known by its path, whether it is there or not, and by what the disk has there: under a link, a junction,
    another mount or another spelling it is the same folder.
    """

    def __init__(self, labels: Iterable[tuple[str, Sensitivity]]) -> None:
        self._by_key: dict[str, Labelled] = {}
        self._by_identity: dict[_Identity, Labelled] = {}
        self._known: dict[str, Labelled] = {}
        for path, sensitivity in labels:
            status = _status(path, follow=True)
            kind = "file" if status is not None and stat.S_ISREG(status.st_mode) else "folder"
            labelled = Labelled(sensitivity, f"the {kind} {path}")
            self._by_key[_key(path)] = _stricter(self._by_key.get(_key(path), _UNSAID), labelled)
            if (identity := _identity(status)) is not None:
                self._by_identity[identity] = _stricter(self._by_identity.get(identity, _UNSAID), labelled)

    def has(self, sensitivity: Sensitivity) -> bool:
        """Whether any folder has that label."""
        return any(each.sensitivity is sensitivity for each in self._by_key.values())

    def of(self, path: str) -> Labelled:
        """The strictest label of the path and the folders above it, under any of their names; `by` is "" for none."""
        if not self._by_key:
            return _UNSAID
        unknown = []
        while path not in self._known:
            unknown.append(path)
            above = os.path.dirname(path)  # noqa: PTH120  a Path for each of 10,000 documents costs a second
            if above == path:
                break
            path = above
        held = self._known.get(path, _UNSAID)
        for below in reversed(unknown):
            self._known[below] = held  # for links in circles
            held = self._known[below] = _stricter(self._itself(below), held)
        return held

    def _itself(self, path: str) -> Labelled:
        """What was said of just this, and of where it leads."""
        said = self._by_key.get(_key(path), _UNSAID)
        status = _status(path, follow=False)
        if status is None:
            return said
        if _leads_elsewhere(status):
            real = os.path.realpath(path)
            return _stricter(said, self.of(real)) if real != path else said
        identity = _identity(status)
        return _stricter(said, self._by_identity.get(identity, _UNSAID)) if identity else said


def _status(path: str, *, follow: bool) -> os.stat_result | None:
    try:
        return os.stat(path, follow_symlinks=follow)  # noqa: PTH116  as above
    except (OSError, ValueError):
        return None


def _identity(status: os.stat_result | None) -> _Identity | None:
    """What a file system knows something by; None where it does not say."""
    return (status.st_dev, status.st_ino) if status is not None and status.st_ino else None


def _leads_elsewhere(status: os.stat_result) -> bool:
    """Whether it is a link, or what Windows has of that kind."""
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_reparse_tag", 0))


def _stricter(one: Labelled, other: Labelled) -> Labelled:
    """The stricter of two labels, the first of equal ones; anything that was said goes before what was not."""
    if not (one.by and other.by):
        return one if one.by else other
    return one if strictest((one.sensitivity, other.sensitivity)) is one.sensitivity else other


def _key(path: str) -> str:
    """The path as the platform compares paths."""
    key = os.path.normcase(path)
    return unicodedata.normalize("NFC", key).casefold() if _FOLDS_NAMES else key
