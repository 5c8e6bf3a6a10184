"""A mirror that is killed at any moment goes on where it was: nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from localassist.domain.documents import Scope
from localassist.domain.vectors import Vectors
from mirror_room import Room

TESTS = Path(__file__).resolve().parents[1]
FILES = 40


def write(folder: Path, n: int, text: str) -> None:
    path = folder / str(n % 5) / f"{n}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    sections = "\n\n".join(f"## Part {part}\n\nPart {part} of note {n} says {text}." for part in range(6))
    path.write_text(f"# Note {n}\n\n{sections}\n", encoding="utf-8")


def run_and_kill(home: Path, steps: int) -> None:
    """Let a process mirror until it has told so many steps or is done, then kill it without warning."""
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "e2e" / "mirroring_process.py"), str(home)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for _ in range(steps):
        if process.stdout.readline().strip() in {"", "Mirrored"}:
            break
    process.kill()
    process.stdout.close()
    process.wait()


def state(room: Room) -> dict[str, object]:
    """What questions find, without the numbers that differ from one home to another."""
    scope = Scope.everything()
    name = room.embedder.name
    stored = [(ids, vectors) for _, ids, vectors in room.store.all_vectors(name)]
    ids = [chunk_id for batch, _ in stored for chunk_id in batch]
    rows = {
        chunk_id: bytes(Vectors.row(vectors, position).data.cast("B"))
        for batch, vectors in stored
        for position, chunk_id in enumerate(batch)
    }
    # A renamed file keeps the vectors that were made under its first name, if it was there long enough to have any.
    rows |= {p.chunk_id: b"" for p in room.store.passages(ids, scope) if p.path.endswith("renamed.md")}
    passages = room.store.passages(ids, scope)
    return {
        "documents": {(d.path, d.status, d.chunk_count, d.content_hash) for d in room.store.documents(scope)},
        "chunks": sorted((p.path, p.char_start, p.text, rows[p.chunk_id]) for p in passages),
        "count": (room.store.chunk_count(scope), len(ids), len(set(ids))),
        "pending": room.pending(),
        "words": room.found("boats"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_it_ends_where_an_undisturbed_one_does(home: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "notes"
    for n in range(FILES):
        write(folder, n, f"something about boats number {n}" if n % 2 else f"something about trees number {n}")
    room = Room(home)
    room.store.add_collection("notes", [str(folder)])
    room.close()
    run_and_kill(home, chance.randrange(2, 60))
    write(folder, 3, "nothing of boats any more")
    (folder / "1" / "1.md").rename(folder / "1" / "renamed.md")
    run_and_kill(home, chance.randrange(2, 90))
    (folder / "2" / "7.md").unlink()
    run_and_kill(home, chance.randrange(1, 30))
    room, fresh = Room(home), Room(tmp_path / "fresh")
    fresh.store.add_collection("notes", [str(folder)])
    room.once()
    fresh.once()
    assert state(room) == state(fresh)
    assert len(room.answerable()) == FILES - 1
    room.close()
    fresh.close()
