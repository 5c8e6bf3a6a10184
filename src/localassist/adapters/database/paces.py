"""How fast models wrote here, as it was stored with their answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.domain.chat import Role
from localassist.domain.fitting import Pace
from localassist.domain.ports.fitting import Paces
from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from localassist.adapters.database.connection import Database

_FEWEST_TOKENS: Final = 16
"""An answer of a few words is over before its speed shows."""

_LOOKED_AT: Final = 200
_RECENT: Final = """
SELECT json_extract(
    evidence, '$.route.destination', '$.route.model', '$.figures.device', '$.figures.tokens_per_second',
    '$.figures.prompt_tokens', '$.figures.answer_tokens'
) FROM messages WHERE role = ? AND evidence <> '' ORDER BY id DESC LIMIT ?
"""


class DatabasePaces(Paces):
    """The answers of a `Database`; those of deleted conversations are gone with them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def recent(self) -> tuple[Pace, ...]:
        """Raises `StorageError` when the database can't be read."""
        with self._database.reading() as connection:
            rows = [row[0] for row in connection.execute(_RECENT, (Role.ASSISTANT, _LOOKED_AT))]
        return tuple(pace for pace in map(_pace, rows) if pace is not None)


def _pace(row: str) -> Pace | None:
    destination, model, device, rate, prompt, answer = json.loads(row)
    if destination != Destination.THIS_COMPUTER or not rate or not answer or answer < _FEWEST_TOKENS:
        return None
    return Pace(str(model), str(device), float(rate), int(prompt) + int(answer) // 2)
