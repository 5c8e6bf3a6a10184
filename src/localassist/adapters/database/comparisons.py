"""Saved comparisons in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database.codec import (
    evidence_from_json,
    evidence_to_json,
    sources_from_json,
    sources_to_json,
    storable,
)
from localassist.domain.chat import Sources
from localassist.domain.comparisons import (
    LONGEST_VERDICT,
    MOST_MODELS,
    ComparedAnswer,
    ComparedQuestion,
    Comparison,
    ComparisonTable,
)
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.comparisons import ComparisonStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from localassist.adapters.database.connection import Database

_LISTS: Final = "SELECT id, name, created, sources FROM comparisons"
_MODELS: Final = "SELECT model FROM comparison_models WHERE comparison_id = ? ORDER BY position"
_QUESTIONS: Final = "SELECT id, text FROM comparison_questions WHERE comparison_id = ? ORDER BY id"
_ANSWERS: Final = """
SELECT question_id, model, a.text, evidence, asked, seconds, first_word, problem, verdict
FROM comparison_answers a JOIN comparison_questions q ON q.id = a.question_id WHERE q.comparison_id = ?
"""
_KEEP: Final = """
INSERT OR REPLACE INTO comparison_answers (question_id, model, text, evidence, asked, seconds, first_word, problem)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_MODEL: Final = "INSERT INTO comparison_models (comparison_id, position, model) VALUES (?, ?, ?)"
_REMOVE_COLUMN: Final = """
DELETE FROM comparison_answers
WHERE model = ? AND question_id IN (SELECT id FROM comparison_questions WHERE comparison_id = ?)
"""
_LIST_ALL: Final = "`localassist compare list` shows all."


class DatabaseComparisonStore(ComparisonStore):
    """The comparisons of a `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def create(self, name: str, scope: Scope) -> Comparison:
        name = storable(" ".join(name.split()))
        if not name:
            raise LocalAssistError("A list of questions needs a name.", "Give it one that says what it is about.")
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM comparisons WHERE name = ?", (name,)).fetchone():
                raise LocalAssistError(f"There is a list called {name} already.", "Choose another name.")
            made = (name, datetime.now(UTC).isoformat(), sources_to_json(Sources(scope)))
            connection.execute("INSERT INTO comparisons (name, created, sources) VALUES (?, ?, ?)", made)
            return _by_id(connection, connection.last_insert_rowid())

    @override
    def all(self) -> tuple[Comparison, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"{_LISTS} ORDER BY name").fetchall()
            return tuple(_comparison(connection, row) for row in rows)

    @override
    def find(self, name: str) -> Comparison:
        with self._database.reading() as connection:
            row = connection.execute(f"{_LISTS} WHERE name = ?", (storable(name),)).fetchone()
            if row is None:
                raise NotFoundError(f"There is no list of questions called {name}.", _LIST_ALL)
            return _comparison(connection, row)

    @override
    def table(self, comparison_id: int) -> ComparisonTable:
        with self._database.reading() as connection:
            comparison = _by_id(connection, comparison_id)
            answers: dict[int, dict[str, ComparedAnswer]] = {}
            for question_id, *row in connection.execute(_ANSWERS, (comparison_id,)):
                answer = _answer(*row)
                answers.setdefault(question_id, {})[answer.model] = answer
            rows: Any = connection.execute(_QUESTIONS, (comparison_id,))
            questions = tuple(ComparedQuestion(each, text, answers.get(each, {})) for each, text in rows)
        return ComparisonTable(comparison, questions)

    @override
    def add_questions(self, comparison_id: int, texts: Iterable[str]) -> int:
        with self._database.writing() as connection:
            _by_id(connection, comparison_id)
            there = {text for _, text in connection.execute(_QUESTIONS, (comparison_id,))}
            new = [
                text for text in dict.fromkeys(storable(each.strip()) for each in texts) if text and text not in there
            ]
            add = "INSERT INTO comparison_questions (comparison_id, text) VALUES (?, ?)"
            connection.executemany(add, [(comparison_id, text) for text in new])
            return len(new)

    @override
    def remove_question(self, question_id: int) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM comparison_questions WHERE id = ?", (question_id,))
            if not connection.changes():
                raise _no_question(question_id)

    @override
    def add_models(self, comparison_id: int, models: Iterable[str]) -> None:
        with self._database.writing() as connection:
            there = _by_id(connection, comparison_id).models
            new = [model for model in dict.fromkeys(map(storable, models)) if model not in there]
            if len(there) + len(new) > MOST_MODELS:
                raise LocalAssistError(
                    f"A list compares {MOST_MODELS} models at most.", "Begin another list for the others."
                )
            last: Any = connection.execute(
                "SELECT coalesce(max(position), 0) FROM comparison_models WHERE comparison_id = ?", (comparison_id,)
            ).fetchone()
            rows = [(comparison_id, position, model) for position, model in enumerate(new, last[0] + 1)]
            connection.executemany(_ADD_MODEL, rows)

    @override
    def remove_model(self, comparison_id: int, model: str) -> None:
        with self._database.writing() as connection:
            gone = "DELETE FROM comparison_models WHERE comparison_id = ? AND model = ?"
            connection.execute(gone, (comparison_id, storable(model)))
            if not connection.changes():
                raise NotFoundError(f"The list does not ask {model}.", "Choose one of its models.")
            connection.execute(_REMOVE_COLUMN, (storable(model), comparison_id))

    @override
    def keep(self, question_id: int, answer: ComparedAnswer) -> None:
        evidence, asked = evidence_to_json(answer.evidence), answer.asked.isoformat()
        said = (storable(answer.model), storable(answer.text), evidence, asked)
        with self._database.writing() as connection:
            if not connection.execute("SELECT 1 FROM comparison_questions WHERE id = ?", (question_id,)).fetchone():
                raise _no_question(question_id)
            figures = (answer.seconds, answer.first_word, storable(answer.problem))
            connection.execute(_KEEP, (question_id, *said, *figures))

    @override
    def judge(self, question_id: int, model: str, verdict: str) -> None:
        words = storable(" ".join(verdict.split()))[:LONGEST_VERDICT]
        with self._database.writing() as connection:
            judged = "UPDATE comparison_answers SET verdict = ? WHERE question_id = ? AND model = ?"
            connection.execute(judged, (words, question_id, storable(model)))
            if not connection.changes():
                raise NotFoundError(f"There is no answer of {model} to judge.", "Ask it first.")

    @override
    def delete(self, comparison_id: int) -> None:
        with self._database.writing() as connection:
            _by_id(connection, comparison_id)
            connection.execute("DELETE FROM comparisons WHERE id = ?", (comparison_id,))


def _by_id(connection: apsw.Connection, comparison_id: int) -> Comparison:
    row = connection.execute(f"{_LISTS} WHERE id = ?", (comparison_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no list of questions {comparison_id}.", _LIST_ALL)
    return _comparison(connection, row)


def _comparison(connection: apsw.Connection, row: tuple[Any, ...]) -> Comparison:
    comparison_id, name, created, sources = row
    models = tuple(str(model) for (model,) in connection.execute(_MODELS, (comparison_id,)))
    asks = sources_from_json(sources)
    scope = asks.chosen if asks else Scope()
    return Comparison(comparison_id, name, datetime.fromisoformat(created), scope, models)


def _answer(model: str, text: str, evidence: str, asked: str, *figures: Any) -> ComparedAnswer:  # a row of `_ANSWERS`
    seconds, first_word, problem, verdict = figures
    time = datetime.fromisoformat(asked)
    return ComparedAnswer(model, text, evidence_from_json(evidence), time, seconds, first_word, problem, verdict)


def _no_question(question_id: int) -> NotFoundError:
    return NotFoundError(f"There is no question {question_id} in a list.", "It may have been deleted.")
