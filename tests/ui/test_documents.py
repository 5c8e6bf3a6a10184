"""Collections in the window: choosing what is searched, adding, watching, listing and removing documents."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looking import icon_button, said
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from localassist.domain.documents import Collection, Document, DocumentStatus, Scope
from localassist.domain.errors import StorageError
from localassist.domain.events import DocumentIndexing, FilesCounted
from localassist.ui.assembly import Assembly
from localassist.ui.documents.collection_list import CollectionList
from localassist.ui.documents.dialog import DocumentsDialog
from localassist.ui.documents.drops import FileDrops
from localassist.ui.documents.file_table import FileTable
from localassist.ui.documents.naming import collection_name
from localassist.ui.documents.pace import Pace, duration
from localassist.ui.documents.presenter import DocumentsPresenter
from localassist.ui.documents.view import CollectionsView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from fakes import FakeFiles
    from localassist.domain.stopping import Stop
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.ui.theme import Theme
    from localassist.usecases.services import Services


@pytest.fixture
def view(qtbot: QtBot, icons: Icons) -> CollectionsView:
    made = CollectionsView(icons)
    qtbot.addWidget(made)
    made.resize(240, 400)
    made.show()
    return made


@pytest.fixture
def presenter(view: CollectionsView, services: Services, jobs: Jobs, icons: Icons) -> DocumentsPresenter:
    return DocumentsPresenter(view, services, jobs, icons)


@pytest.fixture
def contracts(tmp_path: Path, files: FakeFiles) -> str:
    """A folder with a lease in it."""
    folder = tmp_path / "Contracts"
    folder.mkdir()
    files.write(f"{folder}/lease.md", "# Notice\n\nSixty days.")
    return str(folder)


def rows(view: CollectionsView) -> list[tuple[str, str]]:
    listed = view.findChild(CollectionList)
    assert listed is not None
    return [(listed.item(n).text(), listed.item(n).data(Qt.ItemDataRole.UserRole)) for n in range(listed.count())]


def test_without_documents_the_column_teaches_and_nothing_is_searched(view: CollectionsView) -> None:
    assert "Add a folder and ask about what is in it" in said(view)
    assert view.scope.is_empty
    assert view.scope_name == ""


def test_a_row_chooses_what_is_searched(qtbot: QtBot, view: CollectionsView) -> None:
    scopes: list[Scope] = []
    view.scope_changed.connect(scopes.append)
    view.show_collections([Collection(3, "Contracts", (), 12), Collection(4, "Papers", (), 1214)], 1226)
    listed = view.findChild(CollectionList)
    assert listed is not None
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    assert scopes == [Scope.everything(), Scope((3,)), Scope((4,)), Scope()]
    assert rows(view) == [
        ("All documents", "1,226"),
        ("Contracts", "12"),
        ("Papers", "1,214"),
        ("No documents", ""),
    ]


def test_a_choice_survives_new_counts_and_falls_back_when_it_is_removed(view: CollectionsView) -> None:
    contracts, papers = Collection(3, "Contracts", (), 12), Collection(4, "Papers", (), 2)
    view.show_collections([contracts, papers], 14, choose=4)
    view.show_collections([contracts, replace(papers, document_count=3)], 15)
    assert view.scope_name == "Papers"
    view.show_collections([contracts], 12)
    assert view.scope == Scope.everything()


def test_a_folder_becomes_a_collection_that_is_then_searched(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str
) -> None:
    with qtbot.waitSignal(presenter.indexed) as indexed:
        view.add_requested.emit([contracts])
    assert indexed.args == ["Contracts"]
    qtbot.waitUntil(lambda: view.scope_name == "Contracts")
    assert rows(view)[1] == ("Contracts", "1")
    assert not view.indexing.isVisible()
    assert not view.note.isVisible()


def test_the_add_menu_lets_a_folder_be_chosen(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str
) -> None:
    view.choose_folder()
    dialog = view.findChild(QFileDialog)
    assert dialog is not None
    with qtbot.waitSignal(presenter.indexed):
        dialog.filesSelected.emit([contracts])
    dialog.close()
    qtbot.waitUntil(lambda: view.scope_name == "Contracts")


def test_indexing_says_what_and_how_far_and_stops(
    qtbot: QtBot, view: CollectionsView, services: Services, jobs: Jobs, icons: Icons
) -> None:
    stopped = threading.Event()

    def ingest(_paths: Sequence[str], _collection: str, stop: Stop) -> Iterator[object]:
        yield FilesCounted(214)
        yield DocumentIndexing("/c/lease.pdf", 13, 214)
        with stop.while_waiting(stopped.set):
            assert stopped.wait(20), "nobody stopped it"
        stop.raise_if_requested()

    presenter = DocumentsPresenter(view, replace(services, ingest=ingest), jobs, icons)  # type: ignore[arg-type]
    presenter.add(["/c"], "Contracts")
    qtbot.waitUntil(lambda: "lease.pdf" in said(view.indexing))
    assert "Indexing Contracts" in said(view.indexing)
    assert "12 of 214" in said(view.indexing)
    stop = icon_button(view.indexing, "Stop indexing")
    with qtbot.waitSignal(presenter.indexed):
        qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert not view.indexing.isVisible()
    assert not view.note.isVisible()


def test_a_file_that_cannot_be_read_is_told_and_listed_with_its_reason(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, files: FakeFiles
) -> None:
    files.write(f"{contracts}/locked.pdf", "", problem="locked.pdf is encrypted.")
    files.write(f"{contracts}/tool.exe", "")
    presenter.add([contracts])
    qtbot.waitUntil(lambda: view.note.text == "Contracts: 1 ready, 1 could not be read. 1 passed over.")
    show = next(b for b in view.note.findChildren(QPushButton) if b.text() == "Show which")
    qtbot.waitUntil(lambda: len(rows(view)) == 3)
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    dialog = view.findChild(DocumentsDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    model = dialog.findChild(QTableView).model()  # type: ignore[union-attr]
    shown = [[model.index(row, column).data() for column in (0, 1, 3)] for row in range(model.rowCount())]
    why = "locked.pdf is encrypted. Save it again and add it once more."
    assert shown == [["locked.pdf", "failed", why], ["lease.md", "indexed", ""]]
    assert why in said(dialog)
    assert "tool.exe: There is no reader for this format." in dialog.findChild(QPlainTextEdit).toPlainText()


def test_thousands_of_files_passed_over_keep_the_dialog_on_the_screen(
    qtbot: QtBot, view: CollectionsView, icons: Icons
) -> None:
    dialog = DocumentsDialog(icons, view)
    dialog.show_documents("Home", (), [f"/home/{n}.iso: There is no reader for this format." for n in range(5_000)])
    qtbot.waitExposed(dialog)
    assert dialog.height() < 800
    told = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "/home/999.iso" in told
    assert told.endswith("and 4,000 more")


def test_no_path_or_problem_becomes_markup_in_the_table(qtbot: QtBot, icons: Icons) -> None:
    name = "<img src='x'>"
    table = FileTable(icons)
    table.show_documents([Document(1, f"/files/{name}", name, "", 0, 0.0, 0, 0, DocumentStatus.FAILED, name)])
    tip = table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "img" in tip
    assert not GuiQt.mightBeRichText(tip)


def test_a_folder_that_is_not_there_is_told_beside_the_collections(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, tmp_path: Path
) -> None:
    presenter.add([str(tmp_path / "gone")])
    qtbot.waitUntil(lambda: view.note.text == f"{tmp_path / 'gone'}: It does not exist.")


def test_a_full_disk_is_told_beside_the_collections(
    qtbot: QtBot, view: CollectionsView, services: Services, jobs: Jobs, icons: Icons, contracts: str
) -> None:
    def ingest(_paths: Sequence[str], _collection: str, _stop: Stop) -> Iterator[object]:
        yield FilesCounted(1)
        raise StorageError("The disk is full.", "Free some space and add the folder again.")

    presenter = DocumentsPresenter(view, replace(services, ingest=ingest), jobs, icons)  # type: ignore[arg-type]
    with qtbot.waitSignal(presenter.indexed):
        presenter.add([contracts])
    assert view.note.text == "The disk is full. Free some space and add the folder again."
    assert view.note.isVisible()


def test_folders_added_meanwhile_wait_their_turn(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, files: FakeFiles
) -> None:
    presenter.add([contracts])
    presenter.add(["/files"], "Papers")
    qtbot.waitUntil(lambda: [row[0] for row in rows(view)] == ["All documents", "Contracts", "Papers", "No documents"])


def test_what_went_wrong_stays_while_the_next_folder_is_indexed(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, tmp_path: Path
) -> None:
    presenter.add([str(tmp_path / "gone")])
    presenter.add([contracts])
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    assert view.note.text == f"{tmp_path / 'gone'}: It does not exist."
    assert view.note.isVisible()


def test_a_collection_is_removed_only_after_a_yes(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: view.scope_name == "Contracts")
    listed = view.findChild(CollectionList)
    assert listed is not None
    for answer, left in (("Keep", 1), ("Remove", 0)):
        qtbot.keyClick(listed, Qt.Key.Key_Delete)
        box = next(b for b in view.findChildren(QMessageBox) if b.isVisible())
        assert "The files themselves stay where they are." in box.informativeText()
        qtbot.mouseClick(next(b for b in box.buttons() if b.text() == answer), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda left=left: len(services.documents.collections()) == left)
    qtbot.waitUntil(lambda: "Add a folder and ask" in said(view))


def drop(target: QWidget, data: QMimeData) -> bool:
    """Drag something over a widget and let it fall; whether it was taken."""
    where, copy, left = QPointF(5, 5), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(where.toPoint(), copy, data, left, Qt.KeyboardModifier.NoModifier)
    falling = QDropEvent(where, copy, data, left, Qt.KeyboardModifier.NoModifier)
    for event in (entering, falling):
        event.ignore()
        QApplication.sendEvent(target, event)
    return falling.isAccepted()


def dragged(*addresses: QUrl) -> QMimeData:
    data = QMimeData()
    data.setUrls(list(addresses))
    return data


def test_files_dropped_on_the_window_are_taken_and_addresses_are_not(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    drops = FileDrops(window)
    taken: list[list[str]] = []
    drops.dropped.connect(taken.append)
    lease, page = QUrl.fromLocalFile("/c/lease.pdf"), QUrl("https://example.org/x.pdf")
    assert drop(window, dragged(lease, page))
    assert not drop(window, dragged(page))
    assert taken == [["/c/lease.pdf"]]


def test_files_dropped_on_the_question_are_added_to_the_documents(
    qtbot: QtBot, services: Services, jobs: Jobs, theme: Theme, contracts: str
) -> None:
    assembly = Assembly(services, jobs, theme)
    qtbot.addWidget(assembly.window)
    assembly.window.show()
    field = assembly.chat.composer.field
    assert drop(field.viewport(), dragged(QUrl.fromLocalFile(contracts)))
    qtbot.waitUntil(lambda: assembly.collections.scope_name == "Contracts")
    assert field.toPlainText() == ""


def test_collections_are_called_like_their_folders_and_told_apart(tmp_path: Path) -> None:
    (tmp_path / "work" / "Contracts").mkdir(parents=True)
    (tmp_path / "home" / "Contracts").mkdir(parents=True)
    work, home = str(tmp_path / "work" / "Contracts"), str(tmp_path / "home" / "Contracts")
    known = [Collection(1, "Contracts", (work,))]
    assert collection_name([work], []) == "Contracts"
    assert collection_name([work], known) == "Contracts"
    assert collection_name([home], known) == "Contracts (home)"
    assert collection_name([f"{work}/lease.pdf"], known) == "Contracts"


def test_the_pace_is_told_once_it_means_something() -> None:
    now = iter([0.0, 1.0, 10.0, 100.0, 200.0])
    pace = Pace(lambda: next(now))
    assert pace.words(1, 1000) == "1 of 1,000"
    assert pace.words(30, 1000) == "30 of 1,000, 3.0 a second, 5 min left"
    assert pace.words(10, 1000) == "10 of 1,000, 10 s each, 2.8 h left"
    assert pace.words(1000, 1000) == "1,000 of 1,000, 5.0 a second"
    assert duration(0.2) == "1 s"
