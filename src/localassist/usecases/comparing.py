"""What a look at the disk says of the documents that are known: which are gone, and which stay out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from localassist.domain.ports.documents import FoundFile, Skipped, SkippedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.documents import Collection, Document

TAKEN_OUT: Final = "You removed it from here. Add it by its name to have it back."
"""Why a file stays out of a collection whose folder it lies in."""


@dataclass(frozen=True)
class Look:
    """What a scan of a collection's roots gave; `only` None: of all below them, else of what was said to change."""

    collection: Collection
    only: frozenset[str] | None
    items: tuple[FoundFile | SkippedFile, ...]

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths at which there is something."""
        gone = self.missing
        return frozenset(item.path for item in self.items if item.path not in gone)

    @cached_property
    def missing(self) -> dict[str, str]:
        """The roots that can't be looked at, and why."""
        roots = set(self.collection.roots)
        return {item.path: item.reason for item in self.items if isinstance(item, SkippedFile) and item.path in roots}

    @cached_property
    def unknown(self) -> frozenset[str]:
        """The paths at and below which nothing is known of what is there."""
        return frozenset(
            item.path for item in self.items if isinstance(item, SkippedFile) and item.kind is Skipped.UNREACHABLE
        )

    @property
    def has_links(self) -> bool:
        """Whether a folder is there under several names, so that a report may use any of them."""
        return any(isinstance(item, SkippedFile) and item.kind is Skipped.LINKED for item in self.items)

    def withdrawn(self, known: Iterable[Document]) -> list[Document]:
        """The documents that are left out on purpose from now on, by a rule or in favour of another name."""
        out = {item.path for item in self.items if isinstance(item, SkippedFile)} - self.unknown - self.missing.keys()
        return [document for document in known if document.status.is_answerable and document.path in out]

    def to_read(self, known: dict[str, Document]) -> list[FoundFile | SkippedFile]:
        """What ingesting is to see: neither what somebody took out nor what can't be reached just now."""
        return [item for item in self.items if self._is_to_read(item, known.get(item.path))]

    def _is_to_read(self, item: FoundFile | SkippedFile, document: Document | None) -> bool:
        if isinstance(item, FoundFile):
            return document is None or document.problem != TAKEN_OUT
        return item.path not in self.missing and not (item.path in self.unknown and document is not None)


def gone(known: Iterable[Document], look: Look, seen: frozenset[str]) -> Iterator[Document]:
    """The documents of the look's collection that the disk has no more; `seen` is what all looks saw.

    What stands below a root or a folder that can't be looked at stays. A file that was added by itself is gone when
    the folder it stood in is there without it. Parts go with the file they are in.
    """
    for document in known:
        path = document.path
        if document.container_id is not None or path in seen:
            continue
        if look.only is not None and not is_within(path, look.only):
            continue
        is_plainly_gone = path in look.missing and path not in look.unknown
        if is_plainly_gone or not (is_within(path, look.unknown) or is_within(path, look.missing)):
            yield document


def is_within(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of the places or below one, by the separators of either kind of system."""
    wanted = places if isinstance(places, (set, frozenset, dict)) else set(places)
    return path in wanted or any(above in wanted for above in _above(path))


def touched(roots: Sequence[str], changed: frozenset[str]) -> bool:
    """Whether a change at one of the paths concerns one of the roots."""
    return any(is_within(path, roots) for path in changed) or any(is_within(root, changed) for root in roots)


def _above(path: str) -> Iterator[str]:
    """The folders above a path, nearest first; a root of a file system with its separator and without."""
    while True:
        cut = max(path.rfind("/"), path.rfind("\\"))
        if cut < 0:
            return
        yield path[: cut + 1]
        path = path[:cut]
        yield path
