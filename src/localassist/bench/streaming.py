"""A process that asks for streams, through the door and past it in turn, and says how long each took."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.database import Database, DatabaseLedger
from localassist.adapters.network import NetworkDoor
from localassist.adapters.settings_file import TomlSettingsStore
from localassist.domain.outbound import Identifier, Replacement
from localassist.domain.privacy import Purpose
from localassist.usecases.restoring import Restorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

PASSAGES: Final = 6_000
"""Characters that are sent with a question, about as many as 1,500 tokens are."""
_REPLACED: Final = (Replacement("[PERSON_1]", "Renate Ferreira", Identifier.PERSON),)
_PURPOSE: Final = Purpose(0, "reviewed", keep_body=True)

Times = tuple[float, float, float]
"""Seconds until the first byte, until the end, and of this thread's own computing."""


def main() -> None:
    """For each line that comes, the path of a stream, answer with one of JSON: the times past the door and through it.

    The argument is the address of the server. Both read the same lines and take the words out of them; through the
    door the ledger keeps what is sent, the offline switch is looked at, and placeholders are put back.
    """
    address = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, _door(Path(folder)) as door:
        for line in sys.stdin:
            url = f"{address}/{line.strip()}"
            bare_client = _bare_client()
            bare = _asked(_now(), bare_client, url, lambda piece: piece)
            restorer = Restorer(_REPLACED)
            ours = _asked(_now(), door.client("bench", purpose=_PURPOSE), url, restorer.feed)
            print(json.dumps([bare, ours]), flush=True)  # noqa: T201  for the one who asked


@contextmanager
def _door(folder: Path) -> Iterator[NetworkDoor]:
    """As the app has it: a ledger on the disk, and a switch in a file of settings."""
    settings = TomlSettingsStore(folder / "settings.toml")
    settings.change(offline=False)
    with closing(Database(folder / "bench.db")) as database:
        ledger = DatabaseLedger(database)
        with closing(NetworkDoor(lambda: settings.load().offline, lambda: ledger)) as door:
            yield door


def _bare_client() -> httpx2.Client:
    import httpx2

    return httpx2.Client(trust_env=False, verify=False)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def _asked(since: tuple[float, float], client: httpx2.Client, url: str, feed: Callable[[str], str]) -> Times:
    """Ask once with a client; times count from `since`, so that making it can be among them."""
    began, computed = since
    body = json.dumps({"stream": True, "messages": [{"role": "user", "content": "word " * (PASSAGES // 5)}]})
    first = 0.0
    with client, client.stream("POST", url, content=body) as response:
        for line in response.iter_lines():
            first = first or time.perf_counter() - began
            if line.startswith("data: {"):
                feed(json.loads(line[6:])["choices"][0]["delta"]["content"])
    return first, time.perf_counter() - began, time.thread_time() - computed


if __name__ == "__main__":
    main()
