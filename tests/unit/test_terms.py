import pytest

from localassist.domain.terms import stem, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tenant's Rent, isn't it?", ["the", "tenant", "rent", "isn't", "it"]),
        ("Kündigungsfrist für Wohnung 7A", ["kundigungsfrist", "fur", "wohnung", "7a"]),
        ("e-mail 12.5 mg", ["e-mail", "12.5", "mg"]),
        ("租金是多少", ["租金", "金是", "是多", "多少"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "forms",
    [
        "report reports reported reporting",
        "payment payments",
        "policy policies",
        "kundigung kundigungen",
        "monat monate monaten",
        "key keys",
    ],
)
def test_forms_of_one_word_have_one_stem(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1, {stem(word) for word in forms.split()}


@pytest.mark.parametrize("pair", ["lease leak", "north south", "nitrate nitrite", "7a 7b", "rent rental"])
def test_different_words_stay_different(pair: str) -> None:
    first, second = pair.split()
    assert stem(first) != stem(second)


def test_terms_leave_out_what_says_nothing() -> None:
    assert terms("What is the rent of the flat, and when is it due?") == ["rent", "flat", "due"]
    assert terms("Wie hoch ist die Miete für diese Wohnung?") == ["hoch", "miet", "wohnung"]
