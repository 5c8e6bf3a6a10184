"""`docs label`: whether a collection, or what is in a folder, may leave this computer."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.cli.documents import find_collection
from localassist.cli.label_words import SENSITIVITIES, held_object, word
from localassist.domain.errors import NotFoundError
from localassist.domain.labels import LabelKind, Labelled, Sensitivity, strictest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.documents import Collection
    from localassist.domain.labels import Label
    from localassist.domain.ports.labels import LabelStore
    from localassist.usecases.services import Services

_NONE_YET: Final = "Nothing was labelled. Every document asks first before it leaves this computer."


def label(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs label`: lists what was said, shows what holds for one thing, or says it.

    A name that is no path and stands for nothing raises `NotFoundError`. Raises `StorageError`.
    """
    labels = services.escalation().labels
    if not arguments.target:
        _list(labels.labels(), services, console)
        return 0
    path = os.path.abspath(arguments.target)  # noqa: PTH100  `..` is resolved, links are not
    collections = services.documents.collections()
    collection = find_collection(collections, arguments.target, path)
    if not collection and not _is_meant(arguments.target, path, labels, services):
        raise _no_such(arguments.target, collections)
    kind = LabelKind.COLLECTION if collection else LabelKind.FOLDER
    target = str(collection.id) if collection else path
    if arguments.word:
        labels.set(kind, target, SENSITIVITIES.get(arguments.word))
        if not collection and not _is_there(path):
            console.warn(f"There is no file or folder {path} now; the label holds as soon as there is one.")
    said = labels.of(kind, target)
    holds = Labelled(said or Sensitivity.ASK) if collection else _held(path, labels, services)
    name = collection.name if collection else path
    if console.as_json:
        console.object({**_object(kind, target, name, said), **held_object(holds)})
    console.print(one_line(f"{name}: {_told(said, holds)}"))
    return 0


def _is_meant(wanted: str, path: str, labels: LabelStore, services: Services) -> bool:
    """Whether a label may stand at what is no collection: a path, though nothing is there yet, or a name of something.

    A name that has a label keeps it reachable, so that its word can be taken back.
    """
    if any(separator in wanted for separator in (os.sep, os.altsep) if separator):
        return True
    known = labels.of(LabelKind.FOLDER, path) or services.documents.find_document(path)
    return bool(known) or _is_there(path)


def _no_such(wanted: str, collections: Sequence[Collection]) -> NotFoundError:
    names = {each.name.casefold(): each.name for each in collections}
    near = difflib.get_close_matches(wanted.casefold(), names, n=1)
    to_come = f"`localassist docs list` shows all; a folder that is still to come is written .{os.sep}{wanted}."
    return NotFoundError(
        f"There is no collection, file or folder {wanted}.", f"Did you mean {names[near[0]]}?" if near else to_come
    )


def _told(said: Sensitivity | None, holds: Labelled) -> str:
    if said is holds.sensitivity:
        return f"{holds.sensitivity}, as you said"
    if holds.by:
        return f"{holds.sensitivity}, as you said of {holds.by}"
    return f"{holds.sensitivity}; nothing was said of it"


def _held(path: str, labels: LabelStore, services: Services) -> Labelled:
    """What holds for a path: for a document all that is known of it, else the strictest of the folders above."""
    if document := services.documents.find_document(path):
        return labels.of_documents([document.id]).get(document.id, Labelled())
    above = [each for each in labels.labels() if each.kind is LabelKind.FOLDER and _is_within(path, each.target)]
    holds = strictest(each.sensitivity for each in above)
    by = next((each.target for each in above if each.sensitivity is holds), "")
    return Labelled(holds, f"the folder {by}" if by else "")


def _is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or below it, also by where links lead."""
    return any(Path(one).is_relative_to(other) for one in _names(path) for other in _names(folder))


def _names(path: str) -> tuple[str, str]:
    return path, os.path.realpath(path)


def _list(labels: Sequence[Label], services: Services, console: Console) -> None:
    collections = {str(each.id): each.name for each in services.documents.collections()}
    titles = {str(each.id): each.title or "untitled" for each in services.conversations.recent()}
    names = {LabelKind.COLLECTION: collections, LabelKind.CONVERSATION: titles, LabelKind.FOLDER: {}}
    told = [(each, names[each.kind].get(each.target, each.target)) for each in labels]
    if console.as_json:
        objects = [_object(each.kind, each.target, name, each.sensitivity) for each, name in told]
        console.object({"labels": objects})
    for each, name in told:
        console.print(f"{each.sensitivity:<12}  {one_line(f'{each.kind} {name}')}")
    if not told:
        console.print(_NONE_YET)


def _object(kind: LabelKind, target: str, name: str, said: Sensitivity | None) -> dict[str, Any]:
    return {"kind": kind.value, "target": target, "name": name, "label": word(said) if said else None}


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False
