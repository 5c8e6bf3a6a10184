"""From a search to a file that a model can be loaded from, over the real queue, downloader and a hub's API."""

import hashlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub_server import HubServer, running_hub
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.download_file import DownloadFile
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.hub.hub import HuggingFaceHub
from localassist.adapters.network import NetworkDoor
from localassist.domain.library import DownloadState, ModelSearch
from localassist.domain.quantisations import variants
from localassist.domain.stopping import Stop
from localassist.usecases.downloading import DownloadModels

PARTS = {
    f"Q4_K_M/big-Q4_K_M-0000{number}-of-00002.gguf": random.Random(number).randbytes(4_000_000) for number in (1, 2)
}


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as hub:
        hub.add("maker/Big-GGUF", PARTS | {"big-Q8_0.gguf": bytes(9_000_000), "README.md": b"# Big"}, downloads=5)
        yield hub


class Computer:
    """A program that starts, with everything but its window; `added` is what the models were told."""

    def __init__(self, server: HubServer, home: Path) -> None:
        self.line = HubLine(NetworkDoor(offline=lambda: False), server.endpoint)
        self.added: list[str] = []
        clock = itertools.count().__next__  # a second from look to look: every step is told
        saved = DownloadFile(home / "downloads.json")
        self.queue = DownloadModels(HubDownloader(self.line), saved, self.added.append, clock)


def test_found_paused_restarted_and_whole(server: HubServer, tmp_path: Path) -> None:
    computer = Computer(server, tmp_path)
    hub = HuggingFaceHub(computer.line)
    (found,) = hub.search(ModelSearch("big"), Stop())
    repository = hub.repository(found.name, Stop())
    smallest = variants(repository.files)[0]
    assert (smallest.quantisation, len(smallest.files), smallest.size) == ("Q4_K_M", 2, 8_000_000)
    asked = computer.queue.enqueue(repository, smallest.files, str(tmp_path / "models"))
    server.go_wrong("00002-of", on_cdn=True, stall_after=2_000_000)
    for told in computer.queue.run(Stop()):
        if told.received > 4_500_000 and told.state is DownloadState.RUNNING:
            computer.queue.pause(asked.id)
    assert computer.queue.downloads()[0].state is DownloadState.PAUSED
    assert [path.name for path in (tmp_path / "models").rglob("*.gguf")] == ["big-Q4_K_M-00001-of-00002.gguf"]

    again = Computer(server, tmp_path)
    (waiting,) = again.queue.downloads()
    assert waiting == replace(asked, state=DownloadState.PAUSED, received=waiting.received)
    assert 4_000_000 < waiting.received <= 6_000_000
    again.queue.resume(waiting.id)
    last = list(again.queue.run(Stop()))[-1]
    assert (last.state, last.received, last.seconds_left) == (DownloadState.DONE, 8_000_000, None)
    assert again.added == [str(tmp_path / "models" / next(iter(PARTS)))]
    for path, content in PARTS.items():
        assert hashlib.sha256((tmp_path / "models" / path).read_bytes()).digest() == hashlib.sha256(content).digest()
    assert server.on_cdn()[-1].start == waiting.received - 4_000_000


def test_a_limit_holds_a_real_download_to_its_speed(server: HubServer, tmp_path: Path) -> None:
    """Paused from the first report on, which comes long before a file could be whole at a megabyte a second."""
    computer = Computer(server, tmp_path)
    computer.queue.limit(1_000_000)
    repository = HuggingFaceHub(computer.line).repository("maker/Big-GGUF", Stop())
    asked = computer.queue.enqueue(repository, variants(repository.files)[0].files[:1], str(tmp_path / "models"))
    for told in computer.queue.run(Stop()):
        if told.received:
            computer.queue.pause(asked.id)
    paused = computer.queue.downloads()[0]
    assert paused.state is DownloadState.PAUSED
    assert 0 < paused.received < 4_000_000
