"""A process that downloads one file from a hub at the address it is given, for tests that end it at any moment."""

import json
import sys

from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.network import NetworkDoor
from localassist.domain.library import Download, RemoteFile
from localassist.domain.stopping import Stop


def main() -> None:
    endpoint, folder, name, described = sys.argv[1:]
    file = RemoteFile(**json.loads(described))
    download = Download("1", name, "a" * 40, (file,), folder)
    downloader = HubDownloader(HubLine(NetworkDoor(offline=lambda: False), endpoint))
    for safe in downloader.fetch(download, file, Stop(), lambda: 0.0):
        print(safe, flush=True)


if __name__ == "__main__":
    main()
