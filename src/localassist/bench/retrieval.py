"""How well the right documents are found, and the right sentences packed: the product's search beside plainer ones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.bench import packing
from localassist.bench.judging import Judged, index, indexed, ndcg, read_documents, read_questions, read_set_names
from localassist.bench.report import Result
from localassist.domain.errors import NotFoundError
from localassist.domain.stopping import Stop
from localassist.usecases.fusing import fuse_ranks
from localassist.usecases.retrieval import DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.bench.judging import Indexed

TARGETS: Final = {"cranfield": 0.43, "xquad-en": 0.98}
"""nDCG@10; half-and-half convex combination over whole documents gives 0.418 and 0.978."""
_MEASURED_AGAINST_WORDS: Final = "xquad-de"
_CUT: Final = 10


def run(data: str = "") -> Iterator[Result]:
    """Index each set below `data` as the product does and ask all its questions.

    `data` is a folder of sets in BEIR's layout, or one with such a folder `retrieval`; "" is the one that
    `LOCALASSIST_CORPUS` names. Raises `NotFoundError` where there are none.
    """
    folder = Path(data or os.environ.get("LOCALASSIST_CORPUS", ""))
    folder = folder / "retrieval" if (folder / "retrieval").is_dir() else folder
    names = read_set_names(folder)
    if not names:
        raise NotFoundError(
            "This benchmark needs data sets that the app does not bring along.",
            "Name with --data a folder of sets in BEIR's layout (corpus.jsonl, queries.jsonl, qrels/test.tsv).",
        )
    with tempfile.TemporaryDirectory() as home:
        for name in names:
            with indexed(Path(home) / f"{name}.db") as room:
                index(room, read_documents(folder / name))
                yield from _measure(name, read_questions(folder / name), room)
        yield from packing.measure(folder, Path(home))


def _measure(name: str, questions: Sequence[Judged], room: Indexed) -> Iterator[Result]:
    whole = ranks = words = meaning = 0.0
    for question in questions:
        by_words = room.store.match_words(question.text, DEPTH, room.scope)
        query = room.embedder.embed_query(question.text)
        by_meaning = room.store.nearest_exact(query, DEPTH, room.scope, room.embedder.name)
        by_rank = fuse_ranks(by_words, by_meaning)
        whole += ndcg([passage.path for passage in room.find(question.text, Stop())], question.relevant)
        ranks += ndcg(room.paths(sorted(by_rank, key=lambda i: (-by_rank[i], i))), question.relevant)
        words += ndcg(room.paths(item.chunk_id for item in by_words), question.relevant)
        meaning += ndcg(room.paths(item.chunk_id for item in by_meaning), question.relevant)
    whole, ranks, words, meaning = (total / len(questions) for total in (whole, ranks, words, meaning))
    least = words if name == _MEASURED_AGAINST_WORDS else TARGETS.get(name)
    yield Result(
        f"{name}, {len(questions)} questions",
        whole,
        f"nDCG@{_CUT}",
        f"words alone {words:.4f}, meaning alone {meaning:.4f}, reciprocal ranks {ranks:.4f}",
        "" if least is None else f"at least {least:.4g}",
        None if least is None else whole >= least,
    )
    yield Result(f"{name}, beside reciprocal ranks", whole / ranks, "x", f"{ranks:.4f}", "more than 1", whole > ranks)
