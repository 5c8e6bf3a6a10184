"""A lease of three pages in a file of its own, an answer that cites it, and a reader that draws its pages."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from typing_extensions import override

from fakes import FakeDocumentStore, FakeFiles, FakeReader, structured
from localassist.domain.chat import Evidence, Figures, Message, MessageStatus, Role
from localassist.domain.documents import Chunk, Citation, PageImage, Passage, Scope
from localassist.domain.ports.documents import FoundFile
from localassist.domain.privacy import Destination, Route
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.domain.errors import DocumentError

QUOTE = "The tenant gives at least sixty (60) days' notice in writing before moving out."
PAGES = (
    "# Lease\n\nThis is the lease of flat 4B.",
    "# Rent\n\nThe rent is $1,200 a month.",
    f"# Notice\n\n{QUOTE} Notice by telephone has no effect.",
)


class DrawingReader(FakeReader):
    """Draws white pages with one box where words are to be marked; `drawn` notes (page, width, mark)."""

    def __init__(self) -> None:
        super().__init__(FakeFiles())
        self.drawn: list[tuple[int, int, tuple[int, int] | None]] = []
        self.problem: DocumentError | None = None

    @override
    def draw_page(self, path: str, page: int, width: int, mark: tuple[int, int] | None) -> PageImage:
        if self.problem:
            raise self.problem
        self.drawn.append((page, width, mark))
        image = QImage(width, width * 4 // 3, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        marks = ((width * 0.1, width * 0.2, width * 0.5, width * 0.05),) if mark else ()
        return PageImage(data.data(), width, width * 4 // 3, marks)


class Lease:
    """The lease on disk and in the store."""

    def __init__(self, folder: Path, name: str = "lease.pdf", text: str = "\f".join(PAGES)) -> None:
        self.path = folder / name
        self.path.write_text(text)
        self.store = FakeDocumentStore()
        self.collection = self.store.add_collection("Contracts", [str(folder)])
        self.reader = DrawingReader()
        self.read_again(text)

    def read_again(self, text: str) -> None:
        """Store `text` as what was read from the file as it is now."""
        found = self.path.stat()
        file = FoundFile(str(self.path), found.st_size, found.st_mtime)
        content_hash = hashlib.sha256(self.path.read_bytes()).hexdigest()
        at = max(text.find(QUOTE), 0)
        chunk = Chunk(at, min(at + len(QUOTE) + 36, len(text)), "Lease > Notice")
        vectors = Vectors(memoryview(array("f", [1.0])), 1)
        document, chunk_ids = self.store.save(file, content_hash, ("r", "e"), structured(text), [chunk], vectors)
        self.store.assign([document.id], self.collection.id)
        self.document, self.chunk_id = document, chunk_ids[0]

    def passage(self, score: float = 0.82) -> Passage:
        """The passage that holds the quote."""
        found = self.store.passages([self.chunk_id], Scope.everything())[0]
        return replace(found, score=score)

    def citation(self, n: int = 1) -> Citation:
        """The quote as a citation."""
        passage = self.passage()
        start = passage.char_start
        return Citation(n, passage, QUOTE, start, start + len(QUOTE), passage.page)


def answer(evidence: Evidence) -> Message:
    """A finished answer with that behind it."""
    return Message(2, 1, 1, Role.ASSISTANT, "At least 60 days. [1]", 0.0, MessageStatus.COMPLETE, "", evidence)


def evidence_of(lease: Lease) -> Evidence:
    """Evidence with a citation, a passage that was not used and two without room."""
    return Evidence(
        route=Route(Destination.THIS_COMPUTER, "parrot", "The model runs here."),
        citations=(lease.citation(),),
        found=(lease.passage(0.41),),
        left_out=2,
        searched=True,
        figures=Figures(812, 640, 57, 1.2, 38.4, 2048, "CPU, 2 threads"),
        timings={"search": 0.12, "answer": 1.5},
    )
