"""Loads, adds and chooses models away from the GUI thread, for the first start and for the model chip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.diagnosis import UNUSED_GPU
from localassist.domain.errors import ModelError
from localassist.domain.events import ModelLoading
from localassist.domain.settings import NO_MODEL
from localassist.ui.errors import describe
from localassist.ui.models.first_start import Way
from localassist.ui.models.sizes import size_words

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from localassist.domain.diagnosis import Finding
    from localassist.domain.models import ModelDescription, ModelFile
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.models.first_start import FirstStartView
    from localassist.ui.models.picker import ModelPicker
    from localassist.usecases.services import Services


class ModelsPresenter(QObject):
    """Between the model chip and the models. `failed` carries a `Problem` to be told beside the composer."""

    failed = Signal(object)

    def __init__(self, picker: ModelPicker, services: Services, jobs: Jobs) -> None:
        super().__init__(picker)
        self._picker = picker
        self._services = services
        self._jobs = jobs
        self._looked_for_gpu = False
        picker.model_chosen.connect(self._on_model_chosen)
        picker.file_chosen.connect(self._on_file_chosen)
        picker.opened.connect(self.look_for_unused_gpu)
        self.refresh()

    def refresh(self) -> None:
        """Show the models as they are now."""
        models = self._services.models

        def read() -> tuple[tuple[ModelFile, ...], ModelDescription | None, ModelError | None]:
            try:
                model = models.default()
            except ModelError as error:
                return models.files(), None, error
            return models.files(), model.description if model else None, None

        self._jobs.call(read, lambda found: self._show(*found), self._on_failed)

    def note_ready(self, model: ModelDescription) -> None:
        """A model was loaded and says where it runs."""
        self._picker.show_device(model.device)

    def look_for_unused_gpu(self) -> None:
        """Find out, once, whether this computer has a GPU that could run models and doesn't."""
        if not self._looked_for_gpu:
            self._looked_for_gpu = True
            self._jobs.call(self._unused_gpu, self._picker.show_unused, lambda _error: None)

    def _unused_gpu(self) -> Finding | None:
        return next((finding for finding in self._services.diagnose() if finding.name == UNUSED_GPU), None)

    def _on_model_chosen(self, name: str) -> None:
        def choose() -> None:
            if name != NO_MODEL:
                self._services.models.open(name)  # whoever chooses it wants it, whatever it did before
            self._services.settings.change(chat_model=name)

        self._jobs.call(choose, lambda _nothing: self.refresh(), self._on_failed)

    def _on_file_chosen(self, path: str) -> None:
        def add() -> None:
            self._services.settings.change(chat_model=self._services.models.add(path).name)

        self._jobs.call(add, lambda _nothing: self.refresh(), self._on_failed)

    def _show(self, files: tuple[ModelFile, ...], current: ModelDescription | None, problem: ModelError | None) -> None:
        self._picker.show_models(files, current.name if current else "")
        warning = next((file.warning for file in files if current and file.path == current.path), "")
        if problem or warning:
            self._on_failed(problem or ModelError(warning))
        if current and current.device:
            self._picker.show_device(current.device)

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error))


class FirstStartPresenter(QObject):
    """Goes the way that is chosen on the first start; `ready` carries the model's name, "" for none."""

    ready = Signal(str)

    def __init__(self, view: FirstStartView, services: Services, jobs: Jobs) -> None:
        super().__init__(view)
        self._view = view
        self._services = services
        self._jobs = jobs
        self._job: Job | None = None
        view.starter_chosen.connect(self._on_starter_chosen)
        view.file_chosen.connect(self._on_file_chosen)
        view.documents_only_chosen.connect(self._on_documents_only_chosen)
        view.stop_requested.connect(self._on_stop_requested)
        jobs.call(services.models.files, self._show_starter, lambda error: self._fail(Way.STARTER, error))

    def _show_starter(self, files: tuple[ModelFile, ...]) -> None:
        card = self._view.way(Way.STARTER)
        if not files:
            card.show_unavailable("It is not installed here. `make setup` installs it: 100 MB.")
            return
        card.show_cost(
            f"{files[0].name} came with localassist: {size_words(files[0].size)}, already on this disk. "
            "Nothing leaves this computer."
        )

    def _on_starter_chosen(self) -> None:
        def name() -> str:
            files = self._services.models.files()
            if not files:
                raise ModelError("The starter model is not installed.", "Run `make setup`, or choose a model file.")
            return files[0].name

        self._go(Way.STARTER, name)

    def _on_file_chosen(self, path: str) -> None:
        self._go(Way.FILE, lambda: self._services.models.add(path).name)

    def _on_documents_only_chosen(self) -> None:
        self._jobs.call(
            lambda: self._services.settings.change(chat_model=NO_MODEL),
            lambda _settings: self.ready.emit(""),
            lambda error: self._fail(Way.DOCUMENTS, error),
        )

    def _go(self, way: Way, find: Callable[[], str]) -> None:
        """Load the model that `find` names, on the card of that way."""

        def work(stop: Stop) -> Generator[object, None, None]:
            name = find()
            yield from self._services.models.open(name).load(stop)
            self._services.settings.change(chat_model=name)
            yield name

        self._view.show_busy(busy=True)
        self._view.way(way).show_progress("Checking the model file", 0.0)
        self._job = self._jobs.prepare(work)
        self._job.progressed.connect(lambda happening: self._on_progressed(way, happening))
        self._job.failed.connect(lambda error: self._fail(way, error))
        self._job.ended.connect(self._on_ended)
        self._job.start()

    def _on_progressed(self, way: Way, happening: object) -> None:
        match happening:
            case ModelLoading(name, fraction):
                self._view.way(way).show_progress(f"Loading {name}", fraction)
            case str(name):
                self.ready.emit(name)

    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_ended(self) -> None:
        self._job = None
        self._view.show_busy(busy=False)

    def _fail(self, way: Way, error: BaseException) -> None:
        self._view.show_problem(way, describe(error))
