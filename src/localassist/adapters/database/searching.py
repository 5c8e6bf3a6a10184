"""Search over the chunks of a scope: by words, and by comparing every vector."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from localassist.adapters.database import words
from localassist.adapters.database.languages import stemmer
from localassist.adapters.database.scopes import bindings, scoped, within
from localassist.domain.documents import Scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import apsw

    from localassist.adapters.database.large_words import LargeWords
    from localassist.domain.documents import Scope
    from localassist.domain.vectors import Vectors

POSTINGS: Final = 50_000
"""How many (word, chunk) pairs a query may touch: each costs 1 to 2 microseconds."""

_WORDS: Final = """
SELECT rowid, -bm25(chunk_words, 1.0, 1.0, 2.0) AS score FROM chunk_words WHERE chunk_words MATCH :query
ORDER BY score DESC, rowid LIMIT :k
"""
"""A title's words weigh twice: in near-duplicates they alone differ. nDCG@10 on Cranfield 0.374, 0.371 with equal
weights, 0.364 without titles."""

_SCOPED_WORDS: Final = scoped("""
WITH inside (content_id) AS MATERIALIZED (SELECT DISTINCT d.content_id FROM documents d WHERE $IN_SCOPE)
SELECT rowid, -bm25(chunk_words, 1.0, 1.0, 2.0) AS score FROM chunk_words
WHERE chunk_words MATCH :query AND (SELECT content_id FROM chunks WHERE id = chunk_words.rowid) IN inside
ORDER BY score DESC, rowid LIMIT :k
""")
"""To ask of every chunk with one of the words where it is takes three times as long as to weigh it."""

_DEPTHS: Final = (1, 5, 25)
"""How many times more of all chunks to look at for those of a scope, before only the scope's own are."""
_DEPTH: Final = 5
"""The same where looking again takes long."""

_HOLDERS: Final = "SELECT sum(doc) FROM chunk_terms WHERE term BETWEEN ? AND ?"
_STORED_LANGUAGES: Final = """
WITH RECURSIVE stored (language) AS (
    SELECT min(language) FROM contents UNION ALL
    SELECT (SELECT min(c.language) FROM contents c WHERE c.language > s.language) FROM stored s
    WHERE s.language IS NOT NULL
) SELECT language FROM stored
"""
_IN_LANGUAGE: Final = scoped("""
SELECT 1 FROM contents c JOIN documents d ON d.content_id = c.id WHERE c.language = :language AND $IN_SCOPE LIMIT 1
""")
_VECTORS: Final = scoped("""
SELECT first_chunk, chunk_count, data FROM vector_runs INDEXED BY vector_runs_by_content
WHERE embedder = :embedder AND dimension = :dimension
    AND content_id IN (SELECT d.content_id FROM documents d WHERE $IN_SCOPE)
""")
_MULTIPLIED_BYTES: Final = 1024 * 1024
"""Vectors compared at once: they stay in the processor's cache, and small contents share one multiplication."""


def match_words(
    connection: apsw.Connection,
    text: str,
    k: int,
    scope: Scope,
    postings: int | None = None,
    large: LargeWords | None = None,
) -> tuple[Scored, ...]:
    """The `k` chunks of the scope that match the words best, by BM25 over text, headings and title.

    The words of large collections answer where they can. When they can't and a text has many common words, only the
    rarest count, as far as `postings` (else `POSTINGS`) go.
    """
    asked = words.telling(words.query_words(connection, text))
    plain, typed = " ".join(asked.values()), words.identifiers(text)
    for language in _languages(connection, scope):
        stemmed = stemmer(language)
        asked = words.query_words(connection, stemmed(plain)) | asked
        typed += [stemmed(each) for each in typed]
    typed = list(dict.fromkeys(typed))
    if large is not None and not any(map(words.is_lone, asked.values())):
        phrases = [words.terms_of(connection, each) for each in typed]
        find = partial(large.match, connection, asked, phrases)
        found = _of_many(connection, find, _DEPTHS, k, scope)
        if found is not None:
            return found
    chosen = _rarest(connection, asked, POSTINGS if postings is None else postings)
    return _by_postings(connection, words.any_of([*chosen, *typed]), k, scope) if chosen else ()


def _by_postings(connection: apsw.Connection, query: str, k: int, scope: Scope) -> tuple[Scored, ...]:
    def find(count: int) -> tuple[Scored, ...]:
        return tuple(Scored(*row) for row in connection.execute(_WORDS, {"query": query, "k": count}))

    found = _of_many(connection, find, (_DEPTH,), k, scope)
    if found is not None:
        return found
    asked = {"query": query, "k": k, **bindings(scope)}
    return tuple(Scored(*row) for row in connection.execute(_SCOPED_WORDS, asked))


def _of_many(
    connection: apsw.Connection,
    find: Callable[[int], tuple[Scored, ...] | None],
    depths: Iterable[int],
    k: int,
    scope: Scope,
) -> tuple[Scored, ...] | None:
    """The best in the scope among the best of all; None when those can't be had, or too few of them are in it."""
    for depth in depths:
        best = find(depth * k)
        if best is None:
            return None
        inside = within(connection, [each.chunk_id for each in best], scope)
        found = tuple(each for each in best if each.chunk_id in inside)[:k]
        if len(found) == k or len(best) < depth * k:
            return found
    return None


def _languages(connection: apsw.Connection, scope: Scope) -> list[str]:
    """The languages of the scope's contents whose words are indexed stemmed."""
    stored = [language for (language,) in connection.execute(_STORED_LANGUAGES) if language]
    return [
        language
        for language in stored
        if connection.execute(_IN_LANGUAGE, {"language": language, **bindings(scope)}).fetchone()
    ]


def _rarest(connection: apsw.Connection, by_term: dict[str, str], postings: int) -> list[str]:
    """The words that the index holds, rarest first, as far as the budget of postings goes; at least one."""
    counted = []
    for term, word in by_term.items():
        last = f"{term}\U0010ffff" if words.is_lone(word) else term
        ((count,),) = connection.execute(_HOLDERS, (term, last))
        if count:
            counted.append((count, word))
    chosen: list[str] = []
    spent = 0
    for count, word in sorted(counted):
        spent += count
        if chosen and spent > postings:
            break
        chosen.append(word)
    return chosen


def nearest(connection: apsw.Connection, query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
    """The `k` chunks of the scope whose unit vectors are nearest to the query's, by their cosine."""
    import numpy as np

    rows = connection.execute(_VECTORS, {"embedder": embedder, "dimension": query.dimension, **bindings(scope)})
    wanted = np.frombuffer(query.data, np.float32)
    ids, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for batch in _batches(rows):
        vectors = np.frombuffer(b"".join(data for _, _, data in batch), np.float32)
        scores.append(vectors.reshape(-1, query.dimension) @ wanted)
        ids += [np.arange(first, first + count) for first, count, _ in batch]
    all_ids, all_scores = np.concatenate(ids), np.concatenate(scores)
    best = np.arange(len(all_ids))
    if len(best) > k:
        best = np.argpartition(-all_scores, k)[:k]
    best = best[np.lexsort((all_ids[best], -all_scores[best]))]
    return tuple(Scored(int(all_ids[i]), float(all_scores[i])) for i in best)


def _batches(rows: Iterable[tuple[int, int, bytes]]) -> Iterable[list[tuple[int, int, bytes]]]:
    """Rows gathered for one multiplication."""
    batch: list[tuple[int, int, bytes]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row[2])
        if size >= _MULTIPLIED_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
