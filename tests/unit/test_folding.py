import pytest

from localassist.domain.documents import Passage
from localassist.usecases.folding import spread, without_repeats

CLAUSE = (
    "The tenant pays the rent of 950 euros on the third working day of each month by transfer to the account that the "
    "landlord has named, and the deposit is paid back to Maria Lopez within two months after the keys were returned."
)


def passages(*texts: str, title: str = "Lease") -> list[Passage]:
    return [Passage(n, n, f"/{n}.md", title, None, "", text, 0, len(text)) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("was", "became"),
    [
        ("each month", "every month"),
        ("the account that", "the account  which"),
        ("The tenant pays", "The tenant  pays"),
    ],
)
def test_what_says_the_same_nearly_word_for_word_comes_once(was: str, became: str) -> None:
    assert len(without_repeats(passages(CLAUSE, CLAUSE.replace(was, became)), 5)) == 1


@pytest.mark.parametrize(
    ("was", "became"),
    [
        ("950", "1,150"),
        ("Maria Lopez", "Jan Novak"),
        ("The tenant pays", "The tenant does not pay"),
        ("the third working day", "3 March"),
    ],
)
def test_passages_that_differ_in_a_figure_a_date_a_name_or_a_negation_stay(was: str, became: str) -> None:
    assert len(without_repeats(passages(CLAUSE, CLAUSE.replace(was, became)), 5)) == 2


def test_the_same_clause_of_documents_with_other_titles_stays() -> None:
    both = [*passages(CLAUSE, title="Lease 4B"), *passages(CLAUSE, title="Lease 7A")]
    assert without_repeats(both, 5) == both


def test_no_more_than_asked_for_are_given_best_first() -> None:
    found = passages("One thing.", "Another matter.", "A third story.")
    assert without_repeats(found, 2) == found[:2]


def test_the_best_of_each_document_comes_before_the_second_of_any() -> None:
    found = [Passage(n, document, "/a", "", None, "", "", 0, 0) for n, document in enumerate([1, 1, 2, 1, 2, 3])]
    assert [passage.chunk_id for passage in spread(found)] == [0, 2, 5, 1, 4, 3]
