"""Ingesting that is killed at any moment goes on where it was: nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ingest_room import IngestRoom
from localassist.domain.documents import DocumentStatus, Scope
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors

TESTS = Path(__file__).resolve().parents[1]
FILES = 120
KILLS = 14
LONGEST_LIFE_S = 0.15
BATCH = 64
AT_ONCE = 3


def write(folder: Path, n: int) -> None:
    """A note; each fifth holds two files, one of which can't be read, each tenth can't be read itself, one is long."""
    sections = "\n\n".join(f"## Part {part}\n\nPart {part} of note {n} is about boats." for part in range(6))
    text = f"# Note {n}\n\n{sections}\n"
    if n % 5 == 0:
        text += f"@@ annex {n}.md\nThe annex of {n} says walrus.\n@@ scan.md\nbroken\n"
    if n % 10 == 3:
        text = "broken"
    if n == 7:
        text = "# Long\n\n" + "\n\n".join(f"## Day {day}\n\nDay {day} at sea, {day} miles." * 30 for day in range(300))
    (folder / f"{n}.md").write_text(text, encoding="utf-8")


def run_and_kill(home: Path, folder: Path, life: float) -> bool:
    """Let a process ingest for so many seconds, counted from its start of work, then kill it; True if it was done."""
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "e2e" / "ingesting_process.py"), str(home), str(folder)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    try:
        process.wait(timeout=life)
    except subprocess.TimeoutExpired:
        process.kill()
    done = process.stdout.read().endswith("Indexed\n")
    process.stdout.close()
    process.wait()
    return done


def state(room: IngestRoom) -> dict[str, object]:
    """All that questions and listings show, without the numbers that differ from one home to another."""
    scope = Scope.everything()
    documents = room.store.documents(scope)
    paths = {document.id: document.path for document in documents}
    rows = {
        chunk_id: bytes(Vectors.row(vectors, position).data.cast("B"))
        for _, chunk_ids, vectors in room.store.all_vectors(room.embedder.name)
        for position, chunk_id in enumerate(chunk_ids)
    }
    with room.database.reading() as connection:
        assert connection.pragma("quick_check") == "ok"
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
        terms = connection.execute("SELECT term, doc, cnt FROM chunk_terms ORDER BY term").fetchall()
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("documents", "contents", "chunks", "memberships", "loose_words")
        ]
    return {
        "documents": [
            (d.path, d.status, d.problem, d.chunk_count, d.content_hash, d.pending, paths.get(d.container_id or 0))
            for d in documents
        ],
        "chunks": sorted(
            (p.path, p.char_start, p.text, rows[p.chunk_id]) for p in room.store.passages(tuple(rows), scope)
        ),
        "words": terms,
        "counts": counts,
        "pending": room.store.pending_count(room.embedder.name),
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_it_ends_where_an_undisturbed_one_does(home: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(FILES):
        write(folder, n)
    kills = sum(not run_and_kill(home, folder, chance.uniform(0.0, LONGEST_LIFE_S)) for _ in range(KILLS))
    room, fresh = IngestRoom(home), IngestRoom(tmp_path / "fresh")
    for each in (room, fresh):
        list(each.ingest([str(folder)], "notes", Stop()))
    assert kills > KILLS // 3, "the kills fell where there was something to destroy"
    assert state(room) == state(fresh)
    statuses = {document.status for document in fresh.store.documents(Scope.everything())}
    assert statuses == {DocumentStatus.INDEXED, DocumentStatus.FAILED}
    for verb, lost in (("read", AT_ONCE), ("embed", BATCH)):
        count, least = (
            [sum(map(int, each.written("embed"))) if verb == "embed" else len(each.written("read"))
             for each in (room, fresh)]
        )  # fmt: skip
        assert least <= count <= least + kills * lost, f"{verb}: a kill loses what was under way"
    for each in (room, fresh):
        each.database.close()
