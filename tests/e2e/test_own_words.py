"""Questions in people's own words: few whose answer stands there are refused, those about something else are."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.commands import SAMPLES, Home

HERE = Path(__file__).parent
OWN_WORDS: dict[str, Any] = json.loads((HERE / "own_words.json").read_text(encoding="utf-8"))
REPORTED = [each for place, each in enumerate(OWN_WORDS["questions"]) if place // 2 % 2]
"""Every other pair: the bars were chosen on the rest."""
REFUSED = ("This is not in your documents:", "Das steht nicht in Ihren Dokumenten:")
NEAREST = ("This is not in your documents in so many words", "Das steht so nicht in Ihren Dokumenten")


def answers(home: Path, folder: Path, questions: list[str]) -> list[str]:
    """What is said to some questions about a folder, in quotes."""
    ran = subprocess.run(
        [sys.executable, HERE / "asking_process.py", "--quotes", folder, *questions],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env=Home(home).environment(),
    )
    assert ran.returncode == 0, ran.stderr
    decoder, place, said = json.JSONDecoder(), 0, []
    while place < len(ran.stdout.rstrip()):
        answer, end = decoder.raw_decode(ran.stdout[place:].lstrip())
        place += len(ran.stdout[place:]) - len(ran.stdout[place:].lstrip()) + end
        said.append(answer["answer"])
    assert len(said) == len(questions)
    return said


@pytest.mark.slow
def test_few_questions_are_refused_where_the_answer_stands_and_none_answered_where_nothing_does(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name, text in OWN_WORDS["texts"].items():
        (own / name).write_text(text, encoding="utf-8")
    answered = {
        over: [q["question"] for q in REPORTED if q["answered"] and q["over"] == over] for over in ("samples", "own")
    }
    home = tmp_path / "home"
    home.mkdir()
    there = answers(home, SAMPLES, answered["samples"]) + answers(home, own, answered["own"])
    refused = [answer.startswith(REFUSED) for answer in there]
    assert sum(refused) <= 0.15 * len(there)
    elsewhere = answers(home, own, answered["samples"]) + answers(home, SAMPLES, answered["own"])
    assert sum(answer.startswith(REFUSED) for answer in elsewhere) >= 0.4 * len(elsewhere)
    assert all(answer.startswith(REFUSED + NEAREST) for answer in elsewhere)
