"""A process that downloads one file each time it is told to, as the app does, and says how much memory it ever took."""

from __future__ import annotations

import sys
from pathlib import Path

from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.network import NetworkDoor
from localassist.domain.library import Download, RemoteFile
from localassist.domain.stopping import Stop


def main() -> None:
    """For each line that comes, download the file that the arguments name, delete it and answer with a number.

    Arguments: address, folder, file name, bytes, SHA-256. The number is the peak of memory in KiB, 0 where the system
    does not count it so.
    """
    address, folder, name, size, sha256 = sys.argv[1:]
    file = RemoteFile(name, int(size), sha256)
    download = Download("1", "bench/model", "0" * 40, (file,), folder)
    downloader = HubDownloader(HubLine(NetworkDoor(offline=lambda: False), address))
    for _ in sys.stdin:
        for _ in downloader.fetch(download, file, Stop(), lambda: 0.0):
            pass
        (Path(folder) / name).unlink()
        print(_peak(), flush=True)  # noqa: T201  for the one who asked


def _peak() -> int:
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
