"""What each command calls, but for those about models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.cli import (
    agreed,
    asking,
    cloud,
    comparing,
    comparisons,
    demo,
    documents,
    embedders,
    evaluating,
    labels,
    ledger,
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
    ("compare", "ask"): comparing.ask,
    ("compare", "run"): comparing.run,
    ("compare", "list"): comparisons.list_,
    ("compare", "show"): comparisons.show,
    ("compare", "verdict"): comparisons.verdict,
    ("compare", "export"): comparisons.export,
    ("compare", "remove"): comparisons.remove,
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
    ("docs", "label"): labels.label,
    ("cloud", "providers"): cloud.providers,
    ("cloud", "key"): cloud.key,
    ("cloud", "models"): cloud.models,
    ("cloud", "server"): cloud.server,
    ("cloud", "words"): agreed.words,
    ("cloud", "spent"): agreed.spent,
    ("cloud", "consents"): agreed.consents,
    ("demo", ""): demo.demo,
    ("ledger", ""): ledger.ledger,
}
