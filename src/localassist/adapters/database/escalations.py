"""What is remembered of asking elsewhere, in the database: consents, spendings, chosen models, private words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database.codec import storable
from localassist.domain.errors import NotFoundError
from localassist.domain.outbound import Consent, Target
from localassist.domain.ports.escalations import EscalationStore, RememberedConsent, Spending

if TYPE_CHECKING:
    import apsw

    from localassist.adapters.database.connection import Database

_REMEMBER: Final = "INSERT OR REPLACE INTO consents (conversation_id, provider, given) VALUES (?, ?, ?)"
_CONSENT: Final = "SELECT given FROM consents WHERE conversation_id = ? AND provider = ?"
_CONSENTS: Final = """
SELECT s.conversation_id, c.title, s.provider, s.given FROM consents s JOIN conversations c ON c.id = s.conversation_id
ORDER BY s.given DESC, s.conversation_id DESC, s.provider
"""
_WITHDRAW: Final = "DELETE FROM consents WHERE ?1 IS NULL OR conversation_id = ?1"
_RESERVE: Final = """
INSERT INTO spendings (time, provider, model, prompt_tokens, answer_tokens, cost) VALUES (?, ?, ?, ?, ?, ?)
"""
_SETTLE: Final = "UPDATE spendings SET prompt_tokens = ?, answer_tokens = ?, cost = ? WHERE number = ?"
_SPENDINGS: Final = """
SELECT time, provider, model, prompt_tokens, answer_tokens, cost FROM spendings WHERE time >= ? ORDER BY time, number
"""


class DatabaseEscalationStore(EscalationStore):
    """Consents, spendings, chosen models and private words in a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def remember_consent(self, conversation_id: int, provider: str, consent: Consent) -> None:
        with self._database.writing() as connection:
            _require(connection, conversation_id)
            connection.execute(_REMEMBER, (conversation_id, storable(provider), _time(consent.given)))

    @override
    def consent(self, conversation_id: int, provider: str) -> Consent | None:
        with self._database.reading() as connection:
            row = connection.execute(_CONSENT, (conversation_id, storable(provider))).fetchone()
        return Consent(datetime.fromisoformat(row[0]), remembered=True) if row else None

    @override
    def consents(self) -> tuple[RememberedConsent, ...]:
        with self._database.reading() as connection:
            rows: Any = connection.execute(_CONSENTS).fetchall()
        return tuple(
            RememberedConsent(whose, title, provider, Consent(datetime.fromisoformat(given), remembered=True))
            for whose, title, provider, given in rows
        )

    @override
    def withdraw_consents(self, conversation_id: int | None = None) -> int:
        with self._database.writing() as connection:
            connection.execute(_WITHDRAW, (conversation_id,))
            return connection.changes()

    @override
    def choose_target(self, conversation_id: int, target: Target | None) -> None:
        with self._database.writing() as connection:
            _require(connection, conversation_id)
            name = storable(target.name) if target else ""
            connection.execute("UPDATE conversations SET target = ? WHERE id = ?", (name, conversation_id))

    @override
    def target(self, conversation_id: int) -> Target | None:
        with self._database.reading() as connection:
            provider, _, model = _require(connection, conversation_id).partition("/")
        return Target(provider, model) if provider else None

    @override
    def reserve(self, spending: Spending) -> int:
        target = spending.target
        with self._database.writing() as connection:
            row = (
                _time(spending.time),
                storable(target.provider),
                storable(target.model),
                spending.prompt_tokens,
                spending.answer_tokens,
                spending.cost,
            )
            connection.execute(_RESERVE, row)
            return connection.last_insert_rowid()

    @override
    def settle(self, number: int, prompt_tokens: int, answer_tokens: int, cost: float | None) -> None:
        with self._database.writing() as connection:
            connection.execute(_SETTLE, (prompt_tokens, answer_tokens, cost, number))
            if not connection.changes():
                raise NotFoundError(f"There is no spending {number}.")

    @override
    def spendings(self, since: datetime) -> tuple[Spending, ...]:
        with self._database.reading() as connection:
            rows: Any = connection.execute(_SPENDINGS, (_time(since),)).fetchall()
        return tuple(
            Spending(datetime.fromisoformat(time), Target(provider, model), sent, received, cost)
            for time, provider, model, sent, received, cost in rows
        )

    @override
    def private_words(self) -> tuple[str, ...]:
        with self._database.reading() as connection:
            words = [row[0] for row in connection.execute("SELECT word FROM private_words")]
        return tuple(sorted(words, key=lambda word: (word.casefold(), word)))

    @override
    def set_private_words(self, words: tuple[str, ...]) -> None:
        kept = dict.fromkeys(storable(" ".join(word.split())) for word in words)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM private_words")
            connection.executemany("INSERT INTO private_words (word) VALUES (?)", ((word,) for word in kept if word))


def _require(connection: apsw.Connection, conversation_id: int) -> str:
    """The model that was chosen for a conversation, as its column has it. Raises `NotFoundError`."""
    row = connection.execute("SELECT target FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    if row is None:
        raise NotFoundError(
            f"There is no conversation {conversation_id}.", "It may have been deleted; choose another one."
        )
    name: str = row[0]
    return name


def _time(moment: datetime) -> str:
    """A time as a column: all in UTC and of one length, so that they are ordered as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
