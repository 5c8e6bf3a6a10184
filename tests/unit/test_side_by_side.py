"""One question to several models, and a saved list of questions gone on with after any end."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from escalation_room import EscalationRoom
from fakes import FakeChatModel
from localassist.adapters.database import Database
from localassist.adapters.database.comparisons import DatabaseComparisonStore
from localassist.domain.comparisons import ComparedAnswer, Grounding
from localassist.domain.documents import Scope
from localassist.domain.errors import CloudError, ModelError, Stopped
from localassist.domain.events import Finished, Retrieved, TokenDelta
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.privacy import Destination
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop
from localassist.usecases.filling import CellBegun, CellFilled, FillComparison
from localassist.usecases.side_by_side import CompareModels, Elsewhere, SideBySide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.reviewing import Review
    from localassist.usecases.side_by_side import Compared

BIG = "example/big"
RENT = "What is the rent of flat 4B?"
RIGHT = "The rent is 950 euros a month."
WRONG = "The rent is 850 euros a month. Pets live in the cellar of Berlin."


class Bench:
    """Two models over two leases, and a place for lists."""

    def __init__(self, *models: FakeChatModel) -> None:
        self.room = room = EscalationRoom(
            *models,
            names=["Ada Lovelace"],
            lease_4b="# Lease of flat 4B\n\nThe rent is 950 euros a month. It is due on the third day.",
            lease_7a="# Lease of flat 7A\n\nThe rent is 1,150 euros a month. It is due on the fifth day.",
        )
        self.conversations, self.stop = room.conversations, Stop()
        self.reviews: list[Review] = []
        desk = room.desk
        elsewhere = Elsewhere(desk.providers, desk.prepare_unrecorded, desk.send_unrecorded)
        self.compare = CompareModels(self.conversations, room.answer, lambda: elsewhere)
        self.store = DatabaseComparisonStore(Database(None))
        self.fill = FillComparison(self.store, self.compare)

    def ask(self, *models: str, text: str = RENT) -> Iterator[Compared]:
        return self.compare(SideBySide(text, models, Scope.everything()), self.stop, self.approve)

    def answers(self, *models: str) -> list[ComparedAnswer]:
        return [told.event for told in self.ask(*models) if isinstance(told.event, ComparedAnswer)]

    def approve(self, review: Review, _stop: Stop) -> Review | None:
        """Somebody who agrees to everything, and notes what it was."""
        self.reviews.append(review)
        return review

    def saved(self, *questions: str) -> int:
        made = self.store.create("Leases", Scope.everything())
        self.store.add_models(made.id, ["small", "large"])
        self.store.add_questions(made.id, questions)
        return made.id

    def said(self, comparison_id: int) -> dict[tuple[str, str], str]:
        table = self.store.table(comparison_id)
        return {(each.text, model): answer.text for each in table.questions for model, answer in each.answers.items()}


@pytest.fixture
def small() -> FakeChatModel:
    return FakeChatModel(WRONG, name="small")


@pytest.fixture
def large() -> FakeChatModel:
    return FakeChatModel(RIGHT, name="large")


@pytest.fixture
def bench(small: FakeChatModel, large: FakeChatModel) -> Bench:
    return Bench(small, large)


def test_each_model_says_its_own_with_its_figures(bench: Bench) -> None:
    first, second = bench.answers("small", "large")
    assert (first.model, first.answered_by) == ("small", "small")
    assert first.text.startswith("The rent is 850 euros a month.")
    assert (second.model, second.text) == ("large", f"{RIGHT} [1]")
    assert second.grounding == Grounding(supported=1, partly=0, unsupported=0, citations=1)
    assert "From your documents:" in first.text, "the program's quotes are no merit of the model's"
    assert first.grounding == Grounding(supported=0, partly=1, unsupported=1, citations=1)
    assert (second.destination, second.cost, second.problem) == (Destination.THIS_COMPUTER, 0.0, "")
    assert second.evidence.figures.answer_tokens == len(RIGHT.split())
    assert second.first_word is not None
    assert 0 < second.first_word <= second.seconds


def test_all_are_given_the_same_words_and_the_same_passages(
    bench: Bench, small: FakeChatModel, large: FakeChatModel
) -> None:
    told = list(bench.ask("small", "large"))
    found = [
        [(passage.chunk_id, passage.score) for passage in each.event.passages]
        for each in told
        if isinstance(each.event, Retrieved)
    ]
    assert len(found) == 2
    assert found[0] == found[1]
    # The fence around passages is each conversation's own.
    (asked,), (again,) = small.prompts, large.prompts
    assert [turn.role for turn in asked] == [turn.role for turn in again]
    assert [len(turn.text) for turn in asked] == [len(turn.text) for turn in again]


def test_columns_come_one_after_the_other_and_each_ends_with_its_answer(bench: Bench) -> None:
    told = list(bench.ask("small", "large"))
    assert [each.column for each in told] == sorted(each.column for each in told)
    for column in (0, 1):
        events = [each.event for each in told if each.column == column]
        assert [position for position, event in enumerate(events) if isinstance(event, ComparedAnswer)] == [
            len(events) - 1
        ]


def test_without_a_name_the_settings_model_answers_and_without_a_model_the_documents(bench: Bench) -> None:
    usual, quotes = bench.answers("", NO_MODEL)
    assert (usual.model, usual.answered_by) == ("", "small")
    assert (quotes.answered_by, quotes.destination) == ("", Destination.THIS_COMPUTER)
    assert "950 euros" in quotes.text


def test_a_model_that_fails_says_so_and_the_others_are_asked_all_the_same(large: FakeChatModel) -> None:
    broken = FakeChatModel(ModelError("It ran out of memory.", "Close something."), name="broken")
    missing, failed, said = Bench(broken, large).answers("missing", "broken", "large")
    assert "There is no model missing." in missing.problem
    assert failed.problem == "It ran out of memory. Close something."
    assert (failed.text, failed.first_word) == ("", None)
    assert (said.text, said.problem) == (f"{RIGHT} [1]", "")


def test_a_stop_keeps_what_there_is_and_asks_nobody_after(
    bench: Bench, small: FakeChatModel, large: FakeChatModel
) -> None:
    small.before_word = lambda said: bench.stop.request() if said == 3 else None
    (stopped,) = bench.answers("small", "large")
    assert stopped.text == "The rent is"
    assert large.prompts == []


def test_nothing_of_it_is_kept_in_any_history(bench: Bench) -> None:
    before = bench.conversations.recent()
    bench.answers("small", "missing")
    assert bench.conversations.recent() == before
    with closing(bench.ask("small", "large")) as told:
        next(each for each in told if isinstance(each.event, TokenDelta))
    assert bench.conversations.recent() == before


def test_a_list_is_filled_model_by_model(bench: Bench, small: FakeChatModel, large: FakeChatModel) -> None:
    made = bench.saved(RENT, "When is the rent of flat 4B due?")
    told = list(bench.fill(made, bench.stop))
    begun = [(each.model, each.position, each.total) for each in told if isinstance(each, CellBegun)]
    assert begun == [("small", 1, 4), ("small", 2, 4), ("large", 3, 4), ("large", 4, 4)]
    assert sum(isinstance(each, CellFilled) for each in told) == 4
    assert any(isinstance(each, Finished) for each in told)
    assert bench.said(made)[RENT, "large"] == f"{RIGHT} [1]"
    assert list(bench.fill(made, bench.stop)) == [], "there is nothing left to ask"


@pytest.mark.parametrize("after", range(1, 4))
def test_what_was_broken_off_goes_on_with_what_is_missing(
    bench: Bench, small: FakeChatModel, large: FakeChatModel, after: int
) -> None:
    made = bench.saved(RENT, "When is the rent of flat 4B due?")
    filled = 0
    with closing(bench.fill(made, bench.stop)) as told:
        for each in told:
            filled += isinstance(each, CellFilled)
            if filled == after:
                break
    assert len(bench.said(made)) == after
    list(bench.fill(made, bench.stop))
    assert len(bench.said(made)) == 4
    assert len(small.prompts) + len(large.prompts) == 4, "nothing is asked twice"


def test_a_stopped_answer_is_asked_again_later(bench: Bench, small: FakeChatModel) -> None:
    made = bench.saved(RENT)
    small.before_word = lambda said: bench.stop.request() if said == 3 else None
    assert not any(isinstance(each, CellFilled) for each in bench.fill(made, bench.stop))
    assert bench.said(made) == {}
    small.before_word = lambda _said: None
    list(bench.fill(made, Stop()))
    assert bench.said(made)[RENT, "small"].startswith("The rent is 850 euros")


def test_a_failure_is_kept_with_its_reason_and_tried_again(large: FakeChatModel) -> None:
    broken = FakeChatModel(ModelError("It ran out of memory."), WRONG, name="small")
    bench = Bench(broken, large)
    made = bench.saved(RENT)
    list(bench.fill(made, bench.stop))
    (question,) = bench.store.table(made).questions
    assert question.answers["small"].problem == "It ran out of memory."
    assert question.answers["large"].text == f"{RIGHT} [1]"
    begun = [each.model for each in bench.fill(made, bench.stop) if isinstance(each, CellBegun)]
    assert begun == ["small"]
    assert bench.said(made)[RENT, "small"].startswith("The rent is 850 euros")


def test_a_model_elsewhere_is_asked_what_was_approved_and_costs_what_it_says(bench: Bench) -> None:
    bench.room.models.says = ["The rent is ", "950 euros a month."]
    here, elsewhere = bench.answers("large", BIG)
    assert (elsewhere.model, elsewhere.text, elsewhere.problem) == (BIG, f"{RIGHT} [1]", "")
    assert (elsewhere.destination, elsewhere.cost, here.cost) == (Destination.CLOUD, 0.001, 0.0)
    assert elsewhere.grounding == here.grounding
    (review,), (sent,) = bench.reviews, bench.room.models.sent
    assert RENT in sent.turns[-1].text
    assert {passage.path for passage in review.passages} == {"/files/lease_4b.md", "/files/lease_7a.md"}


def test_all_that_leaves_is_shown_before_anybody_answers(bench: Bench, large: FakeChatModel) -> None:
    answered: list[int] = []
    bench.room.models.says = ["950 euros."]
    told = bench.compare(
        SideBySide(RENT, ("large", BIG), Scope.everything()),
        bench.stop,
        lambda review, _stop: answered.append(len(large.prompts)) or review,
    )
    assert len([each for each in told if isinstance(each.event, ComparedAnswer)]) == 2
    assert answered == [0]


def test_what_is_not_approved_is_not_sent_and_the_others_are_asked(bench: Bench) -> None:
    asked = SideBySide(RENT, (BIG, "large"), Scope.everything())
    for refuse in ((), (lambda _review, _stop: None,)):
        told = [each.event for each in bench.compare(asked, bench.stop, *refuse)]
        refused, said = (each for each in told if isinstance(each, ComparedAnswer))
        assert refused.problem.startswith("Nothing was sent: it was not approved.")
        assert (refused.text, refused.destination) == ("", None)
        assert said.text == f"{RIGHT} [1]"
    assert bench.room.models.sent == []


def test_what_never_leaves_is_withheld_from_the_model_elsewhere_alone(bench: Bench, large: FakeChatModel) -> None:
    (collection,) = bench.room.documents.collections()
    bench.room.labels.set(LabelKind.COLLECTION, str(collection.id), Sensitivity.NEVER)
    bench.room.models.says = ["I do not know."]
    bench.answers("large", BIG)
    assert "950 euros" not in bench.room.models.text
    assert any("950 euros" in turn.text for prompt in large.prompts for turn in prompt)
    assert len(bench.reviews[0].withheld) == 2


def test_a_model_elsewhere_that_fails_says_so_in_its_column(bench: Bench) -> None:
    bench.room.models.says = []
    bench.room.models.error = CloudError("Example Cloud does not answer.", "Try later.")
    failed, said = bench.answers(BIG, "large")
    assert failed.problem.startswith("Example Cloud does not answer.")
    assert (failed.text, failed.destination) == ("", Destination.CLOUD)
    assert said.text == f"{RIGHT} [1]"


def test_a_stop_while_something_is_reviewed_asks_nobody(bench: Bench, large: FakeChatModel) -> None:
    def leave(_review: Review, stop: Stop) -> Review | None:
        stop.request()
        raise Stopped

    told = list(bench.compare(SideBySide(RENT, ("large", BIG), Scope.everything()), bench.stop, leave))
    assert not any(isinstance(each.event, ComparedAnswer) for each in told)
    assert (large.prompts, bench.room.models.sent) == ([], [])


def test_only_a_known_provider_makes_a_name_one_of_elsewhere(bench: Bench) -> None:
    assert bench.compare.target(BIG) is not None
    for here in ("", "large", NO_MODEL, "nobody/big", "/models/large.gguf", "example/big.gguf", "example/", "/big"):
        assert bench.compare.target(here) is None, here


def test_a_list_asks_elsewhere_what_is_approved_cell_by_cell(bench: Bench) -> None:
    bench.room.models.says = ["950 euros."]
    made = bench.store.create("Leases", Scope.everything())
    bench.store.add_models(made.id, [BIG])
    bench.store.add_questions(made.id, [RENT, "When is the rent of flat 4B due?"])
    list(bench.fill(made.id, bench.stop, lambda review, _stop: None if "due" in review.pieces[-1].text else review))
    assert [each.text for each, _ in bench.store.table(made.id).missing] == ["When is the rent of flat 4B due?"]
    assert len(bench.room.models.sent) == 1
