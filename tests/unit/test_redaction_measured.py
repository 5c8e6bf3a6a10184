"""The benchmark of redaction: letters that are made up, and whether who is named in them is found."""

from __future__ import annotations

import pytest

from localassist.bench.inventing import KINDS, PRIVATE_WORDS, Invented, Named, invent
from localassist.bench.redaction import is_replaced, measure
from localassist.domain.outbound import Identifier, Recognised


def test_the_same_seed_gives_the_same_letters_and_another_seed_others() -> None:
    first = list(invent(10, 3))
    assert first == list(invent(10, 3))
    assert first != list(invent(10, 4))
    assert {letter.language for letter in first} == {"en", "de", "fr", "es", "it"}


@pytest.mark.parametrize("others", [False, True])
def test_a_letter_says_where_each_of_twelve_kinds_stands(others: bool) -> None:
    letters = list(invent(60, 3, others=others))
    assert {named.kind for letter in letters for named in letter.named} == set(KINDS)
    for letter in letters:
        for named in letter.named:
            assert letter.text[named.start : named.end].strip()
        words = [letter.text[each.start : each.end] for each in letter.named if each.kind == "word"]
        assert all(" ".join(word.split()).casefold() in {w.casefold() for w in PRIVATE_WORDS} for word in words)


def test_letters_have_lines_broken_inside_of_names_and_what_text_recognition_makes_of_numbers() -> None:
    letters = list(invent(100, 3))
    written = [letter.text[each.start : each.end] for letter in letters for each in letter.named]
    assert any("\n" in each for each in written)
    assert any("\u00ad" in each for each in written)
    assert any("０" <= sign <= "９" for each in written for sign in each)


def test_something_counts_as_replaced_only_when_nothing_of_it_is_left() -> None:
    text, named = "Ask Anna Schmidt!", Named("person", 4, 16)
    assert is_replaced(text, named, [Recognised(Identifier.PERSON, 4, 16)])
    assert is_replaced(text, named, [Recognised(Identifier.PERSON, 4, 8), Recognised(Identifier.PERSON, 9, 16)])
    assert not is_replaced(text, named, [Recognised(Identifier.PERSON, 4, 15)])
    assert not is_replaced(text, named, [])


def test_a_figure_that_misses_its_target_says_so() -> None:
    letter = Invented("en", "zz Qq aaaaa", (Named("person", 3, 5), Named("card", 6, 11), Named("address", 0, 2)))
    structured, names, _ = measure([letter], "nonsense")
    assert (structured.value, structured.holds) == (0, False)
    assert (names.value, names.holds) == (0, False)


@pytest.mark.slow
def test_letters_like_those_that_the_rules_were_made_on_reach_the_targets() -> None:
    structured, names, addresses = measure(invent(250, 20_261_125), "letters")
    assert structured.value >= 0.99, structured.reference
    assert names.value >= 0.8
    assert addresses.value >= 0.9
