import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localassist.domain.sentences import split_sentences


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rent is 950.50 euros. It is due.", ["The rent is 950.50 euros.", "It is due."]),
        ("Dr. Smith agreed, e.g. by mail. See No. 5!", ["Dr. Smith agreed, e.g. by mail.", "See No. 5!"]),
        ("Am 3. Mai ist Wartung. Das gilt z. B. auch hier.", ["Am 3. Mai ist Wartung.", "Das gilt z. B. auch hier."]),
        ("Is it so? The answer is no. See Art. 4 of it.", ["Is it so?", "The answer is no.", "See Art. 4 of it."]),
        ("Who? Me! Well… yes.", ["Who?", "Me!", "Well…", "yes."]),
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ("It is so. [2] It is not. [3]", ["It is so. [2]", "It is not. [3]"]),
        ("First:\n1. Take it. Now.\n2. Drop it.", ["First:", "1. Take it.", "Now.", "2. Drop it."]),
        ("- one\n- two\n\nA wrapped\nline.", ["- one", "- two", "A wrapped\nline."]),
        ("| a | b. C |\n| d | e |", ["| a | b. C |", "| d | e |"]),
        ("Fees\nItem | Price\nKey | 5\nThat is\nall.", ["Fees", "Item | Price", "Key | 5", "That is\nall."]),
        ("Run:\n```\nx = 1. y\n\nz\n```\nDone.", ["Run:", "```\nx = 1. y\n\nz\n```", "Done."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@given(st.text(alphabet='aB .!?\n-|#`1[]\f。"', max_size=300))
def test_every_visible_character_is_in_exactly_one_sentence(text: str) -> None:
    spans = split_sentences(text)
    held = [p for start, end in spans for p in range(start, end)]
    assert held == sorted(set(held))
    assert all(text[p].isspace() for p in set(range(len(text))) - set(held))


@pytest.mark.parametrize("unit", [".", "\n ", " ", "```", '. "', "[1] ", "1. ", "|\n"])
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - started < 10
