"""Downloads over a bad line and onto a bad disk: whole and verified, gone on with, or a sentence."""

import errno
import hashlib
import os
import random
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub_server import Content, HubServer, git_sha1, running_hub
from localassist.adapters.hub import disk, pouring
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.hub.parts import BLOCK
from localassist.adapters.hub.patience import Patience
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import AccessError, NetworkError, OfflineError, Stopped, StorageError
from localassist.domain.library import Download, RemoteFile
from localassist.domain.stopping import Stop

NAME = "maker/Model-GGUF"
PATH = "Q4/model-Q4_K_M.gguf"
WEIGHTS = random.Random(7).randbytes(5_000_000)
FILE = RemoteFile(PATH, len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest())
QUICK = Patience(tries=4, first_s=0.001, longest_s=0.002, asked_s=600.0)


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as hub:
        hub.add(NAME, {PATH: WEIGHTS, "config.json": b'{"a": 1}'})
        yield hub


@pytest.fixture
def wanted(tmp_path: Path) -> Download:
    return Download("1", NAME, "a" * 40, (FILE,), str(tmp_path / "models"))


def downloader(server: HubServer, offline: Callable[[], bool] = lambda: False, silence_s: float = 5.0) -> HubDownloader:
    return HubDownloader(HubLine(NetworkDoor(offline), server.endpoint, silence_s=silence_s), QUICK)


def fetch(with_it: HubDownloader, wanted: Download, stop: Stop | None = None, limit: float = 0.0) -> list[int]:
    return [safe for file in wanted.files for safe in with_it.fetch(wanted, file, stop or Stop(), lambda: limit)]


def fetch_and_call(with_it: HubDownloader, wanted: Download, stop: Stop, call: Callable[[], object]) -> None:
    """Fetch, and call as soon as a million bytes are safe."""
    for safe in with_it.fetch(wanted, FILE, stop, lambda: 0.0):
        if safe > 1_000_000:
            call()


def there(wanted: Download) -> list[str]:
    return sorted(path.name for path in Path(wanted.folder).rglob("*") if path.is_file())


def model(wanted: Download) -> Path:
    return Path(wanted.folder) / PATH


def ranges(server: HubServer) -> list[int]:
    return [asked.start for asked in server.on_cdn()]


def test_a_file_arrives_whole_and_nothing_else_stays(server: HubServer, wanted: Download) -> None:
    progress = fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS
    assert there(wanted) == ["model-Q4_K_M.gguf"]
    assert progress == sorted(progress)
    assert progress[-1] == len(WEIGHTS)


def test_small_files_are_verified_by_the_name_that_git_gives_them(server: HubServer, wanted: Download) -> None:
    small = RemoteFile("config.json", 8, git_sha1=git_sha1(b'{"a": 1}'))
    fetch(downloader(server), replace(wanted, files=(small,)))
    assert there(wanted) == ["config.json"]
    server.repositories[NAME].files["config.json"] = b'{"a": 2}'
    (Path(wanted.folder) / "config.json").unlink()
    with pytest.raises(StorageError, match="hash is wrong"):
        fetch(downloader(server), replace(wanted, files=(small,)))
    assert there(wanted) == []


def test_a_file_without_any_hash_is_not_taken(server: HubServer, wanted: Download) -> None:
    with pytest.raises(StorageError, match="has no hash"):
        fetch(downloader(server), replace(wanted, files=(RemoteFile("config.json", 8),)))
    assert server.asked == []


def test_a_line_that_breaks_is_taken_up_where_it_broke(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, cut_after=2_000_000)
    server.go_wrong(on_cdn=True, cut_after=1_500_000)
    fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS
    assert ranges(server) == [0, 2_000_000, 3_500_000]


def test_a_line_that_falls_silent_is_left(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, stall_after=2_000_000)
    fetch(downloader(server, silence_s=0.3), wanted)
    assert model(wanted).read_bytes() == WEIGHTS
    assert ranges(server)[1] == 2_000_000


def test_links_that_ran_out_are_asked_for_anew(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, cut_after=2_000_000, call=server.expire_links)
    server.go_wrong("resolve", times=1)
    server.go_wrong("resolve", call=lambda: None)
    server.go_wrong(on_cdn=True, status=403)
    fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS
    assert len([asked for asked in server.asked if "resolve" in asked.path]) == len(server.on_cdn())


def test_a_busy_hub_is_waited_for_as_long_as_it_asks(server: HubServer, wanted: Download) -> None:
    server.go_wrong("resolve", status=429, headers={"Retry-After": "0"})
    server.go_wrong("resolve", status=503)
    server.go_wrong(on_cdn=True, status=500)
    fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS


def test_the_wait_that_a_busy_hub_asks_for_ends_on_request(server: HubServer, wanted: Download) -> None:
    stop = Stop()
    server.go_wrong("resolve", status=429, headers={"Retry-After": "500"}, call=stop.request)
    with pytest.raises(Stopped):
        fetch(downloader(server), wanted, stop)


def test_a_dead_line_fails_after_some_tries_and_goes_on_when_asked(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, cut_after=2_000_000)
    server.go_wrong(on_cdn=True, cut_after=0, times=QUICK.tries)
    with pytest.raises(NetworkError, match="failed"):
        fetch(downloader(server), wanted)
    assert there(wanted) == [f"model-Q4_K_M.gguf{ending}" for ending in (".part", ".part.jsonl", ".part.lock")]
    assert downloader(server).received(wanted, FILE) == 2_000_000
    progress = fetch(downloader(server), wanted)
    assert progress[0] > 0
    assert ranges(server)[-1] == 2_000_000
    assert model(wanted).read_bytes() == WEIGHTS


def test_a_server_that_knows_no_ranges_is_borne_with(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, cut_after=2_000_000)
    server.go_wrong(on_cdn=True, ignore_range=True)
    fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS


def test_a_stop_ends_it_at_once_and_keeps_what_came(server: HubServer, wanted: Download) -> None:
    stop = Stop()
    server.go_wrong(on_cdn=True, stall_after=4_000_000)
    with pytest.raises(Stopped):
        fetch_and_call(downloader(server), wanted, stop, stop.request)
    kept = downloader(server).received(wanted, FILE)
    assert 1_000_000 < kept <= 4_000_000
    fetch(downloader(server), wanted)
    assert ranges(server)[-1] == kept
    assert model(wanted).read_bytes() == WEIGHTS


def test_the_offline_switch_ends_it_with_its_sentence(server: HubServer, wanted: Download) -> None:
    offline = threading.Event()
    server.go_wrong(on_cdn=True, stall_after=4_000_000)
    with pytest.raises(OfflineError, match="offline switch is on"):
        fetch_and_call(downloader(server, offline.is_set), wanted, Stop(), offline.set)
    asked = len(server.asked)
    with pytest.raises(OfflineError):
        fetch(downloader(server, offline.is_set), wanted)
    assert len(server.asked) == asked
    assert there(wanted)[0] == "model-Q4_K_M.gguf.part"


def test_offline_what_is_there_is_verified_without_a_connection(server: HubServer, wanted: Download) -> None:
    model(wanted).parent.mkdir(parents=True)
    model(wanted).write_bytes(WEIGHTS)
    assert fetch(downloader(server, lambda: True), wanted) == [len(WEIGHTS)]
    assert server.asked == []


def flipped(place: int) -> Callable[[Content], Content]:
    def change(content: Content) -> Content:
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        return changed

    return change


def shorter(by: int) -> Callable[[Content], Content]:
    return lambda content: content[:-by]


def longer(by: int) -> Callable[[Content], Content]:
    return lambda content: bytes(content) + bytes(by)


def swapped(seed: int) -> Callable[[Content], Content]:
    return lambda content: random.Random(seed).randbytes(len(content))


def test_a_hundred_wrong_files_are_refused_a_hundred_times(server: HubServer, tmp_path: Path) -> None:
    """Each another bit, or another length, or another content; the second half after a line that broke."""
    content = WEIGHTS[:300_000]
    server.repositories[NAME].files[PATH] = content
    file = RemoteFile(PATH, len(content), hashlib.sha256(content).hexdigest())
    draw = random.Random(3)
    refused = 0
    for number in range(100):
        begun = draw.randrange(100_000, 250_000) if number >= 50 else 0
        bit = draw.randrange(8 * begun, 8 * len(content))
        by = draw.randrange(1, 100_000)
        change = (flipped(bit), shorter(by), longer(by), swapped(1000 + number))[number % 4]
        wanted = Download("1", NAME, "a" * 40, (file,), str(tmp_path / str(number)))
        if begun:
            server.go_wrong(on_cdn=True, cut_after=begun)
        server.go_wrong(on_cdn=True, times=QUICK.tries, change=change)
        with pytest.raises((StorageError, NetworkError), match=r"hash is wrong|another file|is another") as wrong:
            fetch(downloader(server), wanted)
        server.troubles.clear()
        refused += bool(wrong.value.hint)
        assert not (Path(wanted.folder) / PATH).exists()
    assert refused == 100


def test_a_file_cut_short_that_claims_its_length_is_refused(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, times=9, change=shorter(10), claim_total=len(WEIGHTS))
    with pytest.raises(NetworkError):
        fetch(downloader(server), wanted)
    assert not model(wanted).exists()


def test_bytes_that_changed_on_the_disk_are_fetched_again(server: HubServer, wanted: Download) -> None:
    """As after a power cut: the notes know of a page that was never written."""
    server.go_wrong(on_cdn=True, cut_after=4_000_000)
    server.go_wrong(on_cdn=True, cut_after=0, times=QUICK.tries)
    with pytest.raises(NetworkError):
        fetch(downloader(server), wanted)
    with model(wanted).with_name("model-Q4_K_M.gguf.part").open("r+b") as part:
        part.seek(2_500_000)
        part.write(bytes(4096))
    fetch(downloader(server), wanted)
    assert 1_000_000 <= ranges(server)[-1] <= 2_500_000
    assert model(wanted).read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "notes", [b"", b"\xff\x00 nonsense\n", b'{"size": 1}\n{"length": 10, "hash": "x"}\n', b"[]\n[]\n"]
)
def test_notes_that_mean_nothing_begin_it_anew(server: HubServer, wanted: Download, notes: bytes) -> None:
    model(wanted).parent.mkdir(parents=True)
    model(wanted).with_name("model-Q4_K_M.gguf.part").write_bytes(b"something else" * 500_000)
    model(wanted).with_name("model-Q4_K_M.gguf.part.jsonl").write_bytes(notes)
    assert downloader(server).received(wanted, FILE) == 0
    fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == WEIGHTS


def test_a_file_of_that_name_is_never_touched(server: HubServer, wanted: Download) -> None:
    model(wanted).parent.mkdir(parents=True)
    model(wanted).write_bytes(b"mine")
    with pytest.raises(StorageError, match=r"another file called model-Q4_K_M\.gguf"):
        fetch(downloader(server), wanted)
    assert model(wanted).read_bytes() == b"mine"
    assert server.asked == []


@pytest.mark.parametrize("name", ["../x.gguf", "/x.gguf", "a//b", "a\\b", "C:x", "con.gguf", "a/..", "x.", "a\nb", ""])
def test_names_that_lead_elsewhere_are_refused(server: HubServer, wanted: Download, name: str) -> None:
    with pytest.raises(StorageError, match="name no file here can have"):
        fetch(downloader(server), replace(wanted, files=(replace(FILE, path=name),)))
    assert server.asked == []


def test_two_at_the_same_file(server: HubServer, wanted: Download) -> None:
    first = downloader(server).fetch(wanted, FILE, Stop(), lambda: 0.0)
    next(first)
    with pytest.raises(StorageError, match="by another window or command"):
        fetch(downloader(server), wanted)
    list(first)
    assert fetch(downloader(server), wanted) == [len(WEIGHTS)]
    assert there(wanted) == ["model-Q4_K_M.gguf"]


def test_no_room_is_said_before_anything_is_fetched(
    server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1_000_000))  # type: ignore[attr-defined]
    with pytest.raises(StorageError, match=r"takes 0\.0 GB more, and the disk has 0\.0 GB free"):
        fetch(downloader(server), wanted)
    assert server.asked == []


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system sets no room aside")
def test_the_room_is_taken_before_the_first_byte(server: HubServer, wanted: Download) -> None:
    rooms: list[int] = []
    part = model(wanted).with_name("model-Q4_K_M.gguf.part")
    server.pace = lambda sent: rooms.append(part.stat().st_blocks * 512) if not sent else None
    fetch(downloader(server), wanted)
    assert rooms[0] >= len(WEIGHTS)


def test_a_disk_that_fills_up_is_a_sentence_and_loses_nothing(
    server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    real = os.write

    def write(descriptor: int, data: Any) -> int:
        nonlocal written
        written += len(data)
        if written > 3_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(StorageError, match="no space left on the disk") as full:
        fetch(downloader(server), wanted)
    assert "what is there stays" in full.value.hint
    monkeypatch.undo()
    fetch(downloader(server), wanted)
    assert ranges(server)[-1] >= 3_000_000 - 4 * BLOCK
    assert model(wanted).read_bytes() == WEIGHTS


def test_a_disk_that_cannot_set_the_room_aside_is_a_sentence(
    server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, start: int, length: int) -> None:
        os.pwrite(descriptor, bytes(100_000), start)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk.os, "posix_fallocate", full, raising=False)
    with pytest.raises(StorageError, match="no space left"):
        fetch(downloader(server), wanted)
    assert server.asked == []
    assert model(wanted).with_name("model-Q4_K_M.gguf.part").stat().st_blocks == 0


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_read_only_folder_is_a_sentence(server: HubServer, wanted: Download) -> None:
    Path(wanted.folder).mkdir(mode=0o500)
    with pytest.raises(StorageError, match="you may not write there"):
        fetch(downloader(server), wanted)


def test_a_read_only_disk_is_a_sentence(server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match="the disk is read-only") as refused:
        fetch(downloader(server), wanted)
    assert refused.value.hint == "Choose a folder that can be written to."


def test_a_folder_that_is_a_file_is_a_sentence(server: HubServer, wanted: Download) -> None:
    Path(wanted.folder).write_text("a file")
    with pytest.raises(StorageError, match="could not be saved"):
        fetch(downloader(server), wanted)


def test_a_folder_removed_meanwhile_is_a_sentence(server: HubServer, wanted: Download) -> None:
    server.pace = lambda sent: shutil.rmtree(wanted.folder) if sent == 2_097_152 else None
    with pytest.raises(StorageError, match="the folder is gone"):
        fetch(downloader(server), wanted)
    assert there(wanted) == []


def test_a_part_that_was_replaced_under_us_is_a_sentence(server: HubServer, wanted: Download) -> None:
    part = model(wanted).with_name("model-Q4_K_M.gguf.part")

    def swap(sent: int) -> None:
        if sent == 2_097_152:
            part.unlink()
            part.write_bytes(b"other")

    server.pace = swap
    with pytest.raises(StorageError, match="was replaced by another file"):
        fetch(downloader(server), wanted)
    assert not model(wanted).exists()


def test_a_speed_limit_holds_and_can_be_lifted(
    server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The waits are added up and not waited; at 1 MB/s they are the 5 s that 5 MB take."""
    now = [0.0]
    monkeypatch.setattr(pouring, "pause", lambda seconds, stop: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(pouring.time, "monotonic", lambda: now[0])
    list(downloader(server).fetch(wanted, FILE, Stop(), lambda: 1_000_000.0))
    assert now[0] == pytest.approx(len(WEIGHTS) / 1_000_000, rel=0.01)
    model(wanted).unlink()
    list(downloader(server).fetch(wanted, FILE, Stop(), lambda: 1_000_000.0 if now[0] < 6 else 0.0))
    assert now[0] < 7


def test_gated_without_a_token_says_what_to_do(server: HubServer, wanted: Download) -> None:
    server.repositories[NAME].gated = True
    with pytest.raises(AccessError, match="agreed to its terms"):
        fetch(downloader(server), wanted)


def test_what_was_begun_can_be_thrown_away(server: HubServer, wanted: Download) -> None:
    server.go_wrong(on_cdn=True, cut_after=2_000_000)
    server.go_wrong(on_cdn=True, cut_after=0, times=QUICK.tries)
    with pytest.raises(NetworkError):
        fetch(downloader(server), wanted)
    downloader(server).discard(wanted, FILE)
    assert there(wanted) == []
    assert downloader(server).received(wanted, FILE) == 0


def test_what_cannot_be_thrown_away_is_a_sentence(
    server: HubServer, wanted: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    fetch(downloader(server), wanted)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageError, match="could not be deleted"):
        downloader(server).discard(wanted, FILE)
