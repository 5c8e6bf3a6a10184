from __future__ import annotations

import time

import pytest

from fakes import structured, words_of
from localassist.domain.documents import Block, BlockKind, Passage, StructuredText
from localassist.usecases.citing import Grounded, without_markers
from localassist.usecases.grounding import Material, answer_with_quotes, ground

LEASE_4B = """# Tenancy agreement flat 4B

The rent is 950.00 euros a month. It is due on the third working day of each month.\f
The tenant may end this agreement with sixty (60) days' notice in writing. Notice by telephone has no effect.

| Charge | Amount
| Late payment | $45
| Lost key | $30
"""
LEASE_7A = (
    LEASE_4B.replace("4B", "7A").replace("950", "1,150").replace("sixty (60)", "ninety (90)").replace("$45", "$60")
)
BOATS = "# Boats\n\nA sloop has one mast and two sails. The ketch was invented in 1650 and has two masts."


class Shelf:
    def __init__(self, *documents: tuple[str, str]) -> None:
        self.contents = {n: structured(text, title) for n, (title, text) in enumerate(documents, 1)}

    def find(self, document_id: int) -> StructuredText | None:
        return self.contents.get(document_id)

    def passages(self, *order: tuple[int, float]) -> tuple[Passage, ...]:
        return tuple(self._passage(document_id, score) for document_id, score in order)

    def _passage(self, document_id: int, score: float) -> Passage:
        content = self.contents[document_id]
        path = f"/files/{content.title}.pdf"
        end = len(content.text)
        page = content.page_at(0)
        return Passage(document_id * 10, document_id, path, content.title, page, "", content.text, 0, end, score)


def shared_words(question: str, texts: list[str]) -> list[float]:
    asked = set(words_of(question))
    return [len(asked & set(words_of(text))) / (1 + len(asked)) for text in texts]


SHELF = Shelf(("Lease 4B", LEASE_4B), ("Lease 7A", LEASE_7A), ("Boats", BOATS))


def grounded(question: str, answer: str, *order: tuple[int, float], complete: bool = True) -> Grounded:
    passages = SHELF.passages(*(order or ((1, 0.9), (2, 0.7), (3, 0.2))))
    return ground(Material(question, passages, SHELF.find, shared_words), answer, complete=complete)


def cited(result: Grounded, n: int = 1) -> str:
    return next(citation.quote for citation in result.citations if citation.n == n)


def marked(result: Grounded) -> list[tuple[str, tuple[int, ...]]]:
    return [(result.text[s.start : s.end], s.citations) for s in result.sentences]


def unsupported(result: Grounded) -> list[str]:
    return [result.text[start:end] for s in result.sentences for start, end in s.unsupported]


RENT = "What is the rent of flat 4B?"


@pytest.mark.parametrize(
    "answer",
    [
        "The rent is 950 euros per month.",
        "The rent of flat 4B is €950.00 a month.",
        "Rent: 950,00 EUR a month.",
        "According to passage 1, the monthly rent is 950 euros.",
    ],
)
def test_a_sentence_rests_on_the_words_that_say_the_same(answer: str) -> None:
    result = grounded(RENT, answer)
    assert result.text == f"{answer} [1]"
    assert cited(result) == "The rent is 950.00 euros a month."
    assert marked(result) == [(answer, (1,))]
    assert unsupported(result) == []


def test_quotes_are_verbatim_at_their_places_and_pages() -> None:
    result = grounded("How can I end it?", "The tenant may end it with 60 days' notice in writing.")
    citation = result.citations[0]
    assert SHELF.contents[1].text[citation.char_start : citation.char_end] == citation.quote
    assert citation.quote.startswith("The tenant may end this agreement with sixty (60) days'")
    assert citation.page == 2, "the page of the quote, not of the passage's first character"


def test_another_figure_is_not_supported_by_the_same_words() -> None:
    result = grounded(RENT, "The rent is 980 euros a month.", complete=False)
    assert result.citations == ()
    assert unsupported(result) == ["980"]


@pytest.mark.parametrize(("answer", "flagged"), [("forty-five", ["forty-five"]), ("five", ["five"]), ("45", ["45"])])
def test_a_contradicting_number_is_no_support_even_as_a_word(answer: str, flagged: list[str]) -> None:
    said = f"The tenant may end this agreement with {answer} days' notice in writing."
    result = grounded("What notice must the tenant give?", said, (2, 0.9), complete=False)
    assert result.citations == ()
    assert unsupported(result) == flagged


@pytest.mark.parametrize(("words", "flagged"), [("one month's", "one"), ("four weeks'", "four")])
def test_a_measured_number_is_a_claim_as_a_word_too(words: str, flagged: str) -> None:
    text = f"The tenant may end the agreement with {words} notice in writing."
    result = grounded("How much notice must the tenant of flat 4B give?", text)
    assert [result.text[start:end] for start, end in result.sentences[0].unsupported] == [flagged]
    assert result.sentences[0].citations == ()
    assert "sixty (60) days" in cited(result)


@pytest.mark.parametrize("words", ["two things", "950 euros a month"])
def test_manners_of_speaking_make_no_claim(words: str) -> None:
    result = grounded("What about the rent of flat 4B?", f"The rent is {words} that the tenant knows.")
    assert not any(sentence.unsupported for sentence in result.sentences)


def test_a_figure_of_the_other_document_is_cited_from_there() -> None:
    result = grounded("What is the rent?", "The rent is 1150 euros a month.", complete=False)
    assert result.citations[0].passage.title == "Lease 7A"


def test_of_near_duplicates_that_say_the_same_the_better_retrieved_is_cited() -> None:
    answer = "Notice by telephone has no effect."
    for first, second, title in ((1, 2, "Lease 4B"), (2, 1, "Lease 7A")):
        result = grounded("Is notice by telephone enough?", answer, (first, 0.9), (second, 0.8))
        assert [citation.passage.title for citation in result.citations] == [title]


def test_numbers_of_the_question_of_lists_and_of_code_make_no_claim() -> None:
    answer = "1. In 2031 the rent is 950 euros a month.\n2. It is due on the third working day.\n```\nx = 777\n```"
    assert unsupported(grounded("What is the rent in 2031?", answer)) == []


def test_spans_of_unsupported_numbers_are_those_in_the_final_text() -> None:
    answer = "The rent is 950 euros a month [1]. The deposit is 1,900 euros since 2019."
    result = grounded(RENT, answer)
    assert unsupported(result) == ["1,900", "2019"]
    assert result.text.startswith("The rent is 950 euros a month. [1] The deposit")


def test_marks_of_the_model_are_replaced_but_code_and_links_stay() -> None:
    answer = "The rent is 950 euros a month [2][3]. Write `a[1]` or see [1](http://x.y)."
    result = grounded(RENT, answer)
    assert result.text == "The rent is 950 euros a month. [1] Write `a[1]` or see [1](http://x.y)."


def test_an_interval_is_no_mark() -> None:
    assert without_markers("Values in [0, 1] are fine [2, 3].") == ("Values in [0, 1] are fine.", [(2, 25), (3, 25)])


def test_a_table_row_is_quoted_whole_and_marked_inside_the_answers_own_table() -> None:
    result = grounded("What does late payment cost?", "| Charge | Amount |\n|---|---|\n| Late payment | $45 |")
    assert cited(result) == "| Late payment | $45"
    assert "| Late payment | $45  [1]|" in result.text or "| Late payment | $45 [1] |" in result.text


def test_two_sentences_of_two_documents_have_two_citations_the_best_evidence_first() -> None:
    answer = "The ketch was invented in 1650. The rent of flat 4B is 950 euros a month."
    result = grounded(RENT, answer)
    assert [n for _, numbers in marked(result) for n in numbers] == [2, 1]
    assert result.citations[0].passage.title == "Lease 4B"
    assert result.citations[1].passage.title == "Boats"


def test_one_sentence_may_rest_on_two_places() -> None:
    answer = "The rent is 950 euros a month and a lost key costs $30."
    result = grounded(RENT, answer, (1, 0.9))
    assert {citation.quote for citation in result.citations} == {
        "The rent is 950.00 euros a month.",
        "| Lost key | $30",
    }


@pytest.mark.parametrize("answer", ["I do not know.", "The passages do not say.", "It is 12 pounds a week.", ""])
def test_an_answer_that_rests_on_nothing_gets_the_best_quote(answer: str) -> None:
    result = grounded(RENT, answer)
    assert result.text.startswith(answer)
    assert result.text.endswith("From your documents: “The rent is 950.00 euros a month.” [1]")
    assert marked(result)[-1] == ("“The rent is 950.00 euros a month.”", (1,))


def test_an_answer_from_the_wrong_twin_gets_the_right_one_first() -> None:
    result = grounded(RENT, "A sloop has one mast and two sails.")
    assert "From your documents: “The rent is 950.00 euros a month.” [1]" in result.text
    assert result.citations[0].passage.title == "Lease 4B"
    assert result.citations[1].passage.title == "Boats"


@pytest.mark.parametrize(
    "answer", ["What is the rent of flat 4B?", "The rent of flat 4B is:", "Tenancy agreement flat 4B."]
)
def test_repeating_the_question_or_a_heading_rests_on_nothing(answer: str) -> None:
    assert grounded(RENT, answer, complete=False).citations == ()


def test_a_stopped_answer_gets_nothing_appended() -> None:
    assert grounded(RENT, "I do", complete=False).text == "I do"


def test_a_document_removed_meanwhile_is_still_quoted() -> None:
    gone = Material(RENT, SHELF.passages((1, 0.9)), lambda _id: None, shared_words)
    assert cited(ground(gone, "The rent is 950 euros a month.")) == "The rent is 950.00 euros a month."


def test_an_answer_without_a_model_is_made_of_quotes() -> None:
    result = answer_with_quotes(Material(RENT, SHELF.passages((1, 0.9), (2, 0.85), (3, 0.1)), SHELF.find, shared_words))
    assert result.text.startswith("From your documents: “The rent is 950.00 euros a month.” [1]")
    assert "“The rent is 1,150.00 euros a month.” [2]" in result.text
    assert "sloop" not in result.text
    assert [sentence.citations for sentence in result.sentences] == [(1,), (2,)]


def test_words_that_repeat_the_question_are_no_proof() -> None:
    shelf = Shelf(("Answers", "Who founded the company? It was founded in a garage by two friends."))
    material = Material("Who founded the company?", shelf.passages((1, 1.0)), shelf.find, shared_words)
    assert answer_with_quotes(material).citations[0].quote == "It was founded in a garage by two friends."


def test_german() -> None:
    shelf = Shelf(("Wartung", "Die Wärmepumpe wird am 3. Mai 2025 gewartet. Die Wartung kostet 1.240,50 € inkl. MwSt."))
    answer = "Die Wartung der Wärmepumpe kostet 1240,50 Euro. Sie ist am 03.05.2025."
    result = ground(
        Material("Was kostet die Wartung?", shelf.passages((1, 1.0)), shelf.find, shared_words), answer, complete=False
    )
    assert unsupported(result) == []
    assert marked(result)[0][1] == (1,)
    assert "1.240,50 €" in cited(result)


def quoted_first(text: str, question: str, *blocks: Block) -> str:
    content = StructuredText(text, blocks) if blocks else structured(text)
    passage = Passage(1, 1, "/files/a.md", "A", None, "", text, 0, len(text), 0.9)
    return answer_with_quotes(Material(question, [passage], lambda _: content, shared_words)).citations[0].quote


def test_a_row_is_named_by_its_tables_first_row_which_is_no_answer_itself() -> None:
    table = "| Segment | Revenue in 2024 | Change |\n| Forestry | 205.4 | +3% |\n| Mining | 689.0 | -2% |"
    assert quoted_first(table, "What was the revenue of forestry in 2024?") == "| Forestry | 205.4 | +3% |"


def test_a_heading_within_a_passage_names_only_what_stands_below_it() -> None:
    text = "# Return\n\nThe shop gives it back in 45 days.\n\n# Opening hours\n\nFrom 07:00 to 19:00."
    assert quoted_first(text, "What are the opening hours?") == "From 07:00 to 19:00."


def test_code_that_begins_with_a_comment_can_be_quoted() -> None:
    code = "# Connections that a worker keeps open\npool_size = 12"
    block = Block(BlockKind.CODE, 0, len(code))
    assert "pool_size = 12" in quoted_first(code, "How many connections does a worker keep open?", block)


def test_where_nothing_was_found_every_number_is_without_support() -> None:
    result = ground(Material("When did it open?", [], SHELF.find, shared_words), "It opened in 1998, for 12 euros.")
    assert result.text == "It opened in 1998, for 12 euros."
    assert (unsupported(result), result.citations) == (["1998", "12"], ())


@pytest.mark.parametrize("unit", ["`a` [1] ", " ", "[1]", ". ", "```\n"])
def test_marks_are_found_in_linear_time(unit: str) -> None:
    started = time.perf_counter()
    without_markers("x" + unit * (200_000 // len(unit)) + "x")
    assert time.perf_counter() - started < 5


def test_a_mark_hints_at_no_passage_where_the_model_saw_none() -> None:
    twins = (("A", "The fee is 45 dollars."), ("B", "The fee is 45 dollars."))
    shelf = Shelf(*twins)
    passages = shelf.passages((1, 0.5), (2, 0.4))

    def first_cited(numbers: dict[int, int] | None) -> int:
        material = Material("What is the fee?", passages, shelf.find, shared_words, numbers)
        return ground(material, "The fee is 45 dollars [2].").citations[0].passage.document_id

    assert first_cited(None) == 2
    assert first_cited({}) == 1
    assert first_cited({passages[0].chunk_id: 2, passages[1].chunk_id: 1}) == 1
