"""Our folder of models on its way to another disk: copied, read back, switched to, and only then deleted."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.model_files.hashing import AT_ONCE, hash_of, mark_of, unreadable
from localassist.adapters.whole_files import write_whole
from localassist.domain.errors import StorageError
from localassist.domain.keeping import CopyProgress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from localassist.adapters.llama.files.remembered import RememberedFiles
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop

HIDDEN: Final = ".unpacking-"
"""How folders begin in which the models of packs are until they are verified."""
_ON_ITS_WAY: Final = ".moving"
_UNFINISHED: Final = ".part"
_LEFT_OVER: Final = (".lock", ".part.jsonl")
"""What is of no use without an unfinished download."""
_NAMING: Final = ("chat_model", "embedding_model", "reranker")
"""Settings that may name a file or folder among the models."""


def copy_folder(source: Path, target: Path, stop: Stop) -> Generator[CopyProgress, None, list[str]]:
    """Copy what is in `source` and read it back; gives the names of what is ready. Raises `StorageError`.

    Each byte counts twice, once written and once read back. Copies that are there already and equal are kept, so that
    it goes on after a stop or a kill. On the same disk a file gets a second name instead.
    """
    files = _files_to_move(source, target)
    _require_room(source, target, files)
    total = 2 * sum(size for _, size in files)
    done = 0
    try:
        for name, size in files:
            stop.raise_if_requested()
            yield from _bring(source / name, target / name, done, total, stop)
            done += 2 * size
            yield CopyProgress(name, done, total)
    except OSError as error:
        raise _refused(target, error) from error
    return [name for name, _ in files]


def note_move(journal: Path, source: Path, target: Path, names: Sequence[str]) -> None:
    """From here on `take_up` uses the copies of these names. Raises `StorageError`."""
    try:
        _write_journal(journal, source, target, names)
    except OSError as error:
        raise _refused(target, error) from error


class BeingMovedError(StorageError):
    """Somebody else on this computer is moving the models."""


@contextmanager
def alone(journal: Path) -> Iterator[None]:
    """Around a move: nobody else on this computer is at it. Raises `BeingMovedError` if somebody is."""
    from filelock import FileLock, Timeout

    journal.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(journal.with_suffix(".lock"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BeingMovedError(
            "The models are being moved by another window or command just now.", "Wait until that has ended."
        ) from None
    try:
        yield
    finally:
        lock.release()


def take_up(journal: Path, settings: SettingsStore, remembered: RememberedFiles) -> None:
    """Switch to what was copied and delete the originals, if a move has come so far. Raises `StorageError`.

    Each step can be done twice: whatever ended it, the next call goes on.
    """
    try:
        noted = json.loads(journal.read_text(encoding="utf-8"))
        source, target = Path(noted["source"]), Path(noted["target"])
        names = [str(name) for name in noted["files"]]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError):
        journal.unlink(missing_ok=True)  # it is written whole: what is not was never finished
        return
    if not _are_there(target, names):  # its disk was taken away
        if _are_there(source, names):
            journal.unlink(missing_ok=True)  # nothing has changed yet: as if the move had not come so far
        return
    remembered.move({str(source / name): str(target / name) for name in names})
    chosen = settings.load()
    changes = {name: moved for name in _NAMING if (moved := _moved(getattr(chosen, name), source, target))}
    if chosen.models_folder != str(target) or changes:
        settings.change(models_folder=str(target), **changes)
    for name in names:
        with suppress(OSError):  # what can't be deleted is left over, and nobody uses it
            if (target / name).stat().st_size == (source / name).stat().st_size:
                (source / name).unlink()
    _remove_empty(source)
    journal.unlink(missing_ok=True)


def _are_there(folder: Path, names: Sequence[str]) -> bool:
    return all(os.path.isfile(folder / name) for name in names)  # noqa: PTH113  Path raises for a drive that is gone


def _files_to_move(source: Path, target: Path) -> list[tuple[str, int]]:
    """Names below the folder and sizes; links stay where they are. Raises `StorageError` for what can't be moved."""
    if target.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(target.resolve()):
        raise StorageError(
            f"The models can't be moved from {source} to {target}: one folder is in the other.",
            "Choose a folder of their own.",
        )
    paths = [
        path
        for path in sorted(source.rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.relative_to(source).parts[0].startswith(HIDDEN)
    ]
    unfinished = next((path for path in paths if path.name.endswith(_UNFINISHED)), None)
    if unfinished is not None:
        raise StorageError(
            f"The models can't be moved while a download is unfinished: {unfinished.name}.",
            "Wait for its end or cancel it, then move them.",
        )
    if not paths:
        raise StorageError(f"There are no models in {source}.", "Set another folder in the settings instead.")
    paths = [path for path in paths if not path.name.endswith(_LEFT_OVER)]
    return [(path.relative_to(source).as_posix(), path.stat().st_size) for path in paths]


def _require_room(source: Path, target: Path, files: Sequence[tuple[str, int]]) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
        if source.stat().st_dev == target.stat().st_dev:
            return
        free = shutil.disk_usage(target).free
    except OSError as error:
        raise _refused(target, error) from error
    missing = sum(size for name, size in files if not (target / name).exists())
    if missing > free:
        raise StorageError(
            f"The models take {missing / 1e9:.1f} GB, and the disk of {target} has {free / 1e9:.1f} GB free.",
            "Free some space there or choose another disk.",
        )


def _bring(original: Path, copy: Path, before: int, total: int, stop: Stop) -> Iterator[CopyProgress]:
    """One file; it gets its name once it was read back and is equal. Raises `StorageError` and `OSError`."""
    if copy.exists():
        if copy.stat().st_size != original.stat().st_size or hash_of(copy, stop) != hash_of(original, stop):
            raise StorageError(
                f"In {copy.parent} there is another file named {copy.name}.", "Move it away, or choose another folder."
            )
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    scratch = copy.with_name(copy.name + _ON_ITS_WAY)
    scratch.unlink(missing_ok=True)
    with suppress(OSError):  # another disk, or one without such names
        scratch.hardlink_to(original)
    if not scratch.exists():
        yield from _copy(original, scratch, before, total, stop)
    scratch.replace(copy)
    _sync_folder(copy.parent)


def _copy(original: Path, scratch: Path, before: int, total: int, stop: Stop) -> Iterator[CopyProgress]:
    mark = mark_of(original)
    digest = yield from _write_through(original, scratch, before, total, stop)
    size = original.stat().st_size
    yield CopyProgress(original.name, before + size, total)
    if hash_of(scratch, stop) != digest:
        scratch.unlink()
        raise StorageError(
            f"The copy of {original.name} is not like the original: the disk of {scratch.parent} is not reliable.",
            "The models are still where they were. Check that disk, or choose another.",
        )
    if mark_of(original) != mark:
        scratch.unlink()
        raise StorageError(f"{original.name} was changed while it was copied.", "Move the models again.")


def _write_through(
    original: Path, scratch: Path, before: int, total: int, stop: Stop
) -> Generator[CopyProgress, None, str]:
    """Copy a file onto the disk itself, so that reading it back reads the disk; its hex SHA-256."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(AT_ONCE))
    done = 0
    try:
        reading = original.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(original, error) from error
    with reading, scratch.open("wb", buffering=0) as writing:
        while count := reading.readinto(buffer):
            stop.raise_if_requested()
            digest.update(buffer[:count])
            _write_all(writing, buffer[:count])
            done += count
            yield CopyProgress(original.name, before + done, total)
        os.fsync(writing.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(writing.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    os.utime(scratch, ns=(original.stat().st_atime_ns, original.stat().st_mtime_ns))
    return digest.hexdigest()


def _write_all(writing: Any, piece: memoryview) -> None:
    while piece:
        piece = piece[writing.write(piece) :]


def _write_journal(journal: Path, source: Path, target: Path, names: Sequence[str]) -> None:
    content: Mapping[str, object] = {"source": str(source), "target": str(target), "files": names}
    write_whole(journal, json.dumps(content, indent=1))


def _moved(named: str, source: Path, target: Path) -> str:
    """Where what a setting names lies now; empty if it does not lie among the models."""
    path = Path(named).expanduser()
    if not named or not path.is_absolute() or not path.is_relative_to(source):
        return ""
    return str(target / path.relative_to(source))


def _remove_empty(folder: Path) -> None:
    for path in sorted((folder, *folder.rglob("*")), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):  # it is not empty
                path.rmdir()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(target: Path, error: OSError) -> StorageError:
    reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
    return StorageError(
        f"The models can't be copied to {target}: {reason}.",
        "They are still where they were. Choose a folder that can be written to and has room.",
    )
