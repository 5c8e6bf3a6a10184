"""Redacting: placeholders that stay the same through a conversation, and texts that come back as they were."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localassist.domain.outbound import Identifier, Recognised, Replacement
from localassist.usecases.redacting import Redactor
from localassist.usecases.restoring import Restorer, restored

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spotter:
    """Recognises what it was told to, as it is written."""

    name = "a list"

    def __init__(self, *found: tuple[str, Identifier]) -> None:
        self._found = found

    def __call__(self, text: str) -> Sequence[Recognised]:
        spans = [
            Recognised(kind, match.start(), match.end())
            for original, kind in self._found
            for match in re.finditer(re.escape(original), text)
        ]
        return sorted(spans, key=lambda span: span.start)


ANNA = ("Anna Schmidt", Identifier.PERSON)
MAIL = ("anna@example.org", Identifier.MAIL)
CARD = ("4111 1111 1111 1111", Identifier.CARD)


def test_an_original_gets_the_same_placeholder_in_any_case_and_spacing_in_all_texts() -> None:
    redacted = Redactor(Spotter(ANNA, CARD))(
        ["Anna Schmidt pays with 4111 1111 1111 1111.", "ANNA\nSCHMIDT, 4111-1111-1111-1111", "anna  schmidt's card"]
    )
    assert redacted.texts == ("[PERSON_1] pays with [CARD_1].", "[PERSON_1], [CARD_1]", "[PERSON_1]'s card")
    assert redacted.replacements == (
        Replacement("[PERSON_1]", "Anna Schmidt", Identifier.PERSON, 3),
        Replacement("[CARD_1]", "4111 1111 1111 1111", Identifier.CARD, 2),
    )


def test_a_later_question_keeps_the_numbers_and_goes_on_counting() -> None:
    redactor = Redactor(Spotter(ANNA, MAIL, ("Jens Maier", Identifier.PERSON)))
    first = redactor(["Jens Maier called."])
    second = redactor(["Anna Schmidt, anna@example.org, and Jens Maier"], first.known)
    assert second.texts == ("[PERSON_2], [MAIL_1], and [PERSON_1]",)
    third = redactor(["Anna Schmidt again"], second.known)
    assert third.texts == ("[PERSON_2] again",)
    assert [each.placeholder for each in third.replacements] == ["[PERSON_2]"]
    assert {each.placeholder: each.count for each in third.known} == {"[PERSON_1]": 0, "[PERSON_2]": 1, "[MAIL_1]": 0}


def test_a_name_recognised_in_one_text_is_replaced_in_the_others_its_last_word_alone_too() -> None:
    redacted = Redactor(Spotter(ANNA))(["Signed: Anna Schmidt", "Frau Schmidts Vertrag; a schmidt is a smith"])
    assert redacted.texts == ("Signed: [PERSON_1]", "Frau [PERSON_2]s Vertrag; a schmidt is a smith")
    assert restored(redacted.texts[1], redacted.known) == "Frau Schmidts Vertrag; a schmidt is a smith"


def test_what_the_user_shows_stays_and_what_the_user_hides_goes() -> None:
    redacted = Redactor(Spotter(ANNA, MAIL))(
        ["Anna Schmidt (anna@example.org) leads Project Falke; Falkes budget, FALKE."],
        shown=frozenset({"ANNA@example.org"}),
        hidden=("falke",),
    )
    assert redacted.texts == ("[PERSON_1] (anna@example.org) leads Project [WORD_1]; [WORD_1]s budget, [WORD_1].",)


@pytest.mark.parametrize("text", ["[PERSON_1]", "see person_1 here", r"\[Mail\_1\]", "[Adresse 7]", "【PHONE_2】"])
def test_what_looks_like_a_placeholder_is_replaced_itself_and_comes_back(text: str) -> None:
    redactor = Redactor(Spotter(ANNA))
    known = redactor(["Anna Schmidt"]).known
    redacted = redactor([f"{text} of Anna Schmidt"], known)
    assert "[WORD_1]" in redacted.texts[0]
    assert restored(redacted.texts[0], redacted.known) == f"{text} of Anna Schmidt"


def test_overlapping_finds_become_one_that_hides_all_of_them() -> None:
    spotter = Spotter(
        ("Anna Schmidt, Hauptstr. 5", Identifier.ADDRESS), ANNA, ("Hauptstr. 5, Bonn", Identifier.ADDRESS)
    )
    redacted = Redactor(spotter)(["Send it to Anna Schmidt, Hauptstr. 5, Bonn today"])
    assert redacted.texts == ("Send it to [ADDRESS_1] today",)


SPELLINGS = {
    "[PERSON_1]": "Anna Schmidt",
    "[person_1]": "Anna Schmidt",
    "PERSON_1": "Anna Schmidt",
    "Person_1": "Anna Schmidt",
    "[PERSON 1]": "Anna Schmidt",
    "[Person-1]": "Anna Schmidt",
    "[ PERSON_1 ]": "Anna Schmidt",
    "[PERSON1]": "Anna Schmidt",
    "[PERSONNE_1]": "Anna Schmidt",
    "**[PERSON_1]**": "**Anna Schmidt**",
    "`PERSON_1`": "`Anna Schmidt`",
    "_PERSON_1_": "_Anna Schmidt_",
    "[PERSON_1]'s": "Anna Schmidt's",
    "[PERSON_1]s": "Anna Schmidts",
    "[PERSON_1s]": "Anna Schmidts",
    "[PERSON_1's]": "Anna Schmidt's",
    r"\[PERSON\_1\]": "Anna Schmidt",
    r"[PERSON\_1]": "Anna Schmidt",
    "PERSON\\_1": "Anna Schmidt",
    "\uff3bPERSON_1\uff3d": "Anna Schmidt",
    "[PERSON_1, MAIL_1]": "[Anna Schmidt, anna@example.org]",
    "[PERSON_1][MAIL_1]": "Anna Schmidtanna@example.org",
    "[MAIL_1](mailto:[MAIL_1])": "[anna@example.org](mailto:anna@example.org)",
    "[PERSON_1](2)": "Anna Schmidt(2)",
    "[PERSON_12]": "[PERSON_12]",
    "PERSON_12": "PERSON_12",
    "superperson_1": "superperson_1",
    "Person 1": "Person 1",
    "[PERSON_1": "[Anna Schmidt",
    "[PERSON_": "[PERSON_",
    "[PERSON_1 and more": "[Anna Schmidt and more",
    "\\[PERSON_1]": "\\Anna Schmidt",
    "[1] [see](http://x) [PERSONAL] \\[x\\]": "[1] [see](http://x) [PERSONAL] \\[x\\]",
}
KNOWN = (
    Replacement("[PERSON_1]", "Anna Schmidt", Identifier.PERSON),
    Replacement("[MAIL_1]", "anna@example.org", Identifier.MAIL),
)


@pytest.mark.parametrize(("spelt", "shown"), SPELLINGS.items())
def test_originals_come_back_however_they_are_spelt_and_wherever_the_stream_is_cut(spelt: str, shown: str) -> None:
    whole = f"Ask {spelt}, then go."
    for first in range(len(whole) + 1):
        for second in range(first, min(first + 5, len(whole)) + 1):
            assert _streamed([whole[:first], whole[first:second], whole[second:]]) == f"Ask {shown}, then go."
    assert _streamed(list(whole)) == f"Ask {shown}, then go."
    assert _streamed([spelt]) == shown


@given(
    st.lists(st.sampled_from([*SPELLINGS, "[", "]", "\\", "_", "1", "(", "p", " ", "\n", "mailto:", "ä"]), max_size=12),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_no_cut_changes_loses_or_doubles_a_character(parts: list[str], cuts: list[int]) -> None:
    whole = "".join(parts)
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(places)]
    assert _streamed(pieces) == _streamed([whole]) == _streamed(list(whole))


@given(st.text(alphabet="ab [](){}_1P:ersonMAIL\\\n*#äß", max_size=80))
def test_a_text_without_placeholders_passes_to_the_letter(text: str) -> None:
    assert _streamed(list(text), ()) == text
    other = (Replacement("[SECRET_9]", "x", Identifier.SECRET),)
    assert _streamed(list(text), other) == text


@pytest.mark.parametrize("text", ["Hello there. ", "see [1]", "[link](http://example.org/a)", "\\(x\\)", "a[b"])
def test_ordinary_text_passes_at_once(text: str) -> None:
    assert Restorer(KNOWN).feed(text) == text


def test_little_is_held_back() -> None:
    restorer = Restorer(KNOWN)
    assert restorer.feed("It is [PER") == "It is "
    assert restorer.feed("SON_1] who") == "Anna Schmidt who"
    assert restorer.feed(" [PERSONAL") == " [PERSONAL"


@given(
    st.lists(
        st.sampled_from(
            [
                "Anna Schmidt",
                "anna@example.org",
                "4111 1111 1111 1111",
                "[PERSON_1]",
                "MAIL_1",
                "[ID 3]",
                "falke",
                " ",
                "\n",
                "[",
                "]",
                "\\",
                "(",
                "x",
                ", ",
                "é",
            ]
        ),
        max_size=14,
    )
)
def test_a_text_comes_back_as_it_was(parts: list[str]) -> None:
    text = "".join(parts)
    redacted = Redactor(Spotter(ANNA, MAIL, CARD))([text, "Anna Schmidt"], hidden=("falke",))
    assert restored(redacted.texts[0], redacted.known) == text
    assert "anna@" not in redacted.texts[0]
    assert "4111" not in redacted.texts[0]


def _streamed(pieces: Sequence[str], known: Sequence[Replacement] = KNOWN) -> str:
    restorer = Restorer(known)
    return "".join([*(restorer.feed(piece) for piece in pieces), restorer.end()])
