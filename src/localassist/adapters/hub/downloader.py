"""Files of the hub onto the disk: one stream by ranges, gone on with after whatever ended it, verified, then shown.

One stream and no more: on loopback two fetch a file hardly faster than one (`localassist bench download`), and what
ours waits for there is the hash, which goes through a file in order. Two downloads at once use two lines.
"""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.hub import disk, parts
from localassist.adapters.hub.asking import file_path
from localassist.adapters.hub.patience import PassingError, Patience
from localassist.adapters.hub.pouring import pour
from localassist.adapters.hub.refusals import AnswerError
from localassist.domain.errors import NetworkError, StorageError
from localassist.domain.ports.hub import Downloader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localassist.adapters.hub.asking import HubLine, Reply
    from localassist.domain.library import Download, RemoteFile
    from localassist.domain.stopping import Stop

PATIENCE: Final = Patience(tries=8, first_s=1.0, longest_s=60.0, asked_s=600.0)
"""About two minutes without a byte; then it fails, and goes on from there when it is asked to."""
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")


class HubDownloader(Downloader):
    """Downloads over a line to the hub."""

    def __init__(self, line: HubLine, patience: Patience = PATIENCE) -> None:
        self._line = line
        self._patience = patience

    @override
    def fetch(self, download: Download, file: RemoteFile, stop: Stop, limit: Callable[[], float]) -> Iterator[int]:
        final = disk.target(download.folder, file.path)
        parts.fresh_hash(file)
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            with disk.alone(final):
                if final.exists():
                    yield from _adopt(final, file, stop)
                else:
                    yield from self._bring(download, file, stop, limit)
        except OSError as error:
            raise disk.refused(final.name, final.parent, error) from error

    @override
    def received(self, download: Download, file: RemoteFile) -> int:
        final = disk.target(download.folder, file.path)
        try:
            return file.size if final.exists() else parts.noted(final, file)
        except OSError:  # a folder that nobody may look into
            return 0

    @override
    def discard(self, download: Download, file: RemoteFile) -> None:
        final = disk.target(download.folder, file.path)
        try:
            if final.parent.is_dir():
                with disk.alone(final):
                    parts.drop(final)
        except OSError as error:
            raise StorageError(
                f"What was begun of {final.name} could not be deleted from {final.parent}.",
                "Delete the files that begin with its name and end in .part yourself.",
            ) from error

    @override
    def path(self, download: Download, file: RemoteFile) -> str:
        return str(disk.target(download.folder, file.path))

    def _bring(self, download: Download, file: RemoteFile, stop: Stop, limit: Callable[[], float]) -> Iterator[int]:
        final = disk.target(download.folder, file.path)
        disk.require_room(final.name, final.parent, _missing(download))
        with closing(parts.Part(final, file)) as part:
            yield from part.take_up(stop)
            failures = 0
            while part.safe < file.size:
                before = part.safe
                try:
                    with self._opened(download, file, part.safe, stop) as pieces:
                        yield from pour(pieces, part, stop, limit)
                    _require_more(part.safe, file)
                except NetworkError as error:
                    failures = 1 if part.safe > before else failures + 1
                    self._patience.wait(failures, error, stop)
            part.finish()
            yield file.size

    @contextmanager
    def _opened(self, download: Download, file: RemoteFile, start: int, stop: Stop) -> Iterator[Iterator[bytes]]:
        """The file's bytes from `start` on; the hub is asked for the way anew each time, as its links run out."""
        path = file_path(download.repository, download.revision, file.path)
        with self._line.talk("download a model", stop) as talk, talk.opened(path, download.repository, start) as reply:
            yield _pieces(reply, file, start)


def _pieces(reply: Reply, file: RemoteFile, start: int) -> Iterator[bytes]:
    """What comes, held to what was announced: no other file, no other place in it, not a byte too many."""
    skip = 0
    if reply.status_code == 206:
        stretch = _RANGE.fullmatch(reply.headers.get("Content-Range", ""))
        begins, total = (int(stretch[1]), stretch[2]) if stretch else (-1, "")
    else:  # one that knows no ranges sends all of it
        begins, total, skip = start, reply.headers.get("Content-Length", ""), start
    if begins != start or (total and int(total) != file.size):
        raise _other_file(file)
    left = file.size - start
    for piece in reply.iter_raw():
        kept = piece[skip:]
        skip -= len(piece) - len(kept)
        left -= len(kept)
        if left < 0:
            raise _other_file(file)
        yield kept


def _require_more(safe: int, file: RemoteFile) -> None:
    if safe < file.size:
        raise PassingError(f"The download of {file.path} ended too early.", "Go on with it later.")


def _other_file(file: RemoteFile) -> AnswerError:
    return AnswerError(
        f"What comes for {file.path} is not as long as the hub said, so it is another file.",
        "Look the model up again; if this network has a sign-in page, open a browser and sign in first.",
    )


def _adopt(final: Path, file: RemoteFile, stop: Stop) -> Iterator[int]:
    """Take what stands under the name already, if it is the very file. Raises `StorageError` if it is another."""
    if not parts.is_whole(final, file, stop):
        raise StorageError(*parts.taken_already(final))
    parts.drop(final)
    yield file.size


def _missing(download: Download) -> int:
    """The bytes of a download that have no room on the disk yet."""
    finals = [(disk.target(download.folder, file.path), file.size) for file in download.files]
    return sum(size - disk.taken(disk.beside(final)) for final, size in finals if not final.exists())
