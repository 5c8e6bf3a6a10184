"""Search among very many chunks: as quick as promised at 100,000 and a million, and right after any number of kills."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.database import Database, DatabaseDocumentStore, LargeWords
from localassist.domain.documents import Chunk, StructuredText
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak

FOLLOW = """
import sys
from pathlib import Path
from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.database import Database, LargeWords, large_words, word_changes
from localassist.adapters.tantivy_terms import TermIndex

large_words._COMMITTED_TOGETHER = 3
word_changes._HANDED_CHUNKS = 50
replace = TermIndex.replace

def told(*arguments):
    replace(*arguments)
    print("replaced", flush=True)

TermIndex.replace = told
LargeWords(Database(Path(sys.argv[1])), Path(sys.argv[2]), ForegroundActivity(), 0).wait_until_current()
"""


@pytest.mark.parametrize("chunks", [100_000, 1_000_000])
def test_a_search_is_quick_and_keeps_the_best_and_little_memory(chunks: int, home: Path) -> None:
    command = [sys.executable, "-m", "localassist", "bench", "search", "--json", "--chunks", str(chunks)]
    done = subprocess.run(command, capture_output=True, check=False)
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    assert [(each["name"], each["value"]) for each in results if each["holds"] is False] == []
    assert sum(each["holds"] is True for each in results) >= 2


def test_an_index_of_words_whose_writer_is_killed_loses_and_doubles_nothing(home: Path) -> None:
    database = Database(home / "localassist.db")
    store = DatabaseDocumentStore(database)
    collection = store.add_collection("Home", [])
    for number in range(60):
        spans = [Chunk(11 * i, 11 * i + 10) for i in range(20)]
        text = StructuredText("every word " * 20, ())
        file = FoundFile(f"/{number}", 1, 1.0)
        document, _ = store.save(file, str(number), ("reader", "embedder"), text, spans)
        store.assign([document.id], collection.id)
        if number % 10 == 9:
            store.remove_document(document.id - 3)
            _follow_and_die(home, after=1 + number // 10)
    large = LargeWords(database, home / "words", ForegroundActivity(), 0)
    assert large.wait_until_current()
    with database.reading() as connection:
        found = large.match(connection, ["everi"], [], 10_000)
        stored = {chunk_id for (chunk_id,) in connection.execute("SELECT id FROM chunks")}
    assert found is not None
    assert sorted(each.chunk_id for each in found) == sorted(stored)
    large.close()
    database.close()


def _follow_and_die(home: Path, after: int) -> None:
    """Follow the database in a process that is killed when it has written so many batches, or is done before."""
    command = [sys.executable, "-c", FOLLOW, str(home / "localassist.db"), str(home / "words")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        process.kill()
