"""The sample documents hold what the questions about them expect, on the page they expect it."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "assets" / "samples"
QUESTIONS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "sample_questions.json").read_text(encoding="utf-8")
)
EXPECTED = [asked for item in QUESTIONS for asked in (item, item.get("follow_up")) if asked is not None]
UNPAGED = {".md", ".html", ".txt"}


def pages_of(path: Path) -> list[str]:
    """Give the text of each page with its white space made even, read without the project's own readers."""
    texts = {".pdf": pdf_pages, ".docx": docx_pages, ".html": html_pages}.get(path.suffix, plain_pages)(path)
    return [" ".join(text.split()) for text in texts]


def pdf_pages(path: Path) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def docx_pages(path: Path) -> list[str]:
    import docx
    from docx.oxml.ns import qn

    pages = [""]
    for element in docx.Document(str(path)).element.body.iter():
        if element.tag == qn("w:br") and element.get(qn("w:type")) == "page":
            pages.append("")
        elif element.tag == qn("w:p"):
            pages[-1] += "\n"
        elif element.tag == qn("w:t"):
            pages[-1] += element.text or ""
    return pages


def html_pages(path: Path) -> list[str]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(path.read_text(encoding="utf-8"))
    tree.strip_tags(["script", "style", "nav", "footer"])
    assert tree.body is not None
    return [tree.body.text(separator=" ")]


def plain_pages(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def samples() -> dict[str, list[str]]:
    return {path.name: pages_of(path) for path in sorted(SAMPLES.iterdir())}


def test_there_are_twelve_files_in_five_formats() -> None:
    paths = list(SAMPLES.iterdir())
    formats = Counter(path.suffix for path in paths)
    assert formats == {".pdf": 3, ".docx": 3, ".md": 2, ".html": 2, ".txt": 2}
    assert sum(path.stat().st_size for path in paths) < 1_000_000


def test_paged_samples_have_several_pages_none_of_them_blank(samples: dict[str, list[str]]) -> None:
    for name, pages in samples.items():
        if Path(name).suffix in UNPAGED:
            continue
        assert 3 <= len(pages) <= 6, name
        assert all(len(page) > 400 for page in pages), name


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["question"])
def test_a_quote_stands_on_its_page_and_nowhere_else(expected: dict[str, Any], samples: dict[str, list[str]]) -> None:
    found = [
        (name, number)
        for name, pages in samples.items()
        for number, page in enumerate(pages, start=1)
        if expected["quote_contains"] in page
    ]
    assert found == [(expected["file"], expected["page"] or 1)]
    assert (expected["page"] is None) == (Path(expected["file"]).suffix in UNPAGED)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["question"])
def test_a_question_gives_away_neither_quote_nor_answer(expected: dict[str, Any]) -> None:
    question, quote = expected["question"].casefold(), expected["quote_contains"].casefold()
    answers = [answer.casefold() for answer in expected["answer_contains"]]
    assert any(answer in quote for answer in answers)
    assert not any(answer in question for answer in answers)
    assert quote not in question


def test_the_questions_are_two_sets_of_ten_over_all_formats() -> None:
    assert Counter(item["set"] for item in QUESTIONS) == {"asked": 10, "held_out": 10}
    assert len({item["id"] for item in QUESTIONS}) == len(QUESTIONS)
    for name in ("asked", "held_out"):
        suffixes = {Path(item["file"]).suffix for item in QUESTIONS if item["set"] == name}
        assert suffixes == {".pdf", ".docx", ".md", ".html", ".txt"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lease-flat-4b.pdf", "lease-flat-7a.pdf"),
        ("expense-policy-2024.docx", "expense-policy-2025.docx"),
    ],
)
def test_near_duplicates_share_their_words_and_differ_in_figures(
    one: str, other: str, samples: dict[str, list[str]]
) -> None:
    assert len(samples[one]) == len(samples[other])
    for page, twin in zip(samples[one], samples[other], strict=True):
        words, twin_words = Counter(page.split()), Counter(twin.split())
        assert 0.8 < (words & twin_words).total() / words.total() < 1


def test_html_samples_carry_words_that_no_reader_should_index(samples: dict[str, list[str]]) -> None:
    for path in SAMPLES.glob("*.html"):
        raw = path.read_text(encoding="utf-8")
        for hidden in ("trackReading", "border-collapse", "Careers"):
            assert hidden in raw
            assert hidden not in samples[path.name][0]


def test_the_demo_asks_three_questions() -> None:
    demo = tomllib.loads((ROOT / "assets" / "demo.toml").read_text(encoding="utf-8"))
    assert list(demo) == ["questions"]
    assert len(set(demo["questions"])) == 3
