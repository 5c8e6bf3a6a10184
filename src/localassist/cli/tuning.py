"""`models settings`: how one chat model is asked, changed here or taken over from a preset."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.cli.console import one_line
from localassist.domain.errors import SettingsError
from localassist.domain.settings import ModelSettings

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.usecases.services import Services


def settings(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models settings`: shows what is chosen for a model; SETTING=VALUE chooses, SETTING= takes a choice back."""
    tune, name = services.library().tune, arguments.name
    changes = dict(map(_change, arguments.changes))
    if arguments.load:
        for sentence in tune.load_preset(name, str(Path(arguments.load).absolute())).unknown:
            console.warn(sentence)
    if changes:
        tune.change(name, **changes)
    if arguments.save:
        tune.save_preset(name, str(Path(arguments.save).absolute()))
    chosen = tune.of(name).chosen
    if console.as_json:
        console.object({"model": name, "settings": chosen})
    for item in fields(ModelSettings):
        value = one_line(_written(chosen.get(item.name, "as for all models")))
        console.print(f"{item.name} = {value}  # {item.metadata['meaning']}")
    return 0


def _change(text: str) -> tuple[str, object]:
    """A setting's name and value, None to take it back. Raises `SettingsError`."""
    name, mark, value = text.partition("=")
    known = {item.name: item.metadata["like"] for item in fields(ModelSettings)}
    if not mark or name not in known:
        raise SettingsError(f"{text} is no setting of a model.", f"Write SETTING=VALUE; there are {', '.join(known)}.")
    if not value:
        return name, None
    like = known[name]
    if isinstance(like, tuple):
        return name, tuple(str(Path(path).absolute()) for path in value.split(","))
    try:
        return name, type(like)(value)
    except ValueError:
        raise SettingsError(f"{value} is no value for {name}.", f"It is written like {like!r}.") from None


def _written(value: object) -> str:
    """A value as it is typed."""
    return ",".join(value) if isinstance(value, tuple) else str(value)
