"""`docs embedder`: which model documents are searched with, what others there are, and choosing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.domain.documents import Scope
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.models import EmbeddingModel
    from localassist.usecases.services import Services


def embedder(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs embedder`: without a name all that are known, with one it is chosen. Raises `ModelError`."""
    chosen = services.settings.load().embedding_model
    if arguments.name:
        _choose(arguments.name, services, console)
        return 0
    now = services.embedding_models.embedding_model(chosen)
    others = [model for model in services.embedding_models.embedding_models() if model.choice != now.choice]
    console.print(f"* {_line(now)}")
    for model in others:
        console.print(f"  {_line(model)}")
    chunks = services.documents.chunk_count(Scope.everything())
    if chunks:
        console.print(f"Another one embeds all {chunks} chunks anew.")
    return 0


def _choose(name: str, services: Services, console: Console) -> None:
    model = services.embedding_models.embedding_model(name)
    if model.problem:
        raise ModelError(model.problem, "`localassist docs embedder` shows what there is; a folder can be named too.")
    services.settings.change(embedding_model=model.choice)
    console.print(
        f"Documents are searched with {one_line(model.choice)} from now on: by their words until "
        "`localassist docs sync` has embedded them anew."
    )


def _line(model: EmbeddingModel) -> str:
    facts = [f"{model.size / 1e6:.0f} MB", f"{model.dimension} dimensions", f"{model.max_tokens} tokens"]
    facts += [model.licence] if model.licence else []
    return one_line(f"{model.choice}  {model.problem or ', '.join(facts)}")
