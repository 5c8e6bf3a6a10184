"""Commands that change which documents there are, and what `--docs` and `--collection` stand for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import Progress
from localassist.cli.standing import counted, line, summary
from localassist.domain.documents import Document, DocumentStatus, Scope
from localassist.domain.errors import DocumentError, NotFoundError, Stopped
from localassist.domain.events import Hindered, Indexed
from localassist.usecases.pacing import with_pace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.documents import Collection
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs add`: a collection of its name for every path, or one for all. Exit code 1 when something is unread."""
    there, unread = [], False
    for path in arguments.paths:
        if hindrance := _hindrance(path):  # asked first: ingesting would leave a collection of nothing
            console.warn(hindrance)
            unread = True
        else:
            there.append(path)
    name = arguments.collection
    batches = [(there, name)] if name and there else [([path], _name(path)) for path in there]
    with stopped_by_ctrl_c() as stop:
        if arguments.password_prompt:
            _unlock(there, services, console)
        for paths, collection in batches:
            try:
                unread = _add(paths, collection, services, console, stop) or unread
            except Stopped:
                console.warn("Stopped. What was read is kept; the same command goes on from there.")
                return INTERRUPTED
    return 1 if unread else 0


def _add(paths: Sequence[str], collection: str, services: Services, console: Console, stop: Stop) -> bool:
    """Read the paths into the collection and say how each file stands; gives whether something is unread."""
    result = ingest(paths, collection, services, console, stop)
    root = Path(paths[0]).absolute() if len(paths) == 1 else None
    # As they are now: they were reported when they were read, before their vectors were made.
    scope = Scope(document_ids=tuple(document.id for document in result.documents))
    documents = services.documents.documents(scope)
    for document in documents:
        if document.status is not DocumentStatus.IGNORED:
            console.print(line(document, root))
    if len(documents) > 1:
        console.print(f"{counted(len(documents), 'file')}: {summary(documents)}.")
    for sentence in result.skipped:
        console.warn(sentence)
    unread = {DocumentStatus.FAILED, DocumentStatus.LOCKED, DocumentStatus.EMPTY}
    return not result.documents or any(document.status in unread for document in result.documents)


def _unlock(paths: Sequence[str], services: Services, console: Console) -> None:
    """Ask for the password of every named file and tell the reader, which keeps it for this run only."""
    for path in paths:
        if Path(path).is_file():
            password = console.read_password(f"Password of {Path(path).name}: ")
            services.reader.unlock(os.fspath(Path(path).absolute()), password)


def remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs remove`: forgets a collection by its name or folder, a document by its path, or cached ones below it."""
    console.print(one_line(_remove(arguments.target, services)))
    return 0


def forget(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs forget`: removes, and makes both indexes anew so that nothing of it is left on the disk."""
    removed = _remove(arguments.target, services)
    console.progress("Taking its words out of the index ...")
    services.documents.purge()
    console.progress("Making the index of vectors anew ...")
    services.index.rebuild()
    console.end_progress()
    console.print(one_line(f"{removed} Nothing of it is left in the indexes."))
    return 0


def rename(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs rename`: gives a collection another name."""
    collection = _named(arguments.name, services)
    services.documents.rename_collection(collection.id, arguments.new_name)
    console.print(one_line(f"{collection.name} is now called {arguments.new_name}."))
    return 0


def _remove(wanted: str, services: Services) -> str:
    """Forget what is meant and say so. Raises `NotFoundError`."""
    path = os.path.abspath(wanted)  # noqa: PTH100  `..` is resolved, links are not
    collection = find_collection(services.documents.collections(), wanted, path)
    if collection is not None:
        services.forget.collection(collection.id)
        return f"Removed {collection.name}: {counted(collection.document_count)}. The files are untouched."
    document = services.documents.find_document(path)
    if document is not None:
        services.forget.document(document.id)
        return f"Removed {document.path}. The file is untouched."
    below = [each.id for each in services.documents.cached() if Path(each.path).is_relative_to(path)]
    if not below:
        raise NotFoundError(f"There is no collection or document {wanted}.", "`localassist docs list` shows all.")
    services.forget.documents(below)
    return f"Removed {counted(len(below))} below {path} that --docs had named. The files are untouched."


def scope_given(arguments: argparse.Namespace, services: Services, console: Console, stop: Stop) -> Scope:
    """The documents that `--docs` names, read now, and those of every `--collection`; without both all collections.

    Raises `DocumentError` when none of the named files can be read, `NotFoundError` for a collection there is not.
    """
    collections = tuple(_named(name, services).id for name in arguments.collection or ())
    if not arguments.docs:
        if collections:
            return Scope(collection_ids=collections)
        return Scope.everything() if services.documents.collections() else Scope()
    return Scope(collection_ids=collections, document_ids=_read_now(arguments, services, console, stop))


def _read_now(arguments: argparse.Namespace, services: Services, console: Console, stop: Stop) -> tuple[int, ...]:
    """The ids of the documents that `--docs` names, as far as they are answerable; says what is wrong with others."""
    sentences = [hindrance for path in arguments.docs if (hindrance := _hindrance(path))]
    there = [path for path in arguments.docs if not _hindrance(path)]
    if arguments.keep:
        results = [ingest([path], _name(path), services, console, stop) for path in there]
    else:
        results = [ingest(there, "", services, console, stop)]
    documents = {document.id: document for result in results for document in result.documents}
    sentences += [sentence for result in results for sentence in result.skipped]
    sentences += [problem for document in documents.values() if (problem := _problem(document))]
    ready = tuple(document.id for document in documents.values() if document.status.is_answerable)
    if not ready:
        raise DocumentError(
            " ".join(sentences) or f"There is no document in {', '.join(arguments.docs)}.",
            "" if sentences else "Name files or folders that can be read: PDF or Word files, for instance.",
        )
    for sentence in sentences:
        console.warn(sentence)
    return ready


def _named(name: str, services: Services) -> Collection:
    """The collection of that name. Raises `NotFoundError`."""
    for collection in services.documents.collections():
        if collection.name == name:
            return collection
    raise NotFoundError(f"There is no collection {name}.", "`localassist docs list` shows all.")


def ingest(paths: Sequence[str], collection: str, services: Services, console: Console, stop: Stop) -> Indexed:
    """Read the paths into a collection ("": only into the cache), showing progress. Raises `Stopped`."""
    result, progress = Indexed((), ()), Progress()
    for event in with_pace(services.ingest([os.fspath(Path(path).absolute()) for path in paths], collection, stop)):
        if isinstance(event, Indexed):
            result = event
        elif isinstance(event, Hindered):
            console.warn(event.problem)
        console.progress(progress.line(event))
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
    if document.status is DocumentStatus.INDEXED or (document.status.is_answerable and not document.problem):
        return ""
    name = Path(document.path).name
    problem = document.problem or "There is no text in it."
    return problem if name in problem else f"{name}: {problem}"


def find_collection(collections: Sequence[Collection], name: str, path: str) -> Collection | None:
    """The collection that is meant: the one of that name, else one that the path was added to."""
    named = [each for each in collections if each.name == name]
    rooted = [each for each in collections if path in each.roots]
    return next(iter([*named, *rooted]), None)
