"""Questions that passages answer, and questions that are only about something like them."""

from __future__ import annotations

import pytest

from localassist.domain.documents import Passage
from localassist.usecases.relevance import answers, is_question

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


def near(best: str) -> object:
    """Cosines as an embedding model gives them: one sentence is near the question, the others are not."""
    return lambda texts: [0.7 if best and best in text else 0.15 for text in texts]


@pytest.mark.parametrize(
    ("question", "best", "expected"),
    [
        ("What is the rent of flat 4B?", "950 euros", True),
        ("How many sails does a sloop have?", "two sails", True),
        ("How much did forestry earn in 2024?", "Forestry earned", True),
        ("What is the deposit for the garage in Kestrel Road?", "", False),
        ("Who is the landlord's lawyer in Harrowmere?", "", False),
        ("How much did fishing earn in Portugal in 2019?", "Forestry earned", False),
        ("Wie hoch ist die Kaution für die Garage?", "", False),
        ("What is this document about?", "", True),
        ("???", "", False),
    ],
)
def test_a_sentence_must_speak_of_what_is_asked(question: str, best: str, *, expected: bool) -> None:
    assert answers(question, FOUND, near(best)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "expected"),
    [("What is the rent of flat 4B?", True), ("Where does the captain of the submarine live?", False)],
)
def test_without_an_embedding_model_words_decide(question: str, *, expected: bool) -> None:
    assert answers(question, FOUND, None) is expected


def test_what_only_the_files_name_says_counts() -> None:
    text = "A hotel room may cost 185 euros a night."
    found = passages(text, BOATS, REPORT, path="/files/expense-policy-2025-{}.docx")
    question = "What may a hotel room cost under the expense policy 2025?"
    assert answers(question, found, near("185 euros"))  # type: ignore[arg-type]


def test_where_no_passage_was_found_nothing_answers() -> None:
    assert not answers("What is the rent?", [], None)


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
