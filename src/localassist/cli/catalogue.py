"""`models search`, and the catalogue in `models list`: which models there are to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.offline import HINT, NOT_ASKED
from localassist.cli.sizes import count_words
from localassist.domain.errors import NetworkError, NotFoundError, OfflineError
from localassist.domain.library import Commercial, ModelSearch, SortedBy
from localassist.usecases.narrowing import Narrowing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from localassist.cli.console import Console
    from localassist.domain.library import CatalogEntry, Licence, Repository
    from localassist.usecases.fitting_models import Judge
    from localassist.usecases.services import Services

BUSINESS: Final = {
    Commercial.YES: "business use allowed",
    Commercial.CONDITIONS: "business use on conditions",
    Commercial.NO: "no business use",
    Commercial.UNKNOWN: "nobody here looked up what it allows",
}
_NOBODY: Final = {
    True: "The catalogue has no model like that.",
    False: "Neither the catalogue nor the hub has a model like that.",
}
_FOR: Final = {"chat": "", "embedder": "to search with, ", "reranker": "to rank with, "}
_MORE: Final = "`localassist models show NAME` tells more of one, `localassist models download NAME` gets it."
_KINDS: Final = (("chat", "Chat models"), ("embedder", "To search documents with"), ("reranker", "To rank with"))


def list_catalogue(services: Services, console: Console) -> int:
    """`models list --catalogue`: every model that the catalogue names, by kind."""
    entries = services.catalogue.entries()
    if console.as_json:
        console.object({"catalogue": [entry_object(entry) for entry in entries]})
    for kind, title in _KINDS:
        console.print(f"{title}:")
        for row in _entry_rows([entry for entry in entries if entry.kind == kind]):
            console.print(row)
    console.print(_MORE)
    return 0


def search(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models search`: what the catalogue names and, unless the offline switch is on, what the hub has.

    Raises `OfflineError` where the catalogue has nothing and the hub may not be asked, `NotFoundError` where neither
    has anything.
    """
    text = " ".join(arguments.text)
    wanted = ModelSearch(text, arguments.author, arguments.licence, SortedBy(arguments.sort), at_most=arguments.most)
    alone = bool(arguments.can or arguments.fits)  # of that the hub knows nothing
    unasked = f"{NOT_ASKED} {HINT}" if services.settings.load().offline and not alone else ""
    # Without any word the whole catalogue would hide what the hub has.
    is_narrow = bool(text or wanted.licence or wanted.author or alone or unasked)
    entries = _of_catalogue(arguments, wanted, services, console) if is_narrow else []
    if unasked and not entries:
        raise OfflineError(f"The catalogue has no model for {text!r}. {NOT_ASKED}", HINT)
    found: list[Repository] = []
    try:
        found = [] if unasked or alone else _ask_hub(wanted, services, console)
    except NetworkError as error:
        if not entries:
            raise
        unasked = str(error)
    if not found and not entries:
        raise NotFoundError(_NOBODY[alone], "Try fewer or other words.")
    if console.as_json:
        hub = [repository_object(repository) for repository in found]
        asked = not unasked and not alone
        console.object({"catalogue": [entry_object(entry) for entry in entries], "hub": hub, "hub_asked": asked})
    for line in _results(entries, found):
        console.print(line)
    if unasked:
        console.warn(unasked)
    return 0


def licence_line(licence: Licence) -> str:
    """Its name and whether it allows business use."""
    if not licence.name:
        return "no licence named"
    return f"{licence.name}, {BUSINESS[licence.commercial]}"


def entry_object(entry: CatalogEntry) -> dict[str, Any]:
    """An entry for programs."""
    return {
        "id": entry.id,
        "name": entry.name,
        "kind": entry.kind,
        "family": entry.family,
        "maker": entry.maker,
        "repository": entry.repository,
        "parameters": entry.parameters,
        "active_parameters": entry.active_parameters,
        "context_length": entry.context_length,
        "dimension": entry.dimension,
        "good_at": entry.good_at,
        "languages": list(entry.languages),
        "capabilities": sorted(entry.capabilities),
        "licence": licence_object(entry.licence),
        "notes": entry.notes,
        "sources": list(entry.sources),
    }


def licence_object(licence: Licence) -> dict[str, Any]:
    """A licence for programs."""
    return {
        "id": licence.id,
        "name": licence.name,
        "commercial": licence.commercial.value,
        "meaning": licence.meaning,
        "attribution": licence.attribution,
        "link": licence.link,
    }


def repository_object(repository: Repository) -> dict[str, Any]:
    """A repository for programs, without its files."""
    return {
        "name": repository.name,
        "revision": repository.revision,
        "licence": repository.licence,
        "gated": repository.gated,
        "downloads": repository.downloads,
        "likes": repository.likes,
        "changed": repository.changed,
    }


def _ask_hub(wanted: ModelSearch, services: Services, console: Console) -> list[Repository]:
    console.progress("Asking the hub ...")
    with stopped_by_ctrl_c() as stop:
        found = list(services.library().hub.search(wanted, stop))
    console.end_progress()
    return found


def _of_catalogue(
    arguments: argparse.Namespace, wanted: ModelSearch, services: Services, console: Console
) -> list[CatalogEntry]:
    """The catalogue's models that are meant, that can do what is asked and, where that is asked, fit this computer."""
    entries = [entry for entry in services.catalogue.entries() if _is_meant(entry, wanted)]
    narrowing = Narrowing(frozenset(arguments.can), fits=arguments.fits)
    judge: Judge | None = None
    if narrowing.fits and entries:
        console.progress("Looking at this computer ...")
        judge = services.library().fit()
        console.end_progress()
    return [entry for entry in entries if narrowing.keeps(entry, judge)]


def _is_meant(entry: CatalogEntry, wanted: ModelSearch) -> bool:
    """Whether the catalogue's model has each of the words, the licence and the author that were asked for."""
    facts = (entry.id, entry.name, entry.family, entry.maker, entry.good_at, *entry.capabilities, entry.kind)
    told = " ".join(facts).casefold()
    owner = entry.repository.partition("/")[0]
    return (
        all(word in told for word in wanted.text.casefold().split())
        and wanted.licence.casefold() in ("", entry.licence.id.casefold())
        and wanted.author.casefold() in ("", owner.casefold(), entry.maker.casefold())
    )


def _results(entries: Sequence[CatalogEntry], found: Sequence[Repository]) -> Iterator[str]:
    if entries:
        yield "In the catalogue:"
        yield from _entry_rows(entries)
    if found:
        yield "On the hub, where anybody can put models:"
        yield from _repository_rows(found)
    yield _MORE


def _entry_rows(entries: Sequence[CatalogEntry]) -> Iterator[str]:
    width = max((len(entry.id) for entry in entries), default=0)
    for entry in entries:
        size = f"{count_words(entry.parameters)} parameters, " if entry.parameters else ""
        gone = "" if entry.repository else ", not to be downloaded"
        yield f"  {entry.id:<{width}}  {_FOR[entry.kind]}{size}{licence_line(entry.licence)}{gone}"


def _repository_rows(found: Sequence[Repository]) -> Iterator[str]:
    width = max((len(repository.name) for repository in found), default=0)
    for repository in found:
        facts = [f"{repository.downloads:,} downloads", f"{repository.likes:,} likes"]
        facts += [f"changed {repository.changed[:10]}"] if repository.changed else []
        facts += [one_line(repository.licence) or "no licence named"]
        facts += ["terms to agree to first"] if repository.gated else []
        yield f"  {one_line(repository.name):<{width}}  {', '.join(facts)}"
