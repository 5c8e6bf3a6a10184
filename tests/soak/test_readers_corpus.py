"""Every file, found or damaged on purpose, gives text or a sentence; nothing hangs or takes the parent down."""

import io
import json
import random
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest

from localassist.adapters.children import ChildPool
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.readers.formats import named_format
from localassist.domain.errors import DocumentError
from localassist.domain.stopping import Stop

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
OWN_MEMORY_ALLOWED = 600.0
"""MB of the process that asks, which holds what the children tell."""

SLOWEST_ALLOWED = 130.0
"""Seconds: the reader's own limit and what starting a child takes."""


class Tally:
    """Reads files one after the other and counts how each ended."""

    def __init__(self) -> None:
        self.children = ChildPool(sealed=True)
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
    return all(re.match(r" (is|has|holds|needs|took|would|claims|nests|was|lies) ", reason) for reason in tally.reasons)


def peak_of(processes: int) -> float:
    """The most memory that this process, or any child of it that has ended, has used at once, in MB."""
    peak = resource.getrusage(processes).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


@pytest.mark.soak
@pytest.mark.corpus
def test_every_file_of_the_corpus_gives_text_or_a_sentence(corpus: Path, capsys):
    tally = Tally()
    paths = sorted(str(path) for path in (corpus / "documents").rglob("*") if path.is_file())
    for path in paths:
        tally.take(path)
    with capsys.disabled():
        print(tally.report())
    assert names_its_file(tally)
    assert max(tally.seconds)[0] < SLOWEST_ALLOWED
    assert peak_of(resource.RUSAGE_SELF) < OWN_MEMORY_ALLOWED


HARMFUL = """
import sys, resource
from localassist.adapters.children import ChildPool
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.readers.formats import named_format
from localassist.domain.errors import DocumentError
from localassist.domain.stopping import Stop
children = ChildPool(sealed=True)
try:
    FileReader(children).read(sys.argv[1], Stop())
except DocumentError:
    pass
children.close()
scale = 1e6 if sys.platform == "darwin" else 1e3
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / scale)
"""


def assert_costs_little(path: Path):
    """Reading takes under 5 s and 200 MB, in a process of its own so that nothing else is measured."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", HARMFUL, str(path)], capture_output=True, text=True, check=True)
    assert time.monotonic() - started < 5, path
    assert float(done.stdout) < 200, path


@pytest.mark.soak
@pytest.mark.corpus
def test_bombs_of_the_corpus_cost_little(corpus: Path):
    bombs = [*(corpus / "documents").rglob("42.zip"), *(corpus / "documents/tiran__defusedxml").rglob("*.x*")]
    assert len(bombs) > 10
    for bomb in bombs:
        assert_costs_little(bomb)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.soak
def test_bombs_made_here_cost_little(tmp_path: Path):
    nested = zipped({"zeros.txt": bytes(900_000_000)})
    for _ in range(4):
        nested = zipped({f"{number}.zip": nested for number in range(16)})
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><rss><channel><title>&l11;</title></channel></rss>'
    many = zipped({f"{number}.txt": b"" for number in range(100_000)})
    types = b'<?xml version="1.0"?><Types/>'
    office = zipped({"[Content_Types].xml": types, "word/document.xml": bytes(900_000_000)})
    page = "<table><tr><td rowspan=1000 colspan=1000>x</table>" * 10_000
    bombs = {"nested.zip": nested, "laughs.xml": xml.encode(), "many.zip": many, "office.docx": office}
    bombs |= {"spans.html": page.encode(), "deep.html": b"<div>" * 500_000, "deep.json": b"[" * 5_000_000}
    bombs |= {"deep.ipynb": b'{"cells":' + b"[" * 5_000_000, "deep.eml": deep_mail()}
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
        assert_costs_little(tmp_path / name)


def deep_mail() -> bytes:
    """Groups inside groups, ten thousand deep."""
    heads = (f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(10_000))
    return b"Message-ID: <1>\nFrom: a\nSubject: x\n" + "".join(heads).encode() + b"\nwords"


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


def fuzz(tmp_path: Path, samples: list[Path], rounds: int, capsys) -> None:
    """Damage each sample in turn, `rounds` times, and read what is left."""
    seed = random.SystemRandom().randrange(1_000_000)
    dice = random.Random(seed)
    tally = Tally()
    for turn in range(rounds * len(samples)):
        sample = samples[turn % len(samples)]
        path = tmp_path / f"{seed}-{turn}{sample.suffix}"
        path.write_bytes(damage(sample.read_bytes(), dice))
        tally.take(str(path))
        path.unlink()
    with capsys.disabled():
        print(tally.report())
    assert names_its_file(tally)
    assert max(tally.seconds)[0] < SLOWEST_ALLOWED


@pytest.mark.soak
def test_damaged_samples_give_text_or_a_sentence(tmp_path: Path, capsys):
    fuzz(tmp_path, sorted(SAMPLES.iterdir()), 100, capsys)


@pytest.mark.soak
def test_damaged_containers_give_text_or_a_sentence(tmp_path: Path, capsys):
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "Zoë <zoe@example.org>", "Grüße", "<1@example.org>"
    message.set_content("Sixty days.\n" * 20)
    message.add_alternative("<p>Sixty days.</p>" * 20, subtype="html")
    message.add_attachment(zipped({"a.txt": b"words " * 50}), maintype="application", subtype="zip", filename="a.zip")
    mail = message.as_bytes()
    cells = [{"cell_type": "code", "source": "print(1)", "outputs": [{"text": ["1"]}]}] * 20
    made = {
        "mail.eml": mail,
        "box.mbox": (b"From a@example.org Tue Mar  4 10:00:00 2025\n" + mail + b"\n") * 3,
        "page.mht": b"Content-Type: text/html\nSubject: x\n\n" + b"<p>Sixty days.</p>" * 30,
        "files.zip": zipped({"a.md": b"# Words " * 30, "mail.eml": mail}),
        "book.ipynb": json.dumps({"nbformat": 4, "cells": cells}).encode(),
        "feed.rss": b"<rss><channel><title>a</title>" + b"<item><title>b</title></item>" * 30 + b"</channel></rss>",
        "code.py": Path(__file__).read_bytes(),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    fuzz(tmp_path, [tmp_path / name for name in made], 200, capsys)


@pytest.mark.soak
@pytest.mark.corpus
def test_damaged_files_of_every_format_give_text_or_a_sentence(corpus: Path, tmp_path: Path, capsys):
    smallest: dict[str, Path] = {}
    for path in sorted((corpus / "documents").rglob("*.*"), key=lambda path: path.stat().st_size, reverse=True):
        if path.stat().st_size > 2000 and named_format(path.name):
            smallest[path.suffix.lower()] = path
    assert len(smallest) > 10
    fuzz(tmp_path, list(smallest.values()), 200, capsys)
