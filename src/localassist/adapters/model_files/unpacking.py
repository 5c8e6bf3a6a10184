"""A pack on its way into the folder of models: believed in nothing, verified out of sight, then shown."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from localassist.adapters.hub import disk
from localassist.adapters.llama.files.remembered import Content
from localassist.adapters.model_files import manifest
from localassist.adapters.model_files.hashing import AT_ONCE, mark_of, unreadable
from localassist.adapters.model_files.manifest import refused
from localassist.adapters.model_files.moving import HIDDEN
from localassist.domain.errors import ModelError
from localassist.domain.keeping import Against, CopyProgress, Unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localassist.adapters.llama.files.remembered import RememberedFiles
    from localassist.domain.keeping import Packed, PackedFile
    from localassist.domain.stopping import Stop

_LEFT_OVER_S: Final = 24 * 3600.0
_NO_ZIP: Final = (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError)
_BROKEN: Final = "it is damaged, or only half of it was written"
_CHANGED: Final = "what is in it is not what its list of contents says: it was changed or damaged"


def contents_of(path: Path) -> tuple[Packed, ...]:
    """What a pack says it holds. Raises `ModelError`."""
    with _opened(path) as pack:
        return pack.models


def unpack_into(path: Path, folder: Path, remembered: RememberedFiles, stop: Stop) -> Iterator[CopyProgress | Unpacked]:
    """As `ModelPacks.unpack`."""
    try:
        with _opened(path) as pack:
            there = {model: _where(folder, model, remembered) for model in pack.models}
            wanted = [model for model in pack.models if there[model] is None]
            for model, own in there.items():
                if own is not None:
                    yield Unpacked(model, _path_of(own, model))
            if wanted:
                folder.mkdir(parents=True, exist_ok=True)
                disk.require_room(path.name, folder, sum(model.size for model in wanted))
                yield from _bring(pack, wanted, folder, remembered, stop)
    except OSError as error:
        raise disk.refused(f"What is in {path.name}", folder, error) from error


@dataclass(frozen=True, slots=True)
class _Pack:
    path: Path
    archive: zipfile.ZipFile
    models: tuple[Packed, ...]


@contextmanager
def _opened(path: Path) -> Iterator[_Pack]:
    """A pack whose form is right: each file once, whole, under a name that leads nowhere else. Raises `ModelError`."""
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise ModelError(f"There is no pack {path}.", "Check the name, or whether its drive is connected.") from error
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        with file, zipfile.ZipFile(file) as archive:
            yield _Pack(path, archive, _models_in(archive, path))
    except _NO_ZIP as error:
        raise refused(path.name, _BROKEN) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # it names a place before its beginning
            raise refused(path.name, _BROKEN) from error
        raise


def _models_in(archive: zipfile.ZipFile, path: Path) -> tuple[Packed, ...]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    listed = entries.get(manifest.NAME)
    if listed is None or len(entries) != len(archive.infolist()):
        raise refused(path.name, _BROKEN if listed is None else "two of its files have the same name")
    if listed.file_size > manifest.LONGEST or any(
        entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size or entry.flag_bits & 1
        for entry in entries.values()
    ):
        raise refused(path.name, "it is not written as packs are, without compression")
    if sum(entry.file_size for entry in entries.values()) > path.stat().st_size:
        raise refused(path.name, "it claims to hold more than it does")
    models = manifest.read(archive.read(listed), path.name)
    sizes = {f"{model.name}/{file.path}": file.size for model in models for file in model.files}
    held = {name: entry.file_size for name, entry in entries.items() if name not in {manifest.NAME, manifest.LICENCES}}
    if sizes != held:
        raise refused(path.name, _CHANGED)
    return models


def _where(folder: Path, model: Packed, remembered: RememberedFiles) -> Path | None:
    """The folder that the model was unpacked to before, None where it is in none of those of its name."""
    return next((own for own in _folders(folder / model.name) if _is_there(own, model, remembered)), None)


def _is_there(own: Path, model: Packed, remembered: RememberedFiles) -> bool:
    """Whether every file of the model was found to be this very one, and has not changed since."""
    for file in model.files:
        path = own / file.path
        known = remembered.content(str(path))
        if known is None or known.sha256 != file.sha256 or known.problem or known.mark != mark_of(path):
            return False
    return True


def _bring(
    pack: _Pack, wanted: Sequence[Packed], folder: Path, remembered: RememberedFiles, stop: Stop
) -> Iterator[CopyProgress | Unpacked]:
    _sweep(folder)
    hidden = folder / f"{HIDDEN}{os.urandom(6).hex()}"
    total, done = sum(model.size for model in wanted), 0
    try:
        for model in wanted:
            for file in model.files:
                scratch = hidden / model.name / file.path
                scratch.parent.mkdir(parents=True, exist_ok=True)
                yield from _extract(pack, f"{model.name}/{file.path}", file, scratch, (done, total, stop))
                done += file.size
        for model in wanted:
            final = _where(folder, model, remembered)  # another window may have brought it meanwhile
            if final is None:
                final = _free_folder(folder / model.name)
                _remember(model, hidden / model.name, final, remembered)
                disk.put_in_place(hidden / model.name, final)
            yield Unpacked(model, _path_of(final, model))
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _extract(
    pack: _Pack, name: str, file: PackedFile, scratch: Path, so_far: tuple[int, int, Stop]
) -> Iterator[CopyProgress]:
    """One file, held to its size and hash while it is written. Raises `ModelError` for another."""
    done, total, stop = so_far
    digest, size = hashlib.sha256(), 0
    with pack.archive.open(name) as reading, scratch.open("xb") as writing:
        while piece := reading.read(AT_ONCE):
            stop.raise_if_requested()
            digest.update(piece)
            writing.write(piece)
            size += len(piece)
            yield CopyProgress(scratch.name, done + size, total)
        writing.flush()
        os.fsync(writing.fileno())
    if size != file.size or digest.hexdigest() != file.sha256:
        raise refused(pack.path.name, _CHANGED)


def _remember(model: Packed, verified: Path, final: Path, remembered: RememberedFiles) -> None:
    """Before the files get their names: a kill in between must not leave models that nobody vouches for."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    licence = model.licence.id or model.licence.name
    for file in model.files:
        mark = mark_of(verified / file.path)
        content = Content(file.sha256, Against.PACK, mark, now, licence=licence)
        remembered.note_content(str(final / file.path), content)


def _path_of(folder: Path, model: Packed) -> str:
    """What is added or chosen: the first file of a chat model, the folder of another."""
    return str(folder / model.files[0].path) if model.kind == "chat" else str(folder)


def _free_folder(folder: Path) -> Path:
    *_, free = _folders(folder)
    return free


def _folders(folder: Path) -> Iterator[Path]:
    """The folders of a name and its numbers that are there, then the first that is not."""
    free, number = folder, 2
    while free.exists():
        yield free
        free, number = folder.with_name(f"{folder.name}-{number}"), number + 1
    yield free


def _sweep(folder: Path) -> None:
    """Delete what a kill left over; what is younger may be under way."""
    for left in folder.glob(f"{HIDDEN}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_OVER_S:
                shutil.rmtree(left, ignore_errors=True)
