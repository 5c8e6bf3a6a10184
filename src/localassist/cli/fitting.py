"""`models fit`: how models go with this computer, and which one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from localassist.cli.console import one_line
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.offline import HINT, NOT_ASKED, require_online
from localassist.cli.showing import file_named, known_here
from localassist.cli.sizes import size_words
from localassist.domain.errors import ModelError
from localassist.usecases.looking_up import named_variant
from localassist.usecases.suggesting import judged

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.library import Fit
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def fit(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models fit`: of one model, its file here or all that the hub has; without a name which one to begin with.

    Raises `NotFoundError` for what nobody knows, `ModelError` for what can't be judged, and what `Hub` raises.
    """
    name, quantisation = named_variant(arguments.name)
    with stopped_by_ctrl_c() as stop:
        if not name:
            return _recommend(arguments.context, services, console, stop)
        if (here := _here(arguments.name, services)) is not None:
            name, path, size = here
            console.progress("Looking at this computer ...")
            rows = [("", size, services.library().fit().file(path, arguments.context))]
        elif _is_only_guessed(name, services):
            return _guess(name, arguments.context, services, console)
        else:
            rows = _of_hub(name, quantisation, arguments.context, services, console, stop)
    _tell(name, rows, console)
    return 0


def fit_object(fit: Fit) -> dict[str, Any]:
    """How well a file fits, for programs."""
    return {
        "suitability": fit.suitability.value,
        "reason": fit.reason,
        "context_length": fit.context_length,
        "memory_needed": fit.needed,
        "memory_free": fit.free,
        "tokens_per_second": fit.tokens_per_second,
        "measured": fit.measured,
    }


def _here(named: str, services: Services) -> tuple[str, str, int] | None:
    """Name, path and bytes of a model or file on this computer, whether or not it is in the list."""
    if (known := known_here(named, services)) is not None:
        return known.name, known.path, known.size
    if path := file_named(named):
        return Path(path).name, path, Path(path).stat().st_size
    return None


def _is_only_guessed(name: str, services: Services) -> bool:
    """Whether nothing but the catalogue may be asked. Raises `OfflineError` where it does not know the name."""
    if services.library().look_up.require(name) is None:
        require_online(services)
    return services.settings.load().offline


def _of_hub(
    name: str, quantisation: str, context: int, services: Services, console: Console, stop: Stop
) -> list[tuple[str, int, Fit]]:
    console.progress("Asking the hub, and looking at this computer ...")
    wanted = services.library().look_up(name, stop)
    _require_chat(wanted.kind, name)
    fits = judged(wanted, services.library().fit(), stop, context)
    only = wanted.variant(quantisation) if quantisation else None
    return [(each.quantisation or each.files[0].path, each.size, fit) for each, fit in fits if only in (None, each)]


def _guess(name: str, context: int, services: Services, console: Console) -> int:
    """By the catalogue's count of parameters alone."""
    library = services.library()
    entry = library.look_up.require(name)
    assert entry is not None, "asked before"
    _require_chat(entry.kind, name)
    console.progress("Looking at this computer ...")
    guess = library.fit().guess(entry, context)
    console.end_progress()
    if console.as_json:
        console.object({"name": entry.id, "guess": guess.value if guess else None, "files": []})
    said = f"{guess.value}, judged by its parameters alone, at about five bits each" if guess else "not known"
    console.print(f"{entry.id}: {said}")
    console.warn(f"{NOT_ASKED} {HINT}")
    return 0


def _recommend(context: int, services: Services, console: Console, stop: Stop) -> int:
    console.progress("Looking for a model to begin with ...")
    found = services.library().recommend(stop, context)
    console.end_progress()
    if found is None:
        raise ModelError(
            "Nothing fits this computer well of what can be looked at.",
            "Close other programs to free memory, or see `localassist models list --catalogue` for small models.",
        )
    if console.as_json:
        name = found.file.name if found.file else found.entry.id if found.entry else ""
        quantisation = found.variant.quantisation if found.variant else ""
        told = {"name": name, "quantisation": quantisation, "reason": found.reason, "fit": fit_object(found.fit)}
        console.object({"recommended": told})
    console.print(one_line(found.reason))
    if found.entry and found.variant:
        console.print(f"`localassist models download {found.entry.id}:{found.variant.quantisation}` gets it.")
    if services.settings.load().offline:
        console.warn(f"{NOT_ASKED} {HINT}")
    return 0


def _require_chat(kind: str, name: str) -> None:
    if kind != "chat":
        raise ModelError(
            f"{name} is no chat model: such models are small, and are not judged.",
            f"`localassist models show {name}` tells its size.",
        )


def _tell(name: str, rows: Sequence[tuple[str, int, Fit]], console: Console) -> None:
    console.end_progress()
    if console.as_json:
        files = [{"quantisation": row, "size": size, **fit_object(fit)} for row, size, fit in rows]
        console.object({"name": name, "files": files})
    context = max(fit.context_length for _, _, fit in rows)
    console.print(f"{one_line(name)}, for a conversation of {context:,} tokens:")
    width = max(len(one_line(row)) for row, _, _ in rows)
    for row, size, fit in rows:
        start = f"  {one_line(row):<{width}}" if width else " "
        console.print(f"{start} {size_words(size):>7}  {fit.suitability.value}. {fit.reason}")
