"""Questions to several models from the terminal: lists that are filled, judged, exported, and outlive a kill."""

import csv
import json
from pathlib import Path

import pytest
from commands import SAMPLES, Home, assert_sentence, only_object

STARTER = "smollm2-135m-instruct-q4_1"
QUESTIONS = ("What notice must the tenant give?", "How much may a hotel night cost?", "Who was Ada Lovelace?")


@pytest.fixture
def kept(home: Path) -> Home:
    return Home(home)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.txt"
    file.write_text("\n".join(QUESTIONS), encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_list_is_filled_judged_exported_and_removed(kept: Home, questions: Path, tmp_path: Path) -> None:
    begun = ("compare", "run", "Leases", "--questions", questions, "--model", "none", "--docs", SAMPLES)
    assert kept.run(*begun).returncode == 0
    shown = only_object(kept.run("compare", "show", "Leases", "--json"))
    assert [each["question"] for each in shown["questions"]] == list(QUESTIONS)
    first = shown["questions"][0]["answers"][0]
    assert "sixty (60) days" in first["answer"]
    assert first["grounding"]["citations"] >= 1
    assert kept.run("compare", "verdict", "Leases", "1", "none", "=better").returncode == 0
    for form, file in (("--csv", tmp_path / "table.csv"), ("--json", tmp_path / "table.json")):
        assert kept.run("compare", "export", "Leases", form, file).returncode == 0
        assert_sentence(kept.run("compare", "export", "Leases", form, file), "there already")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["question"] for row in rows] == list(QUESTIONS)
    assert rows[0]["verdict"] == "'=better", "no spreadsheet computes it"
    written = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert written["questions"][0]["answers"][0]["verdict"] == "=better"
    assert_sentence(kept.run("compare", "remove", "Leases"), "nobody agreed")
    assert kept.run("compare", "remove", "Leases", "--yes").returncode == 0
    assert_sentence(kept.run("compare", "show", "Leases"), "no list of questions called Leases")


@pytest.mark.slow
def test_what_a_killed_run_answered_is_kept_and_the_rest_is_asked(kept: Home, questions: Path) -> None:
    models = ("--model", STARTER, "--model", "none")
    running = kept.start("compare", "run", "Leases", "--questions", questions, *models, "--docs", SAMPLES)
    assert running.stdout is not None
    assert running.stdout.readline().startswith("1 of 6: ")
    running.kill()
    running.communicate()
    answered = sum(len(each["answers"]) for each in _shown(kept)["questions"])
    assert 1 <= answered < 6
    gone_on = kept.run("compare", "run", "Leases")
    assert gone_on.returncode == 0, gone_on.stderr
    assert gone_on.stdout.startswith(f"1 of {6 - answered}: "), "what was answered is not asked again"
    assert [len(each["answers"]) for each in _shown(kept)["questions"]] == [2, 2, 2]


def _shown(home: Home) -> dict[str, list[dict[str, list[object]]]]:
    return only_object(home.run("compare", "show", "Leases", "--json"))


@pytest.mark.slow
def test_one_question_is_answered_by_each_model_with_its_figures(kept: Home) -> None:
    ran = kept.run("compare", "ask", QUESTIONS[0], "--model", "none", "--model", STARTER, "--docs", SAMPLES, "--json")
    assert ran.returncode == 0, ran.stderr
    told = only_object(ran)
    quotes, starter = told["answers"]
    assert (quotes["model"], starter["model"]) == ("none", STARTER)
    assert starter["answer_tokens"] > 0
    assert starter["seconds"] >= starter["seconds_to_first_word"] > 0
    assert (starter["cost_usd"], starter["destination"]) == (0.0, "this computer")
    assert "sixty (60) days" in quotes["answer"]


def test_what_can_not_be_compared_is_said_at_once(kept: Home, tmp_path: Path) -> None:
    assert_sentence(kept.run("compare", "ask", "Why?", "--model", "none"), "nothing to compare with one model")
    assert_sentence(kept.run("compare", "ask", "Why?", "--model", "none", "--model", "nobody"), "no chat model")
    assert_sentence(kept.run("compare", "run", "Leases", "--model", "none"), "no list of questions called Leases")
    (tmp_path / "empty.txt").write_text("\n \n", encoding="utf-8")
    empty = ("--questions", tmp_path / "empty.txt", "--model", "none")
    assert_sentence(kept.run("compare", "run", "Leases", *empty), "no question")
