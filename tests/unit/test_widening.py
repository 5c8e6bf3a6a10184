from dataclasses import replace

import pytest

from fakes import structured, words_of
from localassist.domain.documents import Block, BlockKind, PageSpan, Passage, StructuredText
from localassist.usecases.widening import widen

LEASE = structured(
    "# Rent\n\n"
    "This part speaks of money. The rent is 950 euros a month. It is due on the third working day. "
    "Payment is made by transfer. A reminder costs five euros.\n\n"
    "# Pets\n\n"
    "Dogs need consent. Cats are welcome. Birds may sing until ten in the evening.",
    "Lease",
)


def count_words(texts: list[str]) -> list[int]:
    return [len(words_of(text)) for text in texts]


def passage(content: StructuredText, quote: str, chunk_id: int = 1, score: float = 0.8, document: int = 1) -> Passage:
    start = content.text.index(quote)
    end = start + len(quote)
    return Passage(chunk_id, document, "/lease.md", "Lease", None, "Rent", quote, start, end, score)


def widened(query: str, found: list[Passage], budget: int, content: StructuredText = LEASE) -> tuple[Passage, ...]:
    return widen(query, found, lambda _: content, count_words, budget)


def test_a_passage_is_widened_to_its_section_and_no_further() -> None:
    (wide,) = widened("rent", [passage(LEASE, "It is due on the third working day. Payment is made by transfer.")], 500)
    assert wide.text.startswith("Rent\n\nThis part speaks of money.")
    assert wide.text.endswith("A reminder costs five euros.")
    assert "Dogs" not in wide.text


def test_with_little_room_the_sentences_with_the_questions_words_stay() -> None:
    quote = "This part speaks of money. The rent is 950 euros a month. It is due on the third working day."
    (wide,) = widened("How many euros is the rent?", [passage(LEASE, quote)], 8)
    assert wide.text == "The rent is 950 euros a month."


def test_what_is_given_is_verbatim_and_within_the_budget() -> None:
    found = [passage(LEASE, "Payment is made by transfer."), passage(LEASE, "Cats are welcome.", 2, 0.5)]
    for budget in range(0, 60, 7):
        wide = widened("transfer of cats", found, budget)
        assert sum(count_words([each.text for each in wide])) <= budget
        for each in wide:
            assert LEASE.text[each.char_start : each.char_end] == each.text.strip() == each.text
        assert len({each.chunk_id for each in wide}) == len(wide)


def test_passages_that_touch_are_one_under_the_better_chunk() -> None:
    found = [passage(LEASE, "Payment is made by transfer.", 7, 0.9), passage(LEASE, "A reminder costs five euros.", 8)]
    (wide,) = widened("How is payment made, and what does a reminder cost?", found, 10)
    assert wide.text == "Payment is made by transfer. A reminder costs five euros."
    assert wide.chunk_id == 7


def test_better_passages_come_first_and_get_the_room() -> None:
    cats = replace(passage(LEASE, "Cats are welcome.", 2, 0.9), heading="Pets")
    found = [cats, passage(LEASE, "The rent is 950 euros a month.", 3, 0.2)]
    assert [each.chunk_id for each in widened("anything", found, 100)] == [2, 3]
    assert [each.text for each in widened("anything", found, 3)] == ["Cats are welcome."]


def test_page_and_place_are_those_of_what_is_given() -> None:
    text = "Alpha stands on the first slide. Beta too.\nGamma stands on the second slide. Delta too."
    middle = text.index("Gamma")
    blocks = (Block(BlockKind.PARAGRAPH, 0, middle - 1), Block(BlockKind.PARAGRAPH, middle, len(text)))
    pages = (PageSpan(1, 0, middle, "slide 1"), PageSpan(2, middle, len(text), "slide 2"))
    slides = StructuredText(text, blocks, pages)
    (wide,) = widened("delta", [passage(slides, "Delta too.")], 100, slides)
    assert (wide.page, wide.place) == (2, "slide 2")
    assert wide.text == "Gamma stands on the second slide. Delta too.", "another slide is not its section"


def test_rows_are_taken_whole() -> None:
    table = structured("| Item | Price\n| Bolt | 2.50\n| Nut | 1.10\n| Washer | 0.40")
    (wide,) = widened("price of a nut", [passage(table, "| Bolt | 2.50\n| Nut | 1.10")], 3, table)
    assert wide.text == "| Nut | 1.10"


def test_a_document_that_is_gone_gives_nothing() -> None:
    assert widen("rent", [passage(LEASE, "Cats are welcome.")], lambda _: None, count_words, 100) == ()
    assert widened("rent", [], 100) == ()


@pytest.mark.parametrize("length", [50, 5_000])
def test_what_stands_far_away_in_a_long_document_is_not_looked_at(length: int) -> None:
    long = structured(" ".join(f"Sentence number {n} says a thing." for n in range(length)))
    (wide,) = widened("number 25", [passage(long, "Sentence number 25 says a thing.")], 10_000, long)
    assert 100 < len(wide.text) < 1000


def test_one_sentence_longer_than_the_reach_stays_whole() -> None:
    text = "x " * 4000 + "end."
    endless = StructuredText(text, (Block(BlockKind.PARAGRAPH, 0, len(text)),))
    part = replace(passage(endless, text[2000:2100].strip()), char_start=2000, char_end=2099)
    (wide,) = widened("x", [part], 1000, endless)
    assert wide.text == text[2000:2099].strip()
