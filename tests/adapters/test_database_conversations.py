"""Conversations in the database: dead processes, long conversations, scripts without spaces, whole evidence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.database import Database, DatabaseConversationStore
from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.documents import Citation, Passage
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASK_AND_WAIT = """
import sys
from pathlib import Path
from localassist.adapters.database import Database, DatabaseConversationStore
store = DatabaseConversationStore(Database(Path(sys.argv[1])))
_, answer = store.ask(store.create("Lease", "").id, None, "Why?")
store.grow(answer.id, "Because of the walrus")
print(answer.id, flush=True)
sys.stdin.readline()
store.grow(answer.id, "Because of the walrus and")
print("grown", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def store(database: Database) -> DatabaseConversationStore:
    return DatabaseConversationStore(database)


@pytest.fixture
def streaming(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of an answer; a line to it makes the answer grow."""
    process = subprocess.Popen(
        [sys.executable, "-c", ASK_AND_WAIT, str(home / "localassist.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_an_answer_of_a_dead_process_is_interrupted(
    store: DatabaseConversationStore, streaming: subprocess.Popen[str]
) -> None:
    answer_id = int(first_line(streaming))
    streaming.kill()
    streaming.wait()
    assert store.mark_interrupted() == 1
    answer = store.message(answer_id)
    assert (answer.status, answer.text) == (MessageStatus.INTERRUPTED, "Because of the walrus")
    assert len(store.recent("walrus")) == 1
    assert store.mark_interrupted() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such state")
def test_a_dead_process_that_nobody_buried_counts_as_dead(
    store: DatabaseConversationStore, streaming: subprocess.Popen[str]
) -> None:
    first_line(streaming)
    os.kill(streaming.pid, signal.SIGKILL)
    os.waitid(os.P_PID, streaming.pid, os.WEXITED | os.WNOWAIT)
    assert store.mark_interrupted() == 1


def test_an_answer_of_a_process_that_lives_goes_on(
    store: DatabaseConversationStore, streaming: subprocess.Popen[str]
) -> None:
    answer_id = int(first_line(streaming))
    assert store.mark_interrupted() == 0
    assert store.message(answer_id).status is MessageStatus.STREAMING


def test_an_answer_that_grows_after_all_is_streaming_again(
    database: Database, store: DatabaseConversationStore, streaming: subprocess.Popen[str]
) -> None:
    answer_id = int(first_line(streaming))
    with database.writing() as connection:
        connection.execute("UPDATE messages SET writer = '1 1' WHERE id = ?", (answer_id,))
    assert store.mark_interrupted() == 1
    assert streaming.stdin
    streaming.stdin.write("\n")
    streaming.stdin.flush()
    assert first_line(streaming) == "grown"
    assert store.message(answer_id).status is MessageStatus.STREAMING
    assert store.mark_interrupted() == 0
    streaming.kill()
    streaming.wait()
    assert store.mark_interrupted() == 1
    assert store.message(answer_id).text == "Because of the walrus and"


def test_a_conversation_of_thousands_of_turns_is_read_and_deleted() -> None:
    store = DatabaseConversationStore(Database(None))
    conversation = store.create("Long", "")
    head = None
    for number in range(1200):
        _, answer = store.ask(conversation.id, head, f"Question {number}")
        head = answer.id
    messages = store.branch(head)
    assert len(messages) == 2400
    assert messages[-2].text == "Question 1199"
    store.delete(conversation.id)
    assert store.recent() == ()


def test_a_parent_from_another_conversation_is_refused(store: DatabaseConversationStore) -> None:
    here, there = store.create("Here", ""), store.create("There", "")
    question, _ = store.ask(there.id, None, "Why?")
    with pytest.raises(NotFoundError):
        store.ask(here.id, question.id, "And then?")
    assert store.get(here.id).head_id is None


def test_only_questions_are_answered_again(store: DatabaseConversationStore) -> None:
    _, answer = store.ask(store.create("", "").id, None, "Why?")
    with pytest.raises(NotFoundError):
        store.answer_again(answer.id)


@pytest.mark.parametrize("words", ["東京", "京都", "都", "東京都", "ค่าเช่า"])
def test_words_are_found_in_scripts_without_spaces(store: DatabaseConversationStore, words: str) -> None:
    wanted = store.create("東京都の家賃", "")
    store.ask(wanted.id, None, "ค่าเช่าเท่าไหร่")
    store.create("大阪府", "")
    assert [each.id for each in store.recent(words)] == [wanted.id]


def test_beginnings_and_forms_of_words_are_found(store: DatabaseConversationStore) -> None:
    wanted = store.create("Leasing a flat in Zürich", "")
    for words in ("leas", "leased", "zur", "ZÜRICH flats"):
        assert [each.id for each in store.recent(words)] == [wanted.id], words


def test_evidence_is_kept_with_the_answer(store: DatabaseConversationStore) -> None:
    passage = Passage(1, 2, "/docs/caf\udce9.pdf", "Lease", None, "", "Notice\0", 0, 7)
    evidence = Evidence(citations=(Citation(1, passage, "Notice", 0, 6, None),), found=(passage,), timings={"total": 1})
    _, answer = store.ask(store.create("", "").id, None, "Why?")
    store.finish(answer.id, "So.", MessageStatus.COMPLETE, evidence)
    assert store.message(answer.id).evidence == evidence


def test_half_a_surrogate_pair_does_not_lose_a_question(store: DatabaseConversationStore) -> None:
    question, _ = store.ask(store.create("\ud83d", "").id, None, "Why\udc00?")
    assert store.message(question.id).text == "Why\N{REPLACEMENT CHARACTER}?"
