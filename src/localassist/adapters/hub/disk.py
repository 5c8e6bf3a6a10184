"""What the disk says when it refuses a download, and how names of the hub become names here."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.stopping import Stop

_GB: Final = 1_000_000_000
_RESERVED_AT_ONCE: Final = 1 << 28
# What Windows takes for a device, or has no name for; refused everywhere, so that a model can be carried over.
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*]')
_REASONS: Final = {
    errno.ENOSPC: ("there is no space left on the disk", "Free some space, then go on: what is there stays."),
    errno.EDQUOT: ("your share of the disk is used up", "Free some space, then go on: what is there stays."),
    errno.EROFS: ("the disk is read-only", "Choose a folder that can be written to."),
    errno.EACCES: ("you may not write there", "Choose a folder of your own."),
    errno.EPERM: ("you may not write there", "Choose a folder of your own."),
    errno.ENOENT: ("the folder is gone", "Connect its drive or choose another folder, then start again."),
    errno.ENOTDIR: ("a file stands where its folder should be", "Choose another folder."),
    errno.EEXIST: ("a file stands where its folder should be", "Choose another folder."),
    errno.EFBIG: ("the disk takes no file as large as that", "Choose a folder on another disk."),
}


def refused(name: str, folder: Path, error: OSError) -> StorageError:
    """That a file could not be written, why, and what to do."""
    reason, hint = _REASONS.get(
        error.errno or 0, ((error.strerror or type(error).__name__).lower(), "Check the disk, then go on.")
    )
    return StorageError(f"{name} could not be saved in {folder}: {reason}.", hint)


def target(folder: str, name: str) -> Path:
    """Where the hub's file goes in a folder. Raises `StorageError` for a name that leads elsewhere or can't be."""
    for part in name.split("/"):
        if part in ("", ".", "..") or part[-1] in ". " or _FORBIDDEN.search(part) or _RESERVED.fullmatch(part):
            raise StorageError(
                "The model has a file whose name no file here can have.", "Report this to the maker of the model."
            )
    return Path(folder).expanduser().absolute() / name


def require_room(name: str, folder: Path, needed: int) -> None:
    """Raise `StorageError` unless the disk has so many bytes free."""
    import shutil

    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageError(
            f"{name} takes {needed / _GB:.1f} GB more, and the disk has {free / _GB:.1f} GB free.",
            "Free some space or choose a folder on another disk.",
        )


def reserve(descriptor: int, size: int, stop: Stop) -> None:
    """Have the disk set so many bytes aside for a file, where it can: they are its own from now on.

    In steps, as on some disks the system writes them all for it. Raises `Stopped` on request.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        for start in range(0, size, _RESERVED_AT_ONCE):
            stop.raise_if_requested()
            os.posix_fallocate(descriptor, start, min(_RESERVED_AT_ONCE, size - start))
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS):
            raise


def taken(path: Path) -> int:
    """The bytes that the disk has set aside for a file; 0 where there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0
    return min(status.st_size, status.st_blocks * 512) if hasattr(status, "st_blocks") else status.st_size


def put_in_place(part: Path, final: Path) -> None:
    """Give a file its name for good: whoever sees the name sees the whole file, after a power cut too."""
    part.replace(final)
    if os.name == "posix":
        descriptor = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def alone(final: Path, doing: str = "downloaded") -> Iterator[None]:
    """Around the making of a file: nobody else on this computer is at it. Raises `StorageError` if somebody is."""
    from filelock import FileLock, Timeout

    lock = FileLock(beside(final, ".lock"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StorageError(
            f"{final.name} is being {doing} by another window or command just now.", "Wait until that has ended."
        ) from None
    try:
        yield
    finally:
        # While it is held still: who opened it in between finds that its name is gone, and takes another.
        if os.name == "posix" and not beside(final).exists():
            beside(final, ".lock").unlink(missing_ok=True)
        lock.release()


def beside(final: Path, ending: str = "") -> Path:
    """Where the beginning of a file is kept until it is whole; with an `ending`, what is known of it."""
    return final.with_name(f"{final.name}.part{ending}")
