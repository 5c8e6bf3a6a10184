"""What the disk has where the user labelled a folder or file, and by what that is known again elsewhere."""

from __future__ import annotations

import json
import os
import stat
import struct
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_KEPT: Final = 8
"""Of things and of paths: who writes a file anew each time leaves a thing behind each time."""
_AT_WORKING_DIRECTORY: Final = -100
_NO_FOLLOW: Final = 0x100
_BIRTH_TIME: Final = 0x800
_STATUS_BYTES: Final = 256
_MASK: Final = struct.Struct("I")
_BORN: Final = struct.Struct("qI")
_BORN_PLACE: Final = 80
"""Numbers of statx(2), from linux/fcntl.h and linux/stat.h: flags, the size of its structure, where the birth is."""


class Thing(NamedTuple):
    """What the disk has at a path: its device, its number there, and when it was made, in ns (0 where nobody says).

    `inside` is what of the path is inside of a file: "/annex.pdf" of "/mail.eml/annex.pdf".
    """

    device: int
    inode: int
    born: int
    inside: str

    def is_same(self, other: Thing) -> bool:
        """Whether it is the same folder or file. A number is given again once it is free; when it was made tells.

        Systems number their devices anew when they start, so those count only where nobody says when it was made.
        """
        return (self.inode, self.born) == (other.inode, other.born) and (self.born > 0 or self.device == other.device)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a label beside its path: the things that were there and the paths it had, the latest last.

    The latest thing is the one that the label goes along with.
    """

    things: tuple[Thing, ...] = ()
    paths: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, column: str) -> Known:
        """What `to_json` wrote; an empty column knows nothing."""
        things, paths = json.loads(column) if column else ((), ())
        return cls(tuple(Thing(*each) for each in things), tuple(paths))

    def to_json(self) -> str:
        """It as a column, in ASCII, so that names that are no text survive."""
        return "" if self == Known() else json.dumps([self.things, self.paths], separators=(",", ":"))

    def with_thing(self, thing: Thing) -> Known:
        """With what is there now.

        Where nobody says when things were made only the first is kept: such systems may number them anew at any time.
        """
        if self.things and not thing.born:
            return self
        return replace(self, things=(*_others(self.things, thing), thing)[-_MOST_KEPT:])

    def moved(self, before: str, now: str) -> Known:
        """For another path."""
        return replace(self, paths=(*(each for each in self.paths if each != now), before)[-_MOST_KEPT:])

    def without(self, thing: Thing | None, is_path: Callable[[str], bool]) -> Known:
        """As if that had never been there, nor at such paths."""
        things = _others(self.things, thing) if thing else self.things
        return Known(things, tuple(each for each in self.paths if not is_path(each)))


def _others(things: tuple[Thing, ...], thing: Thing) -> tuple[Thing, ...]:
    return tuple(each for each in things if each.inside != thing.inside or not each.is_same(thing))


def status_of(path: str) -> os.stat_result | None:
    """What the disk says of a path, links not followed; None where it says nothing."""
    try:
        return os.lstat(path)  # a Path for each of 10,000 documents costs a second
    except (OSError, ValueError):
        return None


def thing_at(path: str) -> Thing | None:
    """What is at a path, links not followed, or the file that it is inside of."""
    place = path
    while (status := status_of(place)) is None:
        place, below = os.path.dirname(place), place  # noqa: PTH120  as above
        if place == below:
            return None
    inside = path[len(place) :]
    if not status.st_ino or (inside and not stat.S_ISREG(status.st_mode)):
        return None
    return Thing(status.st_dev, status.st_ino, _born(place, status), inside)


def found_beside(path: str, known: Known) -> str | None:
    """The path that something which was at `path` has now, if it was renamed and is in the same folder still."""
    thing = known.things[-1] if known.things else None
    if thing is None or not thing.born:
        return None
    found = _renamed(path.removesuffix(thing.inside), thing)
    return found and f"{found}{thing.inside}"


def _renamed(place: str, thing: Thing) -> str | None:
    try:
        with os.scandir(os.path.dirname(place)) as entries:  # noqa: PTH120  as above
            found = [entry.path for entry in entries if entry.inode() == thing.inode]
    except (OSError, ValueError):
        return None
    return next((each for each in found if (now := thing_at(each)) and now.is_same(thing)), None)


def _born(path: str, status: os.stat_result) -> int:
    """When something was made, in ns; 0 where the system does not say."""
    if sys.platform == "win32":
        return status.st_ctime_ns  # there it is when the file was made
    seconds = getattr(status, "st_birthtime", None)
    return _born_on_linux(path) if seconds is None else int(seconds * 1_000_000_000)


def _born_on_linux(path: str) -> int:
    import ctypes

    told = ctypes.create_string_buffer(_STATUS_BYTES)
    try:
        statx = ctypes.CDLL(None).statx  # Python has no name for it before 3.15
        failed = statx(_AT_WORKING_DIRECTORY, os.fsencode(path), _NO_FOLLOW, _BIRTH_TIME, told)
    except (OSError, AttributeError, UnicodeEncodeError):
        return 0
    if failed or not _MASK.unpack_from(told)[0] & _BIRTH_TIME:
        return 0
    seconds: int
    nanoseconds: int
    seconds, nanoseconds = _BORN.unpack_from(told, _BORN_PLACE)
    return max(0, seconds * 1_000_000_000 + nanoseconds)
