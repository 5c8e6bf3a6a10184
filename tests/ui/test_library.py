"""The library's window over the shipped catalogue and a hub on this computer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from looking import icon_button, said
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTreeWidgetItem,
    QWidget,
)

from gguf_files import CHATML, ModelOptions, write_random_model
from hub_server import running_hub
from localassist.domain.library import Fit, RemoteFile, Suitability, Variant
from localassist.ui.chat.markdown_view import MarkdownView
from localassist.ui.models.library import ModelsLibrary
from localassist.ui.models.library_dialog import Page
from localassist.ui.models.offers import GoodAt, grouped, matching
from localassist.ui.models.variants import VariantsView
from localassist.usecases.suggesting import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from hub_server import HubServer
    from localassist.ui.assembly import Assembly
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.ui.models.browsing import BrowsingPage
    from localassist.ui.models.filters import FiltersView
    from localassist.ui.models.library_dialog import LibraryDialog
    from localassist.ui.widgets.model_list import ModelList
    from localassist.usecases.services import Services

QWEN = "unsloth/Qwen3-4B-GGUF"
BIG = "maker/Big-Instruct-GGUF"
OTHER = "other/Instruct-GGUF"
CARD = """---
license: mit
---
<p align="center"><img src="http://127.0.0.1:9/logo.png"> Made <b>with care</b></p>

# Big

See [its page](http://127.0.0.1:9/page). ![a cat](http://127.0.0.1:9/cat.png)

```
run --it
```
"""


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as hub:
        hub.add(QWEN, {"Qwen3-4B-Q4_K_M.gguf": bytes(2_000_000), "Qwen3-4B-Q8_0.gguf": bytes(3_000_000)}, downloads=9)
        hub.add(
            BIG,
            {"big-Q4_K_M.gguf": bytes(range(250)) * 8_000, "README.md": CARD.encode()},
            downloads=1_234,
            likes=56,
            tags=("gguf", "license:mit", "function-calling"),
            parameters=3_000_000_000,
        )
        hub.add("other/Instruct-GGUF", {"o-Q8_0.gguf": bytes(5_000)}, downloads=7, gated=True, tags=("gguf",))
        yield hub


@pytest.fixture
def hub_endpoint(server: HubServer) -> str:
    return server.endpoint


@pytest.fixture
def library(qtbot: QtBot, services: Services, jobs: Jobs, icons: Icons) -> ModelsLibrary:
    services.settings.change(offline=False)
    parent = QWidget()
    qtbot.addWidget(parent)

    def make_card() -> tuple[MarkdownView, Callable[[str], None]]:
        view = MarkdownView(icons, "What the model's maker says", "The model's maker")
        return view, view.show_markdown

    return ModelsLibrary(parent, services, jobs, icons, make_card)


@pytest.fixture
def dialog(qtbot: QtBot, library: ModelsLibrary) -> LibraryDialog:
    made = library.show()
    qtbot.waitUntil(lambda: bool(rows(made.catalogue._models)))
    return made


def rows(models: ModelList) -> list[str]:
    """What stands in the first column, headings included."""
    items = [models.topLevelItem(number) for number in range(models.topLevelItemCount())]
    return [item.text(0) for item in items if isinstance(item, QTreeWidgetItem)]


def cells(models: ModelList, key: str) -> list[str]:
    return [models._items[key].text(column) for column in range(models.columnCount())]


def press(view: QWidget, words: str) -> None:
    button = next(b for b in view.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(view))
    button.click()


def search(qtbot: QtBot, dialog: LibraryDialog, words: str) -> None:
    dialog.show_page(Page.SEARCH)
    dialog.search.field.setText(words)
    qtbot.keyClick(dialog.search.field, Qt.Key.Key_Return)


def look_up(qtbot: QtBot, page: BrowsingPage) -> None:
    press(page.details, "Look up its files")
    qtbot.waitUntil(lambda: page.chosen[0].is_looked_up)


def test_every_model_of_the_catalogue_stands_in_one_group(services: Services) -> None:
    entries = services.catalogue.entries()
    groups = grouped(entries)
    assert sorted(offer.key for _, offers in groups for offer in offers) == sorted(entry.id for entry in entries)
    assert [heading for heading, _ in groups] == [group.value for group in GoodAt]


def test_words_narrow_the_catalogue_while_they_are_typed(qtbot: QtBot, dialog: LibraryDialog) -> None:
    qtbot.keyClicks(dialog.catalogue.search, "qwen vision")
    shown = rows(dialog.catalogue._models)
    assert "Qwen3-VL 4B Instruct" in shown
    assert "Qwen3 4B" not in shown
    assert shown[0] == GoodAt.PICTURES.value
    dialog.catalogue.search.setText("no such model")
    assert rows(dialog.catalogue._models) == []
    assert "0 models." in said(dialog.catalogue)


@pytest.mark.parametrize("words", ["meta llama", "LLAMA 3.3", "tools llama3.3"])
def test_words_are_looked_for_in_all_that_is_known(services: Services, words: str) -> None:
    found = [entry.id for entry in matching(services.catalogue.entries(), words)]
    assert "llama-3.3-70b-instruct" in found
    assert "qwen3-4b" not in found


def test_a_chosen_model_says_what_it_is_and_what_its_licence_means(dialog: LibraryDialog, server: HubServer) -> None:
    dialog.catalogue._models.choose("llama-3.1-8b-instruct")
    told = said(dialog.catalogue.details)
    assert "By Meta; 8 billion parameters" in told
    assert "131,072 tokens" in told
    assert "Llama 3.1 Community License. Business use: on conditions." in told
    assert "more than 700 million users" in told
    assert server.asked == []  # nobody is told what is looked at here


def test_how_well_models_fit_is_guessed_without_asking_anybody(
    qtbot: QtBot, dialog: LibraryDialog, server: HubServer
) -> None:
    models = dialog.catalogue._models
    qtbot.waitUntil(lambda: cells(models, "llama-3.1-70b-instruct")[3] == "won't run")
    assert cells(models, "qwen3-0.6b")[3] == "fits well"
    assert server.asked == []


def test_the_first_start_opens_with_the_model_to_begin_with_and_asks_nobody(
    qtbot: QtBot, library: ModelsLibrary, server: HubServer
) -> None:
    page = library.show_recommendation().catalogue
    qtbot.waitUntil(lambda: bool(page.chosen))
    (offer,) = page.chosen
    qtbot.waitUntil(lambda: cells(page._models, offer.key)[3] == "fits well")
    assert page.note.text.startswith(f"{offer.name}: at a guess, the largest model of the catalogue that fits well")
    assert "It should write about" in page.note.text
    assert offer.name in said(page.details)
    assert server.asked == []


def test_files_are_looked_up_when_asked_for_the_usual_one_chosen(
    qtbot: QtBot, dialog: LibraryDialog, server: HubServer
) -> None:
    dialog.catalogue._models.choose("qwen3-4b")
    look_up(qtbot, dialog.catalogue)
    told = said(dialog.catalogue.details)
    assert "perplexity rises by 0.18" in told
    assert dialog.catalogue.details.variants.button.text() == "Download 2 MB"
    assert all(QWEN in asked.path for asked in server.asked)


def test_a_search_shows_what_the_hub_says(qtbot: QtBot, dialog: LibraryDialog) -> None:
    search(qtbot, dialog, "instruct")
    qtbot.waitUntil(lambda: "2 found." in said(dialog.search))
    assert rows(dialog.search._list) == [BIG, "other/Instruct-GGUF"]
    assert cells(dialog.search._list, BIG) == [BIG, "1,234", "56", "2026-01-01", "mit"]
    assert cells(dialog.search._list, "other/Instruct-GGUF")[4] == "not named, gated"
    dialog.search._list.choose(BIG)
    told = said(dialog.search.details)
    assert "MIT License. Business use: yes." in told
    assert "Abilities: tools\n1,234 downloads, 56 likes" in told


def test_a_search_is_for_a_licence_and_in_an_order(qtbot: QtBot, dialog: LibraryDialog, server: HubServer) -> None:
    qtbot.waitUntil(lambda: dialog.search.licence.count() > 1)
    dialog.search.licence.setCurrentIndex(dialog.search.licence.findData("mit"))
    dialog.search.order.setCurrentIndex(1)
    search(qtbot, dialog, "g")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    assert rows(dialog.search._list) == [BIG]
    assert server.asked[0].path == "/api/models"


@pytest.mark.parametrize(
    ("choose", "left"),
    [
        (lambda asked: asked.ability.setCurrentIndex(asked.ability.findData("tools")), [BIG, QWEN]),
        (lambda asked: asked.ability.setCurrentIndex(asked.ability.findData("reasoning")), [QWEN]),
        (lambda asked: asked.quantisation.setCurrentIndex(asked.quantisation.findData("Q8_0")), [QWEN, OTHER]),
        (lambda asked: asked.size_limit.setCurrentIndex(asked.size_limit.findText("Up to 4B")), [BIG, QWEN]),
        (lambda asked: asked.fits.setChecked(True), [BIG]),
    ],
    ids=["by the hub's tag or the catalogue", "by the catalogue", "quantisation", "size", "fit"],
)
def test_a_search_is_narrowed(
    qtbot: QtBot, dialog: LibraryDialog, choose: Callable[[FiltersView], object], left: list[str]
) -> None:
    choose(dialog.search.narrowing)
    search(qtbot, dialog, "gguf")
    qtbot.waitUntil(lambda: f"{len(left)} found among the first 3." in said(dialog.search))
    assert list(dialog.search._list._items) == ["qwen3-4b" if each == QWEN else each for each in left]
    dialog.search.narrowing.size_limit.setCurrentIndex(1)
    dialog.search.narrowing.changed.emit()
    qtbot.waitUntil(lambda: "None of the first 3 is like that." in said(dialog.search))
    assert rows(dialog.search._list) == []


def test_once_it_is_known_how_they_fit_the_best_variant_is_chosen_and_says_why(
    qtbot: QtBot, dialog: LibraryDialog, server: HubServer, tmp_path: Path
) -> None:
    small = write_random_model(tmp_path / "small.gguf").read_bytes()
    large = write_random_model(tmp_path / "large.gguf", ModelOptions(template=CHATML + " " * 10_000)).read_bytes()
    server.add("maker/Real-GGUF", {"real-Q4_K_M.gguf": small, "real-Q8_0.gguf": large})
    search(qtbot, dialog, "real")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    dialog.search._list.choose("maker/Real-GGUF")
    look_up(qtbot, dialog.search)
    variants = dialog.search.details.variants
    qtbot.waitUntil(lambda: variants._list.chosen == ["real-Q8_0.gguf"])
    assert "Q8_0 is taken: of all that fit this computer well, it keeps most of the model." in said(variants)
    variants._list.choose("real-Q4_K_M.gguf")
    assert "is taken" not in said(variants)
    assert cells(variants._list, "real-Q4_K_M.gguf")[2:] == ["fits well", "little"]


def test_a_variant_that_somebody_chose_stays_chosen(qtbot: QtBot, icons: Icons) -> None:
    few, many, most = (Variant(name, (RemoteFile(f"m-{name}.gguf", 9),)) for name in ("Q4_K_M", "Q6_K", "Q8_0"))
    suggested = Suggestion(most, Fit(Suitability.FITS, "It fits.", 8192, 1, 2), "Because.")
    view = VariantsView(icons)
    qtbot.addWidget(view)
    view.show_variants((few, many, most), few)
    view._list.choose("m-Q6_K.gguf")
    view.suggest(suggested)
    assert view._list.chosen == ["m-Q6_K.gguf"]
    view.show_variants((few, many, most), few)
    view.suggest(suggested)
    assert view._list.chosen == ["m-Q8_0.gguf"]


def test_nothing_found_says_what_to_do(qtbot: QtBot, dialog: LibraryDialog) -> None:
    search(qtbot, dialog, "nothing is called so")
    qtbot.waitUntil(lambda: "Nothing was found. Try fewer words." in said(dialog.search))


def test_with_the_offline_switch_on_nothing_is_looked_up_and_the_setting_is_offered(
    qtbot: QtBot, dialog: LibraryDialog, library: ModelsLibrary, services: Services, server: HubServer
) -> None:
    services.settings.change(offline=True)
    search(qtbot, dialog, "instruct")
    qtbot.waitUntil(lambda: "The offline switch is on, so nothing is looked up." in said(dialog.search))
    with qtbot.waitSignal(library.settings_requested):
        press(dialog.search, "Open the settings")
    dialog.catalogue._models.choose("qwen3-4b")
    press(dialog.catalogue.details, "Look up its files")
    qtbot.waitUntil(lambda: "The offline switch is on" in said(dialog.catalogue.details))
    assert server.asked == []


def test_the_makers_words_load_nothing_and_open_no_link_by_themselves(
    qtbot: QtBot, dialog: LibraryDialog, server: HubServer
) -> None:
    search(qtbot, dialog, "big")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    dialog.search._list.choose(BIG)
    look_up(qtbot, dialog.search)
    card = dialog.search.details.findChild(MarkdownView)
    assert card is not None
    qtbot.waitUntil(lambda: "Made with care" in card.toPlainText())
    words = card.toPlainText()
    assert "license: mit" not in words
    assert "<" not in words
    assert "run --it" in words
    assert "[picture: a cat]" in words
    card.anchorClicked.emit(QUrl("http://127.0.0.1:9/page"))
    asking = card.findChild(QMessageBox)
    assert asking is not None
    assert asking.text() == "http://127.0.0.1:9/page"
    assert "The model's maker wrote this address." in asking.informativeText()
    asking.close()
    assert not any("png" in asked.path for asked in server.asked)


def test_several_models_stand_side_by_side(qtbot: QtBot, dialog: LibraryDialog) -> None:
    models = dialog.catalogue._models
    models.choose("qwen3-4b")
    models._items["phi-4"].setSelected(True)
    told = said(dialog.catalogue.comparison)
    for words in ("Qwen3 4B", "Phi-4", "Alibaba Cloud", "Microsoft", "16,384 tokens", "MIT License"):
        assert words in told
    press(dialog.catalogue.comparison, "Look up their sizes")
    qtbot.waitUntil(lambda: "2 MB (Q4_K_M)" in said(dialog.catalogue.comparison))
    qtbot.waitUntil(lambda: "microsoft/phi-4-gguf" in said(dialog.catalogue.comparison))  # the hub has no such model


def test_a_token_is_kept_and_never_shown_again(qtbot: QtBot, dialog: LibraryDialog) -> None:
    search(qtbot, dialog, "other")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    dialog.search._list.choose("other/Instruct-GGUF")
    token = dialog.search.details.token
    assert "agreed to terms" in said(token)
    qtbot.keyClicks(token.field, "hf_secret")
    assert token.field.displayText() != "hf_secret"
    qtbot.keyClick(token.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The token is in the system's keyring." in said(token))
    assert token.field.text() == ""


def begin_download(qtbot: QtBot, dialog: LibraryDialog) -> None:
    search(qtbot, dialog, "big")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    dialog.search._list.choose(BIG)
    look_up(qtbot, dialog.search)
    dialog.search.details.variants.button.click()


def test_a_damaged_download_says_so_and_is_tried_again(
    qtbot: QtBot, dialog: LibraryDialog, services: Services, server: HubServer
) -> None:
    server.go_wrong("big-Q4_K_M", on_cdn=True, times=1_000, change=lambda content: bytes(len(content)))
    begin_download(qtbot, dialog)
    qtbot.waitUntil(lambda: "Stopped." in said(dialog.downloads))
    (failed,) = services.library().downloads.downloads()
    assert failed.problem in said(dialog.downloads)
    server.troubles.clear()
    icon_button(dialog.downloads, "Try this download again").click()
    qtbot.waitUntil(lambda: "Here and verified. 2 MB" in said(dialog.downloads))


def test_a_cancelled_download_leaves_the_list_and_the_disk(
    qtbot: QtBot, dialog: LibraryDialog, services: Services, server: HubServer
) -> None:
    server.go_wrong("big-Q4_K_M", on_cdn=True, times=1_000, stall_after=1_000_000)
    begin_download(qtbot, dialog)
    qtbot.waitUntil(lambda: "of 2 MB" in said(dialog.downloads))
    icon_button(dialog.downloads, "Cancel this download").click()
    qtbot.waitUntil(lambda: "Nothing is downloaded." in said(dialog.downloads))
    assert services.library().downloads.downloads() == ()


def test_downloads_go_on_in_the_main_window_when_the_library_is_closed(
    qtbot: QtBot, opened: Assembly, services: Services, server: HubServer
) -> None:
    services.settings.change(offline=False)
    server.go_wrong("big-Q4_K_M", on_cdn=True, times=1_000, stall_after=1_000_000)
    dialog = opened._library.show()
    begin_download(qtbot, dialog)
    dialog.close()
    indicator = opened.window._downloads
    qtbot.waitUntil(lambda: indicator.isVisible() and indicator.text().startswith("Downloading"))
    indicator.click()
    assert dialog.pages.currentIndex() == Page.DOWNLOADS
    icon_button(dialog.downloads, "Pause this download").click()
    qtbot.waitUntil(lambda: "Paused." in said(dialog.downloads))
    qtbot.waitUntil(lambda: not indicator.isVisible())
    server.troubles.clear()
    icon_button(dialog.downloads, "Go on with this download").click()
    qtbot.waitUntil(lambda: "Here and verified." in said(dialog.downloads))


def test_the_speed_of_all_downloads_is_limited(qtbot: QtBot, dialog: LibraryDialog, services: Services) -> None:
    dialog.downloads.limit.setValue(1.5)
    qtbot.waitUntil(lambda: services.library().downloads._limit == 1_500_000)
    dialog.downloads.limit.setValue(0)
    assert dialog.downloads.limit.text() == "as fast as it goes"


def test_what_is_here_is_listed_and_removed_once_it_is_said_what_that_means(
    qtbot: QtBot, dialog: LibraryDialog, services: Services
) -> None:
    begin_download(qtbot, dialog)
    qtbot.waitUntil(lambda: "Here and verified." in said(dialog.downloads))
    dialog.show_page(Page.INSTALLED)
    installed = dialog.installed
    qtbot.waitUntil(lambda: "big-Q4_K_M" in rows(installed._list))
    key = next(key for key in installed._list._items if key.endswith("big-Q4_K_M.gguf"))
    installed._list.choose(key)
    installed.remove.click()
    qtbot.waitUntil(lambda: "Remove big-Q4_K_M?" in said(installed))
    assert "Remove it" in [b.text() for b in installed.findChildren(QPushButton) if b.isVisibleTo(installed)]
    press(installed, "Remove it")
    qtbot.waitUntil(lambda: "big-Q4_K_M" not in rows(installed._list))
    assert services.library().kept() != ()


def test_models_of_other_programs_are_found_and_used_where_they_lie(
    qtbot: QtBot, dialog: LibraryDialog, services: Services, tmp_path: Path
) -> None:
    theirs = tmp_path / ".lmstudio" / "models" / "maker" / "owl-GGUF"
    theirs.mkdir(parents=True)
    (theirs / "owl-Q4_0.gguf").write_bytes(b"GGUF" + bytes(2_000))
    dialog.show_page(Page.INSTALLED)
    installed = dialog.installed
    installed.others.click()
    qtbot.waitUntil(lambda: "Kept by other programs" in rows(installed._list))
    installed._list.choose(str(theirs / "owl-Q4_0.gguf"))
    assert "LM Studio keeps it; it is used where it lies" in said(installed)
    assert not installed.remove.isEnabled()
    installed.use.click()
    qtbot.waitUntil(lambda: services.settings.load().chat_model == "owl-Q4_0")


def test_in_a_narrow_window_names_keep_their_room(qtbot: QtBot, dialog: LibraryDialog) -> None:
    search(qtbot, dialog, "big")
    qtbot.waitUntil(lambda: "1 found." in said(dialog.search))
    models = dialog.search._list

    def hidden(expected: bool) -> bool:
        return models.isColumnHidden(3) is expected

    library = dialog.catalogue._models
    for width, narrow in ((800, True), (1_400, False)):
        dialog.resize(width, 600)
        qtbot.waitUntil(partial(hidden, narrow))
        assert models.columnWidth(0) > 100
        dialog.show_page(Page.CATALOGUE)
        qtbot.waitUntil(lambda: library.columnWidth(0) > 150)
        dialog.show_page(Page.SEARCH)
    models.choose(BIG)
    assert "56 likes, changed 2026-01-01" in said(dialog.search)


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(qtbot: QtBot, dialog: LibraryDialog) -> None:
    begin_download(qtbot, dialog)
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)
    for page in (dialog.catalogue, dialog.search, dialog.downloads, dialog.installed):
        for control in page.findChildren(QWidget):
            is_part = isinstance(control.parent(), kinds)  # a header, a field's button
            if isinstance(control, kinds) and not is_part and control.isVisibleTo(page):
                name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
                assert name, control
                assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, name
