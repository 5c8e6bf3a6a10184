import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import structured, words_of
from localassist.domain.documents import Block, BlockKind, Chunk, PageSpan, StructuredText
from localassist.usecases.chunking import TARGET_SHARE, chunk, text_to_embed

LIMIT = 40
TARGET = int(LIMIT * TARGET_SHARE)


def count_words(texts: list[str]) -> list[int]:
    return [len(words_of(text)) + 2 for text in texts]


def chunked(text: str) -> list[tuple[str, str]]:
    content = structured(text)
    return [(content.text[c.start : c.end], c.heading) for c in chunk(content, count_words, LIMIT)]


def sentences(count: int, first: int = 0) -> str:
    return " ".join(f"Sentence number {n} says a thing." for n in range(first, first + count))


@given(st.lists(st.text(alphabet="ab .\n#-|\f日é9", max_size=400), max_size=6))
def test_no_character_of_any_block_is_lost_or_doubled(parts: list[str]) -> None:
    content = structured("\n\n".join(parts))
    held = [0] * len(content.text)
    for part in chunk(content, count_words, LIMIT):
        for position in range(part.start, part.end):
            held[position] += 1
    assert max(held, default=0) <= 1
    assert all(held[p] == 1 for block in content.blocks for p in range(block.start, block.end))


@given(st.text(alphabet="abc d.\n", max_size=2000))
def test_no_chunk_is_longer_than_its_share_of_the_limit(text: str) -> None:
    assert all(count_words([part])[0] - 2 <= TARGET for part, _ in chunked(text))


def test_chunks_end_where_sentences_end() -> None:
    parts = chunked(sentences(30))
    assert len(parts) > 5
    assert all(text.startswith("Sentence") and text.rstrip().endswith("thing.") for text, _ in parts)


def test_chunks_of_a_section_are_of_about_the_same_size() -> None:
    sizes = [len(words_of(text)) for text, _ in chunked(sentences(13))]
    assert min(sizes) * 2 >= max(sizes)


def test_each_chunk_knows_the_headings_above_it() -> None:
    headings = ["# Lease", "## Rent", "## Notice", "# Annex"]
    text = "\n\n".join(f"{heading}\n\n{sentences(5)}" for heading in headings)
    assert [heading for _, heading in chunked(text)] == [
        "Lease",
        "Lease",
        "Lease > Rent",
        "Lease > Rent",
        "Lease > Notice",
        "Lease > Notice",
        "Annex",
        "Annex",
    ]


def test_a_heading_never_stands_alone() -> None:
    parts = chunked(f"# Lease\n\n## Rent\n\n{sentences(4)}")
    assert [heading for _, heading in parts] == ["Lease > Rent"]
    assert parts[0][0].startswith("Lease")


@pytest.mark.parametrize("gap", ["\n\n", "\f"])
def test_a_heading_goes_with_its_text_also_when_that_is_long_or_on_the_next_page(gap: str) -> None:
    parts = chunked(f"{sentences(9)}\n\n# Lease\n\n## Rent{gap}{sentences(9)}")
    assert next(text.startswith("Lease") and "Sentence" in text for text, heading in parts if heading)
    assert {heading for _, heading in parts} == {"", "Lease > Rent"}


def test_a_page_begins_a_chunk_so_that_no_name_stands_over_the_figures_of_the_next() -> None:
    pages = [
        f"Site report {name}. The well there is {depth} metres deep." for name, depth in (("Elm", 40), ("Fir", 90))
    ]
    assert [text.strip() for text, _ in chunked("\f".join(pages))] == pages


def test_tiny_sections_share_a_chunk_below_their_common_heading() -> None:
    parts = chunked("# Contacts\n\n## Anna\n\nRoom 3.\n\n## Berta\n\nRoom 4.\n\n## Carla\n\nRoom 5.")
    assert len(parts) == 1
    assert parts[0][1] == "Contacts"


def test_rows_stay_whole_and_later_chunks_of_a_table_carry_its_header() -> None:
    rows = ["| Item | Price", *(f"| Thing number {n} of many | {n}.50" for n in range(20))]
    parts = chunked("\n".join(rows))
    assert len(parts) > 2
    assert parts[0][1] == ""
    assert {heading for _, heading in parts[1:]} == {"| Item | Price"}
    assert [row for text, _ in parts for row in text.strip().split("\n")] == rows


def code(*functions: str) -> StructuredText:
    text = "\n\n".join(functions)
    starts = [text.index(function) for function in functions]
    blocks = (Block(BlockKind.CODE, a, a + len(f)) for a, f in zip(starts, functions, strict=True))
    return StructuredText(text, tuple(blocks))


def test_a_function_that_fits_is_never_cut() -> None:
    functions = [
        f"def compute_{name}(a, b):\n    x = a. b\n\n    return {name} * x + a" for name in ("area", "sum", "rate")
    ]
    content = code(*functions)
    parts = [content.text[c.start : c.end] for c in chunk(content, count_words, LIMIT)]
    assert all(sum(function in part for part in parts) == 1 for function in functions)


def test_a_long_function_is_cut_between_lines_and_its_later_parts_carry_its_first_line() -> None:
    lines = [f"    value_{n} = first({n}) + second({n}) + third({n})" for n in range(20)]
    content = code("\n".join(["def compute(first, second, third):", *lines]))
    chunks = chunk(content, count_words, LIMIT)
    assert len(chunks) > 2
    assert {c.heading for c in chunks[1:]} == {"def compute(first, second, third):"}
    assert "".join(content.text[c.start : c.end] for c in chunks) == content.text
    assert all(content.text[c.start : c.end].startswith(("def", "    value")) for c in chunks)


def test_a_table_on_another_sheet_has_its_own_header() -> None:
    rows = ["| Item | Price", *(f"| Thing {n} of many | {n}.50" for n in range(9))]
    other = ["| Name | Room", *(f"| Person {n} of many | {n}" for n in range(9))]
    text = "\n".join([*rows, *other])
    content = structured(text)
    middle = text.index("| Name")
    labelled = StructuredText(
        text, content.blocks, (PageSpan(1, 0, middle, "sheet Costs"), PageSpan(2, middle, len(text), "sheet People"))
    )
    headings = [c.heading for c in chunk(labelled, count_words, LIMIT) if c.start > middle]
    assert set(headings) == {"| Name | Room"}


def test_a_table_right_after_another_has_its_own_header() -> None:
    rows = ["| Item | Price", *(f"| Thing {n} of many | {n}.50" for n in range(9))]
    other = ["| Name | Room", *(f"| Person {n} of many | {n}" for n in range(9))]
    lines = [*rows, *other]
    starts = [sum(len(line) + 1 for line in lines[:n]) + (n >= len(rows)) for n in range(len(lines))]
    blocks = tuple(Block(BlockKind.TABLE_ROW, a, a + len(line)) for a, line in zip(starts, lines, strict=True))
    text = "\n".join(rows) + "\n\n" + "\n".join(other)
    parts = chunk(StructuredText(text, blocks), count_words, LIMIT)
    assert {c.heading for c in parts if c.start > text.index("| Name")} == {"| Name | Room"}


@pytest.mark.parametrize("unit", ["word ", "x", "Done. ", "日", "a\n"])
def test_a_megabyte_on_one_line_takes_no_more_than_linear_time(unit: str) -> None:
    line = unit * (1_000_000 // len(unit))
    started = time.perf_counter()
    content = StructuredText(line, (Block(BlockKind.PARAGRAPH, 0, len(line)),))
    parts = chunk(content, lambda texts: [len(text) // 5 + 3 for text in texts], 256)
    assert time.perf_counter() - started < 20
    assert parts[-1].end == len(line)
    assert max(part.end - part.start for part in parts) < 2000


def test_what_is_embedded_names_the_document_and_the_headings() -> None:
    assert text_to_embed("Lease", Chunk(0, 9, "Rent > Due"), "By the 3rd and more") == "Lease > Rent > Due\nBy the 3r"
    assert text_to_embed("Lease", Chunk(0, 2), "By") == "Lease\nBy"
