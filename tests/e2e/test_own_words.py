"""Questions in people's own words: few whose answer stands there are refused, those about something else are."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.commands import SAMPLES, Home, answers

HERE = Path(__file__).parent
OWN_WORDS: dict[str, Any] = json.loads((HERE / "own_words.json").read_text(encoding="utf-8"))
REPORTED = [each for place, each in enumerate(OWN_WORDS["questions"]) if place // 2 % 2]
"""Every other pair: the bars were chosen on the rest."""
REFUSED = ("This is not in your documents:", "Das steht nicht in Ihren Dokumenten:")
NEAREST = ("This is not in your documents in so many words", "Das steht so nicht in Ihren Dokumenten")


def quoted(home: Path, folder: Path, questions: list[str]) -> list[str]:
    """What is said to some questions about a folder, in quotes."""
    said = [each["answer"] for each in answers(Home(home), "--quotes", folder, *questions)]
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
    there = quoted(home, SAMPLES, answered["samples"]) + quoted(home, own, answered["own"])
    refused = [answer.startswith(REFUSED) for answer in there]
    assert sum(refused) <= 0.15 * len(there)
    elsewhere = quoted(home, own, answered["samples"]) + quoted(home, SAMPLES, answered["own"])
    assert sum(answer.startswith(REFUSED) for answer in elsewhere) >= 0.4 * len(elsewhere)
    assert all(answer.startswith(REFUSED + NEAREST) for answer in elsewhere)
