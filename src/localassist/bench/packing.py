"""How often what answers a question is among the passages packed for it, against windows of fixed size."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING, Final

from localassist.bench.judging import index, indexed
from localassist.bench.report import Result
from localassist.domain.documents import Block, BlockKind, Chunk, StructuredText
from localassist.domain.stopping import Stop
from localassist.usecases.widening import widen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from localassist.bench.judging import Indexed
    from localassist.domain.documents import Passage

    Pack = Callable[[str], Iterable[Passage]]

GAIN: Final = 1.1
_BUDGET: Final = 1500  # tokens
_HELD: Final = 0.9  # of the characters of a question's gold spans
_WINDOW: Final = 800  # characters
_STEP: Final = 400
_CANDIDATES: Final = 60
_QUESTIONS: Final = "questions_df.csv"
_PARAGRAPH: Final = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n)[^\n]+)*")


@dataclass(frozen=True, slots=True)
class _Question:
    """A question about one corpus, with the spans (start, end) of its text that answer it."""

    text: str
    corpus: str
    gold: tuple[tuple[int, int], ...]


def measure(folder: Path, home: Path) -> Iterator[Result]:
    """Share of questions whose gold spans are packed, the product's way and in windows; nothing without them.

    The questions are those of Smith and Troynikov ("Evaluating Chunking Strategies for Retrieval", 2024), found
    anywhere below the folder. Windows are embedded bare and packed in the order in which meaning finds them.
    """
    listed = next(folder.glob(f"**/{_QUESTIONS}"), None)
    if listed is None:
        return
    corpora = sorted((listed.parent / "corpora").glob("*.md"))
    texts = {file.stem: file.read_bytes().decode() for file in corpora}
    questions = list(_questions(listed))
    with indexed(home / "chunks.db") as room:
        index(room, ((name, _structured(name, text)) for name, text in texts.items()))
        ours = _share(questions, _widener(room))
    with indexed(home / "windows.db") as room:
        index(room, ((name, _structured("", text)) for name, text in texts.items()), _windows)
        near = _share(questions, lambda query: _packed(room, _nearest(room, query)))
        fused = _share(questions, lambda query: _packed(room, room.find(query, Stop())))
    windows = f"windows of {_WINDOW} characters"
    yield Result(
        f"gold spans packed in {_BUDGET} tokens, {len(questions)} questions",
        ours,
        "share",
        f"{windows} by meaning {near:.4f}, {windows} by the product's search {fused:.4f}",
    )
    yield Result(
        "gold spans packed, ratio", ours / near, "x", f"{windows} by meaning", f"at least {GAIN}", ours / near >= GAIN
    )


def _structured(title: str, text: str) -> StructuredText:
    """A text as it is, so that the spans stay true, with its paragraphs."""
    blocks = (Block(BlockKind.PARAGRAPH, found.start(), found.end()) for found in _PARAGRAPH.finditer(text))
    return StructuredText(text, tuple(blocks), title=title)


def _windows(content: StructuredText) -> tuple[Chunk, ...]:
    length = len(content.text)
    return tuple(Chunk(start, min(start + _WINDOW, length)) for start in range(0, length, _STEP))


def _questions(listed: Path) -> Iterator[_Question]:
    with listed.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            spans = ((span["start_index"], span["end_index"]) for span in json.loads(row["references"]))
            yield _Question(row["question"], row["corpus_id"], tuple(spans))


def _widener(room: Indexed) -> Pack:
    @cache
    def find_document(document_id: int) -> StructuredText:
        return room.store.content(document_id)

    def pack(query: str) -> Iterable[Passage]:
        return widen(query, room.find(query, Stop()), find_document, lambda texts: _count(room, texts), _BUDGET)

    return pack


def _nearest(room: Indexed, query: str) -> Sequence[Passage]:
    near = room.store.nearest_exact(room.embedder.embed_query(query), _CANDIDATES, room.scope, room.embedder.name)
    return room.store.passages([item.chunk_id for item in near], room.scope)


def _packed(room: Indexed, found: Sequence[Passage]) -> Iterator[Passage]:
    """The passages, best first, as long as they fit; a smaller one may take the room that a larger one could not."""
    left = _BUDGET
    for passage, tokens in zip(found, _count(room, [passage.text for passage in found]), strict=True):
        if tokens <= left:
            left -= tokens
            yield passage


def _count(room: Indexed, texts: Sequence[str]) -> list[int]:
    special = room.embedder.count_tokens([""])[0]
    return [count - special for count in room.embedder.count_tokens(texts)]


def _share(questions: Sequence[_Question], pack: Pack) -> float:
    return fmean(_held(question, pack(question.text)) >= _HELD for question in questions)


def _held(question: _Question, packed: Iterable[Passage]) -> float:
    """The share of the characters of a question's gold spans that some passage holds."""
    spans = [(each.char_start, each.char_end) for each in packed if each.path == question.corpus]
    gold = {position for start, end in question.gold for position in range(start, end)}
    return sum(any(start <= position < end for start, end in spans) for position in gold) / len(gold)
