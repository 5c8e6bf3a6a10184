"""Model files that are on this disk already: every content once, with all that is known of it without loading it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.model_files.hashing import hash_of
from localassist.adapters.model_files.kinds import files_in
from localassist.adapters.model_files.layouts import Lying, lying_in
from localassist.adapters.model_files.places import SHARED, place_at, usual_places
from localassist.domain.errors import NotFoundError, StorageError
from localassist.domain.keeping import FoundModel
from localassist.domain.ports.keeping import ModelFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localassist.adapters.model_files.places import Place
    from localassist.domain.models import ModelFile
    from localassist.domain.stopping import Stop

_PART: Final = re.compile(r"(?P<name>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_SAMPLE: Final = 2**20
"""Bytes at the beginning, middle and end that files of one size are compared by before they are read whole."""


class DiskModelFinder(ModelFinder):
    """Looks through the places of other programs; reads names, and of files of equal size as much as it takes."""

    def __init__(self, home: Path, environment: Mapping[str, str], system: str, shared: Path = SHARED) -> None:
        """`home` is the user's, `environment` the process's, `system` as in `sys.platform`; `shared` is everybody's."""
        self._home = home
        self._environment = environment
        self._system = system
        self._shared = shared

    @override
    def find(self, folders: Sequence[str], known: Sequence[ModelFile], stop: Stop) -> tuple[FoundModel, ...]:
        usual = usual_places(self._home, self._environment, self._system, self._shared)
        places = [*map(_named_place, folders), *usual]
        found = [file for place in places for file in _files_in(place, stop)]
        merged = [_merged(same) for same in _same_files(found, stop)]
        return tuple(sorted((_known(file, known) for file in merged), key=lambda file: file.name.casefold()))


@dataclass(frozen=True, slots=True)
class _Files:
    """A found model and what tells it from others: where its first file really lies."""

    model: FoundModel
    identity: tuple[int, int] | None


def _named_place(folder: str) -> Place:
    path = Path(folder).expanduser().absolute()
    if not path.is_dir():
        raise NotFoundError(f"There is no folder {folder}.", "Check the name, or whether its drive is connected.")
    return place_at(path)


def _files_in(place: Place, stop: Stop) -> Iterator[_Files]:
    """The models of a place, the parts of a split one together."""
    single: list[Lying] = []
    split: dict[tuple[Path, str, str], list[tuple[int, Lying]]] = {}
    for lying in lying_in(place, stop):
        part = _PART.fullmatch(lying.path.name)
        if part is None or int(part["count"]) < 2:
            single.append(lying)
        else:
            parts = split.setdefault((lying.path.parent, part["name"], part["count"]), [])
            parts.append((int(part["number"]), lying))
    for lying in single:
        yield _single(lying, place)
    for (_, name, count), parts in split.items():
        yield _joined(name, int(count), dict(parts), place)


def _single(lying: Lying, place: Place) -> _Files:
    path = str(lying.path)
    if lying.kind != "chat":
        files = files_in(lying.path)
        size = sum(_identity(Path(file))[1] for file in files)
        return _Files(
            FoundModel(lying.name, place.program, path, size, lying.kind, files), _identity(Path(files[0]))[0]
        )
    identity, size = _identity(lying.path)
    model = FoundModel(lying.name, place.program, path, size, lying.kind, (path,), lying.sha256)
    return _Files(replace(model, orphaned=lying.orphaned, problem=lying.problem), identity)


def _joined(name: str, count: int, parts: dict[int, Lying], place: Place) -> _Files:
    """A split model; what it lacks is its problem."""
    ordered = [parts[number] for number in sorted(parts)]
    first = parts.get(1, ordered[0])
    lacking = [number for number in range(1, count + 1) if number not in parts or parts[number].problem]
    problem = f"Of its {count} parts these are missing: {', '.join(map(str, lacking))}." if lacking else ""
    sizes = [_identity(part.path)[1] for part in ordered]
    files = tuple(str(part.path) for part in ordered)
    model = FoundModel(name, place.program, str(first.path), sum(sizes), files=files)
    return _Files(replace(model, problem=problem), _identity(first.path)[0])


def _identity(path: Path) -> tuple[tuple[int, int] | None, int]:
    """Device and inode, None where there is no file, and the size in bytes."""
    try:
        facts = path.stat()
    except OSError:
        return None, 0
    return (facts.st_dev, facts.st_ino), facts.st_size


def _same_files(found: Sequence[_Files], stop: Stop) -> list[list[FoundModel]]:
    """Groups of one content, told by inode, then by the hash that a place names, then by what is in them."""
    by_inode: dict[tuple[int, int] | str, list[FoundModel]] = {}
    for file in found:
        by_inode.setdefault(file.identity or file.model.path, []).append(file.model)
    by_hash: dict[str, list[FoundModel]] = {}
    for group in by_inode.values():
        sha256 = next((model.sha256 for model in group if model.sha256 and not model.problem), "")
        by_hash.setdefault(sha256 or group[0].path, []).extend(group)
    by_size: dict[int, list[list[FoundModel]]] = {}
    for group in by_hash.values():
        by_size.setdefault(-1 if _gone(group) else group[0].size, []).append(group)
    alike = by_size.pop(-1, [])
    return [*alike, *(same for groups in by_size.values() for same in _same_contents(groups, stop))]


def _gone(group: Sequence[FoundModel]) -> bool:
    return all(model.problem for model in group)


def _same_contents(groups: Sequence[list[FoundModel]], stop: Stop) -> Iterator[list[FoundModel]]:
    """Groups of equal size put together where their contents are equal: read whole only where samples agree."""
    if len(groups) < 2:
        yield from groups
        return
    sampled = sorted(((_samples(group[0]), group) for group in groups), key=lambda each: each[0])
    for _, alike in groupby(sampled, key=lambda each: each[0]):
        same: dict[str, list[FoundModel]] = {}
        candidates = [group for _, group in alike]
        for group in candidates:
            key = _sha256(group, stop) if len(candidates) > 1 else ""
            same.setdefault(key, []).extend(group)
        yield from same.values()


def _samples(model: FoundModel) -> bytes:
    """Beginning, middle and end of its first file; its name where that can't be read, which is equal to none."""
    import hashlib

    digest = hashlib.sha256()
    try:
        with Path(model.files[0]).open("rb") as file:
            size = file.seek(0, 2)
            for start in (0, size // 2, max(size - _SAMPLE, 0)):
                file.seek(start)
                digest.update(file.read(_SAMPLE))
    except OSError:
        return model.path.encode("utf-8", "surrogateescape")
    return digest.digest()


def _sha256(group: Sequence[FoundModel], stop: Stop) -> str:
    """Of all its files, as read: what a place says is not compared with what was read elsewhere."""
    try:
        return " ".join(hash_of(Path(file), stop) for file in group[0].files)
    except StorageError:
        return group[0].path


def _merged(same: Sequence[FoundModel]) -> FoundModel:
    """One of equal files: one that a program uses rather than an orphan, the first of the places otherwise."""
    chosen = min(same, key=lambda model: (bool(model.problem), bool(model.orphaned)))
    also = {model.path for model in same} - {chosen.path}
    sha256 = chosen.sha256 or next((model.sha256 for model in same if model.sha256), "")
    return replace(chosen, sha256=sha256, also=tuple(sorted(also)))


def _known(found: FoundModel, known: Iterable[ModelFile]) -> FoundModel:
    """With the name that it has here, where it was added under one of its paths or by a link to it."""
    identities = {_identity(Path(path))[0] for path in (found.path, *found.also)} - {None}
    for file in known:
        if file.path == found.path or _identity(Path(file.path))[0] in identities:
            return replace(found, known_as=file.name)
    return found
