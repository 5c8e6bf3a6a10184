"""`models download`: a model from the hub onto this disk, verified, and what it takes said before."""

from __future__ import annotations

import shlex
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.catalogue import licence_object
from localassist.cli.console import as_toml, one_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.offline import require_online
from localassist.cli.showing import gate_lines, known_here, licence_lines, variant_object
from localassist.cli.sizes import duration_words, size_words
from localassist.domain.errors import LocalAssistError
from localassist.domain.library import DownloadState
from localassist.usecases.looking_up import named_variant
from localassist.usecases.suggesting import Suggestion, judged, suggestion

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.library import Download, Variant
    from localassist.domain.models import ModelFile
    from localassist.domain.stopping import Stop
    from localassist.usecases.looking_up import Wanted
    from localassist.usecases.services import Services

_KINDS: Final = {
    "chat": "a chat model",
    "embedder": "a model to search documents with",
    "reranker": "a model to rank what was found with",
}
_TOKENS: Final = "https://huggingface.co/settings/tokens"


def download(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models download`: exit code 130 when Ctrl-C paused it.

    Raises what looking up raises, what made the download fail, and what keeps from using what came whole.
    """
    name, quantisation = named_variant(arguments.name)
    _require_absent(name, known_here(arguments.name, services), services)
    require_online(services)
    with stopped_by_ctrl_c() as stop:
        console.progress("Asking the hub ...")
        wanted = services.library().look_up(name, stop)
        _tell_terms(wanted, console)
        variant = _variant(wanted, quantisation, services, console, stop)
        _tell_room(variant, wanted, services, console)
        services.library().downloads.limit(arguments.speed * 1e6)
        asked = services.library().downloads.enqueue(wanted.repository, variant.files, _folder(wanted, services))
        ended = _bring(asked, services, console, stop)
    return _tell(asked, ended, wanted, services, console)


def _require_absent(name: str, here: ModelFile | None, services: Services) -> None:
    """Raise `LocalAssistError` for a model that is here and not to be had, `NotFoundError` for what nobody knows."""
    entry = services.library().look_up.entry(name)
    if here is not None and (entry is None or not entry.repository):
        raise LocalAssistError(
            f"{here.name} is on this computer already: {here.path}.", f"`localassist models show {name}` tells of it."
        )
    services.library().look_up.require(name)


def _tell_terms(wanted: Wanted, console: Console) -> None:
    """What is going to be fetched, from where, and under which terms."""
    name = wanted.entry.name if wanted.entry else wanted.repository.name
    console.print(f"{one_line(name)}, {_KINDS[wanted.kind]}")
    console.print(f"  from: {one_line(wanted.repository.name)}, as of {one_line(wanted.repository.revision[:12])}")
    for line in licence_lines(wanted.licence):
        console.print(line)
    for line in gate_lines(wanted):
        console.print(line)


def _variant(wanted: Wanted, quantisation: str, services: Services, console: Console, stop: Stop) -> Variant:
    """The variant that was named, or the one that is taken without, with the reason said, and how it fits.

    Raises `ModelError` where none is named and none runs here.
    """
    named = wanted.variant(quantisation) if quantisation else None
    begun = {each: _begun(each, wanted, services) for each in ([named] if named else wanted.variants)}
    most = max(begun, key=lambda each: begun[each])
    if begun[most]:  # its room is taken already, and the same command has to go on with the same file
        _tell_variant(most, "" if named or len(begun) == 1 else "It is taken because it was begun before.", console)
        return most
    if wanted.kind != "chat":
        return most
    console.progress("Looking at the file's beginning, and at this computer ...")
    fits = judged(wanted, services.library().fit(), stop)
    suggested = Suggestion(named, dict(fits)[named], "") if named else suggestion(wanted, fits)
    others = " NAME:QUANTISATION takes another, `localassist models fit NAME` compares them."
    _tell_variant(suggested.variant, suggested.reason and suggested.reason + others, console)
    console.print(f"  on this computer: {suggested.fit.suitability.value}. {suggested.fit.reason}")
    return suggested.variant


def _tell_variant(variant: Variant, reason: str, console: Console) -> None:
    """Which it is, what that loses, and why it was taken."""
    if variant.quantisation:
        console.print(f"  {variant.quantisation}: {variant.loses}".rstrip(": "))
    if reason:
        console.print(f"  {reason}")


def _begun(variant: Variant, wanted: Wanted, services: Services) -> int:
    return services.library().downloads.begun(wanted.repository, variant.files, _folder(wanted, services))


def _folder(wanted: Wanted, services: Services) -> str:
    """Where the files of a repository go."""
    return str(Path(services.library().shelf.folder, *wanted.repository.name.split("/")))


def _tell_room(variant: Variant, wanted: Wanted, services: Services, console: Console) -> None:
    """What it takes of the disk, without what is there."""
    parts = f" in {len(variant.files)} files" if len(variant.files) > 1 else ""
    free = _free(Path(services.library().shelf.folder))
    console.print(f"  disk: it takes {size_words(variant.size)}{parts}{free}")
    there = _begun(variant, wanted, services)
    if 0 < there < variant.size:
        console.print(f"  begun before: {size_words(there)} of it are there; it goes on from there")


def _bring(asked: Download, services: Services, console: Console, stop: Stop) -> Download:
    """Let it run, showing how far it is; gives how it ended."""
    ended = asked
    for event in services.library().downloads.run(stop):
        if event.id == asked.id:
            ended = event
            console.progress(_progress(event))
    console.end_progress()
    return ended


def _progress(event: Download) -> str:
    share = event.received / event.total if event.total else 1.0
    line = f"{share:.0%}: {size_words(event.received)} of {size_words(event.total)}"
    if event.seconds_left is None:
        return line
    return f"{line}, {size_words(int(event.bytes_per_second))} a second, {duration_words(event.seconds_left)} left"


def _tell(asked: Download, ended: Download, wanted: Wanted, services: Services, console: Console) -> int:
    """How it ended; gives the exit code."""
    if ended.state is DownloadState.FAILED:
        kept = f" {size_words(ended.received)} are kept: the same command goes on from there." if ended.received else ""
        raise LocalAssistError(ended.problem, ended.hint + kept)
    if console.as_json:
        console.object(_object(ended, wanted, services))
    if ended.state is not DownloadState.DONE:
        there = f"{size_words(ended.received)} of {size_words(ended.total)} are on the disk"
        console.warn(f"Paused: {there}. The same command goes on from there.")
        return INTERRUPTED
    came = "were there already" if asked.received == asked.total else "came"
    console.print(f"All {size_words(ended.total)} {came}, and are what the hub says, in {one_line(ended.folder)}")
    if ended.problem:
        raise LocalAssistError(ended.problem, ended.hint)
    console.print(_use_line(ended, wanted, services))
    return 0


def _use_line(ended: Download, wanted: Wanted, services: Services) -> str:
    """How what came is used."""
    if wanted.kind == "embedder":
        return f"`localassist docs embedder {shlex.quote(ended.folder)}` searches documents with it."
    if wanted.kind == "reranker":
        return f"`reranker = {as_toml(ended.folder)}` in the settings file ranks what was found with it."
    name = one_line(_name_here(ended, services))
    return (
        f"It is listed as {name}: `localassist ask --model {shlex.quote(name)} QUESTION` asks it; "
        f"`chat_model = {as_toml(name)}` in the settings file has it answer always."
    )


def _name_here(ended: Download, services: Services) -> str:
    """The name of the chat model that came, "" for what is none."""
    paths = {str(Path(ended.folder, file.path)) for file in ended.files}
    return next((file.name for file in services.models.files() if file.path in paths), "")


def _object(ended: Download, wanted: Wanted, services: Services) -> dict[str, Any]:
    variant = next(each for each in wanted.variants if each.files == ended.files)
    return {
        "repository": ended.repository,
        "revision": ended.revision,
        "kind": wanted.kind,
        "licence": licence_object(wanted.licence),
        **variant_object(variant),
        "folder": ended.folder,
        "state": "done" if ended.state is DownloadState.DONE else "paused",
        "received": ended.received,
        "model": _name_here(ended, services),
        "problem": ended.problem,
    }


def _free(folder: Path) -> str:
    """What is free on the disk of a folder, or of the nearest above it that is there; nothing where none answers."""
    for path in (folder, *folder.parents):
        with suppress(OSError):
            return f", {size_words(shutil.disk_usage(path).free)} are free"
    return ""


def token(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`models token`: asks for a token of the hub, unseen, and keeps it. Raises `LocalAssistError` without keyring."""
    console.print(f"A token that may read is made at {_TOKENS}, after logging in there.")
    try:
        given = console.read_password("Token: ").strip()
    except EOFError:
        given = ""
    if not given:
        raise LocalAssistError("No token was typed, so nothing was kept.", "Type or paste it, then press Enter.")
    if not services.library().keep_token(given):
        raise LocalAssistError(
            "No keyring of the system works here, so the token was not kept: it is never written to a file.",
            "Name it in the variable HF_TOKEN instead, for as long as you need it.",
        )
    console.print("It is kept in the system's keyring, and shown to the hub only where that asks who you are.")
    return 0
