"""Questions about the sample documents: the first citation is the right file and page, not its near-duplicate."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.commands import SAMPLES, Home

HERE = Path(__file__).parent
QUESTIONS: list[dict[str, Any]] = json.loads((HERE / "sample_questions.json").read_text(encoding="utf-8"))


def objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand one after the other in the text, and nothing else."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        found.append(value)
        position = end + len(text[end:]) - len(text[end:].lstrip())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("which", ["asked", "held_out"])
def test_the_first_citation_is_the_right_file_and_page(home: Path, which: str) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("temperature = 0\n")  # the likeliest words: the same answers every time
    chosen = [question for question in QUESTIONS if question["set"] == which]
    ran = subprocess.run(
        [sys.executable, HERE / "asking_process.py", SAMPLES, *(question["question"] for question in chosen)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env=Home(home).environment(),
    )
    assert ran.returncode == 0, ran.stderr
    answers = objects(ran.stdout)
    assert len(answers) == len(chosen) == 10
    wrong = []
    for question, answer in zip(chosen, answers, strict=True):
        text = " ".join(answer["answer"].split())
        for citation in answer["citations"]:
            assert citation["char_end"] - citation["char_start"] == len(citation["quote"])
            assert f"[{citation['n']}]" in text
        first = answer["citations"][0] if answer["citations"] else {"path": "", "page": None}
        if (Path(first["path"]).name, first["page"]) != (question["file"], question["page"]):
            wrong.append((question["id"], first["path"], first["page"]))
    assert len(wrong) <= 2, wrong
