"""Every file, found or damaged on purpose, gives text or a sentence; nothing hangs or takes the parent down."""

import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from localassist.adapters.children import ChildPool
from localassist.adapters.files import DiskFiles
from localassist.adapters.readers.file_reader import FileReader
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
SLOWEST_ALLOWED = 130.0
"""Seconds: the reader's own limit and what starting a child takes."""


class Tally:
    """Reads files one after the other and counts how each ended."""

    def __init__(self) -> None:
        self.children = ChildPool()
        self.reader = FileReader(self.children)
        self.ends: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.seconds: list[tuple[float, str]] = []
        self.pages = self.characters = self.marked = 0

    def take(self, path: str) -> None:
        started = time.monotonic()
        suffix = Path(path).suffix.lower()
        try:
            end = self._read(path)
        except DocumentError as error:
            before, _, reason = error.message.partition(Path(path).name)
            self.reasons[reason if not before else error.message] += 1
            end = "sentence"
        self.ends[f"{suffix} {end}"] += 1
        self.seconds.append((round(time.monotonic() - started, 2), path))

    def _read(self, path: str) -> str:
        content = self.reader.read(path, Stop())
        check(content)
        self.characters += len(content.text)
        self.pages += len(content.pages)
        longest = max(content.pages, key=lambda page: page.end - page.start, default=None)
        if longest and longest.end > longest.start and path.endswith(".pdf"):
            self.marked += bool(self.reader.draw_page(path, longest.number, 300, (0, 20)).marks)
        return "text" if content.text else "empty"

    def report(self) -> str:
        self.children.close()
        counts = {"files": len(self.seconds), "pages": self.pages, "characters": self.characters, "marked": self.marked}
        ends = dict(sorted(self.ends.items()))
        slowest = sorted(self.seconds, reverse=True)[:5]
        return json.dumps(counts | {"ends": ends, "reasons": dict(self.reasons), "slowest": slowest}, indent=1)


def check(content):
    """Blocks are in order and leave nothing out; nothing invisible is left."""
    position = 0
    for block in content.blocks:
        assert position <= block.start < block.end <= len(content.text)
        assert not content.text[position : block.start].strip()
        position = block.end
    assert not content.text[position:].strip()
    assert "\0" not in content.text
    assert "\u202e" not in content.text


def names_its_file(tally: Tally) -> bool:
    """Whether every sentence began with the file's name and went on from there."""
    return all(
        reason.startswith((" is ", " has ", " holds ", " needs ", " took ", " would ")) for reason in tally.reasons
    )


@pytest.mark.soak
@pytest.mark.corpus
def test_every_file_of_the_corpus_gives_text_or_a_sentence(corpus: Path, capsys):
    tally = Tally()
    # Each named by itself, so that kinds without a reader meet their sentence too.
    paths = sorted(str(path) for path in (corpus / "documents").rglob("*") if path.is_file())
    for item in DiskFiles().scan(paths, Stop()):
        assert isinstance(item, FoundFile), item
        tally.take(item.path)
    with capsys.disabled():
        print(tally.report())
    assert names_its_file(tally)
    assert max(tally.seconds)[0] < SLOWEST_ALLOWED


def damage(data: bytes, dice: random.Random) -> bytes:
    """The bytes with some changed, cut out, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 3, 30))):
        at = dice.randrange(len(changed))
        length = dice.choice((1, 4, 200))
        match dice.randrange(4):
            case 0:
                changed[at : at + length] = dice.randbytes(length)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3 if len(changed) > 1000:
                del changed[max(at, 500) :]
        if len(changed) < 100:
            break
    return bytes(changed)


@pytest.mark.soak
def test_damaged_files_give_text_or_a_sentence(tmp_path: Path, capsys):
    seed = random.SystemRandom().randrange(1_000_000)
    dice = random.Random(seed)
    tally = Tally()
    samples = sorted(SAMPLES.iterdir())
    for turn in range(600):
        sample = samples[turn % len(samples)]
        path = tmp_path / f"{seed}-{turn}{sample.suffix}"
        path.write_bytes(damage(sample.read_bytes(), dice))
        tally.take(str(path))
        path.unlink()
    with capsys.disabled():
        print(tally.report())
    assert names_its_file(tally)
    assert max(tally.seconds)[0] < SLOWEST_ALLOWED
