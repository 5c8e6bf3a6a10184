"""`models show`: all that is known of one model, here, in the catalogue and on the hub."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.catalogue import BUSINESS, entry_object, licence_object, repository_object
from localassist.cli.console import one_line
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.models import kept_object, story
from localassist.cli.offline import HINT, NOT_ASKED, require_online
from localassist.cli.sizes import count_words, size_words
from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from localassist.cli.console import Console
    from localassist.domain.keeping import KeptModel
    from localassist.domain.library import CatalogEntry, Licence, Variant
    from localassist.domain.models import ModelFile
    from localassist.usecases.looking_up import Wanted
    from localassist.usecases.services import Services

_WIDTH: Final = 100
_ABILITIES: Final = {"vision": "vision (which this version has no use for yet)"}
_LANGUAGES: Final = {"mul": "many more"}


def show(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models show`: what is known here and in the catalogue and, unless the offline switch is on, on the hub.

    Raises `NotFoundError` for what nobody knows, `LocalAssistError` for a file that is not listed, and what `Hub`
    raises.
    """
    name = arguments.name
    here = _kept_here(name, services)
    if here is None and file_named(name):
        raise LocalAssistError(
            f"{name} is a file that is not in the list of models.",
            "`localassist models add FILE` adds it, `localassist models fit FILE` says how it goes with this computer.",
        )
    entry = services.library().look_up.entry(name) if here else services.library().look_up.require(name)
    is_remote = bool(entry.repository) if entry else not here
    if is_remote and not here and not entry:
        require_online(services)
    offline = services.settings.load().offline
    for line in (*_kept_lines(here), *_entry_lines(entry)):
        console.print(line)
    found, card = _ask_hub(arguments, services, console) if is_remote and not offline else (None, "")
    if console.as_json:
        chosen = services.models.default()
        console.object(_object(here, entry, found, card, chosen.description.path if chosen else ""))
    for line in _wanted_lines(found, licence_too=entry is None):
        console.print(line)
    if card:
        console.print(f"\nWhat its makers say:\n\n{card.strip()}")
    if is_remote and offline:
        console.warn(f"{NOT_ASKED} {HINT}")
    return 0


def known_here(name: str, services: Services) -> ModelFile | None:
    """The chat model of that name or file on this computer."""
    return next((file for file in services.models.files() if _is_named(name, file.name, file.path)), None)


def file_named(name: str) -> str:
    """The path of the file on this computer that a name is, "" for what is none."""
    path = _absolute(name)
    return path if os.path.isfile(path) else ""  # noqa: PTH113  Path raises for a name too long to be one


def licence_lines(licence: Licence, indent: str = "  ") -> Iterator[str]:
    """What a licence means, in plain words."""
    yield f"{indent}licence: {one_line(licence.name) or 'none is named'}, {BUSINESS[licence.commercial]}"
    for sentence in filter(None, (licence.meaning, licence.attribution, licence.link)):
        yield from _wrapped(sentence, f"{indent}  ")


def gate_lines(found: Wanted) -> Iterator[str]:
    """What a gated model asks for."""
    if found.repository.gated:
        yield from _wrapped(
            "gated: its maker gives it only to people who agreed to terms. Read and agree to them at "
            f"https://huggingface.co/{found.repository.name}, logged in; a token of that login then opens it.",
            "  ",
        )


def variant_object(variant: Variant) -> dict[str, Any]:
    """A variant for programs."""
    return {
        "quantisation": variant.quantisation,
        "size": variant.size,
        "loses": variant.loses,
        "files": [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in variant.files],
    }


def _ask_hub(arguments: argparse.Namespace, services: Services, console: Console) -> tuple[Wanted, str]:
    console.progress("Asking the hub ...")
    with stopped_by_ctrl_c() as stop:
        found = services.library().look_up(arguments.name, stop)
        card = services.library().hub.card(found.repository, stop) if arguments.card else ""
    console.end_progress()
    return found, _without_front_matter(card)


def _kept_here(name: str, services: Services) -> KeptModel | None:
    """The model of that name or path, of whatever kind, that can be used here."""
    return next((each for each in services.library().kept() if _is_named(name, each.name, each.path)), None)


def _is_named(said: str, name: str, path: str) -> bool:
    return said.casefold() == name.casefold() or path in (said, _absolute(said))


def _absolute(path: str) -> str:
    """As the list of models writes it: links kept, ".." not."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  pathlib would not remove ".."


def _kept_lines(kept: KeptModel | None) -> Iterator[str]:
    if kept is None:
        return
    yield f"{one_line(kept.name)} is on this computer:"
    facts = (("at", kept.path), ("size", size_words(kept.size)), ("licence", kept.licence), ("state", story(kept)))
    yield from (f"  {label}: {one_line(value)}" for label, value in facts if value)


def _entry_lines(entry: CatalogEntry | None) -> Iterator[str]:
    if entry is None:
        return
    yield f"{entry.name} ({entry.id}) is in the catalogue:"
    working = f", {count_words(entry.active_parameters)} at work a token" if entry.active_parameters else ""
    facts = (
        ("good at", entry.good_at),
        ("made by", entry.maker),
        ("parameters", f"{count_words(entry.parameters)}{working}" if entry.parameters else ""),
        ("context", f"{entry.context_length:,} tokens" if entry.context_length else ""),
        ("dimensions", str(entry.dimension or "")),
        ("can do", ", ".join(_ABILITIES.get(each, each) for each in sorted(entry.capabilities))),
        ("languages", ", ".join(_LANGUAGES.get(code, code) for code in entry.languages)),
        ("notes", entry.notes),
        ("files at", f"https://huggingface.co/{entry.repository}" if entry.repository else ""),
    )
    for label, value in facts:
        yield from _wrapped(f"{label}: {value}", "  ") if value else ()
    yield from licence_lines(entry.licence)


def _wanted_lines(found: Wanted | None, *, licence_too: bool) -> Iterator[str]:
    if found is None:
        return
    yield f"On the hub, in {one_line(found.repository.name)}, changed {one_line(found.repository.changed[:10])}:"
    yield from gate_lines(found)
    if licence_too:
        yield from licence_lines(found.licence)
    width = max(len(variant.quantisation) for variant in found.variants)
    for variant in found.variants:
        parts = f" in {len(variant.files)} files" if len(variant.files) > 1 else ""
        name = variant.quantisation or variant.files[-1].path
        yield f"  {one_line(name):<{width}}  {size_words(variant.size):>7}{parts}  {variant.loses}".rstrip()
    if found.kind == "chat":
        yield "`localassist models fit NAME` says how they go with this computer."


def _object(
    here: KeptModel | None, entry: CatalogEntry | None, found: Wanted | None, card: str, answers: str
) -> dict[str, Any]:
    return {
        "here": kept_object(here, answers) if here else None,
        "catalogue": entry_object(entry) if entry else None,
        "hub": {
            **repository_object(found.repository),
            "licence": licence_object(found.licence),
            "variants": [variant_object(variant) for variant in found.variants],
        }
        if found
        else None,
        "card": card,
    }


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(one_line(text), _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")


def _without_front_matter(card: str) -> str:
    """A model card without the YAML at its head, which is for the hub."""
    if not card.startswith("---\n"):
        return card
    return card.partition("\n---")[2].partition("\n")[2]
