"""Files inside a file: handed over by its reader one by one, read or looked for, and bounded together."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.readers.formats import Format, named_format
from localassist.adapters.readers.patience import Patience
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.documents import StructuredText

MAX_PARTS: Final = 2000
"""Files inside one file, at all depths together, that are read."""

MAX_DEPTH: Final = 4
"""Files inside files inside files: a sheet in an archive that a forwarded mail brought along."""

_MAX_ARCHIVES: Final = 2
"""Archives inside one another: more are made to harm programs."""

_MAX_PART_BYTES: Final = 500_000_000
_MAX_CHARACTERS: Final = 50_000_000
_MAX_NAME: Final = 240
_PLAIN_NAME: Final = re.compile(r"[\w.+() -]{1,80}", re.ASCII)
_PLAIN_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,10}")
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


@dataclass(slots=True)
class Allowance:
    """What the files inside one file may still use together.

    `scratch` is a folder that does not exist yet; files are put there for readers that want a path. After
    `deadline` (of `time.monotonic`) files are named and left unread, to be read one by one. `patience` bounds the
    recognising of text.
    """

    scratch: str
    deadline: float
    patience: Patience = field(default_factory=lambda: Patience(0))
    parts: int = MAX_PARTS
    size: int = _MAX_PART_BYTES
    characters: int = _MAX_CHARACTERS


class Parts:
    """Takes the files inside one file and reads each with the reader of its own format.

    `read` reads a file on disk, with the parts of that one. `passwords` go by the path inside the outermost file.
    """

    def __init__(
        self,
        read: Callable[[str, Parts], StructuredText],
        allowance: Allowance,
        passwords: dict[str, str],
        above: tuple[str, ...] = (),
        archives: int = 0,
    ) -> None:
        self._read = read
        self._allowance = allowance
        self._passwords = passwords
        self._above = above
        self._archives = archives
        self._taken: list[Part] = []
        self._names: set[str] = set()
        self._left_out = 0

    @property
    def password(self) -> str:
        """The password given for the file whose parts these are, "" if none was."""
        return self._passwords.get("/".join(self._above), "")

    @property
    def patience(self) -> Patience:
        """What time there is for recognising text."""
        return self._allowance.patience

    @property
    def is_full(self) -> bool:
        """Whether no further file would be read, so that there is no use in looking for more."""
        return self._allowance.parts <= 0

    def add(self, name: str, load: Callable[[], bytes]) -> None:
        """Take the next file, called `name` inside this one; `load` gives its bytes or raises `UnreadableError`."""
        name = self._unique(name)
        if self.is_full:
            self._left_out += 1
            return
        self._allowance.parts -= 1
        self._take(name, load)

    def within(self, content: StructuredText) -> StructuredText:
        """The text of the file itself, with the files inside it."""
        if not (self._taken or self._left_out):
            return content
        notes = content.notes
        if self._left_out:
            notes += (f"{self._left_out:,} more files inside it were not read: it holds too many.",)
        return replace(
            content,
            notes=notes,
            partly=content.partly or bool(self._left_out),
            parts=content.parts + tuple(self._taken),
        )

    def _take(self, name: str, load: Callable[[], bytes]) -> None:
        if time.monotonic() > self._allowance.deadline:
            self._taken.append(Part(name, None))
            return
        try:
            self._taken.append(Part(name, self._content(name, load)))
        except UnreadableError as error:
            self._taken.append(_unread(name, error.predicate, error.hint))
        except Exception:  # noqa: BLE001  whatever a library raises on a bad file costs this one file
            self._taken.append(_unread(name, "is damaged and can't be read", "Open it and save it again."))

    def _content(self, name: str, load: Callable[[], bytes]) -> StructuredText:
        is_archive = named_format(name) is Format.ARCHIVE
        if len(self._above) >= MAX_DEPTH or self._archives + is_archive > _MAX_ARCHIVES:
            raise UnreadableError("lies too deep inside other files", "Take it out and add it by itself.")
        data = load()
        self._allowance.size -= len(data)
        if not data:
            raise UnreadableError("is empty", "Check that it was copied to its end.")
        if self._allowance.size < 0:
            raise UnreadableError("is too much to read together with the files beside it", "Add it by itself.")
        inside = Parts(self._read, self._allowance, self._passwords, (*self._above, name), self._archives + is_archive)
        with Scratch(self._allowance.scratch, name, data) as path:
            content = self._read(path, inside)
        self._allowance.characters -= len(content.text)
        if self._allowance.characters < 0:
            raise UnreadableError("is too much text together with the files beside it", "Add it by itself.")
        return content

    def _unique(self, name: str) -> str:
        """A name that is a path below the file: no way up, no root, not twice."""
        pieces = [_NO_NAME.sub("", piece).strip() for piece in name.replace("\\", "/").split("/")]
        kept = [piece[-_MAX_NAME:] for piece in pieces if piece not in {"", ".", ".."}]
        name = "/".join(kept[-20:]) or f"attachment {len(self._names) + 1}"
        stem, dot, suffix = name.rpartition(".") if "." in name.rpartition("/")[2] else (name, "", "")
        number = 1
        while name in self._names:
            number += 1
            name = f"{stem} ({number}){dot}{suffix}"
        self._names.add(name)
        return name


class SoughtPart(Parts):
    """Looks for one file instead of reading any: its bytes are in `found`, what lies deeper than it in `rest`."""

    def __init__(self, wanted: str, allowance: Allowance) -> None:
        super().__init__(_refuse, allowance, {})
        self._wanted = wanted
        self.found: bytes | None = None
        self.name = ""
        self.rest = ""

    @property
    @override
    def is_full(self) -> bool:
        return self.found is not None

    @override
    def _take(self, name: str, load: Callable[[], bytes]) -> None:
        if self._wanted == name or self._wanted.startswith(name + "/"):
            self.found = load()
            self.name = name
            self.rest = self._wanted[len(name) + 1 :]


class Scratch:
    """A file of its own for some bytes, as long as the block lasts; its name ends as `name` does."""

    def __init__(self, folder: str, name: str, data: bytes) -> None:
        last = name.rpartition("/")[2]
        suffix = Path(last).suffix
        kept = suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ""
        self._folder = Path(folder)
        self._name = last if _PLAIN_NAME.fullmatch(last) else f"part{kept}"
        self._data = data

    def __enter__(self) -> str:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        number = sum(1 for _ in self._folder.iterdir())
        self._folder = self._folder / str(number)
        self._folder.mkdir(mode=0o700)
        path = self._folder / self._name
        path.write_bytes(self._data)
        self._data = b""
        return str(path)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _refuse(_path: str, _inside: Parts) -> StructuredText:
    raise UnreadableError("is looked for, not read")


def _unread(name: str, predicate: str, hint: str) -> Part:
    return Part(name, None, f"{name.rpartition('/')[2]} {predicate}. {hint}".strip())
