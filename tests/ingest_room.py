"""A folder, a store and the use case that reads the one into the other, for a test and the processes it kills."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from fakes import FakeActivity, FakeEmbedder, FakePassageIndex, structured
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.files import DiskFiles
from localassist.domain.documents import Part, StructuredText
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import DocumentReader
from localassist.usecases.ingesting import IngestPaths

if TYPE_CHECKING:
    from localassist.domain.stopping import Stop
    from localassist.domain.vectors import Vectors

PART = "@@ "
BROKEN = "broken"


class BoxReader(DocumentReader):
    """Reads text in which a line "@@ name" begins a file inside; a text that says "broken" can't be read."""

    def __init__(self, diary: Path) -> None:
        self._diary = diary

    @property
    @override
    def version(self) -> str:
        return "boxes 1"

    @override
    def read(self, path: str, stop: Stop) -> StructuredText:
        stop.raise_if_requested()
        write_down(self._diary, f"read {path}")
        own, *inside = Path(path).read_text(encoding="utf-8").split(PART)
        if own.startswith(BROKEN):
            raise DocumentError("It is damaged.", "Save it again.")
        content = structured(own)
        return StructuredText(content.text, content.blocks, parts=tuple(map(_part, inside)))


class DiaryEmbedder(FakeEmbedder):
    """Writes down how many texts it embeds, before their vectors are stored."""

    def __init__(self, diary: Path) -> None:
        super().__init__()
        self._diary = diary

    @override
    def embed_passages(self, texts: list[str], stop: Stop) -> Vectors:  # type: ignore[override]
        write_down(self._diary, f"embed {len(texts)}")
        return super().embed_passages(texts, stop)


class IngestRoom:
    """Everything over the database in `home`; its diary says what was read and embedded, by any process."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.diary = home / "diary.txt"
        self.database = Database(home / "localassist.db")
        self.store = DatabaseDocumentStore(self.database)
        self.embedder = DiaryEmbedder(self.diary)
        self.ingest = IngestPaths(
            DiskFiles(),
            BoxReader(self.diary),
            self.embedder,
            self.store,
            FakePassageIndex(self.store),
            FakeActivity(),
        )

    def written(self, verb: str) -> list[str]:
        """What the diary says of one thing that was done."""
        lines = self.diary.read_text(encoding="utf-8").splitlines() if self.diary.exists() else []
        return [line.removeprefix(f"{verb} ") for line in lines if line.startswith(f"{verb} ")]


def write_down(diary: Path, line: str) -> None:
    """Add a line that is in the file when this returns, so that no kill takes it back."""
    with diary.open("a", encoding="utf-8") as pages:
        pages.write(f"{line}\n")


def _part(told: str) -> Part:
    name, _, text = told.partition("\n")
    if text.startswith(BROKEN):
        return Part(name.strip(), None, "It is damaged. Save it again.")
    return Part(name.strip(), structured(text))
