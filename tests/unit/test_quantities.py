import pytest

from localassist.domain.quantities import find_quantities, held_values


def values(text: str) -> list[set[str]]:
    return [set(quantity.values) for quantity in find_quantities(text)]


def says(answer: str, source: str) -> bool:
    held = held_values(find_quantities(source))
    found = find_quantities(answer)
    return bool(found) and all(quantity.is_among(held) for quantity in found)


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("1,150 euros", "1.150,00 €"),
        ("1150", "1 150"),
        ("12.5 %", "12,50 per cent"),
        ("sixty days", "60 days"),
        ("3 months", "drei Monate"),
        ("thirty-two days", "32 days"),
        ("3 March 2025", "2025-03-03"),
        ("March 3rd, 2025", "am 3. März 2025"),
        ("03.03.2025.", "on 3/3/2025/"),
        ("in March 2025", "from 12 March 2025"),
        ("in 2025", "on 12 March 2025"),
        ("2:30 pm", "14:30"),
        ("5 p.m.", "17 Uhr"),
        ("1.2 million", "1,200,000"),
        ("3 Mio. Euro", "EUR 3,000,000"),
        ("5 kg", "5kg"),
        ("the 2nd day", "day 2"),
        ("flat 4b", "Flat 4B"),
    ],
)
def test_the_same_quantity_in_another_notation(answer: str, source: str) -> None:
    assert says(answer, source)


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("950", "9500"),
        ("60 days", "90 days"),
        ("3 March 2025", "4 March 2025"),
        ("3 March 2025", "3 March 2024"),
        ("flat 4B", "flat 4A, 4 rooms"),
        ("14:30", "14:45"),
        ("12.5", "125"),
        ("thirty-two days", "30 days, 2 nights"),
        ("Q1", "Q2, 1"),
    ],
)
def test_another_quantity(answer: str, source: str) -> None:
    assert not says(answer, source)


def test_a_comma_may_group_or_divide() -> None:
    assert values("1,000") == [{"1000", "1"}]
    assert values("1,00") == [{"1"}]
    assert values("1,000.5") == [{"1000.5"}]


def test_spans_are_those_of_the_number() -> None:
    text = "It costs €1,150.50 from 3 May 2025 on."
    assert [text[q.start : q.end] for q in find_quantities(text)] == ["1,150.50", "3 May 2025"]


def test_endless_digits_are_a_code_equal_to_itself_only() -> None:
    card = "4" * 29
    assert says(card, f"It is {card}.")
    assert not says(card, card[:-1] + "5")
    assert values("1" * 1_100_000) == [{"1" * 1_100_000}]


@pytest.mark.parametrize(
    ("text", "claimed"),
    [("one month", True), ("zwei Wochen", True), ("two things", False), ("a week's", False), ("eine Woche", False)],
)
def test_a_number_written_as_a_word_is_a_claim_when_a_unit_follows(text: str, claimed: bool) -> None:
    assert [not quantity.spelled for quantity in find_quantities(text)] == [claimed]


def test_a_plain_article_is_no_number() -> None:
    assert find_quantities("It rains one of the days; the rent is due a month from then.") == []
