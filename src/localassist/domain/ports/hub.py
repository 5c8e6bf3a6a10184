"""What the product asks of the place that models are got from, and of the way they get onto the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.library import Download, ModelSearch, RemoteFile, Repository
    from localassist.domain.stopping import Stop


class Hub(Protocol):
    """The hub: what models there are. Safe to call from any thread.

    Everything raises `OfflineError` while the offline switch is on, `NetworkError` where the hub can't be reached or
    answers with what it should not, `NotFoundError` for what it does not have, `AccessError` for what it gives only
    to people who agreed to terms or showed a token (the hint says how), and `Stopped` on request.
    """

    def search(self, search: ModelSearch, stop: Stop) -> Iterator[Repository]:
        """The models that fit, page by page as they are asked for."""

    def repository(self, name: str, stop: Stop, revision: str = "") -> Repository:
        """A repository ("owner/name") with its files, at a revision or else its newest; the answer names the commit."""

    def card(self, repository: Repository, stop: Stop) -> str:
        """What its maker says of a model: Markdown that may hold anything; "" where there is nothing."""

    def read(self, repository: Repository, file: RemoteFile, start: int, length: int, stop: Stop) -> bytes:
        """At most `length` bytes of a file from `start` on, fewer at its end; for a look at a GGUF's header."""


class Downloader(Protocol):
    """Brings files of the hub onto the disk: whole and verified, or not at all. Safe to call from any thread."""

    def fetch(self, download: Download, file: RemoteFile, stop: Stop, limit: Callable[[], float]) -> Iterator[int]:
        """Bring one file of the download into its folder, yielding how many of its bytes are safe on the disk.

        Goes on where it ended last, whoever ended it and however. The file appears under its name once its hash is
        right. What was begun stays when this ends early. `limit` is asked all the time for the most bytes a second; 0
        is as many as there are. Raises `StorageError` where the disk won't have it, and what `Hub` raises.
        """

    def received(self, download: Download, file: RemoteFile) -> int:
        """How many bytes of a file are on the disk, by what was noted there; nothing is read or verified."""

    def discard(self, download: Download, file: RemoteFile) -> None:
        """Delete what was begun of a file; a whole file stays."""

    def path(self, download: Download, file: RemoteFile) -> str:
        """Where the file is, or will be. Raises `StorageError` for a name that no file here can have."""


class DownloadList(Protocol):
    """The downloads that were asked for, over restarts."""

    def load(self) -> tuple[Download, ...]:
        """As they were saved, in order; none where nothing was."""

    def save(self, downloads: Sequence[Download]) -> None:
        """Put these in place of what was saved. Raises `StorageError` if they can't be written."""
