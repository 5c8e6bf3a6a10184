"""Builds everything and hands it to the command line or the window: the one module that knows every layer."""

from __future__ import annotations

import os
import sys
import threading
import tomllib
from contextlib import closing, contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import localassist
from localassist import process
from localassist.adapters import display
from localassist.adapters.logs import Log, log_path
from localassist.adapters.network import NetworkDoor
from localassist.adapters.places import Places
from localassist.adapters.resources import resource
from localassist.adapters.settings_file import TomlSettingsStore
from localassist.cli import running
from localassist.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from localassist.adapters.activity import ForegroundActivity
    from localassist.adapters.catalog import Catalog
    from localassist.adapters.children import ChildPool
    from localassist.adapters.chroma import ChromaPassageIndex
    from localassist.adapters.database import Database, DatabaseDocumentStore, DatabaseLedger, LargeWords
    from localassist.adapters.llama import LlamaChatModels
    from localassist.domain.diagnosis import Finding
    from localassist.domain.events import Embedding
    from localassist.domain.ports.documents import DocumentStore, FileSource
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop
    from localassist.embedders import EmbedderParts
    from localassist.usecases.ingesting import IngestPaths
    from localassist.usecases.services import ModelLibrary, Services


class App:
    """The parts of the app over one set of places, each built when it is first asked for; `close` ends them.

    Building costs next to nothing: modules load with the part that needs them, so that a window is on screen before
    most of them, and libraries with their first use.
    """

    version: Final = localassist.__version__

    def __init__(self, places: Places, run_benchmark: Callable[[str, str, str, int], dict[str, Any]]) -> None:
        self.places = places
        self.run_benchmark = run_benchmark
        self.door = NetworkDoor(self._is_offline, lambda: self.ledger)
        self._for_window = False
        self._library_lock = threading.Lock()

    @property
    def log_file(self) -> str:
        """Where the log is written."""
        return str(log_path(self.places.logs))

    @cached_property
    def settings(self) -> TomlSettingsStore:
        """The settings file."""
        return TomlSettingsStore(self.places.settings)

    @cached_property
    def database(self) -> Database:
        """The one database."""
        from localassist.adapters.database import Database

        return Database(self.places.database)

    @cached_property
    def ledger(self) -> DatabaseLedger:
        """What passed the door."""
        from localassist.adapters.database import DatabaseLedger

        return DatabaseLedger(self.database)

    @cached_property
    def children(self) -> ChildPool:
        """The child processes that look at models, devices and the vector index."""
        from localassist.adapters.children import ChildPool

        return ChildPool(2)

    @cached_property
    def reading_children(self) -> ChildPool:
        """The child processes that read files, which nobody waits for."""
        from localassist.adapters.children import ChildPool

        return ChildPool(2, patient=True, sealed=True)

    @cached_property
    def drawing_children(self) -> ChildPool:
        """The child process that draws pages, which somebody waits for."""
        from localassist.adapters.children import ChildPool

        return ChildPool(sealed=True)

    @cached_property
    def catalog(self) -> Catalog:
        """The models known by name."""
        from localassist.adapters.catalog import Catalog

        return Catalog(resource("models.toml"), self.places.verified)

    @cached_property
    def models(self) -> LlamaChatModels:
        """The chat models."""
        from localassist.adapters.llama import LlamaChatModels

        starters = self.catalog.chat_models()
        return LlamaChatModels(self.places.data, starters, self.catalog.verify, self.settings, self.children)

    def services(self, *, for_window: bool = False) -> Services:
        """The use cases over the opened database. Raises `StorageError` when the app's files can't be used.

        A window lives long enough to keep Chroma's index from the first document on; a command compares the
        vectors of few documents one by one, which is sooner than opening the index.
        """
        self._for_window = for_window
        self.places.make()
        return self._services

    def diagnose(self) -> Iterable[Finding]:
        """What `doctor` finds out."""
        from localassist.adapters.diagnosis import Diagnosis
        from localassist.adapters.secrets import KeyringSecrets

        return Diagnosis(
            self.places,
            self.settings,
            self.database,
            self.catalog,
            self.models,
            KeyringSecrets(),
            self.children,
        ).findings()

    def open_window(self) -> int:
        """Show the window until it is closed. Raises `LocalAssistError` where there can't be one."""
        display.require_window()
        try:
            import PySide6.QtWidgets  # noqa: F401  asked for here, where a broken one can still be told
        except ImportError as error:
            raise display.broken_qt(error) from error
        from localassist import ui

        self.places.make()
        open_services = partial(self.services, for_window=True)
        return ui.start(open_services, self.settings, resource("assets") / "icons", self.places.data, sys.argv)

    def close(self) -> None:
        """End what was started: the index and the models first, then what they work with."""
        started = vars(self)
        children = ("reading_children", "drawing_children", "children")
        for name in ("_index", "_large_words", "models", *children, "door", "database"):
            if name in started:
                started[name].close()

    @cached_property
    def _documents(self) -> DatabaseDocumentStore:
        from localassist.adapters.database import DatabaseDocumentStore

        return DatabaseDocumentStore(self.database, self._large_words)

    @cached_property
    def _large_words(self) -> LargeWords:
        from localassist.adapters.database import LargeWords

        return LargeWords(self.database, self.places.words, self._activity)

    @cached_property
    def _embedders(self) -> EmbedderParts:
        from localassist.embedders import EmbedderParts

        return EmbedderParts(self.places.prepared, self.settings, self.catalog, self._documents, self._activity)

    @cached_property
    def _activity(self) -> ForegroundActivity:
        from localassist.adapters.activity import ForegroundActivity

        return ForegroundActivity()

    @cached_property
    def _index(self) -> ChromaPassageIndex:
        from localassist.adapters.chroma import EXACT_UP_TO, ChromaPassageIndex

        exact = 0 if self._for_window else EXACT_UP_TO
        return ChromaPassageIndex(
            self.places.vectors, self._documents, self._embedders.embedder.name, self.children, self._activity, exact
        )

    def _open_library(self) -> ModelLibrary:
        with self._library_lock:  # two of them would have two queues of downloads
            return self._library

    @cached_property
    def _library(self) -> ModelLibrary:
        from localassist.model_library import ModelParts

        return ModelParts(
            self.places, self.settings, self.door, self.catalog, self.models, self.children, self.database
        ).library(lasting=self._for_window)

    @cached_property
    def _services(self) -> Services:
        from localassist.adapters.database import Database, DatabaseConversationStore
        from localassist.adapters.files import DiskFiles
        from localassist.adapters.readers.file_reader import FileReader
        from localassist.adapters.watching import SystemFolderWatcher
        from localassist.answering_parts import AnsweringParts
        from localassist.usecases.embedding import EmbedPending
        from localassist.usecases.evaluating import EvaluateSearch
        from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments
        from localassist.usecases.ingesting import IngestPaths
        from localassist.usecases.mirroring import MirrorFolders
        from localassist.usecases.reading_ahead import ReadAhead
        from localassist.usecases.reembedding import ChangeEmbedder
        from localassist.usecases.retrieval import SearchPassages
        from localassist.usecases.services import Services

        documents, activity = self._documents, self._activity
        embedder, reranker = self._embedders.embedder, self._embedders.reranker
        reader = FileReader(self.reading_children, self.drawing_children)
        search = SearchPassages(documents, self._index, embedder, reranker)
        conversations = DatabaseConversationStore(self.database)
        unrecorded = DatabaseConversationStore(Database(None))
        read_ahead = ReadAhead(conversations, documents, self.models, self.settings)

        files = DiskFiles(self.places.own)
        forget = ForgetDocuments(documents, self._index, self.models, read_ahead)
        embed = EmbedPending(documents, embedder, self._index, activity)

        def ingesting(source: FileSource) -> IngestPaths:
            return IngestPaths(source, reader, embedder, documents, self._index, activity)

        def embedding_with(other: Embedder, stop: Stop) -> Iterator[Embedding]:
            return EmbedPending(documents, other, self._index, activity)(stop)

        answering = AnsweringParts(
            kept=conversations,
            unrecorded=unrecorded,
            search=search,
            documents=documents,
            models=self.models,
            settings=self.settings,
            activity=activity,
            database=self.database,
            door=self.door,
        )

        return Services(
            conversations=conversations,
            unrecorded_conversations=unrecorded,
            documents=documents,
            reader=reader,
            models=self.models,
            embedding_models=self.catalog,
            catalogue=self.catalog,
            library=self._open_library,
            settings=self.settings,
            index=self._index,
            ingest=ingesting(files),
            mirror=MirrorFolders(files, documents, ingesting, embed, forget, SystemFolderWatcher(self.places.own)),
            change_embedder=ChangeEmbedder(
                documents, self.settings, activity, self._embedders.open_choice, embedding_with
            ),
            forget=forget,
            forget_conversation=ForgetConversation(conversations, self.models, read_ahead),
            search=search,
            evaluate=EvaluateSearch(documents, self._temporary_documents, self._embedders.installed, reranker),
            answer=answering.answering(conversations),
            answer_unrecorded=answering.answering(unrecorded),
            read_ahead=read_ahead,
            escalation=lambda: answering.escalation,
            comparing=answering.comparing,
            traffic=lambda: self.door.traffic,
            ledger=self.ledger,
            diagnose=self.diagnose,
            samples=str(resource("assets") / "samples"),
            demo_questions=_demo_questions(),
        )

    @contextmanager
    def _temporary_documents(self) -> Iterator[DocumentStore]:
        from localassist.adapters.database import Database, DatabaseDocumentStore

        with closing(Database(None)) as database:
            yield DatabaseDocumentStore(database)

    def _is_offline(self) -> bool:
        try:
            return self.settings.load().offline
        except SettingsError:
            return True  # a file that can't be read must not open the door


def main(arguments: Sequence[str], run_benchmark: Callable[[str, str, str, int], dict[str, Any]]) -> int:
    """Run the command that the arguments name, or open the window without any; gives the exit code."""
    process.set_up()
    app = App(Places.find(os.environ), run_benchmark)
    app.door.guard_process()
    with closing(Log(app.places.logs)) as logs, closing(app):
        logs.open()
        return running.run(arguments, app)


def _demo_questions() -> tuple[str, ...]:
    questions = tomllib.loads((resource("assets") / "demo.toml").read_text(encoding="utf-8"))["questions"]
    return tuple(questions)
