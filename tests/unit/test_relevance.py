"""Questions that passages answer, questions that are only near them, and questions about something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localassist.domain.documents import Passage
from localassist.usecases.relevance import Relevance, is_question, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEASE = (
    "The rent of flat 4B is 950 euros a month. It is due on the third working day. The tenant may end the agreement "
    "with sixty days' notice in writing. Notice by telephone has no effect."
)
BOATS = "A sloop has one mast and two sails. The ketch was invented in Holland and has two masts."
REPORT = "Forestry earned 205.4 million dollars in 2024. Mining earned 689 million. The board meets in Tarnbeck."


def passages(*texts: str, path: str = "/files/{}.txt") -> list[Passage]:
    return [
        Passage(n, n, path.format(n), "", None, "", text, 0, len(text), 1 - n / 10) for n, text in enumerate(texts, 1)
    ]


FOUND = passages(LEASE, BOATS, REPORT)


def near(best: str, nearness: float = 0.6) -> Callable[[Sequence[str]], list[float]]:
    """Nearness as an embedding model gives it: one sentence is near the question, the others are not."""
    return lambda texts: [nearness if best and best in text else 0.1 for text in texts]


@pytest.mark.parametrize(
    ("question", "best", "expected"),
    [
        ("What is the rent of flat 4B?", "950 euros", Relevance.ANSWERS),
        ("How many sails does a sloop have?", "two sails", Relevance.ANSWERS),
        ("How much did forestry earn in 2024?", "Forestry earned", Relevance.ANSWERS),
        ("What do I owe if I break the lease early?", "sixty days", Relevance.NEAREST),
        ("How much did fishing earn in Portugal in 2019?", "Forestry earned", Relevance.NEAREST),
        ("What is the deposit for the garage in Kestrel Road?", "", Relevance.NONE),
        ("Wie hoch ist die Kaution für die Garage?", "", Relevance.NONE),
        ("What is this document about?", "", Relevance.ANSWERS),
        ("Who is it?", "sixty days", Relevance.NEAREST),
        ("???", "", Relevance.NONE),
    ],
)
def test_a_sentence_must_speak_of_what_is_asked(question: str, best: str, expected: Relevance) -> None:
    assert judge(question, FOUND, near(best)) is expected


def test_who_asks_in_words_of_their_own_is_not_refused() -> None:
    asked = "How soon do I have to tell them before I go?"
    assert judge(asked, FOUND, near("sixty days", 0.5)) is Relevance.NEAREST
    assert judge(asked, FOUND, near("")) is Relevance.NONE


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the rent of flat 4B?", Relevance.ANSWERS),
        ("What is the rent of the garage in Kestrel Road?", Relevance.NEAREST),
        ("Where does the captain of the submarine live?", Relevance.NONE),
    ],
)
def test_without_an_embedding_model_words_decide(question: str, expected: Relevance) -> None:
    assert judge(question, FOUND, None) is expected


def test_what_only_the_files_name_says_counts() -> None:
    text = "A hotel room may cost 185 euros a night."
    question = "What may a hotel room cost under the expense policy 2025?"
    for path, expected in (("/files/{}.txt", Relevance.NEAREST), ("/expense-policy-2025-{}.docx", Relevance.ANSWERS)):
        found = passages(text, BOATS, REPORT, path=path)
        assert judge(question, found, near("185 euros", 0.3)) is expected


def test_where_no_passage_was_found_nothing_answers() -> None:
    assert judge("What is the rent?", [], None) is Relevance.NONE
    assert judge("What is this document about?", [], None) is Relevance.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the rent", True),
        ("The rent is due when?", True),
        ("Wie hoch ist die Miete", True),
        ("Summarise the lease", False),
        ("Thank you", False),
        ("What is this? " + "pasted text " * 100, False),
    ],
)
def test_what_a_question_is(text: str, *, expected: bool) -> None:
    assert is_question(text) is expected
