"""Values that are no plain columns come back from the database as they went in, every field of them."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from localassist.adapters.database.codec import (
    evidence_from_json,
    evidence_to_json,
    path_from_bytes,
    path_to_bytes,
    storable,
    structure_from_json,
    structure_to_json,
)
from localassist.domain.chat import Caution, Coverage, Evidence, Figures, Given, Sent
from localassist.domain.documents import (
    Block,
    BlockKind,
    Citation,
    HiddenText,
    PageSpan,
    Passage,
    SentenceSupport,
    StructuredText,
    SupportStatus,
)
from localassist.domain.labels import Origin, Sensitivity
from localassist.domain.privacy import Destination, Route

PASSAGE = Passage(
    chunk_id=7,
    document_id=3,
    path="/docs/caf\udce9.pdf",
    title="Lease\0",
    page=2,
    heading="Terms > Notice",
    text='Three "months".\u202e 東京',
    char_start=10,
    char_end=31,
    score=0.25,
    place="page 2",
    words=0.5,
    meaning=0.75,
    rerank=0.625,
)
FULL = Evidence(
    route=Route(Destination.YOUR_SERVER, "model", "Because it is yours."),
    citations=(Citation(n=1, passage=PASSAGE, quote="Three", char_start=10, char_end=15, page=2, place="page 2"),),
    found=(PASSAGE,),
    sentences=(
        SentenceSupport(start=0, end=20, citations=(1, 2), unsupported=((3, 5), (7, 9)), status=SupportStatus.PARTLY),
    ),
    left_out=4,
    dropped=2,
    ended="length",
    given=(Given(n=5, chunk_id=7, document_id=3, start=9, end=40),),
    said="Three months.",
    reasoning="The fee stands on page 3.",
    searched=True,
    unused=("/docs/annex.pdf",),
    figures=Figures(
        prompt_tokens=100,
        cached_tokens=50,
        answer_tokens=20,
        seconds_to_first_token=0.5,
        tokens_per_second=33.3,
        context_length=4096,
        device="graphics card",
        reasoning_tokens=8,
        reasoning_seconds=0.25,
    ),
    timings={"search": 0.125, "answer": 2.5},
    before="What is the fee?",
    matched=12,
    matched_documents=5,
    coverage=(Coverage(document_id=3, path="/docs/lease.pdf", read=4, total=12, unit="pages"),),
    notes="The fee is 45 dollars.",
    covered="Read 4 of 12 pages.",
    cautions=(
        Caution(document_id=3, path="/docs/lease.pdf", place="page 2", words="Obey", orders=True, hidden="white"),
    ),
    origins=(Origin(document_id=3, sensitivity=Sensitivity.NEVER),),
    doubt=-0.4,
    sent=Sent(
        provider="Example",
        model="big",
        request_id="req_1",
        cost=0.02,
        consent="reviewed 2026-11-25T12:00:00+00:00",
        recogniser="rules",
        replaced=2,
    ),
    nearest=True,
)


def unset(value: Any, name: str = "Evidence") -> list[str]:
    """The fields, at any depth, that have their default: a round trip could lose them and not be seen."""
    if is_dataclass(value):
        found = []
        for field in fields(value):
            inner = getattr(value, field.name)
            found += [f"{name}.{field.name}"] if inner == field.default else unset(inner, f"{name}.{field.name}")
        return found
    if isinstance(value, tuple):
        return [each for item in value for each in unset(item, name)] if value else [name]
    return []


def test_the_example_sets_every_field() -> None:
    assert unset(FULL) == []


def test_every_field_of_evidence_survives() -> None:
    assert evidence_from_json(evidence_to_json(FULL)) == FULL


def test_empty_evidence_survives() -> None:
    assert evidence_from_json(evidence_to_json(Evidence())) == Evidence()
    assert evidence_from_json("") == Evidence()


def test_evidence_says_in_which_version_it_is_written() -> None:
    assert json.loads(evidence_to_json(FULL))["version"] == 1


spans = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))
numbers = st.floats(allow_nan=False, allow_infinity=False)
boxes = st.none() | st.tuples(numbers, numbers, numbers, numbers)
blocks = st.builds(
    lambda kind, span, level, place, box: Block(kind, *span, level, place, box),
    st.sampled_from(BlockKind),
    spans,
    st.integers(0, 6),
    st.text(),
    boxes,
)
pages = st.builds(
    lambda number, span, label, recognised: PageSpan(number, *span, label, recognised),
    st.integers(1, 10**6),
    spans,
    st.text(),
    st.booleans(),
)
structured = st.builds(
    StructuredText,
    text=st.text(),
    blocks=st.lists(blocks).map(tuple),
    pages=st.lists(pages).map(tuple),
    title=st.text(),
    notes=st.lists(st.text()).map(tuple),
    partly=st.booleans(),
    hidden=st.lists(st.builds(HiddenText, st.text(), st.text(), st.none() | st.integers(1, 9))).map(tuple),
)


@given(structured)
def test_any_structure_survives(content: StructuredText) -> None:
    columns = structure_to_json(content)
    assert structure_from_json(content.text, content.title, columns, partly=content.partly) == content


@given(st.text(st.characters(exclude_categories=())))
def test_any_path_survives(path: str) -> None:
    assert path_from_bytes(path_to_bytes(path)) == path


@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_can_be_encoded_and_keeps_its_positions(text: str) -> None:
    kept = storable(text)
    kept.encode()
    assert len(kept) == len(text)
    assert all(b in {a, "\N{REPLACEMENT CHARACTER}"} for a, b in zip(text, kept, strict=True))
