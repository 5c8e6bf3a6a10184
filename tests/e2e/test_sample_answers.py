"""Questions about the sample documents: the first citation is the right file and page, not its near-duplicate."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.commands import SAMPLES, Home, answers

HERE = Path(__file__).parent
QUESTIONS: list[dict[str, Any]] = json.loads((HERE / "sample_questions.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["asked", "held_out"])
def test_the_first_citation_is_the_right_file_and_page(home: Path, which: str) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("temperature = 0\n")  # the likeliest words: the same answers every time
    chosen = [question for question in QUESTIONS if question["set"] == which]
    given = answers(Home(home), SAMPLES, *(question["question"] for question in chosen))
    assert len(given) == len(chosen) == 10
    wrong = []
    for question, answer in zip(chosen, given, strict=True):
        text = " ".join(answer["answer"].split())
        for citation in answer["citations"]:
            assert citation["char_end"] - citation["char_start"] == len(citation["quote"])
            assert f"[{citation['n']}]" in text
        first = answer["citations"][0] if answer["citations"] else {"path": "", "page": None}
        if (Path(first["path"]).name, first["page"]) != (question["file"], question["page"]):
            wrong.append((question["id"], first["path"], first["page"]))
    assert len(wrong) <= 2, wrong
