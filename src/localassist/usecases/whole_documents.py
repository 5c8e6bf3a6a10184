"""Questions about whole documents: which ones are meant, and all of them read, at once or in parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import NotFoundError
from localassist.domain.terms import WORD, terms
from localassist.usecases.stretches import stretches
from localassist.usecases.whole_tasks import whole_task

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from localassist.domain.documents import Document, Passage, Scope, StructuredText
    from localassist.domain.events import Searching
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.stopping import Stop
    from localassist.usecases.retrieval import SearchPassages
    from localassist.usecases.whole_tasks import WholeTask

_STRETCH: Final = 1500
"""Characters that are cited as one."""
_MOST_NAMED: Final = 20_000
"""Documents whose names a question is held against."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a question wants of which whole documents; for a comparison two, by their paths.

    Where it can't be told which, there are none, and `eligible` are the paths of those that can be meant.
    """

    task: WholeTask
    documents: tuple[tuple[Document, StructuredText], ...]
    eligible: tuple[str, ...] = ()

    def stretches(self) -> list[Passage]:
        """All of them, in order, in stretches that can be cited."""
        return [each for document, content in self.documents for each in stretches(document, content, _STRETCH)]

    @property
    def names(self) -> str:
        """The files' names."""
        return " and ".join(PurePath(document.path).name for document, _ in self.documents)


class FindWhole:
    """Tells which questions are about whole documents, and about which."""

    def __init__(self, search: SearchPassages, store: DocumentStore) -> None:
        self._search = search
        self._store = store

    def __call__(
        self, question: str, scope: Scope, spoken_of: Sequence[int], stop: Stop
    ) -> Generator[Searching, None, Whole | None]:
        """The documents that a question about whole ones means; None where it is about something in them.

        The scope's only ones, those that the question names, those `spoken_of` before where it says "this document",
        else those that a search finds first. Raises `StorageError`, and `Stopped` on request.
        """
        task = None if scope.is_empty else whole_task(question)
        if task is None:
            return None
        candidates = {each.id: each for each in self._store.documents(scope) if each.status.is_answerable}
        chosen = _by_name(task, question, candidates.values()) or _by_scope(task, candidates.values())
        if not chosen and task.names_kind:
            before = [each for each in dict.fromkeys(spoken_of) if each in candidates]
            if not task.telling and len(before) == task.count:
                chosen = [candidates[each] for each in before]
            elif task.telling:
                found = yield from self._search.find(question, scope, stop)
                chosen = _first_found(task, found.ranked, candidates)
        if not chosen and task.names_kind and not task.telling and len(candidates) > task.count:
            return Whole(task, (), tuple(each.path for each in _best_named(task, candidates.values())))
        return self._opened(task, chosen)

    def _opened(self, task: WholeTask, chosen: Sequence[Document]) -> Whole | None:
        try:
            opened = tuple((each, self._store.content(each.id)) for each in sorted(chosen, key=lambda d: d.path))
        except NotFoundError:  # forgotten just now
            return None
        return Whole(task, opened) if opened and all(content.blocks for _, content in opened) else None


def _by_name(task: WholeTask, question: str, candidates: Iterable[Document]) -> list[Document]:
    """The documents that a question names by their files, or by what only their names hold."""
    asked = question.casefold()
    few = list(candidates)[:_MOST_NAMED]
    exact = [each for each in few if PurePath(each.path).name.casefold() in asked]
    if exact:
        longest = [each for each in exact if not any(_is_part(each, other) for other in exact)]
        return longest if len(longest) == task.count else []
    if not task.names_kind:
        return []
    valued = sorted(((_shared(task, each), each) for each in few), key=lambda each: -each[0])
    best = valued[: task.count]
    following = valued[task.count][0] if len(valued) > task.count else 0
    if len(best) < task.count or not best[-1][0] > following:
        return []
    held = frozenset().union(*(_name_terms(each) for _, each in best))
    return [each for _, each in best] if task.telling <= held else []


def _best_named(task: WholeTask, candidates: Iterable[Document]) -> list[Document]:
    """The documents whose names hold as much of the question as any."""
    few = list(candidates)[:_MOST_NAMED]
    most = max(_shared(task, each) for each in few)
    return [each for each in few if _shared(task, each) == most]


def _shared(task: WholeTask, document: Document) -> int:
    return len((task.telling | task.kinds) & _name_terms(document))


def _is_part(one: Document, other: Document) -> bool:
    """Whether one name is only part of a longer one that stands there ("lease.pdf" of "old-lease.pdf")."""
    name, longer = PurePath(one.path).name.casefold(), PurePath(other.path).name.casefold()
    return name != longer and name in longer


def _name_terms(document: Document) -> frozenset[str]:
    stem = " ".join(WORD.findall(PurePath(document.path).stem.replace("-", " ").replace("_", " ")))
    return frozenset(terms(f"{stem} {document.title}"))


def _by_scope(task: WholeTask, candidates: Iterable[Document]) -> list[Document]:
    """The only documents there are to ask, if the question is about nothing in particular in them."""
    few = list(candidates)
    return few if len(few) == task.count and (task.names_kind or not task.telling) else []


def _first_found(task: WholeTask, ranked: Sequence[Passage], candidates: dict[int, Document]) -> list[Document]:
    ids = list(dict.fromkeys(passage.document_id for passage in ranked))[: task.count]
    return [candidates[each] for each in ids if each in candidates] if len(ids) == task.count else []


def in_parts(passages: Sequence[Passage], size: int) -> list[tuple[Passage, ...]]:
    """Passages in order, put together to parts of up to about `size` characters, none of which spans two documents."""
    parts: list[list[Passage]] = []
    length = 0
    for passage in passages:
        fits = parts and length + len(passage.text) <= size and parts[-1][0].document_id == passage.document_id
        if not fits:
            parts.append([])
            length = 0
        parts[-1].append(passage)
        length += len(passage.text)
    return [tuple(part) for part in parts]


def characters_a_token(passages: Sequence[Passage], count: Callable[[str], int]) -> float:
    """How many characters of such text a token has, by what `count` makes of a sample."""
    sample = "\n".join(passage.text for passage in passages[:: max(len(passages) // 4, 1)][:4])
    return len(sample) / max(count(sample), 1)
