"""What the tests of the window share: a theme, our icons, jobs that are ended, and services over doubles."""

from __future__ import annotations

import gc
import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fake_escalations import FakeEscalationStore, FakeLabelStore
from fake_providers import FakePrices, FakeProviders
from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeDocumentStore,
    FakeEmbedder,
    FakeFiles,
    FakeFolderWatcher,
    FakePaces,
    FakePassageIndex,
    FakeReader,
    FakeSettingsStore,
    FakeSurroundings,
)
from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore, DatabaseLedger
from localassist.adapters.database.comparisons import DatabaseComparisonStore
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.download_file import DownloadFile
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.hub.hub import HuggingFaceHub
from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.llama.footprints import HeaderFootprints
from localassist.adapters.model_files.finding import DiskModelFinder
from localassist.adapters.model_files.packing import ZipModelPacks
from localassist.adapters.model_files.shelf import DiskModelShelf
from localassist.adapters.network import NetworkDoor
from localassist.adapters.presets import TomlPresetFiles
from localassist.adapters.resources import resource
from localassist.domain.chat import Evidence, MessageStatus, Question
from localassist.domain.errors import LocalAssistError, Stopped
from localassist.domain.events import Asked, Finished, ReasoningDelta, Routed, TokenDelta, TurnsDropped
from localassist.domain.privacy import Destination, Route, Traffic
from localassist.ui.assembly import Assembly
from localassist.ui.chat.transcript import TranscriptView
from localassist.ui.front import Front
from localassist.ui.icons import Icons
from localassist.ui.jobs import Jobs
from localassist.ui.theme import Theme
from localassist.usecases.downloading import DownloadModels
from localassist.usecases.evaluating import EvaluateSearch
from localassist.usecases.filling import Comparing, FillComparison
from localassist.usecases.fitting_models import FitModels
from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.keeping import FindModels, ListModels, MoveModels, RemoveModel, VerifyModels
from localassist.usecases.looking_up import LookUpModel
from localassist.usecases.mirroring import MirrorFolders
from localassist.usecases.packing_models import PackModels, UnpackModels
from localassist.usecases.reading_ahead import ReadAhead
from localassist.usecases.recommending import RecommendModel
from localassist.usecases.reembedding import ChangeEmbedder
from localassist.usecases.retrieval import SearchPassages
from localassist.usecases.services import Escalation, ModelLibrary, Services
from localassist.usecases.side_by_side import CompareModels, Elsewhere
from localassist.usecases.tuning import TuneModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from localassist.domain.chat import Message
    from localassist.domain.documents import Scope
    from localassist.domain.ports.documents import FileSource
    from localassist.domain.stopping import Stop

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ROUTE = Route(Destination.THIS_COMPUTER, "parrot", "It is the chosen model.")


class ScriptedAnswers:
    """Stands where `AnswerQuestion` does: keeps the contract of its events and says what a test wants said.

    `script` is yielded between `Routed` and `Finished`; a `threading.Event` in it is waited for, an error raised.
    """

    def __init__(self, conversations: FakeConversationStore) -> None:
        self._conversations = conversations
        self.script: list[object] = []
        self.evidence = Evidence(route=ROUTE)
        self.asked: list[tuple[Question | int, Scope, str]] = []
        self.refusal: LocalAssistError | None = None

    def __call__(self, question: Question, stop: Stop) -> Iterator[object]:
        self.asked.append((question, question.scope, question.model))
        if self.refusal:
            raise self.refusal
        asked, answer = self._conversations.ask(question.conversation_id, question.parent_id, question.text)
        return self._answer(asked, answer, stop)

    def again(
        self, question_id: int, scope: Scope, stop: Stop, model: str = "", *, decided: bool = False
    ) -> Iterator[object]:
        self.asked.append((question_id, scope, model))
        return self._answer(
            self._conversations.message(question_id), self._conversations.answer_again(question_id), stop
        )

    def _answer(self, asked: Message, answer: Message, stop: Stop) -> Iterator[object]:
        said, status, problem = "", MessageStatus.FAILED, "It ended unexpectedly."
        evidence = self.evidence
        try:
            yield Asked(asked, answer)
            yield Routed(ROUTE)
            for step in self.script:
                self._wait(step, stop)
                said += step.text if isinstance(step, TokenDelta) else ""
                evidence = with_step(evidence, step)
                if not isinstance(step, threading.Event):
                    yield step
            status, problem = MessageStatus.COMPLETE, ""
        except Stopped:
            status, problem = MessageStatus.STOPPED, ""
        except LocalAssistError as error:
            problem = str(error)
            raise
        finally:
            finished = self._conversations.finish(answer.id, said, status, evidence, problem)
        yield Finished(finished)

    def _wait(self, step: object, stop: Stop) -> None:
        stop.raise_if_requested()
        if isinstance(step, LocalAssistError):
            raise step
        if isinstance(step, threading.Event):
            with stop.while_waiting(step.set):
                assert step.wait(20), "nobody let the answer go on"
            stop.raise_if_requested()


def with_step(evidence: Evidence, step: object) -> Evidence:
    """What is kept of a step beside the answer's words."""
    match step:
        case ReasoningDelta(text):
            return replace(evidence, reasoning=evidence.reasoning + text)
        case TurnsDropped(count):
            return replace(evidence, dropped=count)
    return evidence


class EagerWatcher(FakeFolderWatcher):
    """Has roots that were just added taken up at once."""

    def changes(self, stop: Stop, seconds: float) -> frozenset[str]:
        return super().changes(stop, min(seconds, 0.01))


@pytest.fixture(scope="session", autouse=True)
def _libraries_frozen() -> Iterator[None]:
    """What is loaded before the first of these tests is not looked through after each."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _collected_here(_libraries_frozen: None) -> Iterator[None]:
    """What a test leaves behind in cycles is collected whole on the thread that its widgets live on, not on a job's."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp, "light")
    made.dress()
    return made


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(ASSETS / "icons", theme)


@pytest.fixture
def transcript(qtbot: QtBot, icons: Icons) -> TranscriptView:
    view = TranscriptView(icons)
    qtbot.addWidget(view)
    view.resize(900, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close(10)


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles(
        lease="# Notice\n\nThe tenant gives sixty days notice in writing.\n\nThe fee for late notice is 45 dollars.",
        policy="# Travel\n\nA hotel night costs at most 120 euros.",
    )


@pytest.fixture
def answers() -> ScriptedAnswers:
    return ScriptedAnswers(FakeConversationStore())


@pytest.fixture
def watcher() -> EagerWatcher:
    return EagerWatcher()


@pytest.fixture
def hub_endpoint() -> str:
    """Where the hub is: nowhere, unless a test has one."""
    return "http://127.0.0.1:9"


def escalation_over(conversations: FakeConversationStore, documents: FakeDocumentStore) -> Escalation:
    """Two providers without keys, nothing labelled, agreed or spent; what prepares and sends is a test's own."""
    return Escalation(
        providers=FakeProviders(),
        prices=FakePrices(),
        labels=FakeLabelStore(documents, conversations),
        store=FakeEscalationStore(conversations),
        prepare=None,  # type: ignore[arg-type]
        send=None,  # type: ignore[arg-type]
        prepare_unrecorded=None,  # type: ignore[arg-type]
        send_unrecorded=None,  # type: ignore[arg-type]
    )


def comparing_over(answers: ScriptedAnswers) -> Comparing:
    """Models of this computer side by side, which say what a test wants said, and lists kept in memory."""

    def nobody_elsewhere() -> Elsewhere:
        return Elsewhere(FakeProviders(), None, None)  # type: ignore[arg-type]

    ask = CompareModels(answers._conversations, answers, nobody_elsewhere)  # type: ignore[arg-type]
    saved = DatabaseComparisonStore(Database(None))
    return Comparing(ask, FillComparison(saved, ask), saved)


@pytest.fixture
def services(
    files: FakeFiles, answers: ScriptedAnswers, watcher: EagerWatcher, hub_endpoint: str, tmp_path: Path
) -> Services:
    documents, embedder, activity = FakeDocumentStore(), FakeEmbedder(), FakeActivity()
    index = FakePassageIndex(documents)
    reader = FakeReader(files)
    models, settings = FakeChatModels(FakeChatModel(name="parrot")), FakeSettingsStore()
    search = SearchPassages(documents, index, embedder)
    read_ahead = ReadAhead(answers._conversations, documents, models, settings)
    forget = ForgetDocuments(documents, index, models, read_ahead)
    line = HubLine(NetworkDoor(offline=lambda: settings.load().offline), hub_endpoint)
    saved = DownloadFile(tmp_path / "downloads.json")
    hub, catalog = HuggingFaceHub(line), Catalog(resource("models.toml"), tmp_path / "verified.json")
    remembered = RememberedFiles(tmp_path / "models.json")
    shelf = DiskModelShelf(tmp_path / "models", settings, remembered, tmp_path / "models_move.json")
    kept, packs = ListModels(models, catalog, shelf), ZipModelPacks(remembered)
    fit = FitModels(HeaderFootprints(hub), FakeSurroundings(), FakePaces(), models, lambda: ())
    library = ModelLibrary(
        hub=hub,
        look_up=LookUpModel(catalog, hub),
        downloads=DownloadModels(HubDownloader(line), saved, models.add),
        fit=fit,
        recommend=RecommendModel(hub, catalog, models, fit),
        shelf=shelf,
        kept=kept,
        find=FindModels(DiskModelFinder(tmp_path, {}, "linux", tmp_path), models),
        remove=RemoveModel(kept, models, shelf, settings),
        verify=VerifyModels(kept, shelf),
        move=MoveModels(kept, models, shelf),
        pack=PackModels(kept, models, catalog, packs, settings),
        unpack=UnpackModels(models, packs, shelf),
        tune=TuneModel(kept, settings, TomlPresetFiles()),
        keep_token=lambda _token: True,
    )

    escalation = escalation_over(answers._conversations, documents)

    def ingesting(source: FileSource) -> IngestPaths:
        return IngestPaths(source, reader, embedder, documents, index, activity)

    return Services(
        conversations=answers._conversations,
        unrecorded_conversations=FakeConversationStore(),
        documents=documents,
        reader=reader,
        models=models,
        embedding_models=catalog,
        catalogue=catalog,
        library=lambda: library,
        settings=settings,
        index=index,
        ingest=ingesting(files),
        mirror=MirrorFolders(files, documents, ingesting, lambda _: iter(()), forget, watcher),
        change_embedder=ChangeEmbedder(
            DatabaseDocumentStore(Database(None)), settings, activity, lambda _: embedder, lambda *_: iter(())
        ),
        forget=forget,
        forget_conversation=ForgetConversation(answers._conversations, models, read_ahead),
        search=search,
        evaluate=EvaluateSearch(documents, lambda: nullcontext(FakeDocumentStore()), lambda: [embedder]),
        answer=answers,  # type: ignore[arg-type]
        answer_unrecorded=answers,  # type: ignore[arg-type]
        read_ahead=read_ahead,
        escalation=lambda: escalation,
        comparing=comparing_over(answers),
        traffic=Traffic,
        ledger=DatabaseLedger(Database(None)),
        diagnose=lambda: (),
        samples=str(ASSETS / "samples"),
        demo_questions=("What notice must the tenant give?", "How much may a hotel night cost?"),
    )


@pytest.fixture
def opened(qtbot: QtBot, services: Services, jobs: Jobs, theme: Theme) -> Iterator[Assembly]:
    made = Assembly(services, jobs, Front(ASSETS / "icons", theme))
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    yield made
    made.window.close()
