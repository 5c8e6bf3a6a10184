"""Commands about chat models: `models list` and `models add`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from localassist.cli.console import one_line

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.models import ModelFile
    from localassist.usecases.services import Services


def list_(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models list`: the chat models known here, the one that answers marked with a star."""
    files = services.models.files()
    if not files:
        console.print(
            "No chat model yet. `localassist models add FILE` adds a GGUF file; without one, answers are quotes."
        )
        return 0
    chosen = services.models.default()
    for file in files:
        star = "*" if chosen is not None and chosen.description.path == file.path else " "
        console.print(f"{star} {_line(file)}")
    return 0


def add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models add`: checks a GGUF file and remembers it."""
    file = services.models.add(str(Path(arguments.file).absolute()))
    console.print(f"Added {_line(file)}")
    return 0


def _line(file: ModelFile) -> str:
    name, path = one_line(file.name), one_line(file.path)
    if file.problem:
        return f"{name}  {one_line(file.problem)}  {path}"
    context = f", {file.context_length} tokens of context" if file.context_length else ""
    licence = f", {one_line(file.licence)}" if file.licence else ""
    warning = f"  {one_line(file.warning)}" if file.warning else ""
    return f"{name}  {_size(file.size)}{context}{licence}{warning}  {path}"


def _size(size: int) -> str:
    """In decimal units, as the window and a model's page say it."""
    return f"{size / 1e6:.0f} MB" if size >= 1_000_000 else f"{size / 1e3:.0f} kB"
