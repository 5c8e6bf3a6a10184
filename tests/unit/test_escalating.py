"""A question on its way elsewhere: what is shown, what leaves, what comes back, and what stays here."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from escalation_room import BIG, EVERYTHING, HOME, EscalationRoom, FakePrices, FakeProviders
from fakes import FakeChatModel
from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.documents import Scope, SupportStatus
from localassist.domain.errors import (
    BudgetError,
    CloudError,
    ConsentNeededError,
    LocalAssistError,
    ModelError,
    NeverLeavesError,
    NotFoundError,
)
from localassist.domain.events import Asked, Finished, Offered, Routed, TokenDelta, Undecided
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import MatterKind, Target
from localassist.domain.ports.cloud import Price
from localassist.domain.privacy import Destination
from localassist.domain.reviewing import Revision
from localassist.domain.settings import Settings
from localassist.usecases.budgeting import month_of

if TYPE_CHECKING:
    from localassist.domain.reviewing import Review

LEASE = "# Lease of flat 4B\n\nThe rent is 950 euros a month. It is due on the third day. The tenant is Ada Byron."
OTHER = "# Lease of flat 7A\n\nThe rent is 1,150 euros a month. It is due on the fifth day."
RENT = "What is the rent of flat 4B?"
NOTHING = Scope()


@pytest.fixture
def room() -> EscalationRoom:
    return EscalationRoom(FakeChatModel("It is 950 euros."), names=["Ada Byron"], lease_4b=LEASE, lease_7a=OTHER)


def kinds(review: Review) -> list[MatterKind]:
    return [piece.matter.kind for piece in review.pieces]


def key_of(review: Review, words: str) -> str:
    return next(piece.matter.key for piece in review.pieces if words in piece.matter.text)


def collection(room: EscalationRoom) -> str:
    return str(room.documents.collections()[0].id)


def label_document(room: EscalationRoom, name: str, said: Sensitivity) -> None:
    room.labels.set(LabelKind.FOLDER, f"/files/{name}.md", said)


def test_the_review_shows_every_message_with_its_place_and_what_it_costs(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT), reason="You asked for it.")
    assert kinds(review)[0] is MatterKind.INSTRUCTIONS
    assert kinds(review)[-1] is MatterKind.QUESTION
    passages = [piece for piece in review.pieces if piece.matter.kind is MatterKind.PASSAGE]
    assert passages
    assert all(piece.matter.place for piece in passages)
    assert review.provider.retention == "30 days."
    assert review.tokens > 50
    assert review.price == Price(2.0, 8.0)
    assert review.cost == pytest.approx((2 * review.tokens + 8 * review.answer_tokens) / 1e6)
    assert review.reason == "You asked for it."
    assert not room.models.sent


def test_what_asking_takes_is_read_while_the_review_is(room: EscalationRoom) -> None:
    room.review(room.question(RENT))
    assert isinstance(room.desk.providers, FakeProviders)
    assert room.desk.providers.ready == [BIG.provider]


def test_what_was_shown_is_what_leaves(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    room.send(review)
    for piece in review.sent:
        for line in piece.text.splitlines():
            assert line in room.models.text
    assert len(room.models.sent) == 1


def test_names_leave_as_placeholders_and_come_back(room: EscalationRoom) -> None:
    room.models.says = ["The tenant is [PER", "SON_1]", " [1]."]
    review = room.review(room.question("Who is the tenant of flat 4B?"))
    assert [each.original for each in review.replacements] == ["Ada Byron"]
    answer = room.send(review)
    assert "Ada" not in room.models.text
    assert "[PERSON_1]" in room.models.text
    assert answer.text.startswith("The tenant is Ada Byron")
    assert answer.evidence.sent is not None
    assert answer.evidence.sent.replaced == 1


def test_an_answer_from_elsewhere_is_proven_like_any_other(room: EscalationRoom) -> None:
    room.models.says = ["The rent is 950 euros a month. [1]", " It has a pool of 50 metres."]
    answer = room.send(room.review(room.question(RENT)))
    assert [each.status for each in answer.evidence.sentences][:2] == [
        SupportStatus.SUPPORTED,
        SupportStatus.UNSUPPORTED,
    ]
    assert answer.evidence.citations[0].quote.startswith("The rent is 950 euros")


def test_the_stored_answer_says_where_it_is_from_and_what_it_cost(room: EscalationRoom) -> None:
    answer = room.send(room.review(room.question(RENT)))
    route, sent = answer.evidence.route, answer.evidence.sent
    assert route is not None
    assert sent is not None
    assert (route.destination, route.model) == (Destination.CLOUD, "example/big")
    assert "Example Cloud" in route.reason
    assert (sent.provider, sent.model, sent.request_id, sent.cost) == ("Example Cloud", "big", "req_1", 0.001)
    assert sent.consent.startswith("reviewed 20")
    assert answer.evidence.figures.answer_tokens == 10


def test_events_come_as_of_any_answer(room: EscalationRoom) -> None:
    room.models.says = ["Yes."]
    events = list(room.desk.send(room.review(room.question(RENT)), room.stop))
    assert [type(event) for event in events] == [Asked, Routed, TokenDelta, Finished]


def test_an_unticked_passage_stays_here(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    revised = room.desk.prepare.revised(review, Revision(unticked=frozenset({key_of(review, "1,150")})))
    assert revised.tokens < review.tokens
    room.send(revised)
    assert "1,150" not in room.models.text
    assert "950" in room.models.text


def test_the_question_can_not_be_unticked(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    revised = room.desk.prepare.revised(review, Revision(unticked=frozenset({"question"})))
    assert revised.sent[-1].matter.kind is MatterKind.QUESTION


def test_an_edited_question_is_sent_in_its_new_words_and_redacted_like_all(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    revised = room.desk.prepare.revised(review, Revision(edited={"question": "Has Ada Byron paid the rent?"}))
    room.send(revised)
    assert "Has [PERSON_1] paid the rent?" in room.models.text
    assert RENT not in room.models.text


def test_a_word_can_be_hidden_besides_and_another_shown_after_all(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    revised = room.desk.prepare.revised(review, Revision(shown=frozenset({"Ada Byron"}), hidden=("950 euros",)))
    room.send(revised)
    assert "Ada Byron" in room.models.text
    assert "950 euros" not in room.models.text


def test_with_redaction_off_nothing_is_replaced(room: EscalationRoom) -> None:
    room.settings.change(redact=False)
    review = room.review(room.question("Who is the tenant of flat 4B?"))
    assert not review.replacements
    assert "Ada Byron" in "".join(piece.text for piece in review.pieces)


def test_private_words_are_replaced_with_redaction_off_too(room: EscalationRoom) -> None:
    room.settings.change(redact=False)
    room.store.set_private_words(("flat 4B",))
    review = room.review(room.question("Who is the tenant of Flat 4B?"))
    assert [each.original for each in review.replacements] == ["flat 4B"]
    assert "your private words are replaced" in review.recogniser
    room.models.says = ["Ada Byron has [WORD_1]."]
    answer = room.send(review)
    assert "flat 4b" not in room.models.text.casefold()
    assert "Ada Byron" in room.models.text
    assert answer.text.startswith("Ada Byron has flat 4B.")


def test_an_earlier_answer_goes_along_and_leaves_with_its_question(room: EscalationRoom) -> None:
    room.ask(RENT)
    review = room.review(room.question("And when is it due?"))
    assert MatterKind.EARLIER_QUESTION in kinds(review)
    assert MatterKind.EARLIER_ANSWER in kinds(review)
    key = next(piece.matter.key for piece in review.pieces if piece.matter.kind is MatterKind.EARLIER_ANSWER)
    revised = room.desk.prepare.revised(review, Revision(unticked=frozenset({key})))
    assert {piece.matter.kind for piece in revised.sent}.isdisjoint(
        {MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER}
    )


# What never leaves


def test_a_passage_that_never_leaves_is_named_and_not_sent(room: EscalationRoom) -> None:
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("What is the rent of flat 4B and of flat 7A?"))
    assert any("flat 4B" in matter.text for matter in review.withheld)
    assert all("950" not in piece.text for piece in review.pieces)
    room.send(review)
    assert "950" not in room.models.text
    assert "1,150" in room.models.text


def test_an_answer_made_from_what_never_leaves_does_not_leave_either(room: EscalationRoom) -> None:
    room.ask(RENT)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("Summarise what you said."), NOTHING)
    assert {matter.kind for matter in review.withheld} == {MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER}


def test_what_follows_such_an_answer_inherits_from_it(room: EscalationRoom) -> None:
    label_document(room, "lease_4b", Sensitivity.NEVER)
    room.ask(RENT)
    room.ask("Say that again.", NOTHING)
    review = room.review(room.question("And once more."), NOTHING)
    assert len(review.withheld) == 4
    assert kinds(review) == [MatterKind.INSTRUCTIONS, MatterKind.QUESTION]


def test_an_answer_from_a_document_that_is_gone_stays_as_strict_as_it_was(room: EscalationRoom) -> None:
    label_document(room, "lease_4b", Sensitivity.NEVER)
    room.ask(RENT)
    for document in room.documents.documents(Scope.everything()):
        room.documents.remove_document(document.id)
    review = room.review(room.question("Summarise what you said."), NOTHING)
    assert len(review.withheld) == 2


def test_a_question_that_repeats_what_never_leaves_is_refused(room: EscalationRoom) -> None:
    label_document(room, "lease_4b", Sensitivity.NEVER)
    question = room.question("Is it right that the rent is 950 euros a month and it is due on the third day?")
    with pytest.raises(NeverLeavesError, match="which it repeats"):
        room.review(question, NOTHING)


def test_no_answer_goes_without_its_question_where_that_repeats_what_never_leaves() -> None:
    room = EscalationRoom(FakeChatModel("It is written that way."), lease_4b=LEASE)
    room.ask("Is this right: it is due on the third day, the tenant is Ada Byron?", NOTHING)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("And is that usual?"), NOTHING)
    withheld = [matter.kind for matter in review.withheld]
    assert withheld == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]
    assert kinds(review) == [MatterKind.INSTRUCTIONS, MatterKind.QUESTION]


def test_no_question_goes_without_its_answer_where_that_repeats_what_never_leaves() -> None:
    said = "The rent is 950 euros a month. It is due on the third day. The tenant is Ada Byron."
    room = EscalationRoom(FakeChatModel(said), lease_4b=LEASE)
    room.ask("Tell me something.", NOTHING)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("And is that usual?"), NOTHING)
    assert kinds(review) == [MatterKind.INSTRUCTIONS, MatterKind.QUESTION]


def test_what_was_answered_after_a_question_that_repeats_it_stays_too(room: EscalationRoom) -> None:
    room.ask("The rent is 950 euros a month and it is due on the third day, says my lease.", NOTHING)
    room.ask("Say that in other words.", NOTHING)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("Thank you."), NOTHING)
    assert kinds(review) == [MatterKind.INSTRUCTIONS, MatterKind.QUESTION]
    assert len(review.withheld) == 4


def test_what_was_answered_before_such_a_question_may_leave(room: EscalationRoom) -> None:
    room.ask("Hello?", NOTHING)
    room.ask("The rent is 950 euros a month and it is due on the third day, says my lease.", NOTHING)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    assert len(room.review(room.question("Thank you."), NOTHING).withheld) == 2


def test_words_pasted_into_the_review_are_looked_at_too(room: EscalationRoom) -> None:
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question("Please translate this:"), NOTHING)
    pasted = "The rent is 950 euros a month. It is due on the third day."
    revised = room.desk.prepare.revised(review, Revision(edited={"question": f"Please translate this: {pasted}"}))
    with pytest.raises(NeverLeavesError):
        room.send(revised)
    assert not room.models.sent


def test_a_label_given_after_the_review_binds(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    label_document(room, "lease_4b", Sensitivity.NEVER)
    with pytest.raises(NeverLeavesError, match="never leaves this computer"):
        room.send(review)
    assert not room.models.sent


def test_a_document_forgotten_after_the_review_is_not_sent(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    for document in room.documents.documents(Scope.everything()):
        room.documents.remove_document(document.id)
    with pytest.raises(NeverLeavesError):
        room.send(review)


def test_nothing_of_a_conversation_that_never_leaves_can_be_reviewed(room: EscalationRoom) -> None:
    room.labels.set(LabelKind.CONVERSATION, str(room.conversation.id), Sensitivity.NEVER)
    with pytest.raises(NeverLeavesError, match="this conversation"):
        room.review(room.question("Hello?"), NOTHING)


def test_the_strictest_of_a_collection_and_a_folder_holds(room: EscalationRoom) -> None:
    room.labels.set(LabelKind.COLLECTION, collection(room), Sensitivity.MAY_GO_OUT)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    review = room.review(room.question(RENT))
    assert any("flat 4B" in matter.text for matter in review.withheld)


# Consent


def test_a_review_is_plain_where_all_of_it_may_go_out(room: EscalationRoom) -> None:
    room.labels.set(LabelKind.COLLECTION, collection(room), Sensitivity.MAY_GO_OUT)
    assert room.review(room.question("What is the rent of flat 7A?")).replacements  # the other lease names somebody
    room.settings.change(redact=False)
    assert room.review(room.question("What is the rent of flat 7A?")).is_plain


def test_a_review_with_passages_that_ask_first_is_not_plain(room: EscalationRoom) -> None:
    room.settings.change(redact=False)
    assert not room.review(room.question(RENT)).is_plain
    assert room.review(room.question("Hello?"), NOTHING).is_plain


def test_a_follow_up_without_documents_is_plain_and_one_about_documents_is_not(room: EscalationRoom) -> None:
    room.settings.change(redact=False)
    room.ask("Hello?", NOTHING)
    assert room.review(room.question("Still there?"), NOTHING).is_plain
    room.ask(RENT)
    assert not room.review(room.question("And now?"), NOTHING).is_plain


def test_a_conversation_that_is_said_to_ask_first_is_never_plain(room: EscalationRoom) -> None:
    room.labels.set(LabelKind.CONVERSATION, str(room.conversation.id), Sensitivity.ASK)
    assert not room.review(room.question("Hello?"), NOTHING).is_plain


def test_nothing_is_sent_unseen_without_a_consent(room: EscalationRoom) -> None:
    review = room.review(room.question("Hello?"), NOTHING)
    with pytest.raises(ConsentNeededError):
        room.send(review, reviewed=False)
    assert not room.models.sent


def test_a_remembered_consent_covers_the_next_question(room: EscalationRoom) -> None:
    room.send(room.review(room.question(RENT)), remember=True)
    review = room.review(room.question("And when is it due?"))
    assert review.remembered is not None
    answer = room.send(review, reviewed=False)
    assert answer.evidence.sent is not None
    assert "remembered" in answer.evidence.sent.consent


def test_a_remembered_consent_does_not_cover_documents_that_were_not_sent_before(room: EscalationRoom) -> None:
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    assert room.review(room.question("Still there?"), NOTHING).remembered is not None
    review = room.review(room.question(RENT))
    assert review.remembered is None
    with pytest.raises(ConsentNeededError):
        room.send(review, reviewed=False)


def test_a_remembered_consent_does_not_cover_answers_from_documents_that_were_not_sent_before() -> None:
    room = EscalationRoom(FakeChatModel("It is 950 euros."), lease_4b=LEASE)
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    room.ask(RENT)
    assert room.review(room.question("Is that much?"), NOTHING).remembered is None


def test_answers_from_here_that_are_from_no_document_need_no_word_of_their_own() -> None:
    room = EscalationRoom(FakeChatModel("Hello."), lease_4b=LEASE)
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    room.ask("Who are you?", NOTHING)
    assert room.review(room.question("Are you there?"), NOTHING).remembered is not None


def test_who_keeps_an_earlier_answer_back_is_asked_again_next_time(room: EscalationRoom) -> None:
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    review = room.review(room.question("My salary is a secret. Is it not?"), NOTHING)
    unticked = frozenset(piece.matter.key for piece in review.pieces if piece.matter.kind is MatterKind.EARLIER_ANSWER)
    assert unticked
    room.send(room.desk.prepare.revised(review, Revision(unticked=unticked)), remember=True)
    assert room.review(room.question("And now?"), NOTHING).remembered is None


@pytest.mark.parametrize("revision", [Revision(hidden=("Falcon",)), Revision(edited={"question": "Does it fly?"})])
def test_who_hides_words_is_asked_again_since_they_stand_in_the_next_prompt_too(
    room: EscalationRoom, revision: Revision
) -> None:
    review = room.review(room.question("Does Falcon fly?"), NOTHING)
    room.send(room.desk.prepare.revised(review, revision), remember=True)
    again = room.review(room.question("And now?"), NOTHING)
    assert any("Falcon" in piece.text for piece in again.sent)
    assert again.remembered is None


def test_a_consent_for_one_provider_is_none_for_another(room: EscalationRoom) -> None:
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    assert room.review(room.question("Hello?"), NOTHING, Target(HOME.id, "big")).remembered is None


def test_a_withdrawn_consent_covers_nothing_any_more(room: EscalationRoom) -> None:
    room.send(room.review(room.question("Hello?"), NOTHING), remember=True)
    review = room.review(room.question("Still there?"), NOTHING)
    room.store.withdraw_consents()
    with pytest.raises(ConsentNeededError):
        room.send(review, reviewed=False)


# Bounds


def test_a_question_over_its_bound_is_not_sent(room: EscalationRoom) -> None:
    room.settings.change(most_per_question=0.0001)
    review = room.review(room.question(RENT))
    assert "one question may cost" in review.obstacle
    with pytest.raises(BudgetError):
        room.send(review)
    assert not room.models.sent


def test_the_month_has_a_hard_stop(room: EscalationRoom) -> None:
    review = room.review(room.question(RENT))
    assert review.cost is not None
    room.settings.change(monthly_budget=review.cost * 1.5)
    room.send(room.review(room.question(RENT)))
    assert room.store.spent[-1].cost == 0.001
    room.store.spent[-1] = replace(room.store.spent[-1], cost=review.cost)
    with pytest.raises(BudgetError, match="spent already"):
        room.send(room.review(room.question(RENT)))
    assert len(room.models.sent) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="It takes its clock from nobody but the system.")
def test_a_month_of_the_budget_begins_by_the_clock_on_the_wall_as_it_was_then(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as berlin:
        berlin.setenv("TZ", "Europe/Berlin")
        time.tzset()
        assert month_of(datetime(2026, 10, 31, 12, tzinfo=UTC)) == datetime(2026, 9, 30, 22, tzinfo=UTC)
        assert month_of(datetime(2026, 10, 31, 23, 30, tzinfo=UTC)) == datetime(2026, 10, 31, 23, tzinfo=UTC)
    time.tzset()


def test_a_budget_refuses_what_nobody_knows_the_price_of() -> None:
    room = EscalationRoom(FakeChatModel("x"), prices=FakePrices(None), lease_4b=LEASE)
    room.settings.change(monthly_budget=5.0)
    review = room.review(room.question(RENT))
    assert review.cost is None
    assert "Nobody here knows" in review.obstacle


def test_the_users_own_server_costs_nothing(room: EscalationRoom) -> None:
    room.settings.change(monthly_budget=0.01)
    review = room.review(room.question(RENT), target=Target(HOME.id, "qwen"))
    assert (review.cost, review.obstacle) == (0.0, "")


def test_the_offline_switch_is_an_obstacle(room: EscalationRoom) -> None:
    room.settings.change(offline=True)
    review = room.review(room.question(RENT))
    assert "offline" in review.obstacle
    with pytest.raises(LocalAssistError, match="offline"):
        room.send(review)


# Failures


def test_where_nothing_came_the_answer_from_here_stands(room: EscalationRoom) -> None:
    before = room.ask(RENT)
    assert before.parent_id is not None
    room.models.says = []
    room.models.error = CloudError("The provider is overloaded.", "Try again later.")
    review = room.review(room.conversations.message(before.parent_id))
    with pytest.raises(CloudError, match="overloaded") as raised:
        room.send(review)
    assert "stands" in raised.value.hint
    assert room.conversations.get(room.conversation.id).head_id == before.id
    assert room.conversations.answers(before.parent_id) == (before,)
    assert room.store.spent[-1].cost == 0.0


def test_a_cut_answer_is_kept_as_far_as_it_came(room: EscalationRoom) -> None:
    room.models.says = ["The tenant is [PERSON_1] and [PER"]
    room.models.error = CloudError("The line was cut.")
    review = room.review(room.question("Who is the tenant of flat 4B?"))
    with pytest.raises(CloudError):
        room.send(review)
    (answer,) = room.conversations.answers(review.question_id)
    assert answer.status is MessageStatus.FAILED
    assert answer.text == "The tenant is Ada Byron and [PER"
    spent = room.store.spent[-1]
    assert spent.cost is not None
    assert spent.cost > 0


def test_an_answer_without_a_word_is_none(room: EscalationRoom) -> None:
    before = room.ask(RENT)
    assert before.parent_id is not None
    room.models.says = []
    with pytest.raises(ModelError, match="without a word"):
        room.send(room.review(room.conversations.message(before.parent_id)))
    assert room.conversations.get(room.conversation.id).head_id == before.id


def test_a_stop_keeps_what_came(room: EscalationRoom) -> None:
    room.models.says = ["One. ", "Two. ", "Three."]
    sending = room.desk.send(room.review(room.question(RENT)), room.stop)
    said = []
    for event in sending:
        if isinstance(event, TokenDelta):
            said.append(event.text)
            room.stop.request()
    assert said == ["One. "]
    head = room.conversations.get(room.conversation.id).head_id
    assert head is not None
    answer = room.conversations.message(head)
    assert (answer.status, answer.text) == (MessageStatus.STOPPED, "One.")


def test_a_server_of_ones_own_that_breaks_off_may_have_had_too_much(room: EscalationRoom) -> None:
    room.models.says = []
    room.models.error = CloudError("Home broke off before an answer came.", "Try again.", may_have_arrived=True)
    with pytest.raises(CloudError) as raised:
        room.send(room.review(room.question(RENT), target=Target(HOME.id, "qwen")))
    assert "a server whose context is shorter breaks off" in raised.value.hint


def test_an_answer_whose_passages_stayed_here_says_that_it_is_not_checked(room: EscalationRoom) -> None:
    room.labels.set(LabelKind.COLLECTION, collection(room), Sensitivity.NEVER)
    answer = room.send(room.review(room.question(RENT)))
    assert not answer.evidence.searched
    assert answer.evidence.route is not None
    assert "not checked" in answer.evidence.route.reason


def test_the_oldest_messages_stay_here_where_the_model_holds_no_more(room: EscalationRoom) -> None:
    for number in range(3):
        head = room.conversations.get(room.conversation.id).head_id
        _, told = room.conversations.ask(room.conversation.id, head, f"Tell me tale {number}.")
        tale = f"{number}: {'once upon a time ' * 2200}"
        room.conversations.finish(told.id, tale, MessageStatus.COMPLETE, Evidence())
    review = room.review(room.question("Which tale was the best?"), NOTHING)
    ticked = [piece.matter.text[:14] for piece in review.sent if piece.matter.kind is MatterKind.EARLIER_QUESTION]
    assert ticked == ["Tell me tale 1", "Tell me tale 2"]
    assert review.tokens < 32_000


def test_an_unknown_provider_is_an_error(room: EscalationRoom) -> None:
    with pytest.raises(NotFoundError):
        room.review(room.question(RENT), target=Target("nobody", "x"))


# Offers


def offers(room: EscalationRoom, text: str, scope: Scope = EVERYTHING) -> list[str]:
    return [event.reason for event in room.events(text, scope) if isinstance(event, Offered)]


def test_an_answer_that_rests_on_nothing_brings_an_offer() -> None:
    room = EscalationRoom(FakeChatModel("The pool is 50 metres long. The cellar holds a tiger."), lease_4b=LEASE)
    assert offers(room, RENT) == ["More of this answer than not is borne out by none of your documents."]


def test_a_good_answer_brings_none(room: EscalationRoom) -> None:
    good = EscalationRoom(FakeChatModel("The rent is 950 euros a month."), lease_4b=LEASE)
    assert offers(good, RENT) == []


@pytest.mark.parametrize("change", [{"escalation": "local"}, {"offline": True}, {"cloud_model": ""}])
def test_nobody_is_offered_what_they_did_not_set_up(change: dict[str, object]) -> None:
    room = EscalationRoom(FakeChatModel("The pool is 50 metres long. The cellar holds a tiger."), lease_4b=LEASE)
    room.settings.change(**change)
    assert offers(room, RENT) == []


def test_nothing_is_offered_for_what_never_leaves() -> None:
    room = EscalationRoom(FakeChatModel("The pool is 50 metres long. The cellar holds a tiger."), lease_4b=LEASE)
    label_document(room, "lease_4b", Sensitivity.NEVER)
    assert offers(room, RENT) == []


def test_another_answer_brings_an_offer() -> None:
    room = EscalationRoom(FakeChatModel("The rent is 950 euros a month."), lease_4b=LEASE)
    answer = room.ask(RENT)
    assert answer.parent_id is not None
    events = list(room.answer.again(answer.parent_id, Scope.everything(), room.stop))
    assert [event.reason for event in events if isinstance(event, Offered)] == ["You asked for another answer."]


def test_who_wants_to_be_asked_first_is_asked_before_a_weak_answer() -> None:
    room = EscalationRoom(
        FakeChatModel("I do not know."),
        settings=Settings(offline=False, cloud_model="example/big", escalation="ask"),
        lease_4b=LEASE,
    )
    *_, last = room.events("Who won the regatta of Portsmouth?")
    assert isinstance(last, Undecided)
    assert room.conversations.answers(last.question.id) == ()
    assert room.conversations.get(room.conversation.id).head_id == last.question.id
    *_, finished = room.answer.again(last.question.id, Scope.everything(), room.stop, decided=True)
    assert isinstance(finished, Finished)


def test_what_is_sent_names_the_model_and_bounds_its_answer(room: EscalationRoom) -> None:
    room.send(room.review(room.question(RENT)))
    (outbound,) = room.models.sent
    assert outbound.target == BIG
    assert outbound.max_tokens == 1024 + 2048
    assert outbound.conversation_id == room.conversation.id
