"""What is read out of an answer's text, and Markdown in pieces, growing and whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localassist.domain.chat import Evidence
from localassist.domain.documents import SentenceSupport
from localassist.domain.events import ModelLoading, PromptProgress, TokenDelta
from localassist.ui.chat.growing import GrowingAnswer
from localassist.ui.chat.markdown import Code, Markdown, Piece, Prose
from localassist.ui.chat.markup import CITATION, marked, unmarked
from localassist.ui.chat.running import progress
from localassist.ui.theme import LIGHT

MARKDOWN = Markdown()


def test_marks_go_behind_the_last_letter_of_a_sentence() -> None:
    text = "Sixty days.\n\nMore."
    evidence = Evidence(sentences=(SentenceSupport(0, 13, (2, 1)),), searched=True)
    assert CITATION.sub(r"[\1]", marked(text, evidence)) == "Sixty days.[1][2]\n\nMore."


def test_of_dropped_html_the_words_stay() -> None:
    markdown = Markdown(drop_html=True)
    text = """<div align="center"><img src="x.png"><h1>Big &amp; small</h1></div>\n\nA <b>bold</b> word<br>here."""
    (prose,) = markdown.pieces(markdown.blocks(text), LIGHT)
    assert isinstance(prose, Prose)
    assert prose.html == "<p>Big &amp; small</p><p>A bold word<br/>here.</p>\n"


@pytest.mark.parametrize("code", ["```python\nx = a[1]\n```", "~~~\na[12]\n~~~", "`a[1]`", "```\na[1]"])
def test_brackets_in_code_are_no_citations(code: str) -> None:
    assert marked(f"Write [1]: {code}", Evidence(searched=True)) == f"Write: {code}"


def test_a_written_citation_behind_code_gives_way() -> None:
    assert marked("Write `a` [1].", Evidence(searched=True)) == "Write `a`."


def test_list_numbers_are_never_marked() -> None:
    text = "1. one\n12) two"
    evidence = Evidence(sentences=(SentenceSupport(0, len(text), (), ((0, 1), (7, 9))),))
    assert marked(text, evidence) == text


@settings(deadline=None)
@given(st.text(max_size=80), st.data())
def test_marking_changes_nothing_but_marks(text: str, data: st.DataObject) -> None:
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted).map(tuple)
    start, end = data.draw(spans)
    number = data.draw(spans)
    evidence = Evidence(sentences=(SentenceSupport(start, end, (1,), (number,)),))
    result = unmarked(marked(text, evidence))
    assert len(result) == len(text)
    assert all(a in {b, "\N{REPLACEMENT CHARACTER}"} for a, b in zip(result, text, strict=True))


def pieces(text: str) -> list[Piece]:
    return MARKDOWN.pieces(MARKDOWN.blocks(text), LIGHT)


def test_code_stands_apart_with_its_language() -> None:
    made = pieces("Before\n\n```python\nx = 1\n```\n\nAfter\n\nEnd")
    assert [type(p) for p in made] == [Prose, Code, Prose]
    assert isinstance(made[1], Code)
    assert (made[1].language, made[1].text) == ("python", "x = 1")
    assert LIGHT.amber in made[1].html, "numbers have a colour"


def test_unknown_language_is_shown_plain() -> None:
    (made,) = pieces("```no-such-language\n<b>\n```")
    assert made.html == "<pre>&lt;b&gt;</pre>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=1>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        '<a href="file:///etc/passwd">x</a>',
        "[x](data:text/html,hi)",
        "<style>*{}</style>",
    ],
)
def test_nothing_a_model_writes_becomes_markup_of_its_own(hostile: str) -> None:
    html = "".join(p.html for p in pieces(hostile))
    for forbidden in ("<script", "<img", "<style", 'href="javascript', 'href="data', 'href="file'):
        assert forbidden not in html


@pytest.mark.parametrize(
    "forged", ["[x](cite:1)", "[x](cite:abc)", "<cite:1>", "[x](unsupported:)", "[x][a]\n\n[a]: cite:1"]
)
def test_a_model_cannot_forge_a_citation(forged: str) -> None:
    html = "".join(p.html for p in pieces(forged))
    assert 'href="cite:' not in html
    assert 'href="unsupported:' not in html


PIECES = ("a", " b", "\n", "\n\n", "```", "`", "- x\n", "1. y\n", "# h\n", "|c|\n", "> q\n", "*")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES)))
def test_growing_answer_shows_every_letter_of_the_whole_one(deltas: list[str]) -> None:
    growing = GrowingAnswer()
    for delta in deltas:
        growing.feed(delta)
        growing.advance(MARKDOWN, LIGHT)
    assert letters([*growing.finished, *growing.tail]) == letters(pieces("".join(deltas)))


def letters(made: list[Piece]) -> str:
    return re.sub(r"<[^>]*>|\s|&nbsp;", "", "".join(p.html for p in made))


def test_finished_blocks_are_parsed_once() -> None:
    growing = GrowingAnswer()
    growing.feed("One.\n\nTwo.\n\nThr\n")
    assert [p.html for p in growing.advance(MARKDOWN, LIGHT)] == ["<p>One.</p>\n<p>Two.</p>\n"]
    growing.feed("ee.")
    assert growing.advance(MARKDOWN, LIGHT) == []
    assert [p.html for p in growing.tail] == ["<p>Thr\nee.</p>\n"]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (ModelLoading("tiny", 0.4), ("Loading tiny: 40%", 0.4)),
        (PromptProgress(1200, 3400, 0), ("Reading 1,200 of 3,400 tokens", 1200 / 3400)),
        (PromptProgress(0, 0, 0), ("Reading 0 of 0 tokens", None)),
        (TokenDelta("word"), ("", None)),
    ],
)
def test_steps_are_told_in_words(event: object, said: tuple[str, float | None]) -> None:
    assert progress(event) == said
