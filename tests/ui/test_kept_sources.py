"""What a conversation asks is kept with it: another window asks the same again, as far as it is still there."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest
from looking import ask, dragged, drop, wait_for_end
from PySide6.QtCore import QUrl

from localassist.adapters.resources import resource
from localassist.domain.chat import Sources
from localassist.domain.documents import Scope
from localassist.domain.errors import StorageError
from localassist.domain.stopping import Stop
from localassist.ui.assembly import GONE, Assembly
from localassist.ui.documents.collection_list import ALL, FILE, NONE
from localassist.ui.front import Front

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from fakes import FakeFiles
    from localassist.domain.chat import Conversation
    from localassist.domain.documents import Collection, Document
    from localassist.ui.jobs import Jobs
    from localassist.ui.theme import Theme
    from localassist.usecases.services import Services


@pytest.fixture
def papers(tmp_path: Path, files: FakeFiles, services: Services) -> dict[str, Document]:
    """Two files, each in a collection of its own, read."""
    for name in ("lease.md", "policy.md"):
        path = str(tmp_path / name)
        (tmp_path / name).write_text(f"# {name}")
        files.write(path, f"# {name}\n\nSixty days.")
        for _ in services.ingest([path], name.removesuffix(".md"), Stop()):
            pass
    return {PurePath(document.path).name: document for document in services.documents.documents(Scope.everything())}


@contextmanager
def window(qtbot: QtBot, services: Services, jobs: Jobs, theme: Theme) -> Iterator[Assembly]:
    made = Assembly(services, jobs, Front(resource("assets") / "icons", theme))
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    rows = made.collections._list
    qtbot.waitUntil(lambda: bool(rows.count()) == bool(services.documents.collections()))
    yield made
    made.window.close()


@pytest.fixture
def first(qtbot: QtBot, papers: object, services: Services, jobs: Jobs, theme: Theme) -> Iterator[Assembly]:
    with window(qtbot, services, jobs, theme) as made:
        yield made


@pytest.fixture
def later(qtbot: QtBot, papers: object, services: Services, jobs: Jobs, theme: Theme) -> Iterator[Assembly]:
    with window(qtbot, services, jobs, theme) as made:
        yield made


def asked_once(window: Assembly, qtbot: QtBot, services: Services) -> Conversation:
    ask(window, qtbot, "What notice?")
    wait_for_end(window, qtbot)
    return services.conversations.recent()[0]


def opened_again(window: Assembly, qtbot: QtBot, conversation: Conversation) -> None:
    with qtbot.waitSignal(window._chat.conversation_shown):
        window.conversations.conversation_chosen.emit(conversation.id)


def test_a_chosen_collection_is_asked_again(
    qtbot: QtBot, first: Assembly, later: Assembly, services: Services, answers: ScriptedAnswers
) -> None:
    lease = next(each for each in services.documents.collections() if each.name == "lease")
    first.collections._list._choose([(lease.id, 0)])
    conversation = asked_once(first, qtbot, services)
    assert later.collections._list.keys == [ALL]
    opened_again(later, qtbot, conversation)
    assert later.collections._list.keys == [lease.id]
    assert later.chat.composer.field.placeholderText() == "Ask about lease…"
    ask(later, qtbot, "And in writing?")
    wait_for_end(later, qtbot)
    assert [scope for _, scope, _ in answers.asked] == [Scope((lease.id,))] * 2


def test_a_conversation_opened_before_the_collections_are_read_asks_what_it_asked(
    qtbot: QtBot,
    papers: dict[str, Document],
    services: Services,
    jobs: Jobs,
    theme: Theme,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lease = next(each for each in services.documents.collections() if each.name == "lease")
    kept = Sources(Scope((lease.id,), (papers["policy.md"].id,)))
    conversation = services.conversations.create("Lease", "")
    services.conversations.keep_sources(conversation.id, kept)
    known, collections = threading.Event(), services.documents.collections

    def late() -> tuple[Collection, ...]:
        assert known.wait(20)
        return collections()

    monkeypatch.setattr(services.documents, "collections", late)
    made = Assembly(services, jobs, Front(resource("assets") / "icons", theme))
    qtbot.addWidget(made.window)
    opened_again(made, qtbot, conversation)
    assert made.collections.scope == kept.chosen
    assert made.chat.composer.note == ""
    known.set()
    qtbot.waitUntil(lambda: made.collections._list.count() > 0)
    assert made.collections.scope == kept.chosen
    assert made.collections._list.keys == [lease.id, FILE]
    assert services.conversations.get(conversation.id).sources == kept


def test_a_single_file_is_asked_again(
    qtbot: QtBot, first: Assembly, later: Assembly, services: Services, papers: dict[str, Document]
) -> None:
    first.collections.choose_file(papers["lease.md"])
    conversation = asked_once(first, qtbot, services)
    opened_again(later, qtbot, conversation)
    assert later.collections.scope == Scope(document_ids=(papers["lease.md"].id,))
    assert later.chat.composer.field.placeholderText() == "Ask about lease.md…"


def test_no_documents_stay_none(qtbot: QtBot, first: Assembly, later: Assembly, services: Services) -> None:
    first.collections._list._choose([(NONE, 0)])
    conversation = asked_once(first, qtbot, services)
    opened_again(later, qtbot, conversation)
    assert later.collections._list.keys == [NONE]
    assert later.chat.composer.note == ""


def test_files_dropped_into_it_are_asked_again(
    qtbot: QtBot, first: Assembly, later: Assembly, services: Services, tmp_path: Path, files: FakeFiles
) -> None:
    annex = tmp_path / "annex.md"
    annex.write_text("# Annex")
    files.write(str(annex), "# Annex\n\nNo pets.")
    conversation = asked_once(first, qtbot, services)
    assert drop(first.chat.composer.field.viewport(), dragged(QUrl.fromLocalFile(str(annex))))
    qtbot.waitUntil(lambda: first._attachments.name == "annex.md" and not first._attachments.is_reading)
    attached = first._attachments.scope.document_ids
    qtbot.waitUntil(
        lambda: services.conversations.get(conversation.id).sources == Sources(Scope.everything(), attached)
    )
    opened_again(later, qtbot, conversation)
    assert later._attachments.view.isVisible()
    assert later._attachments.scope == Scope(document_ids=attached)
    later.window.new_requested.emit()
    assert not later._attachments.view.isVisible()


def test_what_is_gone_is_said_and_nothing_wider_is_asked(
    qtbot: QtBot, first: Assembly, later: Assembly, services: Services
) -> None:
    lease = next(each for each in services.documents.collections() if each.name == "lease")
    first.collections._list._choose([(lease.id, 0)])
    conversation = asked_once(first, qtbot, services)
    services.forget.collection(lease.id)
    later._documents.refresh()
    qtbot.waitUntil(lambda: later.collections._list.count() == len(("all", "policy", "none")))
    opened_again(later, qtbot, conversation)
    assert later.collections._list.keys == [NONE]
    assert later.chat.composer.note == GONE


def test_that_all_is_gone_is_said(qtbot: QtBot, later: Assembly, services: Services) -> None:
    conversation = services.conversations.create("Lease", "")
    services.conversations.keep_sources(conversation.id, Sources(Scope((1,))))
    for collection in services.documents.collections():
        services.forget.collection(collection.id)
    later._documents.refresh()
    qtbot.waitUntil(lambda: later.collections._list.count() == 0)
    opened_again(later, qtbot, conversation)
    assert later.chat.composer.note == GONE


def test_a_dropped_file_that_is_gone_is_said(qtbot: QtBot, later: Assembly, services: Services) -> None:
    conversation = services.conversations.create("Lease", "")
    services.conversations.keep_sources(conversation.id, Sources(Scope.everything(), attached=(999,)))
    opened_again(later, qtbot, conversation)
    assert not later._attachments.view.isVisible()
    assert later.chat.composer.note == GONE


def test_a_conversation_that_never_said_what_it_asks_keeps_the_choice(
    qtbot: QtBot, later: Assembly, services: Services
) -> None:
    conversation = services.conversations.create("Before this was kept", "")
    lease = next(each for each in services.documents.collections() if each.name == "lease")
    later.collections._list._choose([(lease.id, 0)])
    opened_again(later, qtbot, conversation)
    assert later.collections._list.keys == [lease.id]
    assert services.conversations.get(conversation.id).sources is None
    ask(later, qtbot, "What notice?")
    wait_for_end(later, qtbot)
    qtbot.waitUntil(lambda: services.conversations.get(conversation.id).sources == Sources(Scope((lease.id,))))


def test_another_choice_is_kept_without_a_question(
    qtbot: QtBot, first: Assembly, services: Services, papers: dict[str, Document]
) -> None:
    conversation = asked_once(first, qtbot, services)
    first.collections.choose_file(papers["policy.md"])
    chosen = Sources(Scope(document_ids=(papers["policy.md"].id,)))
    qtbot.waitUntil(lambda: services.conversations.get(conversation.id).sources == chosen)


def test_of_two_choices_in_a_row_the_last_is_kept(
    qtbot: QtBot,
    first: Assembly,
    services: Services,
    papers: dict[str, Document],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = asked_once(first, qtbot, services)
    policy, lease = (Sources(Scope(document_ids=(papers[name].id,))) for name in ("policy.md", "lease.md"))
    keep, overtaken, kept = services.conversations.keep_sources, threading.Event(), []

    def slowly(conversation_id: int, sources: Sources) -> None:
        if sources == policy and not kept:
            overtaken.wait(0.5)
        keep(conversation_id, sources)
        kept.append(sources)
        overtaken.set()

    monkeypatch.setattr(services.conversations, "keep_sources", slowly)
    first.collections.choose_file(papers["policy.md"])
    first.collections.choose_file(papers["lease.md"])
    qtbot.waitUntil(lambda: len(kept) == 2)
    assert services.conversations.get(conversation.id).sources == lease


def test_what_cannot_be_kept_is_said(
    qtbot: QtBot,
    first: Assembly,
    services: Services,
    papers: dict[str, Document],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.", "Make room.")

    asked_once(first, qtbot, services)
    monkeypatch.setattr(services.conversations, "keep_sources", full)
    first.collections.choose_file(papers["policy.md"])
    qtbot.waitUntil(lambda: first.chat.composer.note.startswith("The disk is full."))
