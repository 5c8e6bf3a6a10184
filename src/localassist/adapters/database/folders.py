"""Folders that the user labelled, which of them a path is below, and where those went that are gone."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from localassist.adapters.database.whereabouts import Known, found_beside, status_of, thing_at
from localassist.domain.labels import Labelled, Sensitivity, strictest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from localassist.adapters.database.whereabouts import Thing

_FOLDS_NAMES: Final = sys.platform == "darwin"
"""There, names in another case or of other Unicode composition are the same name."""
_UNSAID: Final = Labelled()

_Identity = tuple[int, int]
_Key = TypeVar("_Key")


def whole_path(path: str) -> str:
    """The path from its root on, as it is kept; links stay, as people know the folder by that name."""
    return os.path.abspath(path)  # noqa: PTH100  `resolve` would follow links


def same_folder(one: str, other: str) -> bool:
    """Whether two whole paths are written differently at most."""
    return _key(one) == _key(other)


@dataclass(frozen=True, slots=True)
class Said:
    """A folder's label as it is kept."""

    path: str
    sensitivity: Sensitivity
    known: Known


class Folders:
    """Labels of folders by path, asked for many documents: what the disk says is remembered meanwhile.

    A folder is known by its path, whether it is there or not, and by what the disk has there: under a link, a junction,
    another mount or another spelling it is the same folder. What was there once is known wherever it went: its label
    holds there too, and goes along once nothing is at its own path. The paths that it had keep the label, as programs
    put a new file in the place of the old one; but none may go out for that. Where the system does not say when things
    were made, another thing may have the number of an old one: only "never leaves" holds for it then, and stays put.
    """

    def __init__(self, labels: Iterable[Said]) -> None:
        self._by_key: dict[str, Labelled] = {}
        self._by_identity: dict[_Identity, Labelled] = {}
        self._known: dict[str, Labelled] = {}
        self._elsewhere: dict[int, list[tuple[Thing, Said]]] = {}
        self._lost: set[Said] = set()
        self._now: dict[Said, Said] = {}
        kept = tuple(labels)
        self._paths = {_key(each.path) for each in kept}
        for each in kept:
            self._take(each)

    @property
    def changes(self) -> Mapping[Said, Said]:
        """The labels of which more is known than is kept, or that have another path by now, and what to keep."""
        return {kept: now for kept, now in self._now.items() if kept != now}

    @property
    def now(self) -> tuple[Said, ...]:
        """All labels, as far as is known by now."""
        return tuple(self._now.values())

    @property
    def has_lost(self) -> bool:
        """Whether something that a label was of is nowhere yet."""
        return bool(self._lost)

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

    def _take(self, kept: Said) -> None:
        said, thing = kept, thing_at(kept.path)
        if thing is None and (found := self._found_again(kept)):
            said, thing = self._moved(kept, found), thing_at(found)
        if thing is None and said.known.things and said.known.things[-1].born:
            self._lost.add(kept)
        self._now[kept] = replace(said, known=said.known.with_thing(thing)) if thing else said
        self._put(said)
        for each in said.known.things:
            if thing is None or not thing.is_same(each):
                self._elsewhere.setdefault(each.inode, []).append((each, kept))

    def _put(self, said: Said) -> None:
        status = _status(said.path)
        by = f"the {_kind(status)} {said.path}"
        labelled = Labelled(said.sensitivity, by)
        _add(self._by_key, _key(said.path), labelled)
        if (identity := _identity(status)) is not None:
            _add(self._by_identity, identity, labelled)
        for path in said.known.paths if said.sensitivity is not Sensitivity.MAY_GO_OUT else ():
            _add(self._by_key, _key(path), Labelled(said.sensitivity, f"{by}, which was here"))

    def _found_again(self, kept: Said) -> str | None:
        """Where something is that is not at its path: beside it, or its successor where it was before."""
        found = found_beside(kept.path, kept.known)
        if found is None and kept.sensitivity is not Sensitivity.MAY_GO_OUT:
            found = next((each for each in reversed(kept.known.paths) if thing_at(each)), None)
        return found if found and _key(found) not in self._paths else None

    def _moved(self, said: Said, path: str) -> Said:
        self._paths.add(_key(path))
        return replace(said, path=path, known=said.known.moved(said.path, path))

    def _itself(self, path: str) -> Labelled:
        """What was said of just this, and of where it leads."""
        said = self._by_key.get(_key(path), _UNSAID)
        status = status_of(path)
        if status is None:
            return said
        if status.st_ino in self._elsewhere:
            said = _stricter(said, self._again(path, status))
        if _leads_elsewhere(status):
            real = os.path.realpath(path)
            return _stricter(said, self.of(real)) if real != path else said
        identity = _identity(status)
        return _stricter(said, self._by_identity.get(identity, _UNSAID)) if identity else said

    def _again(self, path: str, status: os.stat_result) -> Labelled:
        """What was said of this when it was somewhere else."""
        here, held = thing_at(path), _UNSAID
        for thing, kept in self._elsewhere[status.st_ino]:
            if here is None or not thing.is_same(here) or not self._counts(thing, kept):
                continue
            now, place = self._now[kept], f"{path}{thing.inside}"
            if kept in self._lost and thing is now.known.things[-1] and _key(place) not in self._paths:
                self._lost.discard(kept)
                now = self._now[kept] = self._moved(now, place)
            where = "" if same_folder(now.path, place) else ", where it was"
            kind = "file" if thing.inside else _kind(status)
            labelled = Labelled(now.sensitivity, f"the {kind} {now.path}{where}")
            if thing.inside:
                _add(self._by_key, _key(place), labelled)
            else:
                held = _stricter(held, labelled)
        return held

    def _counts(self, thing: Thing, kept: Said) -> bool:
        return thing.born > 0 or (kept.sensitivity is Sensitivity.NEVER and thing_at(kept.path) is None)


def _add(labels: dict[_Key, Labelled], key: _Key, labelled: Labelled) -> None:
    labels[key] = _stricter(labels.get(key, _UNSAID), labelled)


def _kind(status: os.stat_result | None) -> str:
    return "file" if status is not None and stat.S_ISREG(status.st_mode) else "folder"


def _status(path: str) -> os.stat_result | None:
    """What the disk says of a path, links followed."""
    try:
        return os.stat(path)  # noqa: PTH116  as above
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
