"""What every keeper of comparisons does: the database on disk and in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.database import Database
from localassist.adapters.database.comparisons import DatabaseComparisonStore
from localassist.domain.chat import Evidence, Figures, Sent
from localassist.domain.comparisons import LONGEST_VERDICT, MOST_MODELS, ComparedAnswer
from localassist.domain.documents import Scope, SentenceSupport, SupportStatus
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.privacy import Destination, Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.comparisons import ComparisonStore

ANSWER = ComparedAnswer(
    "small",
    "The rent is 950 euros.",
    Evidence(
        route=Route(Destination.CLOUD, "small", "It was chosen."),
        sentences=(SentenceSupport(0, 22, (1,), (), SupportStatus.SUPPORTED),),
        searched=True,
        figures=Figures(120, 0, 9),
        sent=Sent("Somebody", "small", cost=0.002),
    ),
    datetime(2026, 5, 4, 12, 30, tzinfo=UTC),
    seconds=4.5,
    first_word=1.25,
)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, home: Path) -> Iterator[ComparisonStore]:
    database = Database(home / "localassist.db" if request.param == "file" else None)
    yield DatabaseComparisonStore(database)
    database.close()


def filled(store: ComparisonStore) -> int:
    """A list of two questions and two models, of which one answered the first question."""
    made = store.create("Lease", Scope.everything())
    store.add_models(made.id, ["small", "large"])
    store.add_questions(made.id, ["How high is the rent?", "When is it due?"])
    store.keep(store.table(made.id).questions[0].id, ANSWER)
    return made.id


@pytest.mark.parametrize("scope", [Scope(), Scope.everything(), Scope(collection_ids=(3, 1), document_ids=(7,))])
def test_a_new_list_is_found_by_its_name_and_asks_what_it_was_made_for(store: ComparisonStore, scope: Scope) -> None:
    made = store.create("  My \n lease ", scope)
    assert (made.name, made.scope, made.models) == ("My lease", scope, ())
    assert store.find("My lease") == made
    assert store.all() == (made,)
    assert store.table(made.id).questions == ()


def test_lists_are_told_by_name_and_no_name_is_taken_twice(store: ComparisonStore) -> None:
    for name in ("Travel", "Lease"):
        store.create(name, Scope())
    assert [each.name for each in store.all()] == ["Lease", "Travel"]
    for refused in ("Travel", " Travel ", "", "  "):
        with pytest.raises(LocalAssistError):
            store.create(refused, Scope())
    assert len(store.all()) == 2


def test_questions_keep_their_order_and_none_is_there_twice(store: ComparisonStore) -> None:
    made = store.create("Lease", Scope())
    assert store.add_questions(made.id, ["Why?", " When? ", "", "Why?"]) == 2
    assert store.add_questions(made.id, ["Who?", "When?"]) == 1
    assert [each.text for each in store.table(made.id).questions] == ["Why?", "When?", "Who?"]


def test_models_keep_their_order_and_are_as_many_as_can_be_read(store: ComparisonStore) -> None:
    made = store.create("Lease", Scope())
    store.add_models(made.id, ["b", "a", "b"])
    store.add_models(made.id, ["a", "c"])
    assert store.find("Lease").models == ("b", "a", "c")
    with pytest.raises(LocalAssistError):
        store.add_models(made.id, [f"model {n}" for n in range(MOST_MODELS)])
    assert store.find("Lease").models == ("b", "a", "c")


def test_an_answer_comes_back_as_it_was_kept(store: ComparisonStore) -> None:
    table = store.table(filled(store))
    assert dict(table.questions[0].answers) == {"small": ANSWER}
    assert table.questions[1].answers == {}


def test_what_is_missing_is_told_model_by_model_with_what_failed(store: ComparisonStore) -> None:
    made = filled(store)
    first, second = store.table(made).questions
    store.keep(second.id, replace(ANSWER, model="large", text="", problem="It ran out of memory.", first_word=None))
    missing = [(question.id, model) for question, model in store.table(made).missing]
    assert missing == [(second.id, "small"), (first.id, "large"), (second.id, "large")]


def test_a_verdict_stands_by_its_answer_until_that_is_another(store: ComparisonStore) -> None:
    made = filled(store)
    question = store.table(made).questions[0]
    store.judge(question.id, "small", "better,\nbut long")
    assert store.table(made).questions[0].answers["small"] == replace(ANSWER, verdict="better, but long")
    store.judge(question.id, "small", "x" * 1000)
    assert len(store.table(made).questions[0].answers["small"].verdict) == LONGEST_VERDICT
    store.keep(question.id, replace(ANSWER, text="Another."))
    assert store.table(made).questions[0].answers["small"].verdict == ""


def test_a_question_goes_with_its_answers_and_a_model_with_its_column(store: ComparisonStore) -> None:
    made = filled(store)
    first, second = store.table(made).questions
    store.keep(second.id, replace(ANSWER, model="large"))
    store.remove_question(first.id)
    assert [each.id for each in store.table(made).questions] == [second.id]
    store.remove_model(made, "large")
    assert store.find("Lease").models == ("small",)
    assert store.table(made).questions[0].answers == {}


def test_a_deleted_list_leaves_nothing(store: ComparisonStore) -> None:
    made, other = filled(store), store.create("Other", Scope())
    question = store.table(made).questions[0]
    store.delete(made)
    assert store.all() == (other,)
    with pytest.raises(NotFoundError):
        store.keep(question.id, ANSWER)
    assert store.create("Lease", Scope()).models == ()


def test_what_does_not_exist_is_said_to_be_missing(store: ComparisonStore) -> None:
    made = filled(store)
    question = store.table(made).questions[0]
    for call in (
        lambda: store.find("Nothing"),
        lambda: store.table(99),
        lambda: store.add_questions(99, ["Why?"]),
        lambda: store.remove_question(99),
        lambda: store.add_models(99, ["small"]),
        lambda: store.remove_model(made, "tiny"),
        lambda: store.keep(99, ANSWER),
        lambda: store.judge(question.id, "large", "good"),
        lambda: store.delete(99),
    ):
        with pytest.raises(NotFoundError) as missing:
            call()
        assert missing.value.message.endswith(".")


@pytest.mark.parametrize("text", ["a\0b", "\u202eright to left\u202c", "Ünïcödé 東京 🙂", "half \ud800 a pair"])
def test_any_text_comes_back_as_far_as_it_can_be_stored(store: ComparisonStore, text: str) -> None:
    stored = text.replace("\ud800", "\N{REPLACEMENT CHARACTER}")
    made = store.create(text, Scope())
    store.add_questions(made.id, [text])
    store.add_models(made.id, [text])
    question = store.table(made.id).questions[0]
    store.keep(question.id, replace(ANSWER, model=text, text=text))
    store.judge(question.id, stored, text)
    (found,) = store.table(made.id).questions[0].answers.values()
    assert (found.text, found.verdict, store.table(made.id).questions[0].text) == (stored, stored, stored)
    assert store.find(text).models == (stored,)
