"""The system's own reports of changes to files, and looking again every few minutes where there are none."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.ignoring import RULE_FILES, is_passing
from localassist.domain.ports.watching import FolderWatch, FolderWatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from watchfiles._rust_notify import RustNotify

    from localassist.domain.stopping import Stop

_STEP_MS: Final = 80
_SETTLED_S: Final = 0.4
"""A file that nobody wrote to for so long is taken to be written."""

_PATIENCE_S: Final = 10.0
"""A file that is written to without end (a log) is told at this interval."""

_ROOTS_CHECKED_EVERY_S: Final = 2.0
_POLLED_EVERY_S: Final = 180.0
_REPORTED_TOO_EVERY_S: Final = 1800.0
"""The system forgets reports when there are too many at once, so all is looked at now and then."""

_REMOTE: Final = frozenset({"nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "afpfs", "webdav", "9p", "afs", "ceph"})
"""File systems that others write to as well, of which this system reports nothing."""

_LOG: Final = logging.getLogger(__name__)

_Identity = tuple[int, int] | None
_ANOTHER: Final[_Identity] = (-1, -1)


class SystemFolderWatcher(FolderWatcher):
    """Watches through watchfiles: inotify, FSEvents or ReadDirectoryChangesW. What is in the `own` folders is not told.

    This app writes there while it follows changes.
    """

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        self._own = own

    @override
    def watch(self, roots: Sequence[str]) -> FolderWatch:
        return _SystemWatch(roots, self._own)


class _SystemWatch(FolderWatch):
    """What the system reports below some roots, settled, and the roots themselves where it reports nothing."""

    def __init__(self, roots: Sequence[str], own: frozenset[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._own = own
        self._roots = {root: _Root(root, clock()) for root in roots}
        self._settling: dict[str, _Settling] = {}
        self._checked = clock()

    @property
    @override
    def polled(self) -> Mapping[str, str]:
        return {root.path: root.problem for root in self._roots.values() if root.problem}

    @override
    def changes(self, stop: Stop, seconds: float) -> frozenset[str]:
        until = self._clock() + seconds
        step_ms = _STEP_MS if seconds else 1
        while True:
            self._take_reports(stop, step_ms)
            told = self._settled() | self._due()
            if told or stop.requested or self._clock() >= until:
                return frozenset(told)

    @override
    def close(self) -> None:
        for root in self._roots.values():
            root.close()

    def _take_reports(self, stop: Stop, step_ms: int) -> None:
        now = self._clock()
        if not any(root.is_reported for root in self._roots.values()):
            time.sleep(step_ms / 1000)
        for root in self._roots.values():
            for path in root.reports(stop, step_ms // len(self._roots) or 1):
                if any(_is_within(path, folder) for folder in self._own):
                    continue
                self._settling.setdefault(path, _Settling(now)).last = now

    def _settled(self) -> set[str]:
        now = self._clock()
        told = {path for path, each in self._settling.items() if each.is_over(now)}
        for path in told:
            del self._settling[path]
        return told

    def _due(self) -> set[str]:
        """The roots that have come, gone or been replaced, and those to be looked at because it is time."""
        now = self._clock()
        if now - self._checked < _ROOTS_CHECKED_EVERY_S:
            return set()
        self._checked = now
        return {root.path for root in self._roots.values() if root.is_due(now)}


class _Settling:
    """When a path was first and last written to."""

    def __init__(self, now: float) -> None:
        self.first = now
        self.last = now

    def is_over(self, now: float) -> bool:
        return now - self.last >= _SETTLED_S or now - self.first >= _PATIENCE_S


class _Root:
    """One root: what reports on it, while it is there."""

    def __init__(self, path: str, now: float) -> None:
        self.path = path
        self.problem = ""
        self._real = os.path.realpath(path)
        self._identity: _Identity = None
        self._is_file = False
        self._notify: RustNotify | None = None
        self._looked = now
        self._begin()

    def is_due(self, now: float) -> bool:
        """Whether the root is another one than before, or it is time to look at it; watches the one that is there."""
        if _identity(self.path) != self._identity and not self._is_file:
            self.close()
            self._begin()
            self._looked = now
            return True
        every = _REPORTED_TOO_EVERY_S if self._notify else _POLLED_EVERY_S
        if now - self._looked < every:
            return False
        self._looked = now
        return True

    @property
    def is_reported(self) -> bool:
        """Whether the system reports its changes."""
        return self._notify is not None

    def reports(self, stop: Stop, step_ms: int) -> Iterable[str]:
        """What the system has reported since the last call; takes one to three steps."""
        if self._notify is None:
            return ()
        try:
            found = self._notify.watch(2 * step_ms, step_ms, 1, _Asked(stop))
        except Exception as error:  # noqa: BLE001  whatever the library raises: the root is polled from now on
            self._give_up(error)
            return (self.path,)
        if found == "signal":
            raise KeyboardInterrupt
        if not isinstance(found, set):
            return ()
        if any(self._as_named(path) == self.path for _, path in found):
            self._identity = _ANOTHER  # a folder made in place of a removed one may get its number
        return set(filter(None, (self._told(self._as_named(path)) for _, path in found)))

    def close(self) -> None:
        """Have the system report no more."""
        if self._notify is not None:
            self._notify.close()
        self._notify = None

    def _begin(self) -> None:
        self._identity = _identity(self.path)
        self.problem = ""
        if self._identity is None:
            return
        self._is_file = os.path.isfile(self.path)  # noqa: PTH113  roots are text throughout
        # Programs write a file by putting another in its place, of which only its folder tells.
        watched = os.path.dirname(self.path) if self._is_file else self.path  # noqa: PTH120  names stay as people gave them
        if kind := _remote_kind(watched):
            self.problem = f"It is on a network drive ({kind}), which reports no changes made elsewhere."
            return
        try:
            from watchfiles._rust_notify import RustNotify

            recursive, ignore_denied, poll = not self._is_file, True, False
            self._notify = RustNotify([watched], False, poll, 0, recursive, ignore_denied)  # noqa: FBT003  the library's own order
        except Exception as error:  # noqa: BLE001  a system that can't watch is no reason not to mirror
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        _LOG.warning("a folder's changes are not reported: %s", type(error).__name__)
        self.close()
        reason = "the limit on watched folders is reached" if "limit" in str(error).lower() else "it can't watch it"
        self.problem = f"The system does not report its changes: {reason}."

    def _as_named(self, path: str) -> str:
        """A reported path below the root as people named it; macOS reports what links on the way lead to."""
        if _is_within(path, self.path) or not _is_within(path, self._real):
            return path
        return self.path + path[len(self._real) :]

    def _told(self, path: str) -> str:
        """The path whose documents a report concerns; "" for none."""
        if self._is_file:
            return path if path == self.path else ""
        folder, name = os.path.split(path)
        if name in RULE_FILES:
            return folder
        below = path[len(self.path) :].strip(os.sep).split(os.sep)  # noqa: PTH206  a Path for each report costs
        return "" if any(is_passing(part) for part in below) else path


class _Asked:
    """A stop as watchfiles wants to see it."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def is_set(self) -> bool:
        """Whether to end the wait."""
        return self._stop.requested


def _identity(path: str) -> _Identity:
    """What tells a folder from another of its name; None when there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  roots are text throughout
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _remote_kind(path: str) -> str:
    """The kind of network file system that a path is on; "" for a disk of this computer."""
    if sys.platform == "win32":
        return "share" if path.startswith("\\\\") else ""
    import psutil

    real = os.path.realpath(path)
    mounts = [mount for mount in psutil.disk_partitions(all=True) if _is_within(real, mount.mountpoint)]
    kind = max(mounts, key=lambda mount: len(mount.mountpoint)).fstype if mounts else ""
    return kind if kind in _REMOTE or kind.startswith("fuse.ssh") else ""


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
