"""Lists the models that are here; verifies, removes and chooses them."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from localassist.domain.errors import NotFoundError
from localassist.domain.events import Embedding, Reembedding
from localassist.domain.keeping import CopyProgress, FoundModel, KeptModel, Verified
from localassist.ui.errors import describe
from localassist.ui.models.sizes import size_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.library import Download
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.models.installed_page import InstalledPage
    from localassist.usecases.services import Services


class InstalledPresenter(QObject):
    """Between the page and what is kept here. `changed` says that there are others now, `used` that one is chosen."""

    changed = Signal()
    used = Signal()

    def __init__(self, page: InstalledPage, services: Services, jobs: Jobs) -> None:
        super().__init__(page)
        self._page = page
        self._services = services
        self._jobs = jobs
        self._job: Job | None = None
        page.use_requested.connect(self.use)
        page.verify_requested.connect(self._on_verify_requested)
        page.folder_requested.connect(self._on_folder_requested)
        page.removal_requested.connect(self._on_removal_requested)
        page.removal_confirmed.connect(self._on_removal_confirmed)
        page.find_requested.connect(self._on_find_requested)
        page.stop_requested.connect(self._on_stop_requested)

    def refresh(self, choose: str = "") -> None:
        """Show what is here now, and choose the one of that path."""

        def read() -> tuple[tuple[KeptModel, ...], frozenset[str]]:
            models = self._services.library().kept()
            return models, self._in_use(models)

        def show(found: tuple[tuple[KeptModel, ...], frozenset[str]]) -> None:
            self._page.show_models(*found)
            if choose:
                self._page.choose(choose)

        self._jobs.call(read, show, self._on_failed)

    def use(self, model: KeptModel | FoundModel | None) -> None:
        """Choose a model for what it is for; one of another program is added first."""
        if isinstance(model, FoundModel):
            self._use_found(model)
        elif model is not None:
            self._use_kept(model)

    def _use_kept(self, model: KeptModel) -> None:

        def choose() -> None:
            if model.kind == "chat":
                self._services.models.open(model.path)  # whoever chooses it wants it, whatever it did before
                self._services.settings.change(chat_model=model.name)
            else:
                self._services.settings.change(reranker=model.path)

        self._page.note.hide()
        if model.kind == "embedder":
            job = self._work(lambda stop: self._services.change_embedder(self._choice(model), stop))
            job.succeeded.connect(lambda: self._on_used(model))
        else:
            self._jobs.call(choose, lambda _nothing: self._on_used(model), self._on_failed)

    def use_downloaded(self, download: Download) -> None:
        """Choose what came with a download."""
        wanted = {PurePath(download.folder, file.path) for file in download.files}

        def find() -> KeptModel:
            for model in self._services.library().kept():
                if {PurePath(each) for each in model.files} & wanted:
                    return model
            raise NotFoundError("What was downloaded is not here any more.", "Download it again.")

        self._jobs.call(find, self.use, self._on_failed)

    def _work(self, work: Callable[[Stop], Iterator[object]]) -> Job:
        """Do what takes long, one at a time, and show how far it is."""
        self._page.note.hide()
        self._page.show_busy(busy=True)
        self._job = job = self._jobs.prepare(work)
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        job.start()
        return job

    def _use_found(self, found: FoundModel) -> None:
        def add() -> None:
            self._services.settings.change(chat_model=self._services.models.add(found.path, found.name).name)

        self._page.note.hide()
        self._jobs.call(add, lambda _nothing: self._on_added(), self._on_failed)

    def _on_added(self) -> None:
        self.refresh()
        self.used.emit()

    def _on_find_requested(self) -> None:
        self._work(lambda stop: iter((self._services.library().find((), stop),)))
        self._page.work.say("Looking where other programs keep models", None)

    def _choice(self, model: KeptModel) -> str:
        known = self._services.embedding_models.embedding_models()
        return next((each.choice for each in known if each.name == model.name), model.path)

    def _in_use(self, models: tuple[KeptModel, ...]) -> frozenset[str]:
        settings = self._services.settings.load()
        chat = self._services.models.default()
        embedder = self._services.embedding_models.embedding_model(settings.embedding_model)
        used = {embedder.path, settings.reranker} | ({chat.description.path} if chat else set())
        return frozenset(model.path for model in models if {model.path, *model.files} & used)

    def _on_used(self, model: KeptModel) -> None:
        if model.kind != "chat":
            self._page.note.say(f"{model.name} is used from the next start on.")
        self.refresh(model.path)
        self.used.emit()

    def _on_verify_requested(self, model: KeptModel) -> None:
        self._work(lambda stop: self._services.library().verify(stop, model.path))

    def _on_progressed(self, happening: object) -> None:
        match happening:
            case tuple(found):
                self._page.show_others(found)
            case CopyProgress(name, done, total):
                read = f"Reading {name}: {size_words(done)} of {size_words(total)}"
                self._page.work.say(read, done / total if total else None)
            case Reembedding(path, done):
                self._page.work.say(f"Dividing documents anew: {done:,} so far, now {PurePath(path).name}", None)
            case Embedding(done, total):
                self._page.work.say(f"Embedding {done:,} of {total:,} passages", done / total if total else None)
            case Verified(name, against, problem):
                if problem:
                    self._page.note.warn(problem)
                else:
                    self._page.note.say(f"{name} is as it should be. {against.meaning}")

    def _on_ended(self) -> None:
        self._job = None
        self._page.show_busy(busy=False)
        self.refresh()

    def _on_folder_requested(self, model: KeptModel | FoundModel) -> None:
        folder = PurePath(model.files[0] if model.files else model.path).parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._page.note.warn(f"No program opened the folder {folder}.")

    def _on_removal_requested(self, model: KeptModel) -> None:
        self._jobs.call(
            lambda: self._services.library().remove.consequences(model.path),
            lambda told: self._page.ask_to_remove(model, told),
            self._on_failed,
        )

    def _on_removal_confirmed(self, model: KeptModel) -> None:
        self._jobs.call(
            lambda: self._services.library().remove(model.path), lambda _gone: self._on_changed(), self._on_failed
        )

    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._page.note.complain(describe(error))
