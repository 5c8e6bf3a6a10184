"""A download killed at any moment ends whole, fetches next to nothing twice, and shows nothing before it is whole."""

import hashlib
import itertools
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from hub_server import HubServer, running_hub

NAME = "maker/Model-GGUF"
PATH = "model-Q4_K_M.gguf"
TWICE = 8 << 20
PROCESS = Path(__file__).with_name("downloading_process.py")


def described(content: bytes) -> str:
    return json.dumps({"path": PATH, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})


def download_and_kill(server: HubServer, folder: Path, file: str, at: int) -> bool:
    """Run a download in a process and kill it once the hub has sent as far as byte `at`; whether it ended before."""
    command = [sys.executable, str(PROCESS), server.endpoint, str(folder), NAME, file]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        server.pace = lambda sent: child.kill() if server.on_cdn()[-1].start + sent >= at else None
        child.wait(120)
        server.pace = lambda sent: None
    return child.returncode == 0


def killed_at(points: list[int], content: bytes, folder: Path) -> None:
    """Kill one download at these places in its file, then let it end."""
    file = described(content)
    final = folder / PATH
    with running_hub() as server:
        server.add(NAME, {PATH: content})
        for number, at in enumerate(points):
            assert not download_and_kill(server, folder, file, at), f"it ended before kill {number} at {at}"
            assert not final.exists(), "a file that is not whole was shown"
        assert download_and_kill(server, folder, file, 2 * len(content))
        fetched = server.on_cdn()
    assert hashlib.sha256(final.read_bytes()).digest() == hashlib.sha256(content).digest()
    assert [path.name for path in folder.iterdir()] == [PATH]
    twice = [before.start + before.sent - after.start for before, after in itertools.pairwise(fetched)]
    assert len(fetched) == len(points) + 1
    print(f"fetched twice after {len(points)} kills: {max(twice)} bytes at most")
    assert max(twice) <= TWICE, sorted(twice)[-5:]


@pytest.mark.slow
def test_killed_at_ten_points(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(30_000_000)
    points = sorted(random.Random(2).sample(range(1_000_000, 29_000_000), 10))
    killed_at(points, content, tmp_path)


@pytest.mark.soak
def test_killed_at_two_hundred_points(tmp_path: Path) -> None:
    draw = random.Random(1)
    content = b"".join(draw.randbytes(30_000_000) for _ in range(10))
    points = sorted(random.Random(2).sample(range(1_000_000, 299_000_000), 200))
    killed_at(points, content, tmp_path)


def test_two_processes_at_the_same_file_do_not_spoil_it(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3_000_000)
    file = described(content)
    with running_hub() as server:
        server.add(NAME, {PATH: content})
        second: list[subprocess.CompletedProcess[str]] = []

        def start_another(sent: int) -> None:
            if sent == 1 << 20 and not second:
                command = [sys.executable, str(PROCESS), server.endpoint, str(tmp_path), NAME, file]
                second.append(subprocess.run(command, capture_output=True, text=True, check=False, timeout=60))

        server.pace = start_another
        command = [sys.executable, str(PROCESS), server.endpoint, str(tmp_path), NAME, file]
        first = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert first.returncode == 0
    assert "is being downloaded by another window or command" in second[0].stderr
    assert (tmp_path / PATH).read_bytes() == content
