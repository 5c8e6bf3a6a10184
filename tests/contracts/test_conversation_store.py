"""What every keeper of conversations does: the one in memory for tests, the database on disk and in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from fakes import FakeConversationStore
from localassist.adapters.database import Database, DatabaseConversationStore
from localassist.domain.chat import Evidence, Figures, MessageStatus, Role, Sources
from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.conversations import ConversationStore


@pytest.fixture(params=["fake", "file", "memory"])
def store(request: pytest.FixtureRequest, home: Path) -> Iterator[ConversationStore]:
    if request.param == "fake":
        yield FakeConversationStore()
        return
    database = Database(home / "localassist.db" if request.param == "file" else None)
    yield DatabaseConversationStore(database)
    database.close()


def test_only_what_is_in_a_file_lasts(home: Path) -> None:
    for path, lasts in ((home / "localassist.db", True), (None, False)):
        assert DatabaseConversationStore(Database(path)).lasts == lasts


def test_a_new_conversation_is_empty(store: ConversationStore) -> None:
    made = store.create("Lease", "Be brief.")
    assert (made.title, made.system_prompt, made.head_id) == ("Lease", "Be brief.", None)
    assert made.created == made.updated
    assert store.get(made.id) == made
    assert store.recent() == (made,)


def test_a_question_is_stored_with_the_answer_that_follows_it(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, answer = store.ask(conversation.id, None, "How long is the notice?")
    assert (question.role, question.text, question.status) == (
        Role.USER,
        "How long is the notice?",
        MessageStatus.COMPLETE,
    )
    assert (answer.role, answer.text, answer.status) == (Role.ASSISTANT, "", MessageStatus.STREAMING)
    assert (question.parent_id, answer.parent_id) == (None, question.id)
    assert store.get(conversation.id).head_id == answer.id
    assert store.branch(answer.id) == (question, answer)


def test_an_answer_grows_and_is_finished(store: ConversationStore) -> None:
    _, answer = store.ask(store.create("", "").id, None, "Why?")
    store.grow(answer.id, "Because")
    assert store.message(answer.id).text == "Because"
    assert store.message(answer.id).status is MessageStatus.STREAMING
    evidence = Evidence(figures=Figures(answer_tokens=2), searched=True, ended="length")
    finished = store.finish(answer.id, "Because so.", MessageStatus.COMPLETE, evidence)
    assert (finished.text, finished.status, finished.evidence) == ("Because so.", MessageStatus.COMPLETE, evidence)
    assert store.message(answer.id) == finished


def test_a_failed_answer_says_why(store: ConversationStore) -> None:
    _, answer = store.ask(store.create("", "").id, None, "Why?")
    store.finish(answer.id, "Bec", MessageStatus.FAILED, Evidence(), "The model ran out of memory.")
    assert store.message(answer.id).problem == "The model ran out of memory."


def test_each_branch_is_read_by_itself(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, first = store.ask(conversation.id, None, "Why?")
    second = store.answer_again(question.id)
    further, third = store.ask(conversation.id, first.id, "And then?")
    assert [message.id for message in store.branch(second.id)] == [question.id, second.id]
    assert [message.id for message in store.branch(third.id)] == [question.id, first.id, further.id, third.id]
    assert store.get(conversation.id).head_id == third.id


def test_answering_again_moves_the_head(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, _ = store.ask(conversation.id, None, "Why?")
    again = store.answer_again(question.id)
    assert store.get(conversation.id).head_id == again.id


def test_no_head_is_an_empty_branch(store: ConversationStore) -> None:
    assert store.branch(None) == ()


def test_the_latest_used_conversation_comes_first(store: ConversationStore) -> None:
    first, second = store.create("first", ""), store.create("second", "")
    assert [each.title for each in store.recent()] == ["second", "first"]
    store.ask(first.id, None, "Why?")
    assert [each.title for each in store.recent()] == ["first", "second"]
    store.rename(second.id, "renamed")
    assert [each.title for each in store.recent()] == ["first", "renamed"]


def test_conversations_are_found_by_words_of_title_question_and_answer(store: ConversationStore) -> None:
    wanted = store.create("Heating", "")
    store.create("Something else", "")
    _, answer = store.ask(wanted.id, None, "Which valve leaks?")
    store.finish(answer.id, "The brass one in the cellar.", MessageStatus.COMPLETE, Evidence())
    for words in ("heating", "VALVE", "cellar", "heating cellar", "  leaks  "):
        assert [each.id for each in store.recent(words)] == [wanted.id], words
    assert store.recent("heating garden") == ()


def test_a_renamed_conversation_is_found_by_its_new_title(store: ConversationStore) -> None:
    made = store.create("Heating", "")
    store.rename(made.id, "Boiler")
    assert store.get(made.id).title == "Boiler"
    assert store.recent("heating") == ()
    assert [each.id for each in store.recent("boiler")] == [made.id]


def test_a_deleted_conversation_is_gone_with_its_messages(store: ConversationStore) -> None:
    made, other = store.create("Heating", ""), store.create("Other", "")
    question, answer = store.ask(made.id, None, "Which valve?")
    store.ask(made.id, answer.id, "And now?")
    store.delete(made.id)
    assert store.recent() == (other,)
    assert store.recent("valve") == ()
    for lookup in (lambda: store.get(made.id), lambda: store.message(question.id), lambda: store.branch(answer.id)):
        with pytest.raises(NotFoundError):
            lookup()


@pytest.mark.parametrize(
    "sources",
    [
        Sources(),
        Sources(Scope.everything()),
        Sources(Scope(collection_ids=(3, 1), document_ids=(7,))),
        Sources(Scope.everything(), attached=(4, 2)),
    ],
)
def test_which_documents_a_conversation_asks_is_kept(store: ConversationStore, sources: Sources) -> None:
    made = store.create("Lease", "")
    assert made.sources is None
    store.keep_sources(made.id, sources)
    assert store.get(made.id).sources == sources
    assert [each.sources for each in store.recent()] == [sources]


def test_a_question_can_wait_for_its_answer(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question = store.store_question(conversation.id, None, "How long is the notice?")
    assert store.get(conversation.id).head_id == question.id
    assert store.answers(question.id) == ()
    answer = store.answer_again(question.id)
    assert store.answers(question.id) == (answer,)
    assert store.branch(store.get(conversation.id).head_id) == (question, answer)


def test_another_answer_is_put_on_show_with_what_followed_it(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, first = store.ask(conversation.id, None, "One?")
    store.finish(first.id, "Yes.", MessageStatus.COMPLETE, Evidence())
    _, follow_up = store.ask(conversation.id, first.id, "Really?")
    second = store.answer_again(question.id)
    assert [each.id for each in store.answers(question.id)] == [first.id, second.id]
    store.choose_head(conversation.id, first.id)
    assert store.get(conversation.id).head_id == follow_up.id
    store.choose_head(conversation.id, second.id)
    assert store.get(conversation.id).head_id == second.id


def test_questions_with_several_answers_are_found_together(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, first = store.ask(conversation.id, None, "One?")
    follow_up, alone = store.ask(conversation.id, first.id, "Really?")
    second = store.answer_again(question.id)
    store.store_question(conversation.id, second.id, "And two?")
    assert store.siblings([question.id, follow_up.id, 99_999]) == {question.id: (first.id, second.id)}
    assert store.siblings([follow_up.id, alone.id]) == {}
    assert store.siblings([]) == {}


def test_an_answer_that_never_came_is_taken_back(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, first = store.ask(conversation.id, None, "One?")
    store.finish(first.id, "Yes.", MessageStatus.COMPLETE, Evidence())
    _, follow_up = store.ask(conversation.id, first.id, "Really?")
    empty = store.answer_again(question.id)
    assert store.discard_answer(empty.id).id == follow_up.id
    assert store.get(conversation.id).head_id == follow_up.id
    assert len(store.answers(question.id)) == 1
    with pytest.raises(NotFoundError):
        store.discard_answer(first.id)


def test_a_question_without_any_answer_is_on_show_after_one_was_taken_back(store: ConversationStore) -> None:
    conversation = store.create("", "")
    question, empty = store.ask(conversation.id, None, "One?")
    assert store.discard_answer(empty.id) == question
    assert store.branch(store.get(conversation.id).head_id) == (question,)


def test_what_does_not_exist_is_said_to_be_missing(store: ConversationStore) -> None:
    conversation = store.create("", "")
    for call in (
        lambda: store.get(99),
        lambda: store.rename(99, "x"),
        lambda: store.keep_sources(99, Sources()),
        lambda: store.delete(99),
        lambda: store.branch(99),
        lambda: store.message(99),
        lambda: store.ask(99, None, "Why?"),
        lambda: store.ask(conversation.id, 99, "Why?"),
        lambda: store.answer_again(99),
        lambda: store.grow(99, "x"),
        lambda: store.finish(99, "x", MessageStatus.COMPLETE, Evidence()),
    ):
        with pytest.raises(NotFoundError) as missing:
            call()
        assert missing.value.message.endswith(".")
    assert store.get(conversation.id) == conversation


@pytest.mark.parametrize("text", ["", "a\0b\0", "\u202eright to left\u202c", "Ünïcödé 東京 🙂", "x " * 500_000])
def test_any_text_comes_back_as_it_was(store: ConversationStore, text: str) -> None:
    question, answer = store.ask(store.create(text, text).id, None, text)
    store.grow(answer.id, text)
    assert store.message(answer.id).text == text
    store.finish(answer.id, text, MessageStatus.COMPLETE, Evidence())
    assert [message.text for message in store.branch(answer.id)] == [text, text]
    conversation = store.get(question.conversation_id)
    assert (conversation.title, conversation.system_prompt) == (text, text)


@pytest.mark.parametrize("words", ["' OR 1=1 --", "NEAR(x", "a AND", "title:x", '"x', "x*y OR", "{x}: ^z"])
def test_operators_of_query_languages_are_only_words(store: ConversationStore, words: str) -> None:
    store.create("Heating", "")
    assert store.recent(words) == ()


@pytest.mark.parametrize("signs", ['"', "*", "\0", "-", "{}^", "?" * 10_000])
def test_a_search_without_words_finds_everything(store: ConversationStore, signs: str) -> None:
    made = store.create("Heating", "")
    assert store.recent(signs) == (made,)


def test_many_threads_can_ask_at_once(store: ConversationStore) -> None:
    conversation = store.create("", "")
    problems: list[Exception] = []

    def ask(number: int) -> None:
        try:
            for step in range(10):
                _, answer = store.ask(conversation.id, None, f"{number} {step}")
                store.grow(answer.id, f"{number}")
                store.finish(answer.id, f"{number} {step}", MessageStatus.COMPLETE, Evidence())
        except Exception as problem:  # noqa: BLE001  reported below
            problems.append(problem)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    head = store.get(conversation.id).head_id
    question, answer = store.branch(head)
    assert question.text == answer.text
