"""Commands about the models on this computer: listed, added, found, verified, removed, moved."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.cli import catalogue
from localassist.cli.console import one_line
from localassist.cli.copying import copied
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.sizes import size_words
from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from localassist.cli.console import Console
    from localassist.domain.keeping import CopyProgress, FoundModel, KeptModel, Verified
    from localassist.domain.models import ModelFile
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services

_NONE_YET: Final = (
    "No chat model yet: answers are quotes. `localassist models list --catalogue` names models that can be had, "
    "`localassist models found` those that other programs keep here, `localassist models add FILE` adds a GGUF file."
)
_FOUND_FOLDER: Final = {
    "embedder": "It searches documents: `localassist docs embedder FOLDER` chooses it where it lies.",
    "reranker": "It ranks what was found: name its folder as `reranker` in the settings.",
}
_KINDS: Final = {"embedder": "searches documents", "reranker": "ranks what was found"}


def list_(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models list`: the models that can be used here, the one that answers marked with a star."""
    if arguments.catalogue:
        return catalogue.list_catalogue(services, console)
    kept = services.library().kept()
    chosen = services.models.default()
    answers = chosen.description.path if chosen is not None else ""
    if console.as_json:
        console.object({"models": [kept_object(model, answers) for model in kept]})
    if not any(model.kind == "chat" for model in kept):
        console.print(_NONE_YET)
    for model in kept:
        console.print(f"{'*' if model.path == answers else ' '} {_kept_line(model)}")
        console.print(f"    {one_line(story(model))}")
    return 0


def add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models add`: checks a GGUF file and remembers it."""
    file = services.models.add(str(Path(arguments.file).absolute()))
    if console.as_json:
        console.object({"model": {"name": file.name, "path": file.path, "size": file.size, "licence": file.licence}})
    console.print(f"Added {_file_line(file)}")
    return 0


def found(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models found`: model files that other programs keep on this disk, each content once."""
    console.progress("Looking at the folders of other programs ...")
    with stopped_by_ctrl_c() as stop:
        models = services.library().find(arguments.folders, stop)
    console.end_progress()
    if console.as_json:
        console.object({"found": [_found_object(model) for model in models]})
    for model in models:
        for line in _found_lines(model):
            console.print(line)
    if any(model.kind == "chat" and not model.known_as and not model.problem for model in models):
        console.print("`localassist models add FILE` adds one; it is used where it lies and never changed.")
    if not models:
        console.print(
            "No other program keeps models where it usually does. `localassist models found FOLDER` looks there."
        )
    return 0


def remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models remove`: deletes one of our own, forgets one that lies elsewhere; says what that means and asks.

    Raises `LocalAssistError` where nobody agrees, and what `RemoveModel` raises.
    """
    library = services.library()
    for sentence in library.remove.consequences(arguments.name):
        console.warn(sentence)
    if not arguments.yes and not _agreed(arguments.name, console):
        raise LocalAssistError("Nothing was removed: nobody agreed to it.", "`--yes` agrees beforehand.")
    model = library.remove(arguments.name)
    if console.as_json:
        console.object({"removed": {"name": model.name, "path": model.path, "deleted": model.own}})
    done = "Deleted" if model.own else "Took off the list, files untouched:"
    console.print(f"{done} {one_line(model.name)}  {one_line(model.path)}")
    return 0


def verify(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models verify`: reads files whole and compares them. Exit code 1 when one is not what it should be."""
    library = services.library()

    def work(stop: Stop) -> Iterator[CopyProgress | Verified]:
        for name in arguments.names or ("",):
            yield from library.verify(stop, name)

    checked = copied(work, "Reading", "Stopped. What was verified before is remembered.", console, _verified_line)
    if checked is None:
        return INTERRUPTED
    wrong = sum(bool(each.problem) for each in checked)
    if console.as_json:
        console.object({"ok": not wrong, "verified": [_verified_object(each) for each in checked]})
    return 1 if wrong else 0


def move(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models move`: our folder of models to another disk: copied, compared, switched to, then deleted."""
    library = services.library()
    before = library.shelf.folder
    work = partial(library.move, str(Path(arguments.folder).absolute()))
    stopped = "Stopped. Nothing has changed; the same command goes on from there."
    if copied(work, "Copying and comparing", stopped, console) is None:
        return INTERRUPTED
    if console.as_json:
        console.object({"from": before, "to": library.shelf.folder})
    console.print(
        f"The models are in {one_line(library.shelf.folder)} from now on, and no longer in {one_line(before)}."
    )
    return 0


def _agreed(name: str, console: Console) -> bool:
    """Whether somebody who was told what removing means wants it. With `--json` nobody is asked."""
    if console.as_json:
        return False
    try:
        return console.read_line(f"Remove {one_line(name)}? [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _kept_line(model: KeptModel) -> str:
    facts = [size_words(model.size)]
    facts += [_KINDS[model.kind]] if model.kind in _KINDS else []
    facts += [one_line(model.licence)] if model.licence else []
    return f"{one_line(model.name)}  {', '.join(facts)}  {one_line(model.path)}"


def story(model: KeptModel) -> str:
    """What became of a model so far: what is wrong with it, whether it was verified, when it was used."""
    if model.problem:
        return model.problem
    told = [model.warning] if model.warning else []
    if model.against is not None and model.verified:
        told.append(f"Verified {_day(model.verified)}. {model.against.meaning}")
    else:
        told.append("Not verified yet.")
    if model.kind == "chat":
        told.append(f"Used last {_day(model.last_used)}." if model.last_used else "Not used yet.")
    return " ".join(told)


def _day(moment: str) -> str:
    return moment[:10]


def _file_line(file: ModelFile) -> str:
    context = f", {file.context_length} tokens of context" if file.context_length else ""
    licence = f", {one_line(file.licence)}" if file.licence else ""
    warning = f"  {one_line(file.warning)}" if file.warning else ""
    return f"{one_line(file.name)}  {size_words(file.size)}{context}{licence}{warning}  {one_line(file.path)}"


def _found_lines(model: FoundModel) -> Iterator[str]:
    known = f", here as {one_line(model.known_as)}" if model.known_as else ""
    yield f"{one_line(model.name)}  {size_words(model.size)}, {one_line(model.place)}{known}"
    yield f"    {one_line(model.path)}"
    for path in model.also:
        yield f"    the same: {one_line(path)}"
    for sentence in filter(None, (model.problem, model.orphaned, _FOUND_FOLDER.get(model.kind, ""))):
        yield f"    {one_line(sentence)}"


def _verified_line(event: Verified) -> str:
    said = f"NOT as it should be. {event.problem}" if event.problem else f"as it should be. {event.against.meaning}"
    return one_line(f"{event.name}: {said}")


def kept_object(model: KeptModel, answers: str) -> dict[str, Any]:
    """A model for programs; `answers` is the path of the one that does."""
    return {
        "name": model.name,
        "kind": model.kind,
        "path": model.path,
        "files": list(model.files),
        "size": model.size,
        "own": model.own,
        "came_along": model.came_along,
        "answers": model.path == answers,
        "licence": model.licence,
        "verified": model.verified,
        "against": model.against.value if model.against is not None else "",
        "last_used": model.last_used,
        "problem": model.problem,
        "warning": model.warning,
    }


def _found_object(model: FoundModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        "place": model.place,
        "path": model.path,
        "files": list(model.files),
        "size": model.size,
        "sha256": model.sha256,
        "also": list(model.also),
        "known_as": model.known_as,
        "orphaned": model.orphaned,
        "problem": model.problem,
    }


def _verified_object(event: Verified) -> dict[str, Any]:
    return {"name": event.name, "ok": not event.problem, "against": event.against.value, "problem": event.problem}
