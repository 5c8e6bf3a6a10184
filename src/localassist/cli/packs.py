"""`models pack` and `models unpack`: models carried to a computer without network."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localassist.cli.console import as_toml, one_line
from localassist.cli.copying import copied
from localassist.cli.interrupts import INTERRUPTED
from localassist.cli.sizes import size_words

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.keeping import Unpacked
    from localassist.usecases.services import Services


def pack(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models pack`: the named models, or those in use, with hashes and licences in one file. Ctrl-C leaves none."""
    library = services.library()
    path = Path(arguments.to).absolute()
    work = partial(library.pack, arguments.names, str(path))
    if copied(work, "Packing", "Stopped. Nothing was packed.", console) is None:
        return INTERRUPTED
    names = [library.kept.one(name).name for name in arguments.names or library.pack.in_use()]
    size = path.stat().st_size
    if console.as_json:
        console.object({"pack": {"path": str(path), "size": size, "models": names}})
    console.print(f"Packed {one_line(', '.join(names))}: {size_words(size)} in {one_line(str(path))}")
    console.print("`localassist models unpack FILE` verifies and adds them on another computer, without network.")
    return 0


def unpack(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models unpack`: verifies a pack and adds its models. Exit code 1 when one of them can't be used here."""
    work = partial(services.library().unpack, str(Path(arguments.file).absolute()))
    added = copied(work, "Verifying", "Stopped. Nothing was added; the same command begins again.", console, _line)
    if added is None:
        return INTERRUPTED
    if console.as_json:
        console.object({"unpacked": [_object(each) for each in added]})
    return 1 if any(each.problem for each in added) else 0


def _line(unpacked: Unpacked) -> str:
    model = unpacked.model
    if unpacked.problem:
        return one_line(f"{model.name}: verified, but it can't be used here. {unpacked.problem}")
    uses = {
        "chat": f"`localassist ask --model {shlex.quote(model.name)} QUESTION` asks it.",
        "embedder": f"`localassist docs embedder {shlex.quote(unpacked.path)}` searches documents with it.",
        "reranker": f"`reranker = {as_toml(unpacked.path)}` in the settings file ranks what was found with it.",
    }
    licence = model.licence.name or "no licence named"
    return one_line(f"{model.name}: verified and added, {size_words(model.size)}, {licence}. {uses[model.kind]}")


def _object(unpacked: Unpacked) -> dict[str, Any]:
    model = unpacked.model
    return {
        "name": model.name,
        "kind": model.kind,
        "path": unpacked.path,
        "size": model.size,
        "licence": model.licence.id,
        "problem": unpacked.problem,
    }
