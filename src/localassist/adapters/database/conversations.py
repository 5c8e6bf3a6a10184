"""Conversations and their messages in the database."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database import words, writers
from localassist.adapters.database.codec import (
    evidence_from_json,
    evidence_to_json,
    sources_from_json,
    sources_to_json,
    storable,
)
from localassist.domain.chat import Conversation, Evidence, Message, MessageStatus, Role, Sources
from localassist.domain.errors import NotFoundError
from localassist.domain.ports.conversations import ConversationStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

    from localassist.adapters.database.connection import Database

_CONVERSATION: Final = """
SELECT id, title, system_prompt, head_id, created, updated, sources FROM conversations WHERE id = ?
"""
_RECENT: Final = """
SELECT id, title, system_prompt, head_id, created, updated, sources FROM conversations
WHERE :all OR id IN (SELECT value FROM json_each(:found)) ORDER BY updated DESC, id DESC
"""
_HOLDERS: Final = """
SELECT rowid FROM title_words WHERE title_words MATCH ?1
UNION
SELECT conversation_id FROM messages WHERE id IN (SELECT rowid FROM message_words WHERE message_words MATCH ?1)
"""
_MESSAGE: Final = """
SELECT id, conversation_id, parent_id, role, text, created, status, problem, evidence FROM messages WHERE id = ?
"""
_BRANCH: Final = """
WITH RECURSIVE branch (id, parent_id, depth) AS (
    SELECT id, parent_id, 0 FROM messages WHERE id = ?
    UNION ALL
    SELECT m.id, m.parent_id, depth + 1 FROM branch JOIN messages m ON m.id = branch.parent_id
)
SELECT m.id, m.conversation_id, m.parent_id, m.role, m.text, m.created, m.status, m.problem, m.evidence
FROM branch JOIN messages m USING (id) ORDER BY depth DESC
"""
_ANSWERS: Final = """
SELECT id, conversation_id, parent_id, role, text, created, status, problem, evidence FROM messages
WHERE parent_id = ? AND role = 'assistant' ORDER BY id
"""
_SIBLINGS: Final = """
SELECT parent_id, json_group_array(id ORDER BY id) FROM messages
WHERE role = 'assistant' AND parent_id IN (SELECT value FROM json_each(?)) GROUP BY parent_id HAVING count(*) > 1
"""
_NEWEST_AFTER: Final = """
WITH RECURSIVE after (id) AS (
    SELECT ? UNION ALL SELECT m.id FROM after JOIN messages m ON m.parent_id = after.id
) SELECT max(id) FROM after
"""
_ADD: Final = """
INSERT INTO messages (conversation_id, parent_id, role, text, created, status, writer) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_FINISH: Final = "UPDATE messages SET text = ?, status = ?, evidence = ?, problem = ?, writer = '' WHERE id = ?"
_INDEX_TITLE: Final = "INSERT OR REPLACE INTO title_words (rowid, words) VALUES (?, ?)"
_INDEX_MESSAGE: Final = "INSERT OR REPLACE INTO message_words (rowid, words) VALUES (?, ?)"
_SEARCHED_WORDS: Final = 16


class DatabaseConversationStore(ConversationStore):
    """Conversations in a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    @override
    def lasts(self) -> bool:
        return self._database.lasts

    @override
    def create(self, title: str, system_prompt: str) -> Conversation:
        now = time.time()
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO conversations (title, system_prompt, created, updated) VALUES (?, ?, ?, ?)",
                (storable(title), storable(system_prompt), now, now),
            )
            made = _conversation(connection, connection.last_insert_rowid())
            connection.execute(_INDEX_TITLE, (made.id, words.indexable(title)))
            return made

    @override
    def get(self, conversation_id: int) -> Conversation:
        with self._database.reading() as connection:
            return _conversation(connection, conversation_id)

    @override
    def recent(self, matching: str = "") -> tuple[Conversation, ...]:
        with self._database.reading() as connection:
            wanted = list(words.query_words(connection, matching).values())[:_SEARCHED_WORDS]
            holders = [{row[0] for row in connection.execute(_HOLDERS, (words.beginning(word),))} for word in wanted]
            found = set.intersection(*holders) if holders else set()
            chosen = {"all": not wanted, "found": json.dumps(sorted(found))}
            return tuple(_conversation_of(row) for row in connection.execute(_RECENT, chosen))

    @override
    def rename(self, conversation_id: int, title: str) -> None:
        with self._database.writing() as connection:
            _conversation(connection, conversation_id)
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (storable(title), conversation_id))
            connection.execute(_INDEX_TITLE, (conversation_id, words.indexable(title)))

    @override
    def keep_sources(self, conversation_id: int, sources: Sources) -> None:
        with self._database.writing() as connection:
            _conversation(connection, conversation_id)
            kept = sources_to_json(sources)
            connection.execute("UPDATE conversations SET sources = ? WHERE id = ?", (kept, conversation_id))

    @override
    def delete(self, conversation_id: int) -> None:
        with self._database.writing() as connection:
            _conversation(connection, conversation_id)
            connection.execute(
                "DELETE FROM message_words WHERE rowid IN (SELECT id FROM messages WHERE conversation_id = ?)",
                (conversation_id,),
            )
            connection.execute("DELETE FROM title_words WHERE rowid = ?", (conversation_id,))
            connection.execute("DELETE FROM ledger_bodies WHERE conversation = ?", (conversation_id,))
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    @override
    def branch(self, head_id: int | None) -> tuple[Message, ...]:
        if head_id is None:
            return ()
        with self._database.reading() as connection:
            _message(connection, head_id)
            return tuple(_message_of(row) for row in connection.execute(_BRANCH, (head_id,)))

    @override
    def message(self, message_id: int) -> Message:
        with self._database.reading() as connection:
            return _message(connection, message_id)

    @override
    def ask(self, conversation_id: int, parent_id: int | None, text: str) -> tuple[Message, Message]:
        with self._database.writing() as connection:
            question = _store_question(connection, conversation_id, parent_id, text)
            return question, _begin_answer(connection, question)

    @override
    def store_question(self, conversation_id: int, parent_id: int | None, text: str) -> Message:
        with self._database.writing() as connection:
            question = _store_question(connection, conversation_id, parent_id, text)
            _show(connection, conversation_id, question.id)
            return question

    @override
    def answers(self, question_id: int) -> tuple[Message, ...]:
        with self._database.reading() as connection:
            _message(connection, question_id)
            return tuple(_message_of(row) for row in connection.execute(_ANSWERS, (question_id,)))

    @override
    def siblings(self, question_ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        with self._database.reading() as connection:
            rows: Any = connection.execute(_SIBLINGS, (json.dumps(list(question_ids)),))
            return {question_id: tuple(json.loads(ids)) for question_id, ids in rows}

    @override
    def choose_head(self, conversation_id: int, message_id: int) -> None:
        with self._database.writing() as connection:
            _conversation(connection, conversation_id)
            if _message(connection, message_id).conversation_id != conversation_id:
                raise NotFoundError(f"There is no message {message_id} in conversation {conversation_id}.")
            _show(connection, conversation_id, _newest_after(connection, message_id))

    @override
    def discard_answer(self, answer_id: int) -> Message:
        with self._database.writing() as connection:
            answer = _message(connection, answer_id)
            followed = connection.execute("SELECT 1 FROM messages WHERE parent_id = ?", (answer_id,)).fetchone()
            if answer.role is not Role.ASSISTANT or answer.parent_id is None or answer.text or followed:
                raise NotFoundError(f"Message {answer_id} is no answer that could be taken back.")
            others = [row[0] for row in connection.execute(_ANSWERS, (answer.parent_id,)) if row[0] != answer_id]
            connection.execute("DELETE FROM messages WHERE id = ?", (answer_id,))
            before = _newest_after(connection, others[-1]) if others else answer.parent_id
            _show(connection, answer.conversation_id, before)
            return _message(connection, before)

    @override
    def answer_again(self, question_id: int) -> Message:
        with self._database.writing() as connection:
            question = _message(connection, question_id)
            if question.role is not Role.USER:
                raise NotFoundError(f"Message {question_id} is not a question.")
            return _begin_answer(connection, question)

    @override
    def grow(self, answer_id: int, text: str) -> None:
        with self._database.writing() as connection:
            # Status and writer too: who could not see this process may have marked the answer interrupted.
            connection.execute(
                "UPDATE messages SET text = ?, status = ?, writer = ? WHERE id = ?",
                (storable(text), MessageStatus.STREAMING, writers.this_process(), answer_id),
            )
            if not connection.changes():
                raise _no_message(answer_id)

    @override
    def finish(
        self, answer_id: int, text: str, status: MessageStatus, evidence: Evidence, problem: str = ""
    ) -> Message:
        with self._database.writing() as connection:
            ended = (storable(text), status, evidence_to_json(evidence), storable(problem), answer_id)
            connection.execute(_FINISH, ended)
            answer = _message(connection, answer_id)
            connection.execute(_INDEX_MESSAGE, (answer_id, words.indexable(text)))
            connection.execute(
                "UPDATE conversations SET updated = ? WHERE id = ?", (time.time(), answer.conversation_id)
            )
            return answer

    @override
    def mark_interrupted(self) -> int:
        with self._database.writing() as connection:
            streaming: Any = connection.execute(
                "SELECT id, text, writer FROM messages WHERE status = 'streaming' ORDER BY id"
            ).fetchall()
            left = [(message_id, text) for message_id, text, writer in streaming if not writers.is_alive(writer)]
            for message_id, text in left:
                connection.execute(
                    "UPDATE messages SET status = ?, writer = '' WHERE id = ?", (MessageStatus.INTERRUPTED, message_id)
                )
                connection.execute(_INDEX_MESSAGE, (message_id, words.indexable(text)))
            return len(left)


def _conversation(connection: apsw.Connection, conversation_id: int) -> Conversation:
    row = connection.execute(_CONVERSATION, (conversation_id,)).fetchone()
    if row is None:
        raise NotFoundError(
            f"There is no conversation {conversation_id}.", "It may have been deleted; choose another one."
        )
    return _conversation_of(row)


def _conversation_of(row: tuple[Any, ...]) -> Conversation:
    conversation_id, title, system_prompt, head_id, created, updated, sources = row
    return Conversation(conversation_id, title, system_prompt, head_id, created, updated, sources_from_json(sources))


def _message(connection: apsw.Connection, message_id: int) -> Message:
    row = connection.execute(_MESSAGE, (message_id,)).fetchone()
    if row is None:
        raise _no_message(message_id)
    return _message_of(row)


def _no_message(message_id: int) -> NotFoundError:
    return NotFoundError(f"There is no message {message_id}.", "Its conversation may have been deleted.")


def _message_of(row: tuple[Any, ...]) -> Message:
    message_id, conversation_id, parent_id, role, text, created, status, problem, evidence = row
    return Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=Role(role),
        text=text,
        created=created,
        status=MessageStatus(status),
        problem=problem,
        evidence=evidence_from_json(evidence),
    )


def _add(connection: apsw.Connection, conversation_id: int, parent_id: int | None, said: tuple[Any, ...]) -> Message:
    """Add a message: `said` is its role, text, time, status and, while it streams, the process that writes it."""
    connection.execute(_ADD, (conversation_id, parent_id, *said))
    return _message(connection, connection.last_insert_rowid())


def _store_question(connection: apsw.Connection, conversation_id: int, parent_id: int | None, text: str) -> Message:
    _conversation(connection, conversation_id)
    if parent_id is not None and _message(connection, parent_id).conversation_id != conversation_id:
        raise NotFoundError(f"There is no message {parent_id} in conversation {conversation_id}.")
    asked = (Role.USER, storable(text), time.time(), MessageStatus.COMPLETE, "")
    question = _add(connection, conversation_id, parent_id, asked)
    connection.execute(_INDEX_MESSAGE, (question.id, words.indexable(text)))
    return question


def _show(connection: apsw.Connection, conversation_id: int, message_id: int) -> None:
    """Make a message the last one on show."""
    connection.execute(
        "UPDATE conversations SET head_id = ?, updated = ? WHERE id = ?", (message_id, time.time(), conversation_id)
    )


def _newest_after(connection: apsw.Connection, message_id: int) -> int:
    """The newest message of those that follow one, itself where none does."""
    newest: Any = connection.execute(_NEWEST_AFTER, (message_id,)).fetchone()
    return int(newest[0])


def _begin_answer(connection: apsw.Connection, question: Message) -> Message:
    """Add an empty answer that this process will stream, and make it the conversation's head."""
    begun = (Role.ASSISTANT, "", time.time(), MessageStatus.STREAMING, writers.this_process())
    answer = _add(connection, question.conversation_id, question.id, begun)
    connection.execute(
        "UPDATE conversations SET head_id = ?, updated = ? WHERE id = ?",
        (answer.id, answer.created, answer.conversation_id),
    )
    return answer
