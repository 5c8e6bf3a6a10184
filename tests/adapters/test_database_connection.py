"""The database file: who may read it, how it grows up, and what people are told when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import apsw
import pytest

from localassist.adapters.database import Database, DatabaseConversationStore
from localassist.adapters.database.migrating import scripts
from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(home: Path) -> Path:
    return home / "localassist.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = Database(path)
    yield made
    made.close()


def told(database: Database) -> StorageError:
    """What a person is told who asks for the conversations."""
    with pytest.raises(StorageError) as raised:
        DatabaseConversationStore(database).recent()
    assert raised.value.message.endswith(".")
    assert raised.value.hint.endswith(".")
    return raised.value


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_may_read_the_database(path: Path, database: Database) -> None:
    DatabaseConversationStore(database).create("Secret", "")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "localassist.db": 0o600,
        "localassist.db-wal": 0o600,
        "localassist.db-shm": 0o600,
    }


def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    with database.reading() as connection:
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("synchronous") == 2
        assert connection.pragma("foreign_keys") == 1


def test_only_what_can_be_done_again_does_not_wait_for_the_disk(database: Database) -> None:
    with database.writing(repeatable=True) as connection:
        assert connection.pragma("synchronous") == 1
    with database.writing() as connection:
        assert connection.pragma("synchronous") == 2


def test_nothing_is_opened_before_it_is_needed(path: Path) -> None:
    DatabaseConversationStore(Database(path))
    assert not path.exists()


def test_the_migrations_are_numbered_without_gaps() -> None:
    assert list(scripts()) == list(range(1, len(scripts()) + 1))


def test_a_database_is_brought_up_to_date_once(path: Path) -> None:
    first = Database(path)
    made = DatabaseConversationStore(first).create("Kept", "")
    first.close()
    second = Database(path)
    assert DatabaseConversationStore(second).recent() == (made,)
    with second.reading() as connection:
        assert connection.pragma("user_version") == max(scripts())
    second.close()


def test_a_failed_migration_leaves_an_empty_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {1: "CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER);"}
    monkeypatch.setattr("localassist.adapters.database.migrating.scripts", lambda: broken)
    with pytest.raises(apsw.SQLError), Database(path).reading():
        pass
    monkeypatch.undo()
    database = Database(path)
    assert DatabaseConversationStore(database).recent() == ()
    with database.reading() as connection:
        assert connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall() == []
    database.close()


def test_a_newer_database_is_left_as_it_is(path: Path, database: Database) -> None:
    DatabaseConversationStore(database).create("Kept", "")
    with database.writing() as connection:
        connection.pragma("user_version", 99)
    database.close()
    before = path.read_bytes()
    message = told(Database(path))
    assert "newer version" in message.message
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all\n" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    message = told(Database(path))
    assert "damaged" in message.message
    assert "backup" in message.hint
    assert path.read_bytes() == content


def test_damage_inside_the_file_is_told(path: Path, database: Database) -> None:
    store = DatabaseConversationStore(database)
    for _ in range(200):
        store.create("A title that is long enough to fill some pages. " * 20, "")
    database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    assert "damaged" in told(Database(path)).message


def test_a_full_disk_is_told_and_what_was_there_stays(database: Database) -> None:
    store = DatabaseConversationStore(database)
    conversation = store.create("Kept", "")
    _, answer = store.ask(conversation.id, None, "Why?")
    with database.reading() as connection:
        connection.pragma("max_page_count", connection.pragma("page_count"))
    with pytest.raises(StorageError, match="disk is full") as raised:
        store.grow(answer.id, "x" * 1_000_000)
    assert "Make room" in raised.value.hint
    assert store.message(answer.id).text == ""
    with database.reading() as connection:
        connection.pragma("max_page_count", 1_000_000)
    assert store.finish(answer.id, "Because.", MessageStatus.COMPLETE, Evidence()).text == "Because."


def test_a_database_that_may_not_be_written_can_still_be_read(database: Database) -> None:
    store = DatabaseConversationStore(database)
    made = store.create("Kept", "")
    with database.reading() as connection:
        connection.pragma("query_only", value=True)
    with pytest.raises(StorageError, match="read-only") as raised:
        store.create("Not kept", "")
    assert "LOCALASSIST_HOME" in raised.value.hint
    assert store.recent() == (made,)


@pytest.mark.skipif(sys.platform != "linux" or not os.path.isdir("/proc"), reason="needs a folder nobody can write to")  # noqa: PTH112
def test_a_home_that_can_not_be_made_is_told() -> None:
    from pathlib import Path

    message = told(Database(Path("/proc/localassist/localassist.db")))
    assert "/proc/localassist/localassist.db" in message.message


def test_a_home_that_is_a_file_is_told(path: Path) -> None:
    path.parent.write_text("not a folder")
    assert "can't be opened" in told(Database(path)).message


def test_another_process_that_keeps_the_lock_is_told(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localassist.adapters.database.connection._PATIENCE", 1)
    store = DatabaseConversationStore(database)
    store.create("Kept", "")
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        store.create("Not kept", "")
    assert len(store.recent()) == 1
    other.execute("ROLLBACK")
    assert store.create("Kept too", "").title == "Kept too"
    other.close()


def test_a_mistake_of_ours_is_not_dressed_up(database: Database) -> None:
    with pytest.raises(apsw.SQLError), database.reading() as connection:
        connection.execute("SELECT nonsense")


def test_what_raises_in_the_middle_is_undone(database: Database) -> None:
    store = DatabaseConversationStore(database)
    made = store.create("Kept", "")

    def delete_and_fail() -> None:
        with database.writing() as connection:
            connection.execute("DELETE FROM conversations")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()
    assert store.recent() == (made,)


def test_reading_sees_one_state_while_another_thread_writes(database: Database) -> None:
    store = DatabaseConversationStore(database)
    store.create("first", "")
    with database.reading() as connection:
        count = "SELECT count(*) FROM conversations"
        assert connection.execute(count).fetchone() == (1,)
        writer = threading.Thread(target=store.create, args=("second", ""))
        writer.start()
        writer.join()
        assert connection.execute(count).fetchone() == (1,)
    assert len(store.recent()) == 2


def test_processes_that_start_together_share_a_new_database(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from localassist.adapters.database import *\n"
        "sys.stdin.readline()\n"
        "store = DatabaseConversationStore(Database(Path(sys.argv[1])))\n"
        "for number in range(20): store.create(f'{number}', '')\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in processes:
        process.communicate("go\n")
    assert [process.returncode for process in processes] == [0] * 4
    database = Database(path)
    assert len(DatabaseConversationStore(database).recent()) == 80
    database.close()


def test_a_private_database_is_shared_by_threads_and_leaves_no_file(tmp_path: Path) -> None:
    database = Database(None)
    store = DatabaseConversationStore(database)
    other = threading.Thread(target=store.create, args=("from another thread", ""))
    other.start()
    other.join()
    assert [each.title for each in store.recent()] == ["from another thread"]
    assert list(tmp_path.iterdir()) == []
    database.close()
    assert store.recent() == ()


def test_many_open_a_new_database_at_once(path: Path) -> None:
    databases = [Database(path) for _ in range(8)]
    start, failures = threading.Barrier(len(databases)), []

    def open_one(database: Database) -> None:
        start.wait()
        try:
            DatabaseConversationStore(database).create("Made at once", "")
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=open_one, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(DatabaseConversationStore(databases[0]).recent()) == len(databases)
    for database in databases:
        database.close()


def test_what_was_deleted_is_on_the_disk_no_more(path: Path, database: Database) -> None:
    store = DatabaseConversationStore(database)
    conversation = store.create("Lease", "A very particular wording of a prompt. " * 200)
    database.close()
    assert b"very particular wording" in path.read_bytes()
    store.delete(conversation.id)
    database.close()
    assert b"very particular wording" not in path.read_bytes()
