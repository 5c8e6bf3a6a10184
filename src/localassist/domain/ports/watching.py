"""How changes on the disk are noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.stopping import Stop


class FolderWatch(Protocol):
    """Folders and files that are being watched, from the moment it was made until it is closed."""

    @property
    def polled(self) -> Mapping[str, str]:
        """Those of the paths whose changes the system does not report, each with a sentence why.

        They are said to have changed every few minutes instead.
        """

    def changes(self, stop: Stop, seconds: float) -> frozenset[str]:
        """What changed since the last call: absolute paths that were made, written, renamed or removed.

        Of a folder it means anything below it. Waits up to `seconds` for the first; empty when there is none. A file
        that is being written is told once it is left alone. Returns early when a stop is requested.
        """

    def close(self) -> None:
        """Watch no more."""


class FolderWatcher(Protocol):
    """Watches folders and single files; safe to call from any thread."""

    def watch(self, roots: Sequence[str]) -> FolderWatch:
        """Watch everything at and below the roots, also those that come to be there later. Never raises."""
