"""Asking a model elsewhere in the terminal: all is shown before, and nothing is sent without the user's word."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from cli_console import Told
from escalation_room import READY, EscalationRoom, FakePrices
from fakes import FakeChatModel
from localassist.cli import asking
from localassist.cli.arguments import UsageError
from localassist.cli.parser import parse
from localassist.cli.reviews import review_lines, review_object
from localassist.cli.talking import Talk
from localassist.domain.errors import (
    BudgetError,
    CloudError,
    ConsentNeededError,
    LocalAssistError,
    NeverLeavesError,
    NotFoundError,
)
from localassist.domain.labels import LabelKind, Labelled, Sensitivity
from localassist.domain.outbound import Matter, MatterKind, Target
from localassist.domain.settings import Settings
from localassist.usecases.labelling import passage_key

if TYPE_CHECKING:
    from localassist.usecases.services import Services

RENT = "The rent of the flat is 900 euros a month, says Maria Weber."
ASK = "What is the rent of the flat?"
ANSWER = "The rent is 900 euros, says Maria Weber. [1]"
NOWHERE = "Which zebra won the regatta of Valparaiso?"


def room(*, settings: Settings = READY, known_price: bool = True, here: str = "") -> EscalationRoom:
    """A lease that names somebody, a model elsewhere, and one here that says these words."""
    models = [FakeChatModel(here)] if here else []
    prices = FakePrices() if known_price else FakePrices(None)
    made = EscalationRoom(*models, settings=settings, names=["Maria Weber"], prices=prices, lease=RENT)
    made.models.says = ["The rent is 900 euros [1], ", "says [PERSON_1]."]
    return made


def services(made: EscalationRoom) -> Services:
    return cast(
        "Services",
        SimpleNamespace(
            conversations=made.conversations,
            unrecorded_conversations=made.conversations,
            documents=made.documents,
            settings=made.settings,
            answer=made.answer,
            answer_unrecorded=made.answer,
            escalation=lambda: made.desk,
        ),
    )


def ask(made: EscalationRoom, told: Told, *options: str) -> int:
    parsed = parse(["ask", "--at", "example/big", *options, ASK], "1.0")
    return asking.ask(parsed, services(made), told.console)


def test_everything_is_shown_and_sent_once_the_user_says_so() -> None:
    made, told = room(), Told("y")
    assert ask(made, told) == 0
    shown, _, after = told.text.partition("it costs ")
    assert "To big at Example Cloud." in shown
    assert "Stored in Ruritania." in shown
    assert "This would be sent: passage from lease" in shown
    assert "    The rent of the flat is 900 euros a month, says [PERSON_1]." in shown
    assert f"This would be sent: question (ask me)\n    {ASK}" in shown
    assert "[PERSON_1] stands for Maria Weber." in shown
    assert "Names and numbers were looked for by a list." in shown
    assert told.asked == ["Send this to big at Example Cloud? [y/N] "]
    assert "The rent is 900 euros [1], says Maria Weber." in after
    assert "Answered by big at Example Cloud, reviewed " in after
    assert "Maria Weber" not in made.models.text


@pytest.mark.parametrize("typed", [[], [""], ["n"], ["a"], ["h"], ["yep"]])
def test_anything_but_yes_sends_nothing(typed: list[str]) -> None:
    made, told = room(), Told(*typed)
    assert ask(made, told) == 1
    assert made.models.sent == []
    assert told.warnings == ["Nothing was sent."]


def test_without_a_terminal_nothing_is_sent_and_it_says_so() -> None:
    made, told = room(), Told("y", has_terminal=False)
    with pytest.raises(ConsentNeededError, match="Nothing was sent"):
        ask(made, told)
    assert (made.models.sent, told.asked) == ([], [])


def test_yes_beforehand_asks_nobody_and_shows_it_all_the_same() -> None:
    made, told = room(), Told(has_terminal=False)
    assert ask(made, told, "--yes") == 0
    assert (len(made.models.sent), told.asked) == (1, [])
    assert "This would be sent: passage from lease" in told.text


def test_what_never_leaves_is_told_and_stays() -> None:
    made, told = room(), Told("y")
    (collection,) = made.documents.collections()
    made.labels.set(LabelKind.COLLECTION, str(collection.id), Sensitivity.NEVER)
    ask(made, told)
    assert "This stays here: passage from lease" in told.text
    assert f", which never leaves, as you said of the collection {collection.name}." in told.text
    assert "900" not in made.models.text


def test_what_stays_of_one_document_is_one_line_with_a_count() -> None:
    made = room()
    review = made.review(made.question(ASK))
    labelled = Labelled(Sensitivity.NEVER, "the collection Contracts")
    first = review.passages[0]
    pages = [replace(first, chunk_id=n, title="rules.pdf", page=n) for n in range(1, 26)]
    other = replace(first, chunk_id=90, title="lease.pdf", page=3)
    withheld = [
        Matter(passage_key(each), MatterKind.PASSAGE, "", labelled, f"{each.title}, page {each.page}", each.chunk_id)
        for each in (*pages[:9], other, *pages[9:])
    ]
    question = Matter("q1", MatterKind.EARLIER_QUESTION, "", replace(labelled, by=""))
    review = replace(review, passages=(*pages, other), withheld=(*withheld, question))
    assert [line for line in review_lines(review) if line.startswith("This stays here")] == [
        "This stays here: 25 passages from rules.pdf, which never leave, as you said of the collection Contracts.",
        "This stays here: passage from lease.pdf, page 3, which never leaves, as you said of the collection Contracts.",
        "This stays here: earlier question, which never leaves.",
    ]


def test_a_program_is_told_the_instructions_in_the_words_of_the_terminal() -> None:
    made = room()
    review = made.review(made.question(ASK))
    shown = [line.strip() for line in review_lines(review)]
    for line in review_object(review)["instructions"].splitlines():
        assert "{" not in line
        assert line.strip() in shown


def test_until_the_first_word_comes_it_says_who_is_waited_for() -> None:
    told = Told("y")
    assert ask(room(), told) == 0
    line, before = told.waited[-1]
    assert line == "Waiting for big at Example Cloud ..."
    assert "it costs $" in before
    assert "900 euros [1]" not in before


def test_a_program_is_told_what_would_be_sent_and_nothing_is_without_yes() -> None:
    made, told = room(), Told(as_json=True)
    with pytest.raises(ConsentNeededError):
        ask(made, told, "--json")
    assert made.models.sent == []
    review = told.objects[0]["review"]
    assert (told.objects[0]["sent"], review["model"], review["withheld"]) == (None, "example/big", [])
    assert [piece["kind"] for piece in review["pieces"]][-2:] == ["passage", "question"]
    assert review["replacements"][0]["original"] == "Maria Weber"


def test_a_program_that_says_yes_gets_the_answer_with_what_was_sent() -> None:
    made, told = room(), Told(as_json=True)
    assert ask(made, told, "--json", "--yes") == 0
    (found,) = told.objects
    assert found["answer"] == ANSWER
    assert (found["sent"]["provider"], found["sent"]["request_id"], found["sent"]["replaced"]) == (
        "Example Cloud",
        "req_1",
        1,
    )
    assert found["route"]["destination"] == "cloud"
    assert found["review"]["tokens"] > 0


def test_an_obstacle_is_told_before_anybody_is_asked() -> None:
    made, told = room(settings=Settings(offline=True)), Told("y")
    with pytest.raises(BudgetError, match="offline switch"):
        ask(made, told, "--yes")
    assert (made.models.sent, told.asked) == ([], [])
    assert "This would be sent" in told.text


def test_what_it_costs_is_told_also_where_nobody_knows_or_it_is_nothing() -> None:
    for made, target, words in (
        (room(), "example/big", "it costs $"),
        (room(known_price=False), "example/big", "nobody here knows what it costs."),
        (room(), "home/big", "it costs nothing."),
    ):
        told = Told("n")
        asking.ask(parse(["ask", "--at", target, ASK], "1.0"), services(made), told.console)
        assert words in told.text


@pytest.mark.parametrize(("name", "error"), [("big", LocalAssistError), ("nobody/big", NotFoundError)])
def test_a_model_is_named_with_its_provider(name: str, error: type[LocalAssistError]) -> None:
    made = room()
    parsed = parse(["ask", "--at", name, "--yes", ASK], "1.0")
    with pytest.raises(error):
        asking.ask(parsed, services(made), Told().console)
    assert made.models.sent == []


def test_one_question_has_one_place_to_go() -> None:
    for other in (["--quotes"], ["--model", "small"]):
        with pytest.raises(UsageError):
            parse(["ask", "--at", "example/big", *other, ASK], "1.0")


def test_an_offer_is_told_below_the_answer_of_this_computer() -> None:
    made, told = room(here="Nobody knows."), Told()
    asking.ask(parse(["ask", NOWHERE], "1.0"), services(made), told.console)
    assert made.models.sent == []
    assert "A model elsewhere might do better: " in told.lines[-1]
    assert "`localassist ask --at example/big` asks it." in told.lines[-1]


def test_settings_that_ask_first_hold_no_answer_back_in_a_single_question() -> None:
    asks = Settings(offline=False, cloud_model="example/big", escalation="ask")
    made, told = room(settings=asks, here="Nobody knows."), Told()
    assert asking.ask(parse(["ask", NOWHERE], "1.0"), services(made), told.console) == 0
    assert "A model elsewhere might do better: " in told.text
    assert made.models.sent == []


@pytest.fixture
def made() -> EscalationRoom:
    return room(here="It is 900 euros.")


def talk(made: EscalationRoom, told: Told) -> Talk:
    begun = Talk(services(made))
    begun.choose("example/big", told.console)
    return begun


def test_a_chosen_model_is_asked_by_the_conversation_after_a_review(made: EscalationRoom) -> None:
    told = Told("y")
    begun = talk(made, told)
    begun.ask(ASK, told.console)
    assert told.lines[0].startswith("The questions of this conversation go to example/big")
    assert begun.conversation_id is not None
    assert made.store.target(begun.conversation_id) == Target("example", "big")
    assert made.conversations.get(begun.conversation_id).title == ASK
    stored = made.conversations.branch(begun.head_id)
    assert [message.text for message in stored] == [ASK, ANSWER]
    begun.choose("", told.console)
    assert made.store.target(begun.conversation_id) is None
    begun.ask("And the deposit?", told.console)
    assert len(made.models.sent) == 1


def test_always_is_remembered_for_the_conversation_and_told(made: EscalationRoom) -> None:
    told = Told("a")
    begun = talk(made, told)
    begun.ask(ASK, told.console)
    begun.ask(ASK, told.console)
    assert len(made.models.sent) == 2
    assert len(told.asked) == 1
    assert "Sent to big at Example Cloud, as you agreed for this conversation on " in told.text
    assert [each.provider for each in made.store.consents()] == ["example"]


def test_a_conversation_says_who_is_waited_for_each_time(made: EscalationRoom) -> None:
    told = Told("a")
    begun = talk(made, told)
    begun.ask(ASK, told.console)
    begun.ask(ASK, told.console)
    assert [line for line, _ in told.waited].count("Waiting for big at Example Cloud ...") == 2


def test_here_answers_the_same_question_on_this_computer(made: EscalationRoom) -> None:
    told = Told("h")
    begun = talk(made, told)
    begun.ask(ASK, told.console)
    assert made.models.sent == []
    assert made.conversations.branch(begun.head_id)[0].text == ASK
    assert "on this computer" in told.text


def test_no_sends_nothing_and_the_next_question_follows_the_last_answer(made: EscalationRoom) -> None:
    told = Told("n", "y")
    begun = talk(made, told)
    begun.ask("Something I regret.", told.console)
    assert (made.models.sent, told.lines[-1]) == ([], "Nothing was sent.")
    begun.ask(ASK, told.console)
    assert "regret" not in made.models.text


def test_a_conversation_that_never_leaves_is_refused(made: EscalationRoom) -> None:
    told = Told("y", "y")
    begun = talk(made, told)
    begun.ask(ASK, told.console)
    made.labels.set(LabelKind.CONVERSATION, str(begun.conversation_id), Sensitivity.NEVER)
    with pytest.raises(NeverLeavesError):
        begun.ask(ASK, told.console)
    assert len(made.models.sent) == 1


def test_when_elsewhere_fails_the_question_is_kept(made: EscalationRoom) -> None:
    made.models.says, made.models.error = (), CloudError("Example Cloud is overloaded.", "Try again.")
    told = Told("y", "h")
    begun = talk(made, told)
    with pytest.raises(CloudError):
        begun.ask(ASK, told.console)
    begun.ask(ASK, told.console)
    assert "on this computer" in told.text


@pytest.mark.parametrize(("typed", "sent"), [(["y", "y"], 1), (["y", "h"], 0), (["n"], 0), ([], 0)])
def test_settings_that_ask_first_ask_in_a_conversation(typed: list[str], sent: int) -> None:
    asks = Settings(offline=False, cloud_model="example/big", escalation="ask")
    made, told = room(settings=asks, here="Nobody knows."), Told(*typed)
    begun = Talk(services(made))
    begun.ask(NOWHERE, told.console)
    assert len(made.models.sent) == sent
    assert told.asked[0].startswith("See what would be sent to example/big?")
    assert made.conversations.branch(begun.head_id)[-1].text
