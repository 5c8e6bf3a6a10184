"""A number is held against the words that it belongs to, not against any that stand in its sentence."""

import pytest

from localassist.domain.quantities import find_quantities
from localassist.domain.terms import terms
from localassist.usecases.belonging import belongs_to_another

TRIAL = "The notice period is four weeks during the trial of seven months."


def belongs_elsewhere(said: str, held: str) -> bool:
    claims = find_quantities(said)
    return belongs_to_another(claims[-1], frozenset(terms(said)), claims, held)


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The notice period is seven months.", TRIAL),
        ("The notice period is 7 months.", TRIAL),
        ("The late fee is 60 euros.", "The late fee is 45 euros, a new key costs 60 euros."),
    ],
)
def test_a_number_of_something_else_in_the_sentence_is_told(said: str, held: str) -> None:
    assert belongs_elsewhere(said, held)


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The notice period is four weeks.", TRIAL),
        ("The trial takes seven months.", TRIAL),
        ("Operating profit decreased to 4.4 million.", "Operating profit fell from 5.1 million to 4.4 million."),
        ("The late fee is 60 dollars after 30 days.", "The late fee is 45 dollars after 10 days and 60 after 30 days."),
        ("The notice period is nine months.", TRIAL),
    ],
)
def test_a_number_beside_its_own_words_is_left_alone(said: str, held: str) -> None:
    assert not belongs_elsewhere(said, held)
