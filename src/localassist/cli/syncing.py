"""`docs sync` and `docs rebuild`: documents brought in line with the disk, and what is made from them made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import Progress
from localassist.cli.standing import counted, line
from localassist.domain.documents import Scope
from localassist.domain.errors import Stopped
from localassist.domain.events import DocumentIndexed, Hindered, Mirrored, RootBack, RootMissing, RootPolled

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from localassist.cli.console import Console
    from localassist.domain.events import MirrorEvent
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def sync(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs sync`: once, or with `--watch` until Ctrl-C. Exit code 1 when something could not be read."""
    if not services.documents.collections() and not arguments.watch:
        console.print("There are no collections. `localassist docs add FOLDER` makes one.")
        return 0
    with stopped_by_ctrl_c() as stop:
        if arguments.watch:
            console.print("Following the folders of all collections. Ctrl-C ends it.")
        events = services.mirror(stop) if arguments.watch else services.mirror.once(stop)
        return _tell(events, console)


def rebuild(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs rebuild`: the index of vectors anew from the database; with `--read` every file is read anew before.

    Exit code 1 when something could not be read.
    """
    with stopped_by_ctrl_c() as stop:
        code = _read_anew(services, console, stop) if arguments.read else 0
        if code == INTERRUPTED:
            return code
        console.print("Making the index of vectors anew from the database ...")
        services.index.rebuild()
    console.print("Done. Conversations, documents and settings are untouched.")
    return code


def _read_anew(services: Services, console: Console, stop: Stop) -> int:
    documents = services.documents.documents(Scope.everything())
    console.print(f"Reading {counted(len(documents))} anew; each keeps its text until it is read.")
    services.documents.distrust(Scope.everything())
    return _tell(services.mirror.once(stop), console)


def _tell(events: Iterator[MirrorEvent], console: Console) -> int:
    """Print what a mirror does, as it does it; gives the exit code."""
    progress, failed = Progress(), False
    try:
        for event in events:
            if sentence := _sentence(event):
                console.print(one_line(sentence))
            elif isinstance(event, RootMissing | RootPolled | Hindered):
                console.warn(_warning(event))
            console.progress(progress.line(event))
            failed = failed or (isinstance(event, DocumentIndexed) and event.document.status.is_failure)
    except Stopped:
        console.warn("Stopped. What was done is kept; the same command goes on from there.")
        return INTERRUPTED
    console.end_progress()
    return 1 if failed else 0


def _sentence(event: MirrorEvent) -> str:
    """What is worth a line that stays; "" for the rest."""
    match event:
        case DocumentIndexed(document):
            return line(replace(document, pending=0), None)  # its vectors follow at once
        case RootBack(path):
            return f"{path} is there again."
        case Mirrored(read, removed):
            return f"In line with the disk: {counted(read, 'file')} new or changed, {counted(removed)} removed."
        case _:
            return ""


def _warning(event: RootMissing | RootPolled | Hindered) -> str:
    match event:
        case RootMissing(path, reason):
            return f"{path} can't be reached; its documents stay as they are. {reason}"
        case RootPolled(path, reason):
            return f"{path} is looked at every few minutes. {reason}"
        case Hindered(problem):
            return problem
