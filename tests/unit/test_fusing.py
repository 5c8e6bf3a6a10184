from array import array

import pytest

from localassist.domain.documents import Scored
from localassist.domain.vectors import Vectors
from localassist.usecases.fusing import best_of, fuse, fuse_ranks, mean_of, sureness, with_feedback


def vector(*numbers: float) -> Vectors:
    return Vectors(memoryview(array("f", numbers)), len(numbers))


def scores(*numbers: float, first: int = 1) -> list[Scored]:
    return [Scored(chunk_id, number) for chunk_id, number in enumerate(numbers, first)]


def test_two_searches_that_are_equally_sure_have_half_the_say_each() -> None:
    fused = fuse(scores(10.0, 5.0, 0.0), [Scored(3, 0.9), Scored(2, 0.6), Scored(4, 0.3)])
    assert {chunk_id: round(share.score, 6) for chunk_id, share in fused.items()} == {1: 0.5, 2: 0.5, 3: 0.5, 4: 0.0}
    assert (fused[1].words, fused[1].meaning) == (pytest.approx(0.5), 0)


def test_a_search_that_finds_everything_alike_has_less_say() -> None:
    sure = scores(9.0, 1.0, 1.1, 1.2, 0.9, 1.0)
    unsure = scores(0.50, 0.52, 0.54, 0.56, 0.58, 0.60)
    by_words, by_meaning = fuse(sure, unsure), fuse(unsure, sure)
    assert by_words[1].words > 0.5
    assert by_meaning[1].meaning > 0.5
    assert best_of(by_words, 1) == best_of(by_meaning, 1) == [1]


def test_a_chunk_with_few_of_the_words_has_more_than_one_with_none() -> None:
    fused = fuse(scores(8.0, 4.0), scores(0.5, 0.4, 0.3, 0.2))
    assert fused[2].words == pytest.approx(fused[1].words / 2)
    assert fused[3].words == 0


def test_a_search_that_found_nothing_does_not_count() -> None:
    assert {i: share.score for i, share in fuse(scores(10.0, 5.0, 0.0), []).items()} == {1: 1.0, 2: 0.5, 3: 0.0}
    assert {i: share.score for i, share in fuse([], scores(0.3)).items()} == {1: 1.0}
    assert fuse([], []) == {}


def test_sureness_says_how_far_the_best_stands_out() -> None:
    assert sureness([5.0, 1.0, 1.0, 1.0]) > sureness([5.0, 4.0, 3.0, 2.0])
    assert sureness([]) == sureness([2.0]) == sureness([2.0, 2.0]) == 1


@pytest.mark.parametrize("alike", [0.8576835731834929, 0.4664939312954197, 0.1, 1 / 3])
def test_scores_that_are_all_alike_say_nothing(alike: float) -> None:
    assert all(sureness([alike] * count) == 1 for count in range(1, 30))


def test_reciprocal_ranks_ignore_scores() -> None:
    assert fuse_ranks(scores(9.0, 1.0), scores(0.9, first=2)) == {1: 1 / 61, 2: 1 / 62 + 1 / 61}


def test_the_mean_of_two_fusions_counts_what_one_lacks_as_nothing() -> None:
    mean = mean_of(fuse(scores(2.0, 1.0), []), fuse(scores(4.0, first=2), []))
    assert {i: share.score for i, share in mean.items()} == {1: 0.5, 2: 0.5}


def test_feedback_moves_a_question_towards_what_seems_to_answer_it() -> None:
    moved = with_feedback(vector(1.0, 0.0), [(vector(0.0, 1.0), 0.8)])
    assert list(moved.data) == pytest.approx([1 / 1.25**0.5, 0.5 / 1.25**0.5])
    query = vector(1.0, 0.0)
    assert with_feedback(query, []) is query
