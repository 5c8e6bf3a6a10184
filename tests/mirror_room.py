"""A folder, a store and the use cases that keep the one true to the other, for tests and the processes they kill."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeEmbedder,
    FakePassageIndex,
    FakeSettingsStore,
    structured,
)
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.files import DiskFiles
from localassist.adapters.watching import SystemFolderWatcher
from localassist.domain.documents import Document, Scope, StructuredText
from localassist.domain.errors import DocumentError, ModelError, Stopped
from localassist.domain.ports.documents import DocumentReader
from localassist.domain.stopping import Stop
from localassist.usecases.embedding import EmbedPending
from localassist.usecases.forgetting import ForgetDocuments
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.mirroring import MirrorFolders
from localassist.usecases.reading_ahead import ReadAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.events import MirrorEvent
    from localassist.domain.ports.documents import FileSource

DEADLINE_S = 30.0


class PlainReader(DocumentReader):
    """Reads text in this process; `read_paths` notes what was read."""

    def __init__(self) -> None:
        self.read_paths: list[Path] = []

    @property
    @override
    def version(self) -> str:
        return "plain 1"

    @override
    def read(self, path: str, stop: Stop) -> StructuredText:
        stop.raise_if_requested()
        self.read_paths.append(Path(path))
        try:
            text = Path(path).read_text(encoding="utf-8")
            return structured(text, text.partition("\n")[0])
        except OSError as error:
            raise DocumentError(f"{Path(path).name} is gone.", "Put it back.") from error


class Room:
    """Everything over the database in `home`; `embedder.batches` notes what was embedded."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.database = Database(home / "localassist.db")
        self.store = DatabaseDocumentStore(self.database)
        self.store.collections()  # so that only one thread makes the tables
        self.reader = PlainReader()
        self.embedder = FakeEmbedder()
        self.hindrance: ModelError | None = None
        self.activity = FakeActivity()
        self.models = FakeChatModels(FakeChatModel())
        self.index = FakePassageIndex(self.store)
        reading = ReadAhead(FakeConversationStore(), self.store, self.models, FakeSettingsStore())
        self.forget = ForgetDocuments(self.store, self.index, self.models, reading)
        self.mirror = MirrorFolders(
            DiskFiles(),
            self.store,
            self.ingesting,
            self._embed,
            self.forget,
            SystemFolderWatcher(),
        )

    def ingesting(self, files: FileSource) -> IngestPaths:
        """What makes these files answerable."""
        return IngestPaths(files, self.reader, self.embedder, self.store, self.index, self.activity)

    def once(self) -> list[MirrorEvent]:
        """Mirror once, to the end."""
        return list(self.mirror.once(Stop()))

    def answerable(self) -> dict[str, Document]:
        """The documents that questions find, by file name."""
        return {Path(d.path).name: d for d in self.store.documents(Scope.everything()) if d.status.is_answerable}

    def found(self, word: str) -> set[str]:
        """The names of the files in which a word is found."""
        scope = Scope.everything()
        ids = [scored.chunk_id for scored in self.store.match_words(word, 100, scope)]
        return {Path(passage.path).name for passage in self.store.passages(ids, scope)}

    def pending(self) -> int:
        """How many chunks have no vector yet."""
        return sum(document.pending for document in self.store.documents(Scope.everything()))

    def embedded(self) -> int:
        """How many chunks were embedded so far."""
        return sum(self.embedder.batches)

    def _embed(self, stop: Stop) -> Iterator[MirrorEvent]:
        stop.raise_if_requested()
        if self.hindrance:
            raise self.hindrance
        yield from EmbedPending(self.store, self.embedder, self.index, self.activity)(stop)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


class Following:
    """A mirror that follows on a thread of its own, and what it told."""

    def __init__(self, room: Room) -> None:
        self.events: list[MirrorEvent] = []
        self._room = room
        self._stop = Stop()
        self._told = threading.Condition()
        self._ended: BaseException | None = None
        self._thread = threading.Thread(target=self._follow, name="mirror")

    def __enter__(self) -> Following:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.request()
        self._thread.join()

    def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds, looking at every event."""
        with self._told:
            held = self._told.wait_for(lambda: self._ended is not None or condition(), DEADLINE_S)
        if isinstance(self._ended, Exception) and not isinstance(self._ended, Stopped):
            raise self._ended
        assert held, self.events[-5:]

    def _follow(self) -> None:
        try:
            for event in self._room.mirror(self._stop):
                self._tell(event)
        except Exception as error:  # noqa: BLE001  raised again where the test waits
            with self._told:
                self._ended = error
                self._told.notify_all()

    def _tell(self, event: MirrorEvent) -> None:
        with self._told:
            self.events.append(event)
            self._told.notify_all()
