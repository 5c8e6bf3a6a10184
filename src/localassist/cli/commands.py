"""What each command calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.cli import (
    asking,
    catalogue,
    demo,
    documents,
    embedders,
    evaluating,
    fitting,
    getting,
    models,
    packs,
    showing,
    standing,
    syncing,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from localassist.cli.console import Console
    from localassist.usecases.services import Services

COMMANDS: Final[dict[tuple[str, str], Callable[[argparse.Namespace, Services, Console], int]]] = {
    ("ask", ""): asking.ask,
    ("search", ""): asking.search,
    ("chat", ""): asking.chat,
    ("docs", "add"): documents.add,
    ("docs", "list"): standing.list_,
    ("docs", "collections"): standing.list_,
    ("docs", "status"): standing.status,
    ("docs", "sync"): syncing.sync,
    ("docs", "rebuild"): syncing.rebuild,
    ("docs", "embedder"): embedders.embedder,
    ("docs", "evaluate"): evaluating.evaluate,
    ("docs", "remove"): documents.remove,
    ("docs", "forget"): documents.forget,
    ("docs", "rename"): documents.rename,
    ("models", "list"): models.list_,
    ("models", "add"): models.add,
    ("models", "search"): catalogue.search,
    ("models", "show"): showing.show,
    ("models", "fit"): fitting.fit,
    ("models", "download"): getting.download,
    ("models", "token"): getting.token,
    ("models", "found"): models.found,
    ("models", "remove"): models.remove,
    ("models", "verify"): models.verify,
    ("models", "move"): models.move,
    ("models", "pack"): packs.pack,
    ("models", "unpack"): packs.unpack,
    ("demo", ""): demo.demo,
}
