"""Full-text words: what is indexed of a text, and safe queries made of whatever somebody typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import apsw

from localassist.adapters.database.codec import storable
from localassist.domain.terms import FUNCTION_WORDS, UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKENIZER: Final = ("porter", ["unicode61", "remove_diacritics", "2"])

_QUERY_CHARACTERS: Final = 20_000
_QUERY_WORDS: Final = 256
_QUERY_IDENTIFIERS: Final = 4
_IDENTIFIER: Final = re.compile(r"(?=\S*[\d@])[^\W_]+(?:[.,:/@+_-]+[^\W_]+)+")


def indexable(text: str) -> str:
    """The text as it is given to the full-text index.

    Scripts without spaces become overlapping pairs of characters, as Lucene's CJKBigramFilter makes them: the
    index's own tokenizer takes a whole clause for one word and would find nothing inside it.
    """
    text = storable(text)
    return text if text.isascii() else UNSPACED.sub(_pairs, text)


def identifiers(text: str) -> list[str]:
    """What is written with digits or signs inside, such as dates, numbers of files and addresses: found as typed."""
    return list(dict.fromkeys(_IDENTIFIER.findall(text[:_QUERY_CHARACTERS])))[:_QUERY_IDENTIFIERS]


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    return f" {' '.join(characters[i : i + 2] for i in range(len(characters)))} "


def _asked(text: str) -> str:
    """As `indexable`, but a run's last character stands alone only where it is the whole run."""
    text = storable(text)
    return text if text.isascii() else UNSPACED.sub(_whole_pairs, text)


def _whole_pairs(run: re.Match[str]) -> str:
    characters = run.group()
    return f" {' '.join(characters[i : i + 2] for i in range(len(characters) - 1)) or characters} "


def query_words(connection: apsw.Connection, text: str) -> dict[str, str]:
    """The different words of a text: the term that the index holds for each, and the word itself.

    Only the first 20,000 characters and 256 words count. The words hold letters and digits alone.
    """
    tokenize = connection.fts5_tokenizer(*_TOKENIZER)
    source = _asked(text[:_QUERY_CHARACTERS]).encode()
    found: dict[str, str] = {}
    tokens: Any = tokenize(source, apsw.FTS5_TOKENIZE_QUERY, None, include_colocated=False)
    for start, end, term in tokens:
        found.setdefault(term, source[start:end].decode())
        if len(found) == _QUERY_WORDS:
            break
    return found


def terms_of(connection: apsw.Connection, text: str) -> list[str]:
    """The terms that the index holds for a text that is `indexable`, one after the other."""
    tokenize = connection.fts5_tokenizer(*_TOKENIZER)
    terms: Any = tokenize(
        text.encode(), apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False, include_colocated=False
    )
    return list(terms)


def telling(words: dict[str, str]) -> dict[str, str]:
    """The words without those that carry no meaning, unless there are no others."""
    kept = {term: word for term, word in words.items() if word.casefold() not in FUNCTION_WORDS}
    return kept or words


def is_lone(word: str) -> bool:
    """Whether a word is a single character of a script without spaces, which begins all pairs that it is in."""
    return len(word) == 1 and UNSPACED.match(word) is not None


def any_of(words: Iterable[str]) -> str:
    """A full-text query for rows with at least one of the words."""
    return " OR ".join(beginning(word) if is_lone(word) else f'"{word}"' for word in words)


def beginning(word: str) -> str:
    """A full-text query for rows with a word that begins so."""
    return f'"{word}" *'
