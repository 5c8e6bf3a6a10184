"""Collections in the window: choosing what is searched, adding, watching, listing and removing documents."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from looking import dragged, drop, icon_button, said
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QListWidgetItem,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from localassist.domain.documents import Collection, Document, DocumentStatus, HiddenText, Scope
from localassist.domain.errors import StorageError
from localassist.domain.events import (
    DocumentIndexing,
    Embedding,
    FilesCounted,
    Hindered,
    Mirrored,
    Pace,
    RootBack,
    RootMissing,
)
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.ui.documents.collection_list import LABEL_ROLE, CollectionList
from localassist.ui.documents.dialog import DocumentsDialog
from localassist.ui.documents.drops import FileDrops
from localassist.ui.documents.file_detail import FileDetail
from localassist.ui.documents.file_table import FileTable
from localassist.ui.documents.naming import collection_name
from localassist.ui.documents.pace import duration, pace_words
from localassist.ui.documents.presenter import DocumentsPresenter
from localassist.ui.documents.view import CollectionsView
from localassist.ui.widgets.labels_menu import LabelsMenu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from conftest import EagerWatcher
    from fakes import FakeFiles
    from localassist.domain.stopping import Stop
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

    Mirror = Callable[..., tuple["Scripted", DocumentsPresenter]]


@pytest.fixture
def view(qtbot: QtBot, icons: Icons) -> CollectionsView:
    made = CollectionsView(icons)
    qtbot.addWidget(made)
    made.resize(240, 400)
    made.show()
    return made


@pytest.fixture
def presenter(view: CollectionsView, services: Services, jobs: Jobs, icons: Icons) -> DocumentsPresenter:
    made = DocumentsPresenter(view, services, jobs, icons)
    made.follow()
    return made


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


def dialog_of(view: CollectionsView) -> DocumentsDialog:
    found = view.findChild(DocumentsDialog)
    assert found is not None
    return found


def listed(dialog: DocumentsDialog) -> list[list[str]]:
    model = dialog.findChild(QTableView).model()  # type: ignore[union-attr]
    return [[model.index(row, column).data() for column in (0, 1, 3)] for row in range(model.rowCount())]


def button(view: QWidget, text: str) -> QPushButton:
    return next(each for each in view.findChildren(QPushButton) if each.text() == text)


def test_a_folder_becomes_a_collection_that_is_then_searched(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    view.add_requested.emit([contracts], "")
    qtbot.waitUntil(lambda: view.scope_name == "Contracts")
    qtbot.waitUntil(lambda: presenter.is_read("Contracts") and ("Contracts", "1") in rows(view))
    (lease,) = services.documents.documents(view.scope)
    assert lease.status is DocumentStatus.INDEXED
    qtbot.waitUntil(lambda: not view.indexing.isVisible())
    assert not view.note.isVisible()


def test_the_add_menu_lets_a_folder_be_chosen(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str
) -> None:
    view.choose_folder()
    dialog = view.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([contracts])
    dialog.close()
    qtbot.waitUntil(lambda: view.scope_name == "Contracts")


def test_a_file_that_changes_is_read_again_while_the_window_is_open(
    qtbot: QtBot,
    view: CollectionsView,
    presenter: DocumentsPresenter,
    contracts: str,
    files: FakeFiles,
    services: Services,
    watcher: EagerWatcher,
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    files.write(f"{contracts}/annex.md", "# Keys\n\nTwo keys.")
    watcher.change(f"{contracts}/annex.md")
    qtbot.waitUntil(lambda: ("Contracts", "2") in rows(view))
    files.delete(f"{contracts}/lease.md")
    watcher.change(f"{contracts}/lease.md")
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    assert [Path(each.path).name for each in services.documents.documents(view.scope)] == ["annex.md"]


class Scripted:
    """Stands where `MirrorFolders` does: yields what a test wants told, then waits to be stopped."""

    def __init__(self, *events: object) -> None:
        self.events = events
        self.begun = 0

    def __call__(self, stop: Stop) -> Iterator[object]:
        self.begun += 1
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event
        over = threading.Event()
        with stop.while_waiting(over.set):
            assert over.wait(20), "nobody stopped it"
        stop.raise_if_requested()


@pytest.fixture
def mirror(view: CollectionsView, services: Services, jobs: Jobs, icons: Icons) -> Mirror:
    """A presenter whose mirror says these events."""

    def made(*events: object) -> tuple[Scripted, DocumentsPresenter]:
        scripted = Scripted(*events)
        presenter = DocumentsPresenter(view, replace(services, mirror=scripted), jobs, icons)  # type: ignore[arg-type]
        presenter.follow()
        return scripted, presenter

    return made


def document(number: int, path: str, status: DocumentStatus = DocumentStatus.INDEXED, problem: str = "") -> Document:
    return Document(number, path, path, "", 0, 0.0, 0, 1, status, problem)


def test_reading_says_what_how_far_how_fast_and_how_long_still(
    qtbot: QtBot, view: CollectionsView, services: Services, mirror: Mirror
) -> None:
    services.documents.add_collection("Contracts", ["/c"])
    mirror(
        FilesCounted(214),
        DocumentIndexing("/c/lease.pdf", 13, 214),
        Pace(13, 214, 3.14, 64.0),
    )
    qtbot.waitUntil(lambda: "13 of 214 files, 3.1 a second, 1 min left" in said(view.indexing))
    assert "lease.pdf" in said(view.indexing)


def test_vectors_follow_words_and_say_so(qtbot: QtBot, view: CollectionsView, mirror: Mirror) -> None:
    mirror(Mirrored(3, 0), Embedding(64, 340), Pace(64, 340, 85.0, 3.2))
    qtbot.waitUntil(lambda: "64 of 340 passages, 85.0 a second, 3 s left" in said(view.indexing))
    assert "Finding by meaning" in said(view.indexing)
    assert "Its words are found already." in said(view.indexing)


def test_indexing_is_paused_and_goes_on(qtbot: QtBot, view: CollectionsView, mirror: Mirror) -> None:
    scripted, _ = mirror(DocumentIndexing("/c/lease.pdf", 13, 214))
    qtbot.waitUntil(lambda: "lease.pdf" in said(view.indexing))
    qtbot.mouseClick(icon_button(view.indexing, "Pause indexing"), Qt.MouseButton.LeftButton)
    assert "Indexing is paused" in said(view.indexing)
    qtbot.mouseClick(icon_button(view.indexing, "Go on indexing"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scripted.begun == 2)
    qtbot.waitUntil(lambda: "lease.pdf" in said(view.indexing))


def test_a_full_disk_is_told_beside_the_collections_and_can_be_tried_again(
    qtbot: QtBot, view: CollectionsView, mirror: Mirror
) -> None:
    scripted, _ = mirror(StorageError("The disk is full.", "Free some space."))
    qtbot.waitUntil(lambda: view.note.text == "The disk is full. Free some space.")
    qtbot.mouseClick(icon_button(view.indexing, "Go on indexing"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: scripted.begun == 2)


def test_a_folder_that_cannot_be_reached_is_told_and_marked(
    qtbot: QtBot, view: CollectionsView, services: Services, mirror: Mirror
) -> None:
    services.documents.add_collection("Contracts", ["/media/stick"])
    _, presenter = mirror(RootMissing("/media/stick", "It is not there just now."))
    qtbot.waitUntil(lambda: view.note.text == "/media/stick: It is not there just now.")
    qtbot.waitUntil(lambda: "not there just now" in row_item(view, "Contracts").toolTip())
    presenter._follower._on_progressed(RootBack("/media/stick"))
    assert "not there" not in row_item(view, "Contracts").toolTip()


def test_what_keeps_vectors_from_being_made_is_told(qtbot: QtBot, view: CollectionsView, mirror: Mirror) -> None:
    mirror(Mirrored(1, 0), Hindered("There is no embedding model. Run make setup."))
    qtbot.waitUntil(lambda: view.note.text == "There is no embedding model. Run make setup.")


def row_item(view: CollectionsView, name: str) -> QListWidgetItem:
    listed = view.findChild(CollectionList)
    assert listed is not None
    return listed.findItems(name, Qt.MatchFlag.MatchExactly)[0]


def test_several_collections_and_single_files_are_asked_together(qtbot: QtBot, view: CollectionsView) -> None:
    view.show_collections([Collection(3, "Contracts", (), 12), Collection(4, "Papers", (), 9)], 21, choose=3)
    row_item(view, "Papers").setSelected(True)
    assert view.scope == Scope((3, 4))
    assert view.scope_name == "Contracts and Papers"
    view.choose_file(document(7, "/c/lease.pdf"))
    assert view.scope == Scope((), (7,))
    assert view.scope_name == "lease.pdf"
    row_item(view, "Contracts").setSelected(True)
    assert view.scope == Scope((3,), (7,))
    view.show_collections([Collection(3, "Contracts", (), 13), Collection(4, "Papers", (), 9)], 22)
    assert view.scope == Scope((3,), (7,)), "new counts change no choice"


def test_a_collection_is_renamed_in_its_row(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    services.documents.add_collection("Papers", ["/files"])
    presenter.add([contracts])
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    row_item(view, "Contracts").setText("Leases")
    qtbot.waitUntil(lambda: [c.name for c in services.documents.collections()] == ["Leases", "Papers"])
    qtbot.waitUntil(lambda: view.scope_name == "Leases")
    row_item(view, "Leases").setText("Papers")
    qtbot.waitUntil(lambda: "Papers" in view.note.text)
    qtbot.waitUntil(lambda: ("Leases", "1") in rows(view))


def test_a_file_that_cannot_be_read_is_told_and_listed_with_its_reason(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, files: FakeFiles
) -> None:
    files.write(f"{contracts}/broken.pdf", "", problem="broken.pdf is damaged.")
    files.write(f"{contracts}/tool.exe", "")
    presenter.add([contracts])
    qtbot.waitUntil(lambda: view.note.text == "One file could not be read.")
    qtbot.mouseClick(button(view.note, "Show which"), Qt.MouseButton.LeftButton)
    dialog = dialog_of(view)
    qtbot.waitUntil(dialog.isVisible)
    why = "broken.pdf is damaged. Save it again and add it once more."
    assert listed(dialog) == [
        ["broken.pdf", "failed", why],
        ["lease.md", "indexed", ""],
        ["tool.exe", "ignored", "There is no reader for this format."],
    ]
    assert why in said(dialog)
    assert "1 indexed, 1 failed, 1 passed over." in said(dialog)


def test_files_are_looked_through_by_words_and_kind(qtbot: QtBot, view: CollectionsView, icons: Icons) -> None:
    dialog = DocumentsDialog(icons, view)
    dialog.show_documents(
        "Home",
        [
            document(1, "/h/a.pdf", DocumentStatus.FAILED, "a.pdf is damaged."),
            replace(document(2, "/h/lease.pdf"), hidden=1),
            document(3, "/h/new.pdf", DocumentStatus.WAITING),
        ],
    )
    search = dialog.findChild(QLineEdit)
    assert search is not None
    qtbot.keyClicks(search, "PDF damaged")
    assert [row[0] for row in listed(dialog)] == ["a.pdf"]
    assert "1 shown." in said(dialog)
    search.clear()
    kinds = {action.text(): action for action in dialog._kinds.actions()}
    kinds["Hides text"].trigger()
    assert [row[0] for row in listed(dialog)] == ["lease.pdf"]
    kinds["On the way"].trigger()
    assert [row[0] for row in listed(dialog)] == ["new.pdf"]


def test_attachments_stand_below_their_mail_and_bring_it_up_when_they_fail(view: CollectionsView, icons: Icons) -> None:
    table = FileTable(icons)
    broken = document(5, "/h/mail.eml/annex.pdf", DocumentStatus.FAILED, "annex.pdf is damaged.")
    parts = [replace(broken, container_id=4), document(4, "/h/mail.eml"), document(6, "/h/a.txt")]
    table.show_documents(sorted(parts, key=lambda each: each.path))
    names = [table.index(row, 0).data() for row in range(table.rowCount())]
    assert [name.split("\N{NO-BREAK SPACE}")[-1] for name in names] == ["mail.eml", "annex.pdf", "a.txt"]
    assert names[1] != "annex.pdf", "it is set in"


def test_ten_thousand_files_open_narrow_and_refresh_without_holding_up_the_window(
    qtbot: QtBot, view: CollectionsView, icons: Icons
) -> None:
    many = [document(n, f"/home/me/papers/{n % 97}/paper {n}.pdf", list(DocumentStatus)[n % 7]) for n in range(10_000)]
    dialog = DocumentsDialog(icons, view)
    took = []
    for step in (
        lambda: dialog.show_documents("Home", many),
        lambda: dialog._search.setText("paper 99"),
        lambda: dialog.refresh(many),
        dialog.grab,
    ):
        began = time.perf_counter()
        step()
        took.append(time.perf_counter() - began)
    assert max(took) < 0.5, f"{took}"


def test_a_password_is_asked_for_in_place_and_the_file_is_read_again(
    qtbot: QtBot,
    view: CollectionsView,
    presenter: DocumentsPresenter,
    contracts: str,
    files: FakeFiles,
    services: Services,
) -> None:
    path = f"{contracts}/secret.pdf"
    files.write(path, "# Secret\n\nThe key is below the mat.")
    services.reader.locked.add(path)  # type: ignore[attr-defined]
    presenter.add([contracts])
    qtbot.waitUntil(lambda: view.note.text == "One file could not be read.")
    view.documents_requested.emit(0)
    dialog = dialog_of(view)
    qtbot.waitUntil(dialog.isVisible)
    password = next(each for each in dialog.findChildren(QLineEdit) if each.accessibleName().startswith("Password"))
    assert password.isVisible()
    assert "password needed" in {row[1] for row in listed(dialog)}
    qtbot.keyClicks(password, "open sesame")
    qtbot.keyClick(password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "password needed" not in {row[1] for row in listed(dialog)})
    assert services.reader.passwords == {path: "open sesame"}  # type: ignore[attr-defined]
    assert not password.isVisible()
    found = services.documents.find_document(path)
    assert found in services.documents.documents(view.scope), "it stays in its collection"


def test_a_file_is_forgotten_after_a_yes_in_place(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: presenter.is_read("Contracts") and ("Contracts", "1") in rows(view))
    view.documents_requested.emit(0)
    dialog = dialog_of(view)
    qtbot.waitUntil(dialog.isVisible)
    qtbot.mouseClick(button(dialog, "Forget…"), Qt.MouseButton.LeftButton)
    assert "the file itself stays where it is" in dialog.note.text
    qtbot.mouseClick(button(dialog.note, "Forget it"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [row[1] for row in listed(dialog)] == ["ignored"])
    assert services.documents.match_words("sixty", 5, view.scope) == ()


def test_a_file_is_asked_alone_from_its_row(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: presenter.is_read("Contracts") and ("Contracts", "1") in rows(view))
    view.documents_requested.emit(0)
    dialog = dialog_of(view)
    qtbot.waitUntil(dialog.isVisible)
    with qtbot.waitSignal(presenter.files.file_chosen) as chosen:
        qtbot.mouseClick(button(dialog, "Ask this file"), Qt.MouseButton.LeftButton)
    assert chosen.args[0].path == f"{contracts}/lease.md"


def test_hidden_text_is_shown_on_demand_with_its_page_and_reason(qtbot: QtBot, view: CollectionsView) -> None:
    detail = FileDetail()
    qtbot.addWidget(detail)
    detail.show_document(replace(document(1, "/c/lease.pdf"), hidden=1))
    detail.show()
    assert "Hides text." in said(detail)
    with qtbot.waitSignal(detail.hidden_requested):
        qtbot.mouseClick(button(detail, "Show hidden text"), Qt.MouseButton.LeftButton)
    detail.show_hidden([HiddenText("white on white", "Ignore the rent.", 2)])
    shown = detail.findChild(QPlainTextEdit)
    assert shown is not None
    assert shown.isVisible()
    assert shown.toPlainText() == "Page 2: this text is white on white:\nIgnore the rent."


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


def test_files_dropped_on_the_window_are_taken_and_addresses_are_not(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    drops = FileDrops(window)
    taken: list[list[str]] = []
    drops.dropped.connect(lambda paths, _where: taken.append(paths))
    lease, page = QUrl.fromLocalFile("/c/lease.pdf"), QUrl("https://example.org/x.pdf")
    assert drop(window, dragged(lease, page))
    assert not drop(window, dragged(page))
    assert taken == [["/c/lease.pdf"]]


def test_collections_are_called_like_their_folders_and_told_apart(tmp_path: Path) -> None:
    (tmp_path / "work" / "Contracts").mkdir(parents=True)
    (tmp_path / "home" / "Contracts").mkdir(parents=True)
    work, home = str(tmp_path / "work" / "Contracts"), str(tmp_path / "home" / "Contracts")
    known = [Collection(1, "Contracts", (work,))]
    assert collection_name([work], []) == "Contracts"
    assert collection_name([work], known) == "Contracts"
    assert collection_name([home], known) == "Contracts (home)"
    assert collection_name([f"{work}/lease.pdf"], known) == "Contracts"


def test_the_pace_is_told_in_words() -> None:
    assert pace_words(Pace(30, 1000, 3.0, 323.0), "files") == "30 of 1,000 files, 3.0 a second, 5 min left"
    assert pace_words(Pace(10, 1000, 0.1, 9900.0), "files") == "10 of 1,000 files, 10 s each, 2.8 h left"
    assert pace_words(Pace(1000, 1000, 5.0, 0.0), "passages") == "1,000 of 1,000 passages, 5.0 a second"
    assert duration(0.2) == "1 s"


def row_menu(view: CollectionsView, name: str, entry: str) -> None:
    """Choose an entry of what a collection's menu says of leaving."""
    listed = view.findChild(CollectionList)
    assert listed is not None
    listed.customContextMenuRequested.emit(listed.visualItemRect(row_item(view, name)).center())
    menu = view.findChildren(LabelsMenu)[-1]
    next(action for action in menu.actions() if action.text() == entry).trigger()
    menu.parentWidget().close()


def mark(view: CollectionsView, name: str) -> object:
    return row_item(view, name).data(LABEL_ROLE)


def test_a_collection_is_labelled_from_its_menu_and_marked(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    before = row_item(view, "Contracts").toolTip()
    row_menu(view, "Contracts", "Never leaves this computer")
    qtbot.waitUntil(lambda: mark(view, "Contracts") == Sensitivity.NEVER)
    (label,) = services.escalation().labels.labels()
    assert (label.kind, label.sensitivity) == (LabelKind.COLLECTION, Sensitivity.NEVER)
    row = row_item(view, "Contracts")
    assert "Never leaves this computer" in row.toolTip()
    assert row.data(Qt.ItemDataRole.AccessibleTextRole) == "Contracts, 1 documents, Never leaves this computer"
    row_menu(view, "Contracts", "Ask me each time")
    qtbot.waitUntil(lambda: mark(view, "Contracts") == Sensitivity.ASK)
    assert row_item(view, "Contracts").toolTip() == before


def test_the_menu_marks_what_holds(
    qtbot: QtBot, view: CollectionsView, presenter: DocumentsPresenter, contracts: str, services: Services
) -> None:
    made = services.documents.add_collection("Contracts", [contracts])
    services.escalation().labels.set(LabelKind.COLLECTION, str(made.id), Sensitivity.MAY_GO_OUT)
    presenter.refresh()
    qtbot.waitUntil(lambda: "Contracts" in dict(rows(view)) and mark(view, "Contracts") == Sensitivity.MAY_GO_OUT)
    listed = view.findChild(CollectionList)
    assert listed is not None
    listed.customContextMenuRequested.emit(listed.visualItemRect(row_item(view, "Contracts")).center())
    menu = view.findChildren(LabelsMenu)[-1]
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["May go out"]
    menu.parentWidget().close()


def test_a_mark_is_painted_before_the_count(view: CollectionsView) -> None:
    view.show_collections([Collection(3, "Contracts", (), 12)], 12)
    plain = view.grab().toImage()
    pictures = []
    for label in (Sensitivity.ASK, Sensitivity.NEVER, Sensitivity.MAY_GO_OUT):
        view.show_labels({3: label})
        pictures.append(view.grab().toImage())
    assert pictures[0] == plain
    assert plain != pictures[1] != pictures[2] != plain


def test_a_file_says_whether_it_leaves_and_is_labelled_in_place(
    qtbot: QtBot,
    view: CollectionsView,
    presenter: DocumentsPresenter,
    contracts: str,
    services: Services,
    icons: Icons,
) -> None:
    presenter.add([contracts])
    qtbot.waitUntil(lambda: ("Contracts", "1") in rows(view))
    row_menu(view, "Contracts", "May go out")
    qtbot.waitUntil(lambda: mark(view, "Contracts") == Sensitivity.MAY_GO_OUT)
    view.documents_requested.emit(0)
    dialog = dialog_of(view)
    qtbot.waitUntil(lambda: "May go out, as you said of the collection Contracts." in said(dialog))
    menu = dialog.detail.findChild(LabelsMenu)
    assert menu is not None
    next(action for action in menu.actions() if action.text() == "Never leaves this computer").trigger()
    path = f"{contracts}/lease.md"
    qtbot.waitUntil(lambda: f"Never leaves this computer, as you said of the folder {path}." in said(dialog))
    assert services.escalation().labels.of(LabelKind.FOLDER, path) is Sensitivity.NEVER
    model = dialog.findChild(QTableView).model()  # type: ignore[union-attr]
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole).cacheKey() == icons.icon("lock", "muted").cacheKey()
