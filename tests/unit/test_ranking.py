from hypothesis import given
from hypothesis import strategies as st

from localassist.domain.terms import terms
from localassist.usecases.ranking import WantedTerms

QUESTION = "Must the tenant of flat 7A pay well-known e-mail costs of A.B. Miller's non-smoking rooms?"
TEXTS = st.lists(
    st.sampled_from(["tenants", "7a", "7ab", "well-known", "known", "e-mail", "mail", "costs", "a.b", "miller's", "x"]),
    max_size=8,
).flatmap(lambda words: st.sampled_from([" ", "-", ".", "--", "_", "'", "’ "]).map(lambda between: between.join(words)))


@given(TEXTS)
def test_words_are_looked_for_alike_in_plain_and_other_letters(text: str) -> None:
    assert WantedTerms(QUESTION).held_by(text) == WantedTerms(QUESTION).held_by(f"{text} é")


@given(TEXTS)
def test_the_terms_held_are_those_that_both_have(text: str) -> None:
    assert WantedTerms(QUESTION).held_by(text) == set(terms(QUESTION)) & set(terms(text))


def test_a_question_without_terms_is_held_by_nothing() -> None:
    assert WantedTerms("?").held_by("the tenant") == set()
