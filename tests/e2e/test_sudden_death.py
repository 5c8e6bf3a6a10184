"""Killing the process at any moment loses nothing but the last half second of a streaming answer."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.database import Database, DatabaseConversationStore
from localassist.domain.chat import Message, MessageStatus, Role

if TYPE_CHECKING:
    from localassist.domain.ports.conversations import ConversationStore

TESTS = Path(__file__).resolve().parents[1]
ROUNDS = 50
LONGEST_LIFE = 1.0
LOST_AT_MOST = 0.5


@dataclass
class Told:
    """What a process said before it was killed."""

    questions: dict[int, str] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)
    finished: dict[int, str] = field(default_factory=dict)
    streamed: dict[int, int] = field(default_factory=dict)

    def hear(self, line: str, until: float) -> None:
        """Take in one line; what was streamed counts if it was by the time `until`."""
        match json.loads(line):
            case ["asked", question_id, answer_id, text]:
                self.questions[question_id] = text
                self.answers[answer_id] = question_id
            case ["finished", answer_id, text]:
                self.finished[answer_id] = text
            case ["streamed", answer_id, length, moment] if moment <= until:
                self.streamed[answer_id] = length


def run_and_kill(database: Path, seed: int, life: float) -> Told:
    """Let a process stream for `life` seconds, counted from its first question, then kill it."""
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "e2e" / "streaming_process.py"), str(database), str(seed)],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    first = process.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=life)
    killed = time.monotonic()
    process.kill()
    told = Told()
    for line in [first, *process.stdout]:
        if line.endswith("\n"):
            told.hear(line, killed - LOST_AT_MOST)
    process.stdout.close()
    process.wait()
    return told


def check(told: Told, store: ConversationStore) -> None:
    """Everything that was told is there, and nothing else is in the answers."""
    for question_id, text in told.questions.items():
        question = store.message(question_id)
        assert (question.role, question.text, question.status) == (Role.USER, text, MessageStatus.COMPLETE)
    for answer_id, question_id in told.answers.items():
        answer = store.message(answer_id)
        assert answer.parent_id == question_id
        if answer_id in told.finished:
            assert (answer.status, answer.text) == (MessageStatus.COMPLETE, told.finished[answer_id])
        else:
            check_cut_off(answer, told.streamed.get(answer_id, 0))


def check_cut_off(answer: Message, streamed: int) -> None:
    """An answer in the middle of which the process died: marked so, and all but the last half second is there."""
    # Killed between the commit and the line that tells of it: finished, and nobody knows.
    assert answer.status in {MessageStatus.INTERRUPTED, MessageStatus.COMPLETE}
    words = answer.text.split()
    assert words == [f"word{number}" for number in range(len(words))]
    assert len(answer.text) >= streamed


def die_again_and_again(path: Path, seeds: range) -> list[Told]:
    """Kill process after process over one database, looking after each at what it left."""
    chance = random.Random()
    all_told: list[Told] = []
    for seed in seeds:
        told = run_and_kill(path, seed, chance.uniform(0.0, LONGEST_LIFE))
        database = Database(path)
        store = DatabaseConversationStore(database)
        assert store.mark_interrupted() <= 1
        check(told, store)
        all_told.append(told)
        with database.reading() as connection:
            assert connection.pragma("quick_check") == "ok"
        database.close()
    store = DatabaseConversationStore(Database(path))
    for told in all_told:
        check(told, store)
    assert store.mark_interrupted() == 0
    assert len(store.recent()) == len(seeds)
    return all_told


@pytest.mark.slow
def test_a_killed_process_loses_at_most_half_a_second_of_an_answer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        halves = [
            pool.submit(die_again_and_again, tmp_path / "one.db", range(ROUNDS // 2)),
            pool.submit(die_again_and_again, tmp_path / "two.db", range(ROUNDS // 2, ROUNDS)),
        ]
        all_told = [told for half in halves for told in half.result()]
    # The kills fell where they had something to destroy.
    assert sum(len(told.finished) for told in all_told) > ROUNDS
    assert sum(bool(told.streamed) for told in all_told) > ROUNDS // 5
