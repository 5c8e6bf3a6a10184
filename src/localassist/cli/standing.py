"""`docs list` and `docs status`: which documents there are, and how each of them stands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.cli.label_words import Marks, word
from localassist.domain.documents import DocumentStatus, Scope

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from localassist.cli.console import Console
    from localassist.domain.documents import Collection, Document
    from localassist.usecases.services import Services

_WORST_FIRST: Final = (
    DocumentStatus.FAILED,
    DocumentStatus.LOCKED,
    DocumentStatus.EMPTY,
    DocumentStatus.PARTLY,
    DocumentStatus.READING,
    DocumentStatus.WAITING,
    DocumentStatus.INDEXED,
    DocumentStatus.IGNORED,
)
_WIDTH: Final = max(len(status.value) for status in DocumentStatus)
_NONE_YET: Final = "No documents yet. `localassist docs add FOLDER` adds some."


def list_(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs list`: every collection and its files; with `--cached` the files that are in none."""
    if arguments.cached:
        cached = services.documents.cached()
        console.print(f"{counted(len(cached))} kept for `--docs`, in no collection")
        for document in cached:
            console.print(f"  {line(document, None)}")
        return 0
    collections = services.documents.collections()
    if not collections:
        console.print(_NONE_YET)
    labels = services.escalation().labels
    for collection in collections:
        documents = [each for each in _documents(services, collection) if each.status is not DocumentStatus.IGNORED]
        marks = Marks.of(labels, collection, documents)
        counts = f"{collection.name}{marks.heading}: {counted(len(documents))}"
        console.print(one_line(f"{counts}, from {', '.join(collection.roots)}"))
        for document in documents:
            console.print(f"  {line(document, _root(collection))}  {marks.behind(document)}".rstrip())
    return 0


def status(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs status`: how every file of every collection stands, what failed first, with the reason and the remedy.

    What was passed over is counted, and listed with `--all` or for programs.
    """
    collections = services.documents.collections()
    labels = services.escalation().labels
    found = [(collection, _worst_first(_documents(services, collection))) for collection in collections]
    told = [(collection, documents, Marks.of(labels, collection, documents)) for collection, documents in found]
    if console.as_json:
        console.object({"collections": [_collection_object(*each) for each in told]})
    if not collections:
        console.print(_NONE_YET)
    for collection, documents, marks in told:
        console.print(one_line(f"{collection.name}{marks.heading}, from {', '.join(collection.roots)}"))
        for root in _unreachable(collection):
            console.print(f"  {one_line(root)} can't be reached; its documents stay. Connect its drive or put it back.")
        console.print(f"  {summary(documents)}")
        ignored = () if arguments.all else (DocumentStatus.IGNORED,)
        for row in _table([each for each in documents if each.status not in ignored], _root(collection), marks):
            console.print(f"    {row}".rstrip())
    return 0


def line(document: Document, root: Path | None) -> str:
    """A document on one line: how it stands, its name below `root`, what it holds or what is wrong with it."""
    facts = [one_line(document.problem)] if document.problem else []
    if document.status.is_answerable:
        pages = f"{counted(document.page_count, 'page')}, " if document.page_count else ""
        waiting = f", {document.pending} without a vector yet" if document.pending else ""
        facts.insert(0, f"{pages}{counted(document.chunk_count, 'chunk')}{waiting}")
    return f"{document.status.value:<{_WIDTH}} {_name(document, root)}  {'. '.join(facts)}".rstrip()


def counted(number: int, what: str = "document") -> str:
    """A number of things, in words."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _table(documents: Sequence[Document], root: Path | None, marks: Marks) -> Iterator[str]:
    """A line a document under a line of titles, and below it what is wrong with it and what to do."""
    width = max((len(document.status.value) for document in documents), default=0)
    if documents:
        yield f"{'':<{width}}  pages  chunks  pending"
    for document in documents:
        numbers = (document.page_count, document.chunk_count, document.pending)
        pages, chunks, pending = (f"{number:,}" if document.status.is_answerable else "-" for number in numbers)
        yield f"{document.status.value:<{width}}  {pages:>5}  {chunks:>6}  {pending:>7}  {_name(document, root)}"
        notes = document.notes if document.status is DocumentStatus.PARTLY else ()
        for sentence in dict.fromkeys(filter(None, [document.problem, *notes, marks.behind(document)])):
            yield f"{'':<{width}}  {one_line(sentence)}"


def _name(document: Document, root: Path | None) -> str:
    """Its path below the root; the whole of it for one that is not below or is the root."""
    path = Path(document.path)
    below = root is not None and path != root and path.is_relative_to(root)
    return one_line(str(path.relative_to(root)) if below and root else str(path))


def _documents(services: Services, collection: Collection) -> tuple[Document, ...]:
    return services.documents.documents(Scope(collection_ids=(collection.id,)))


def _worst_first(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda document: _WORST_FIRST.index(document.status))


def _root(collection: Collection) -> Path | None:
    """What names are told from: the one folder of a collection."""
    return Path(collection.roots[0]) if len(collection.roots) == 1 else None


def _unreachable(collection: Collection) -> list[str]:
    return [root for root in collection.roots if not _is_there(root)]


def _is_there(root: str) -> bool:
    try:
        return Path(root).exists()
    except OSError:
        return False


def summary(documents: Sequence[Document]) -> str:
    """How many documents stand how, the worst first."""
    counts = Counter(document.status for document in documents)
    told = [f"{counts[status]} {status.value}" for status in _WORST_FIRST if counts[status]]
    pending = sum(document.pending for document in documents)
    if pending:
        told.append(f"{counted(pending, 'chunk')} without a vector yet: found by their words alone")
    return ", ".join(told) or "nothing in it"


def _collection_object(collection: Collection, documents: Sequence[Document], marks: Marks) -> dict[str, Any]:
    counts = Counter(document.status for document in documents)
    return {
        "name": collection.name,
        "roots": [{"path": root, "reachable": _is_there(root)} for root in collection.roots],
        "counts": {status.value: counts[status] for status in DocumentStatus},
        "pending": sum(document.pending for document in documents),
        "label": word(marks.said) if marks.said else None,
        "documents": [{**_document_object(document), **marks.object(document)} for document in documents],
    }


def _document_object(document: Document) -> dict[str, Any]:
    return {
        "path": document.path,
        "status": document.status.value,
        "pages": document.page_count,
        "chunks": document.chunk_count,
        "pending": document.pending,
        "problem": document.problem,
        "notes": list(document.notes),
        "hidden": document.hidden,
        "size": document.size,
        "modified": document.modified,
    }
