"""The first start and the model chip: four ways in, models to choose, a device that is not used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looking import icon_button, said
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from typing_extensions import override

from fakes import FakeChatModel, FakeChatModels
from localassist.domain.diagnosis import UNUSED_GPU, Finding, State
from localassist.domain.errors import ModelError
from localassist.domain.models import ModelDescription, ModelFile
from localassist.domain.settings import NO_MODEL
from localassist.ui.models.first_start import FirstStartView, Way
from localassist.ui.models.picker import ModelPicker
from localassist.ui.models.presenter import FirstStartPresenter, ModelsPresenter
from localassist.ui.models.sizes import size_words

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.domain.ports.chat_model import ChatModel
    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


@pytest.fixture
def ways(qtbot: QtBot, icons: Icons) -> FirstStartView:
    made = FirstStartView(icons)
    qtbot.addWidget(made)
    made.resize(800, 760)
    made.show()
    return made


@pytest.fixture
def picker(qtbot: QtBot, icons: Icons) -> ModelPicker:
    made = ModelPicker(icons)
    qtbot.addWidget(made)
    made.show()
    return made


def press(qtbot: QtBot, ways: FirstStartView, way: Way) -> None:
    qtbot.mouseClick(ways.way(way).button, Qt.MouseButton.LeftButton)


def entries(picker: ModelPicker) -> list[str]:
    return [action.text() for action in picker.menu().actions() if action.text()]


def read_in(picker: ModelPicker) -> str:
    """What the menu says between its entries."""
    return "\n".join(label.text() for label in picker.menu().findChildren(QLabel))


def test_each_way_says_what_it_costs_and_what_leaves(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    FirstStartPresenter(ways, services, jobs)
    qtbot.waitUntil(lambda: "parrot came with localassist" in said(ways))
    for way in Way:
        words = said(ways.way(way))
        assert "disk" in words
        leaves = "nothing else leaves" if way is Way.LIBRARY else "Nothing leaves"
        assert f"{leaves} this computer." in words


def test_the_starter_model_is_loaded_and_chosen(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    presenter = FirstStartPresenter(ways, services, jobs)
    with qtbot.waitSignal(presenter.ready) as ready:
        press(qtbot, ways, Way.STARTER)
    assert ready.args == ["parrot"]
    assert services.settings.load().chat_model == "parrot"


def test_a_starter_model_that_is_not_installed_says_how_to_get_it(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    FirstStartPresenter(ways, replace(services, models=FakeChatModels()), jobs)
    qtbot.waitUntil(lambda: "`make setup` installs it" in said(ways))
    assert not ways.way(Way.STARTER).button.isEnabled()


def test_a_model_that_does_not_load_says_why_on_its_card(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    broken = FakeChatModel(name="broken")
    broken.load_problem = ModelError("broken.gguf is damaged.", "Download it again.")
    FirstStartPresenter(ways, replace(services, models=FakeChatModels(broken)), jobs)
    press(qtbot, ways, Way.STARTER)
    qtbot.waitUntil(lambda: "broken.gguf is damaged. Download it again." in said(ways.way(Way.STARTER)))
    qtbot.waitUntil(ways.way(Way.FILE).button.isEnabled)
    assert services.settings.load().chat_model == ""


def test_loading_is_stopped_and_another_way_taken(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    presenter = FirstStartPresenter(ways, services, jobs)
    press(qtbot, ways, Way.STARTER)
    assert not ways.way(Way.DOCUMENTS).button.isEnabled()
    stop = icon_button(ways.way(Way.STARTER), "Stop")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(ways.way(Way.DOCUMENTS).button.isEnabled)
    with qtbot.waitSignal(presenter.ready) as ready:
        press(qtbot, ways, Way.DOCUMENTS)
    assert ready.args == [""]
    assert services.settings.load().chat_model == NO_MODEL


def test_a_file_that_is_no_model_says_so_on_its_card(
    qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs
) -> None:
    FirstStartPresenter(ways, services, jobs)
    press(qtbot, ways, Way.FILE)
    dialog = ways.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit("/downloads/notes.html")
    dialog.close()
    qtbot.waitUntil(lambda: "/downloads/notes.html is not a model file." in said(ways.way(Way.FILE)))


def test_a_model_file_is_added_and_chosen(qtbot: QtBot, ways: FirstStartView, services: Services, jobs: Jobs) -> None:
    presenter = FirstStartPresenter(ways, services, jobs)
    with qtbot.waitSignal(presenter.ready) as ready:
        ways.file_chosen.emit("/downloads/better.gguf")
    assert ready.args == ["better"]
    assert services.settings.load().chat_model == "better"


def test_the_chip_names_the_model_and_where_it_runs(
    qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs
) -> None:
    presenter = ModelsPresenter(picker, services, jobs)
    qtbot.waitUntil(lambda: picker.text() == "parrot")
    assert entries(picker) == ["parrot\t4.0 GB", "No model: quotes only", "Models…", "Use a model file…"]
    presenter.note_ready(ModelDescription("parrot", "", 4096, "CPU, 2 threads"))
    assert "Runs on CPU, 2 threads." in picker.toolTip()
    assert "parrot runs on CPU, 2 threads." in read_in(picker)


def test_another_model_is_chosen_in_the_menu(qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs) -> None:
    models = FakeChatModels(FakeChatModel(name="parrot"), FakeChatModel(name="owl"))
    ModelsPresenter(picker, replace(services, models=models), jobs)
    qtbot.waitUntil(lambda: "owl\t4.0 GB" in entries(picker))
    next(a for a in picker.menu().actions() if a.text().startswith("owl")).trigger()
    qtbot.waitUntil(lambda: services.settings.load().chat_model == "owl")
    next(a for a in picker.menu().actions() if a.text() == "No model: quotes only").trigger()
    qtbot.waitUntil(lambda: services.settings.load().chat_model == NO_MODEL)


def test_a_bad_model_file_is_told_and_changes_nothing(
    qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs
) -> None:
    presenter = ModelsPresenter(picker, services, jobs)
    told: list[Problem] = []
    presenter.failed.connect(told.append)
    picker.file_chosen.emit("/downloads/notes.html")
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].text == "/downloads/notes.html is not a model file. Choose a file that ends in .gguf."
    assert services.settings.load().chat_model == ""


def test_a_file_that_cannot_be_used_is_listed_with_its_reason_and_cannot_be_chosen(picker: ModelPicker) -> None:
    picker.show_models([ModelFile("half", "/m/half.gguf", 2_400_000_000, problem="It is cut short.")], "")
    (entry,) = [a for a in picker.menu().actions() if a.text() == "half\t2.4 GB"]
    assert not entry.isEnabled()
    assert entry.toolTip() == "It is cut short."
    assert picker.text() == "No model: quotes only"


class FatefulModels(FakeChatModels):
    """The app ended while it was loading the first; `open` forgives it."""

    def __init__(self, *models: FakeChatModel) -> None:
        super().__init__(*models)
        self.warning = "The app ended while it was loading parrot."

    @override
    def files(self) -> tuple[ModelFile, ...]:
        first, *others = super().files()
        return (replace(first, warning=self.warning), *others)

    @override
    def open(self, reference: str) -> ChatModel:
        if reference == "parrot":
            self.warning = ""
        return super().open(reference)


def test_a_model_that_the_app_died_loading_is_told_at_the_start_and_can_be_chosen_again(
    qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs
) -> None:
    models = FatefulModels(FakeChatModel(name="parrot"), FakeChatModel(name="owl"))
    presenter = ModelsPresenter(picker, replace(services, models=models), jobs)
    told: list[Problem] = []
    presenter.failed.connect(told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].text == models.warning
    assert picker.text() == "parrot"
    entry = next(a for a in picker.menu().actions() if a.text().startswith("parrot"))
    assert entry.isEnabled()
    assert entry.toolTip() == models.warning
    entry.trigger()
    qtbot.waitUntil(lambda: models.warning == "")


def test_models_are_listed_when_the_chosen_one_is_lost(
    qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs
) -> None:
    class Lost(FakeChatModels):
        @override
        def default(self) -> ChatModel | None:
            raise ModelError("There is no chat model named 'gone'.")

    presenter = ModelsPresenter(picker, replace(services, models=Lost(FakeChatModel(name="owl"))), jobs)
    told: list[Problem] = []
    presenter.failed.connect(told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].text == "There is no chat model named 'gone'."
    assert "owl\t4.0 GB" in entries(picker)


def test_a_name_is_shown_letter_by_letter(picker: ModelPicker) -> None:
    picker.show_models([ModelFile("R&D\tv2", "/m/r.gguf", 5_000_000)], "R&D\tv2")
    assert picker.text() == "R&&D v2"
    assert picker.menu().actions()[0].text() == "R&&D v2\t5 MB"


def test_a_gpu_that_is_not_used_is_named_with_the_remedy_once_the_menu_opens(
    qtbot: QtBot, picker: ModelPicker, services: Services, jobs: Jobs
) -> None:
    asked: list[int] = []

    def diagnose() -> tuple[Finding, ...]:
        asked.append(1)
        return (
            Finding("Devices", "processor", State.GOOD, "2 cores."),
            Finding("Devices", UNUSED_GPU, State.NOTE, "The RTX 3060 is not used.", "Run `make setup GPU=cuda`."),
            Finding("Disk", "free space", State.BAD, "Nothing is free.", "Delete something."),
        )

    ModelsPresenter(picker, replace(services, diagnose=diagnose), jobs)
    assert asked == []
    for _ in range(2):
        picker.menu().popup(picker.pos())
        picker.menu().close()
    qtbot.waitUntil(lambda: "The RTX 3060 is not used. Run `make setup GPU=cuda`." in picker.toolTip())
    assert "The RTX 3060 is not used." in read_in(picker)
    assert "Nothing is free" not in picker.toolTip()
    assert asked == [1]


def test_sizes_are_in_the_units_of_disks() -> None:
    assert [size_words(n) for n in (400_000, 98_000_000, 2_360_000_000)] == ["400 kB", "98 MB", "2.4 GB"]
