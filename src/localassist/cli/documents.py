"""Commands about documents: `docs add`, `docs list`, `docs remove`, and what `--docs` stands for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.domain.documents import Document, DocumentStatus, Scope
from localassist.domain.errors import DocumentError, NotFoundError, Stopped
from localassist.domain.events import Indexed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.documents import Collection
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs add`: every path becomes a collection of its name. Exit code 1 when something could not be read."""
    unread = False
    with stopped_by_ctrl_c() as stop:
        for path in arguments.paths:
            if hindrance := _hindrance(path):  # asked first: ingesting would leave a collection of nothing
                console.warn(hindrance)
                unread = True
                continue
            try:
                result = ingest([path], _name(path), services, console, stop)
            except Stopped:
                console.warn("Stopped. What was read is kept; the same command goes on from there.")
                return INTERRUPTED
            for document in result.documents:
                console.print(_line(document, Path(path).absolute()))
            for sentence in result.skipped:
                console.warn(sentence)
            unread = unread or not result.documents or any(_problem(document) for document in result.documents)
    return 1 if unread else 0


def list_(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs list`: every collection and how each of its files stands."""
    collections = services.documents.collections()
    if not collections:
        console.print("No documents yet. `localassist docs add FOLDER` adds some.")
    for collection in collections:
        documents = services.documents.documents(Scope(collection_ids=(collection.id,)))
        console.print(one_line(f"{collection.name}: {_counted(len(documents))}, from {', '.join(collection.roots)}"))
        root = Path(collection.roots[0]) if len(collection.roots) == 1 else Path("/")
        for document in documents:
            console.print(f"  {_line(document, root)}")
    return 0


def remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs remove`: forgets a collection by its name or folder, or one document by its path."""
    wanted = arguments.target
    path = str(Path(wanted).absolute())
    collection = _find_collection(services.documents.collections(), wanted, path)
    if collection is not None:
        services.forget.collection(collection.id)
        removed = f"Removed {collection.name}: {_counted(collection.document_count)}. The files are untouched."
        console.print(one_line(removed))
        return 0
    document = services.documents.find_document(path)
    if document is None:
        raise NotFoundError(f"There is no collection or document {wanted}.", "`localassist docs list` shows all.")
    services.forget.document(document.id)
    console.print(one_line(f"Removed {document.path}. The file is untouched."))
    return 0


def scope_given(arguments: argparse.Namespace, services: Services, console: Console, stop: Stop) -> Scope:
    """The documents that `--docs` names, read now; without it every collection there is.

    Raises `DocumentError` when none of the named ones can be read.
    """
    if not arguments.docs:
        return Scope.everything() if services.documents.collections() else Scope()
    if arguments.keep:
        results = [ingest([path], _name(path), services, console, stop) for path in arguments.docs]
    else:
        results = [ingest(arguments.docs, "", services, console, stop)]
    documents = {document.id: document for result in results for document in result.documents}
    sentences = [sentence for result in results for sentence in result.skipped]
    sentences += [problem for document in documents.values() if (problem := _problem(document))]
    ready = tuple(document.id for document in documents.values() if document.status is DocumentStatus.INDEXED)
    if not ready:
        raise DocumentError(
            " ".join(sentences) or f"There is no document in {', '.join(arguments.docs)}.",
            "" if sentences else "Name files or folders with PDF, DOCX, Markdown, HTML or text files.",
        )
    for sentence in sentences:
        console.warn(sentence)
    return Scope(document_ids=ready)


def ingest(paths: Sequence[str], collection: str, services: Services, console: Console, stop: Stop) -> Indexed:
    """Read the paths into a collection ("": only into the cache), showing progress. Raises `Stopped`."""
    result = Indexed((), ())
    for event in services.ingest([os.fspath(Path(path).absolute()) for path in paths], collection, stop):
        if isinstance(event, Indexed):
            result = event
        console.progress(progress_line(event))
    console.end_progress()
    stop.raise_if_requested()
    return result


def _hindrance(path: str) -> str:
    """Why there is nothing to read at a path, as a sentence; "" if there is something."""
    try:
        return "" if Path(path).exists() else f"There is no file or folder {path}."
    except OSError as error:
        return f"{path} can't be opened: {error.strerror}."


def _name(path: str) -> str:
    return Path(os.path.abspath(path)).name or path  # noqa: PTH100  `..` is resolved, links are not


def _problem(document: Document) -> str:
    """What is wrong with a document, with its name; "" when nothing is."""
    if document.status is DocumentStatus.INDEXED:
        return ""
    name = Path(document.path).name
    problem = document.problem or "There is no text in it."
    return problem if name in problem else f"{name}: {problem}"


def _line(document: Document, root: Path) -> str:
    path = Path(document.path)
    name = str(path.relative_to(root)) if path != root and path.is_relative_to(root) else str(path)
    facts = one_line(document.problem)
    if document.status is DocumentStatus.INDEXED:
        pages = f"{_counted(document.page_count, 'page')}, " if document.page_count else ""
        facts = f"{pages}{_counted(document.chunk_count, 'chunk')}"
    return f"{document.status.value:<8} {one_line(name)}  {facts}".rstrip()


def _find_collection(collections: Sequence[Collection], name: str, path: str) -> Collection | None:
    for collection in collections:
        if collection.name == name or path in collection.roots:
            return collection
    return None


def _counted(number: int, what: str = "document") -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
