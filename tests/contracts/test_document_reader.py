"""What every reader of documents does: the one in memory for tests, the real one with its child processes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from fakes import FakeFiles, FakeReader
from localassist.adapters.children import ChildPool
from localassist.adapters.readers.file_reader import FileReader
from localassist.domain.documents import BlockKind
from localassist.domain.errors import DocumentError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.ports.documents import DocumentReader

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"


class Room(NamedTuple):
    """A reader, and how a Markdown file comes to stand where it can read it."""

    reader: DocumentReader
    write: Callable[[str, str], str]


@pytest.fixture(params=["fake", "real"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    if request.param == "fake":
        files = FakeFiles()

        def put(name: str, text: str) -> str:
            files.write(f"/files/{name}", text)
            return f"/files/{name}"

        yield Room(FakeReader(files), put)
        return

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    children = ChildPool()
    yield Room(FileReader(children), write)
    children.close()


def test_blocks_are_in_order_and_leave_out_nothing_but_white_space(room: Room) -> None:
    path = room.write("lease.md", "# Lease\n\nThe notice is sixty days.\n\n- one\n- two\n\nEnd.\n")
    content = room.reader.read(path, Stop())
    kinds = [block.kind for block in content.blocks]
    assert kinds == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.PARAGRAPH,
    ]
    assert [block.level for block in content.blocks] == [1, 0, 0, 0, 0]
    assert [content.text[block.start : block.end] for block in content.blocks][1] == "The notice is sixty days."
    ends = [0, *(block.end for block in content.blocks)]
    assert all(end <= block.start for end, block in zip(ends, content.blocks, strict=False))
    assert content.pages == ()


def test_reading_again_gives_the_same(room: Room) -> None:
    path = room.write("lease.md", "# Lease\n\nText.\n")
    assert room.reader.read(path, Stop()) == room.reader.read(path, Stop())
    assert room.reader.version == room.reader.version != ""


def test_a_file_that_is_not_there_is_a_sentence(room: Room) -> None:
    with pytest.raises(DocumentError) as caught:
        room.reader.read("/files/gone.md", Stop())
    assert "gone.md" in caught.value.message
    assert caught.value.hint


def test_a_stop_is_obeyed(room: Room) -> None:
    path = room.write("lease.md", "Text.")
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        room.reader.read(path, stop)


def test_a_page_that_is_not_there_is_a_sentence(room: Room) -> None:
    with pytest.raises(DocumentError):
        room.reader.draw_page(room.write("lease.md", "Text."), 3, 400, None)


@pytest.fixture
def reader() -> Iterator[FileReader]:
    children = ChildPool()
    yield FileReader(children)
    children.close()


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir()))
def test_every_sample_is_read_whole(reader: FileReader, sample: str) -> None:
    content = reader.read(str(SAMPLES / sample), Stop())
    assert len(content.text) > 1000
    assert len(content.blocks) > 10
    position = 0
    for block in content.blocks:
        assert not content.text[position : block.start].strip()
        position = block.end
    assert not content.text[position:].strip()
    assert bool(content.pages) == sample.endswith((".pdf", ".docx"))
    assert content.notes == ()


def test_every_sentence_of_a_pdf_can_be_marked_on_its_page(reader: FileReader) -> None:
    path = str(SAMPLES / "sleep-trial-report.pdf")
    content = reader.read(path, Stop())
    for page in content.pages:
        blocks = [block for block in content.blocks if page.start <= block.start < block.end <= page.end]
        for block in blocks[::5]:
            mark = (block.start - page.start, block.end - page.start)
            image = reader.draw_page(path, page.number, 600, mark)
            assert image.png.startswith(b"\x89PNG")
            assert image.width == 600
            assert image.marks
            for x, y, w, h in image.marks:
                assert 0 <= x < x + w <= image.width
                assert 0 <= y < y + h <= image.height
