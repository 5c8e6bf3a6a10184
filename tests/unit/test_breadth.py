import pytest

from localassist.usecases.breadth import asks_for_all


@pytest.mark.parametrize(
    "question",
    [
        "List all tenants.",
        "Please list every deadline in these contracts",
        "Give me all invoices above 500 euros",
        "Which of the leases allow pets?",
        "Which tenants pay more than 1,000 euros?",
        "What are all the parties to the agreement?",
        "How many of the contracts mention a penalty?",
        "Nenne alle Mieter.",
        "Bitte zähle die Fristen auf.",
        "Welche der Verträge erlauben Haustiere?",
        "Welche Mieter zahlen mehr als 1000 Euro?",
        "Wer sind alle Vertragsparteien?",
    ],
)
def test_questions_about_all_there_is_are_known(question: str) -> None:
    assert asks_for_all(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent of flat 4B?",
        "Which process causes the delay?",
        "Which class did he attend?",
        "Was everything paid for at once?",
        "Who lives in flat 7A?",
        "Wie hoch ist die Miete?",
        "Welche Miete gilt ab Mai?",
        "Wann wurde die Liste zuletzt geändert?",
        "",
    ],
)
def test_questions_with_one_answer_are_not(question: str) -> None:
    assert not asks_for_all(question)
