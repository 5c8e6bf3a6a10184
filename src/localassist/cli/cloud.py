"""`cloud`: who can be asked elsewhere, the keys for them, their models, and servers of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localassist.cli.console import one_line
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.tables import table
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.cloud import KeyState

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from localassist.cli.console import Console
    from localassist.domain.ports.cloud import CloudModel, Price, Provider, Providers
    from localassist.usecases.services import Services


def providers(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud providers`: all that can be asked, with what is known of each and whether there is a key."""
    known = services.escalation().providers
    told = [(each, _key_state(known, each, console)) for each in known.all()]
    if console.as_json:
        console.object({"providers": [_provider_object(*each) for each in told]})
    for row in table([(each.id, each.name, _key_words(each, state), each.region) for each, state in told]):
        console.print(row)
    return 0


def _key_state(known: Providers, provider: Provider, console: Console) -> KeyState | None:
    """What there is of a key; None where the keyring does not say."""
    try:
        return known.key(provider.id)
    except LocalAssistError as error:
        console.warn(str(error))
        return None


def _key_words(provider: Provider, state: KeyState | None) -> str:
    if state is None:
        return "key unknown"
    if state.masked:
        return f"key {state.masked}"
    return "no key yet" if provider.needs_key else "needs no key"


def _provider_object(provider: Provider, state: KeyState | None) -> dict[str, Any]:
    return {
        "id": provider.id,
        "name": provider.name,
        "address": provider.address,
        "destination": provider.destination.value,
        "region": provider.region,
        "retention": provider.retention,
        "source": provider.source,
        "keys_at": provider.keys_at,
        "needs_key": provider.needs_key,
        "key": state.masked if state else None,
    }


def key(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud key`: asks for a key, unseen, and keeps it; tests the one there is; or removes it."""
    known = services.escalation().providers
    actions: dict[str, Callable[[Providers, Provider, Console], dict[str, Any]]] = {
        "set": _set_key,
        "test": _test_key,
        "remove": _remove_key,
    }
    provider = known.get(arguments.provider)
    done = actions[arguments.action](known, provider, console)
    if console.as_json:
        console.object({"provider": provider.id, **done})
    return 0


def _set_key(known: Providers, provider: Provider, console: Console) -> dict[str, Any]:
    if provider.keys_at:
        console.print(f"Keys of {one_line(provider.name)} are made at {one_line(provider.keys_at)}.")
    try:
        given = console.read_password(f"Key of {one_line(provider.name)}: ").strip()
    except EOFError:
        given = ""
    if not given:
        raise LocalAssistError("No key was typed, so nothing was kept.", "Type or paste it, then press Enter.")
    state = known.keep_key(provider.id, given)
    if not state.lasting:
        raise LocalAssistError(
            "No keyring of the system works here, so the key was not kept: it is never written to a file.",
            "In the window's settings it can be kept until the window is closed.",
        )
    console.print(f"The key {state.masked} is kept in the system's keyring, and nowhere else.")
    return {"key": state.masked}


def _test_key(known: Providers, provider: Provider, console: Console) -> dict[str, Any]:
    state = known.key(provider.id)
    if provider.needs_key and not state.masked:
        raise _no_key(provider)
    models = _listed(known, provider, console)
    works = f"The key {state.masked} works" if state.masked else "It answers without a key"
    console.print(one_line(f"{works}: {provider.name} lists {len(models)} models."))
    return {"key": state.masked, "models": len(models)}


def _remove_key(known: Providers, provider: Provider, console: Console) -> dict[str, Any]:
    if not known.key(provider.id).masked:
        raise _no_key(provider)
    if not known.remove_key(provider.id):
        raise LocalAssistError(
            f"The key of {provider.name} is still in the system's keyring.",
            "Remove it there, and make it invalid where it was made.",
        )
    console.print(one_line(f"The key of {provider.name} was removed; the keyring was asked again and has none."))
    return {"key": ""}


def _no_key(provider: Provider) -> NotFoundError:
    return NotFoundError(
        f"There is no key of {provider.name}.", f"`localassist cloud key set {provider.id}` asks for one."
    )


def _listed(known: Providers, provider: Provider, console: Console) -> Sequence[CloudModel]:
    with stopped_by_ctrl_c() as stop:
        console.progress(f"Asking {provider.name} ...")
        models = known.models(provider.id, stop)
        console.end_progress()
    return models


def models(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud models`: what a provider lists now, with what each holds and costs, as far as is known."""
    known = services.escalation().providers
    provider = known.get(arguments.provider)
    found = _listed(known, provider, console)
    if console.as_json:
        console.object({"provider": provider.id, "models": [_model_object(each) for each in found]})
    rows = [(each.target.name, _context(each), price_words(each.price), _abilities(each)) for each in found]
    for row in table(rows):
        console.print(row)
    if not found:
        console.print(one_line(f"{provider.name} lists no chat models."))
    return 0


def price_words(price: Price | None) -> str:
    """What a model costs, in words."""
    if price is None:
        return "price unknown"
    if not (price.sent or price.received):
        return "costs nothing"
    return f"${price.sent:g} sent, ${price.received:g} received, for a million tokens"


def _context(model: CloudModel) -> str:
    return f"{model.context_length:,} tokens" if model.context_length else "context unknown"


def _abilities(model: CloudModel) -> str:
    able = {"vision": model.vision, "tools": model.tools, "reasoning": model.reasoning}
    return ", ".join(name for name, can in able.items() if can)


def _model_object(model: CloudModel) -> dict[str, Any]:
    price = model.price
    return {
        "name": model.target.name,
        "title": model.name,
        "context_length": model.context_length,
        "price": {"sent": price.sent, "received": price.received, "source": price.source} if price else None,
        "vision": model.vision,
        "tools": model.tools,
        "reasoning": model.reasoning,
    }


def server(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud server`: remembers a server of the user's own, or forgets one with its key."""
    known = services.escalation().providers
    if arguments.action == "add":
        added = known.add_server(arguments.name, arguments.address)
        if console.as_json:
            console.object(_provider_object(added, KeyState()))
        console.print(one_line(f"{added.name} is {added.destination}: `localassist cloud models {added.id}` asks it."))
        return 0
    own = _own_server(known, arguments.name)
    known.remove_server(own.id)
    if console.as_json:
        console.object({"removed": own.id})
    console.print(one_line(f"{own.name} was forgotten, with its key."))
    return 0


def _own_server(known: Providers, name: str) -> Provider:
    """The server of that id or name. Raises `NotFoundError`."""
    own = [each for each in known.all() if name in {each.id, each.name}]
    if not own:
        raise NotFoundError(f"There is no server {name}.", "`localassist cloud providers` shows all.")
    return own[0]
