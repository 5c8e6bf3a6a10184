import pytest

from localassist.usecases.leaning import context_of

RENT = "What is the monthly rent of flat 4B?"
MIETE = "Wie hoch ist die Miete der Wohnung 4B?"


@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("And the deposit?", RENT),
        ("How high is the deposit?", RENT),
        ("When is it due?", RENT),
        ("And of flat 7A?", "What is the monthly rent of flat ?"),
        ("What about flat 12?", "What is the monthly rent of flat ?"),
        ("And who pays for the repairs of the boiler in the cellar?", ""),
        ("Which hotels may employees book in capital cities?", ""),
    ],
)
def test_a_follow_up_takes_with_it_what_it_does_not_say(question: str, context: str) -> None:
    assert context_of(question, [RENT]) == context


@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("Und die Kaution?", MIETE),
        ("Wann ist sie fällig?", MIETE),
        ("Und der Wohnung 7A?", "Wie hoch ist die Miete der Wohnung ?"),
        ("Welche Hotels dürfen Angestellte in Hauptstädten buchen?", ""),
    ],
)
def test_so_does_a_german_one(question: str, context: str) -> None:
    assert context_of(question, [MIETE]) == context


def test_a_year_takes_the_place_of_a_year_and_not_of_a_flat() -> None:
    before = "What was the rent of flat 4B in 2023?"
    assert context_of("And in 2024?", [before]) == "What was the rent of flat 4B in ?"
    assert context_of("And of flat 7A?", [before]) == "What was the rent of flat in 2023?"


def test_a_name_takes_the_place_of_a_name() -> None:
    assert context_of("And of Jan Novak?", ["What is the deposit of Maria Lopez?"]) == "What is the deposit of ?"
    assert context_of("Und von Jan Novak?", ["Wie hoch ist die Kaution von Maria Lopez?"]).startswith(
        "Wie hoch ist die Kaution"
    )
    assert "Maria" not in context_of("Und von Jan Novak?", ["Wie hoch ist die Kaution von Maria Lopez?"])


def test_a_question_may_lean_on_one_that_leans() -> None:
    earlier = ["Who wrote the audit of 1999?", RENT, "And the deposit?"]
    assert context_of("When is it paid back?", earlier) == f"{RENT}\nAnd the deposit?"
    assert context_of("And of flat 7A?", earlier) == "What is the monthly rent of flat ?\nAnd the deposit?"


def test_the_first_question_leans_on_nothing() -> None:
    assert context_of("And the deposit?", []) == ""
