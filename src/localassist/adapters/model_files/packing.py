"""Packs of models in one file: an uncompressed ZIP with a manifest, which any program can look into.

Sizes beyond 4 GB are written as ZIP64 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.hub import disk
from localassist.adapters.model_files import manifest
from localassist.adapters.model_files.hashing import AT_ONCE, unreadable
from localassist.adapters.model_files.unpacking import contents_of, unpack_into
from localassist.domain.errors import ModelError, StorageError
from localassist.domain.keeping import CopyProgress, Packed, PackedFile
from localassist.domain.ports.keeping import ModelPacks

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from localassist.adapters.llama.files.remembered import RememberedFiles
    from localassist.domain.keeping import KeptModel, Unpacked
    from localassist.domain.library import Licence
    from localassist.domain.stopping import Stop

_UNUSUAL: Final = re.compile(r"[^\w.-]+")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


class ZipModelPacks(ModelPacks):
    """Packs as files; `remembered` says what a file should be and learns it of what was unpacked."""

    def __init__(self, remembered: RememberedFiles) -> None:
        self._remembered = remembered

    @override
    def pack(self, models: Sequence[tuple[KeptModel, Licence]], path: str, stop: Stop) -> Iterator[CopyProgress]:
        final = Path(path).expanduser().absolute()
        if final.exists():
            raise StorageError(f"There is already a file {final}.", "Choose another name, or delete it.")
        if not models:
            raise ModelError("There is nothing to pack.", "Name the models; `localassist models list` shows them.")
        try:
            disk.require_room(final.name, final.parent, sum(model.size for model, _ in models))
            with disk.alone(final, "packed"), _gone_at_the_end(disk.beside(final)) as scratch:
                with scratch.open("wb") as file:
                    yield from self._write(file, models, stop)
                    file.flush()
                    os.fsync(file.fileno())
                disk.put_in_place(scratch, final)
        except OSError as error:
            raise disk.refused(final.name, final.parent, error) from error

    @override
    def contents(self, path: str) -> tuple[Packed, ...]:
        return contents_of(Path(path).expanduser().absolute())

    @override
    def unpack(self, path: str, folder: str, stop: Stop) -> Iterator[CopyProgress | Unpacked]:
        return unpack_into(Path(path).expanduser().absolute(), Path(folder), self._remembered, stop)

    def _write(
        self, whole: IO[bytes], models: Sequence[tuple[KeptModel, Licence]], stop: Stop
    ) -> Iterator[CopyProgress]:
        names: list[str] = []
        for model, _ in models:
            names.append(_free_name(model.name, names))
        missing = next((model for model, _ in models if not model.files), None)
        if missing is not None:
            raise ModelError(f"The files of {missing.name} are not here, so it can't be packed.", missing.problem)
        todo = [_files_of(model, name) for (model, _), name in zip(models, names, strict=True)]
        total, done = sum(_size(Path(file)) for files in todo for file, _ in files), 0
        packed: list[Packed] = []
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            for (model, licence), name, files in zip(models, names, todo, strict=True):
                entries = []
                for file, inside in files:
                    written = yield from self._add(archive, Path(file), f"{name}/{inside}", (done, total, stop))
                    self._require_right(model, file, written)
                    entries.append(PackedFile(inside, *written))
                    done += written[0]
                packed.append(Packed(name, model.kind, licence, tuple(entries)))
            archive.writestr(zipfile.ZipInfo(manifest.LICENCES, _FIRST_DAY), manifest.licences(packed))
            archive.writestr(zipfile.ZipInfo(manifest.NAME, _FIRST_DAY), manifest.written(packed))

    def _add(
        self, archive: zipfile.ZipFile, path: Path, name: str, so_far: tuple[int, int, Stop]
    ) -> Generator[CopyProgress, None, tuple[int, str]]:
        """Write one file, giving its size and hash as it was written."""
        digest, size = hashlib.sha256(), 0
        done, total, stop = so_far
        try:
            reading = path.open("rb")
        except OSError as error:
            raise unreadable(path, error) from error
        with reading, archive.open(zipfile.ZipInfo(name, _FIRST_DAY), "w", force_zip64=True) as writing:
            while piece := reading.read(AT_ONCE):
                stop.raise_if_requested()
                digest.update(piece)
                writing.write(piece)
                size += len(piece)
                yield CopyProgress(path.name, done + size, total)
        return size, digest.hexdigest()

    def _require_right(self, model: KeptModel, file: str, written: tuple[int, str]) -> None:
        """Raise `ModelError` for a file that is not what somebody said it should be."""
        known = self._remembered.content(file)
        vouched = model.sha256 if file == model.files[0] else ""
        expected = vouched or (known.sha256 if known else "")
        if expected and expected != written[1]:
            raise ModelError(
                f"{Path(file).name} is not what it should be, so it is not packed.",
                "`localassist models verify` says what is wrong with it.",
            )


@contextmanager
def _gone_at_the_end(scratch: Path) -> Iterator[Path]:
    try:
        yield scratch
    finally:
        with suppress(OSError):
            scratch.unlink()


def _files_of(model: KeptModel, name: str) -> list[tuple[str, str]]:
    """The files of a model on the disk and their names in its folder of the pack."""
    if model.kind != "chat":
        folder = Path(model.path)
        inside = [(file, Path(file).relative_to(folder).as_posix()) for file in model.files]
        return [(file, path) for file, path in inside if manifest.is_harmless(path)]
    if len(model.files) == 1:
        return [(model.files[0], f"{name.removesuffix('.gguf')}.gguf")]
    return [(file, Path(file).name) for file in model.files]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def _free_name(name: str, others: Sequence[str]) -> str:
    """A name that a folder can have everywhere, and that none of the others has."""
    plain = _UNUSUAL.sub("-", name).strip(".-")[:100].rstrip(".-") or "model"
    try:
        disk.target("/", plain)
    except StorageError:
        plain = f"model-{plain}"  # Windows takes it for a device
    taken = {other.casefold() for other in others}
    free, number = plain, 2
    while free.casefold() in taken:
        free, number = f"{plain}-{number}", number + 1
    return free
