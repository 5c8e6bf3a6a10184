from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from localassist.domain.chat import Evidence, Figures, Sent
from localassist.domain.comparisons import ComparedAnswer, ComparedQuestion, Comparison, ComparisonTable, Grounding
from localassist.domain.documents import SentenceSupport, SupportStatus
from localassist.domain.privacy import Destination, Route
from localassist.usecases.figuring import cost_words, figure_words, grounding_words, total_words

ASKED = datetime(2026, 5, 4, tzinfo=UTC)
HERE = ComparedAnswer(
    "small",
    "The rent is 950 euros.",
    Evidence(
        route=Route(Destination.THIS_COMPUTER, "small", "It was chosen."),
        sentences=(SentenceSupport(0, 22, (1,), (), SupportStatus.SUPPORTED),),
        searched=True,
        said="The rent is 950 euros.",
        figures=Figures(1_200, 0, 9, tokens_per_second=9.54, device="CPU"),
        timings={"load": 0.5},
    ),
    ASKED,
    seconds=4.5,
    first_word=1.25,
)
ELSEWHERE = replace(
    HERE,
    model="somebody/large",
    evidence=Evidence(route=Route(Destination.CLOUD, "large", ""), sent=Sent("Somebody", "large", cost=0.0021)),
)


def test_an_answer_of_this_computer_tells_where_it_ran_what_it_took_and_that_it_cost_nothing() -> None:
    assert dict(figure_words(HERE)) == {
        "Answered by": "small, here (CPU)",
        "First word": "after 1.2 s, 0.5 s of it to load the model",
        "In all": "4.5 s",
        "Tokens": "1,200 read, 9 written",
        "Speed": "9.5 tokens a second",
        "Cost": "nothing",
        "Documents": "bear out 1 of 1 sentence; 0 citations",
    }


def test_an_answer_from_elsewhere_tells_what_it_cost() -> None:
    told = dict(figure_words(ELSEWHERE))
    assert (told["Answered by"], told["Cost"]) == ("large, cloud", "$0.0021")
    assert "Documents" not in told, "none were searched"


def test_what_was_never_answered_cost_nothing_that_could_be_told() -> None:
    failed = ComparedAnswer("small", "", Evidence(), ASKED, 0.2, problem="There is no such model.")
    assert dict(figure_words(failed)) == {"In all": "0.2 s"}


@pytest.mark.parametrize(
    ("cost", "words"),
    [(None, "not known"), (0.0, "nothing"), (0.00004, "less than $0.0001"), (0.0012, "$0.0012"), (1.234, "$1.23")],
)
def test_costs_as_people_read_them(cost: float | None, words: str) -> None:
    assert cost_words(cost) == words


@pytest.mark.parametrize(
    ("grounding", "words"),
    [
        (Grounding(1, 1, 1, 2), "bear out 1 of 3 sentences, 1 in part; 2 citations"),
        (Grounding(0, 0, 0, 1), "nothing to check, 1 citation"),
    ],
)
def test_how_much_the_documents_bear_out(grounding: Grounding, words: str) -> None:
    assert grounding_words(grounding) == words


def test_a_column_sums_up_its_answers() -> None:
    failed = replace(HERE, text="", problem="It ran out of memory.", evidence=Evidence())
    questions = (
        ComparedQuestion(1, "Why?", {"small": replace(HERE, verdict="good"), "somebody/large": ELSEWHERE}),
        ComparedQuestion(2, "When?", {"small": replace(HERE, seconds=1.5, verdict="good")}),
        ComparedQuestion(3, "Who?", {"small": failed}),
    )
    table = ComparisonTable(Comparison(1, "Lease", ASKED, models=("small", "somebody/large")), questions)
    here, elsewhere = (dict(total_words(totals)) for totals in table.totals)
    assert here["Answered"] == "2, 1 failed"
    assert (here["On average"], here["Speed"], here["Cost"]) == ("3.0 s", "9.5 tokens a second", "nothing")
    assert here["Documents"] == "bear out 2 of 2 sentences; 0 citations"
    assert here["Verdicts"] == "2 × good"
    assert (elsewhere["Answered"], elsewhere["Cost"]) == ("1", "$0.0021")
    unknown = replace(ELSEWHERE, evidence=replace(ELSEWHERE.evidence, sent=Sent("Somebody", "large")))
    one = ComparedQuestion(4, "Where?", {"somebody/large": unknown})
    assert dict(total_words(replace(table, questions=(*questions, one)).totals[1]))["Cost"] == "not known"
