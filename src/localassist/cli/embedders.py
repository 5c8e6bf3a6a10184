"""`docs embedder`: which model documents are searched with, what others there are, and choosing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.domain.documents import Scope
from localassist.domain.errors import ModelError, Stopped

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.models import EmbeddingModel
    from localassist.usecases.services import Services


def embedder(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs embedder`: without a name all that are known, with one it is chosen. Raises `ModelError`."""
    if arguments.name:
        return _choose(arguments.name, services, console)
    chosen = services.settings.load().embedding_model
    now = services.embedding_models.embedding_model(chosen)
    others = [model for model in services.embedding_models.embedding_models() if model.choice != now.choice]
    console.print(f"* {_line(now)}")
    for model in others:
        console.print(f"  {_line(model)}")
    chunks = services.documents.chunk_count(Scope.everything())
    if not now.problem and services.change_embedder.is_behind(now.choice):
        console.print(
            "Some documents are not embedded for it as it is now. What was made before answers meanwhile; "
            f"`localassist docs embedder {now.choice}` makes all anew, without reading files again."
        )
    elif chunks:
        console.print(f"Another one embeds all {chunks} chunks anew.")
    return 0


def _choose(name: str, services: Services, console: Console) -> int:
    model = services.embedding_models.embedding_model(name)
    if model.problem:
        raise ModelError(model.problem, "`localassist docs embedder` shows what there is; a folder can be named too.")
    with stopped_by_ctrl_c() as stop:
        try:
            for event in services.change_embedder(model.choice, stop):
                console.progress(progress_line(event))
        except Stopped:
            console.warn("Stopped. The model before answers; the same command goes on from here.")
            return INTERRUPTED
    console.end_progress()
    console.print(
        f"Documents are searched with {one_line(model.choice)} from now on; a window that is open, from its next start."
    )
    return 0


def _line(model: EmbeddingModel) -> str:
    facts = [f"{model.size / 1e6:.0f} MB", f"{model.dimension} dimensions", f"{model.max_tokens} tokens"]
    facts += [model.licence] if model.licence else []
    return one_line(f"{model.choice}  {model.problem or ', '.join(facts)}")
