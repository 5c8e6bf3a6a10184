"""Uses a key as the app does, lets everything go wrong that can, and dies.

Arguments: the address of a server, a folder of documents, "abort" or "fault". The key comes from standard input; after
its line the process says which children it has, waits for another line, and dies.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from localassist import process
from localassist.adapters.logs import Log
from localassist.adapters.places import Places
from localassist.app import App
from localassist.cli import running
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import Target
from localassist.domain.reviewing import Review
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.usecases.services import Services

COMMANDS = (
    ["cloud", "providers"],
    ["cloud", "models", "double"],
    ["cloud", "spent", "--json"],
    ["ledger"],
    ["ledger", "--json"],
    ["ledger", "--csv"],
    ["doctor", "--json"],
)


def keep_key(services: Services, address: str, key: str) -> Target:
    """Keep the key of a server, and of the hub."""
    providers = services.escalation().providers
    server = providers.add_server("Double", f"{address}/v1")
    state = providers.keep_key(server.id, key)
    services.library().keep_token(key)
    print("lasting" if state.lasting else "for this run", state.masked)
    return Target(server.id, "big")


def ask(services: Services, target: Target) -> None:
    """Ask elsewhere, whatever comes of it; the error is said as a front end would say it."""
    escalation = services.escalation()
    conversation = services.conversations.create("", "")
    question = services.conversations.store_question(conversation.id, None, "What does the lease say of notice?")
    try:
        *_, review = escalation.prepare(question.id, Scope.everything(), target, "You asked for it.", Stop())
        assert isinstance(review, Review)
        for _ in escalation.send(review, Stop(), remember=True):
            pass
    except LocalAssistError as error:
        print(error.message, error.hint, repr(error))
        logging.getLogger("localassist.test").warning("Could not", exc_info=error)


def raising(key: str) -> Callable[[], NoReturn]:
    """What fails with the key in its words."""

    def fail() -> NoReturn:
        raise RuntimeError(f"Authorization: Bearer {key}")

    return fail


def go_wrong(app: App, key: str) -> None:
    """What may happen around a key: in threads, in libraries, in commands."""
    thread = threading.Thread(target=raising(key))
    thread.start()
    thread.join()
    logging.getLogger("httpx2").error("Headers: %s", {"Authorization": key})
    warnings.warn(f"deprecated: {key}", stacklevel=1)
    for words in COMMANDS:
        with suppress(SystemExit):
            running.run(words, app)
    app.diagnose = raising(key)  # type: ignore[method-assign]  what nobody foresaw
    running.run(["doctor"], app)


def main(address: str, folder: str, death: str) -> None:
    """Work, and die."""
    import psutil

    key = sys.stdin.readline().strip()
    process.set_up()
    app = App(Places.find(os.environ), lambda *_: {})
    app.door.guard_process()
    app.places.make()
    log = Log(app.places.logs)
    log.open()
    services = app.services()
    services.settings.change(offline=False, chat_model=NO_MODEL)
    list(services.ingest([folder], "Papers", Stop()))
    (collection,) = services.documents.collections()
    services.escalation().labels.set(LabelKind.COLLECTION, str(collection.id), Sensitivity.MAY_GO_OUT)
    target = keep_key(services, address, key)
    for _ in range(4):
        ask(services, target)
    with suppress(LocalAssistError):
        services.escalation().providers.models(target.provider, Stop())
    go_wrong(app, key)
    print("children", *(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
    sys.stdin.readline()
    if death == "abort":
        os.abort()
    faulthandler._sigsegv()


if __name__ == "__main__":
    main(*sys.argv[1:])
