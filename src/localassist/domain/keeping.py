"""Models on this disk: those that other programs keep, those that are kept here, and packs of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.library import Licence


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model file that another program, or the user, keeps on this disk. It is used where it lies.

    `kind` is chat, embedder or reranker; the latter two are folders, which the settings choose by their path. `place`
    is the program whose folder it is, or that folder. `path` is what to add, the first part of a split file; `files`
    are all its parts, `size` bytes of all. `sha256` is the hash that the place names, not one that was
    computed; empty where it names none. `also` are further paths of the same content. `known_as` is its name here if
    it was added before. `orphaned` says why the program that keeps it does not use it any more, `problem` why it can't
    be used; both are empty for most.
    """

    name: str
    place: str
    path: str
    size: int
    kind: str = "chat"
    files: tuple[str, ...] = ()
    sha256: str = ""
    also: tuple[str, ...] = ()
    known_as: str = ""
    orphaned: str = ""
    problem: str = ""


class Against(StrEnum):
    """Whose word a file's hash is compared with."""

    HUB = "hub"
    CATALOGUE = "catalogue"
    PACK = "pack"
    FIRST_SEEN = "first seen"

    @property
    def meaning(self) -> str:
        """What agreeing with it says, for people."""
        return {
            Against.HUB: "It is what the hub published when it was downloaded.",
            Against.CATALOGUE: "It is what the catalogue says its makers published.",
            Against.PACK: "It is what the pack that it came in says.",
            Against.FIRST_SEEN: "It is as it was when it was first seen here; nobody says that it was right then.",
        }[self]


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model that can be used here.

    `kind` is chat, embedder or reranker. `path` is its file, or its folder for the latter two; `files` all that belong
    to it, `size` bytes of all. `own`: it lies in our folder of models, others are used where they are. `verified` and
    `last_used` are ISO 8601 times, empty for never; `against` is whose hash it was last compared with. `licence` is
    the name of it that the file or the catalogue gives, `sha256` what the catalogue vouches for, empty for most.
    `came_along`: a package brought it, so it can't be removed. `problem` and `warning` are as in `ModelFile`.
    """

    name: str
    kind: str
    path: str
    files: tuple[str, ...]
    size: int
    own: bool
    licence: str = ""
    sha256: str = ""
    against: Against | None = None
    verified: str = ""
    last_used: str = ""
    came_along: bool = False
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Files are being read, written or compared: `done` of `total` bytes; `name` is the one at work."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Verified:
    """A model was read whole and compared: `against` whom, and what is wrong with it, empty where it agrees."""

    name: str
    against: Against
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A model of a pack. `files` are paths within its folder, each with its bytes and hex SHA-256."""

    name: str
    kind: str
    licence: Licence
    files: tuple[PackedFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file of a model in a pack."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A model of a pack is on this disk, verified; `path` is its file, or its folder where it is no chat model.

    `problem` says why it can't be used here, empty if it can.
    """

    model: Packed
    path: str
    problem: str = ""
