from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from localassist.domain.chat import Evidence, Figures, Sent
from localassist.domain.comparisons import ComparedAnswer, ComparedQuestion, Comparison, ComparisonTable
from localassist.domain.documents import SentenceSupport, SupportStatus
from localassist.domain.privacy import Destination, Route
from localassist.usecases.tabulating import comparison_csv, comparison_object

ASKED = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
HERE = ComparedAnswer(
    "small",
    "The rent is 950 euros.\nIt is due on Monday.",
    Evidence(
        route=Route(Destination.THIS_COMPUTER, "small", "It was chosen."),
        sentences=(
            SentenceSupport(0, 22, (1,), (), SupportStatus.SUPPORTED),
            SentenceSupport(23, 43, (1,), ((36, 42),), SupportStatus.PARTLY),
        ),
        searched=True,
        said="The rent is 950 euros.\nIt is due on Monday.",
        figures=Figures(120, 0, 9, tokens_per_second=12.345),
        timings={"load": 0.5},
    ),
    ASKED,
    seconds=4.5,
    first_word=1.25,
    verdict="good",
)
ELSEWHERE = ComparedAnswer(
    "somebody/large",
    "950.",
    Evidence(
        route=Route(Destination.CLOUD, "large", "It was chosen."),
        figures=Figures(120, 0, 1),
        sent=Sent("Somebody", "large", cost=None),
    ),
    ASKED,
    seconds=1.5,
    first_word=1.0,
)


def table(*questions: ComparedQuestion) -> ComparisonTable:
    comparison = Comparison(1, "Lease", ASKED, models=("small", "somebody/large"))
    return ComparisonTable(comparison, questions)


def rows(*questions: ComparedQuestion) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(comparison_csv(table(*questions)), newline="")))


def test_every_question_has_a_row_for_every_model_with_all_that_is_known() -> None:
    asked = ComparedQuestion(5, "How high is the rent?", {"small": HERE, "somebody/large": ELSEWHERE})
    here, elsewhere, none_yet, _ = rows(asked, ComparedQuestion(9, "Who pays?"))
    assert (here["number"], here["question"], here["model"]) == ("1", "How high is the rent?", "small")
    assert (here["answer"], here["verdict"], here["destination"]) == (HERE.text, "good", "this computer")
    assert (here["seconds"], here["seconds_to_first_word"], here["seconds_loading"]) == ("4.5", "1.25", "0.5")
    assert (here["answer_tokens"], here["tokens_per_second"], here["cost_usd"]) == ("9", "12.35", "0.0")
    assert (here["supported"], here["partly"], here["unsupported"], here["citations"]) == ("1", "1", "0", "0")
    assert (elsewhere["cost_usd"], elsewhere["supported"]) == ("", ""), "nobody knows, and nothing was searched"
    assert (none_yet["number"], none_yet["model"], none_yet["answer"]) == ("2", "small", "")


@pytest.mark.parametrize("words", ["=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_computed_by_a_spreadsheet(words: str) -> None:
    answer = replace(HERE, text=words, verdict=words, problem=words)
    (row, _) = rows(ComparedQuestion(5, words, {"small": answer}))
    assert {row[name] for name in ("question", "answer", "verdict", "problem")} == {f"'{words}"}


def test_the_same_is_told_as_json_in_the_order_of_the_models() -> None:
    asked = ComparedQuestion(5, "How high is the rent?", {"somebody/large": ELSEWHERE, "small": HERE})
    told = json.loads(json.dumps(comparison_object(table(asked))))
    (question,) = told["questions"]
    assert told["models"] == ["small", "somebody/large"]
    assert [each["model"] for each in question["answers"]] == told["models"]
    here, elsewhere = question["answers"]
    assert here["grounding"] == {"supported": 1, "partly": 1, "unsupported": 0, "citations": 0}
    assert (here["cost_usd"], elsewhere["cost_usd"], elsewhere["grounding"]) == (0.0, None, None)
