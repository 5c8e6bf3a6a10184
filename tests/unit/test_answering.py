from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from answering_room import answering
from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeDocumentStore,
    FakeEmbedder,
    FakeFiles,
    FakePassageIndex,
    FakeReader,
    FakeSettingsStore,
)
from localassist.domain.chat import Message, MessageStatus, Question, Role, Turn
from localassist.domain.documents import Scope, SupportStatus
from localassist.domain.errors import ContextOverflowError, LocalAssistError, ModelError, NotFoundError
from localassist.domain.events import (
    AnswerEvent,
    Asked,
    Finished,
    Generated,
    ModelLoading,
    ModelReady,
    PromptProgress,
    ReasoningDelta,
    ReasoningEnded,
    Retrieved,
    Routed,
    Searching,
    TokenDelta,
    TurnsDropped,
)
from localassist.domain.ports.documents import FoundFile
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.answering import title_of
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Iterator

RENT = "What is the rent of flat 4B?"
RIGHT = "The rent is 950 euros a month."
EVERYTHING = Scope.everything()


class Desk:
    def __init__(
        self, *asked: FakeChatModel, settings: Settings | None = None, models: FakeChatModels | None = None
    ) -> None:
        files = FakeFiles(
            lease_4b="# Lease of flat 4B\n\nThe rent is 950 euros a month. It is due on the third day.",
            lease_7a="# Lease of flat 7A\n\nThe rent is 1,150 euros a month. It is due on the fifth day.",
        )
        documents = self.documents = FakeDocumentStore()
        index = FakePassageIndex(documents)
        embedder = FakeEmbedder()
        self.activity = FakeActivity()
        list(
            IngestPaths(files, FakeReader(files), embedder, documents, index, self.activity)(["/files"], "all", Stop())
        )
        self.store = FakeConversationStore()
        self.answer = answering(
            self.store,
            SearchPassages(documents, index, embedder),
            documents,
            models or FakeChatModels(*asked),
            FakeSettingsStore(settings),
            self.activity,
        )
        self.conversation = self.store.create("", "Be brief.")
        self.stop = Stop()

    def ask(
        self, text: str, scope: Scope = EVERYTHING, parent: int | None = None, model: str = ""
    ) -> Iterator[AnswerEvent]:
        return self.answer(Question(self.conversation.id, parent, text, scope, model), self.stop)

    def finished(self, text: str, scope: Scope = EVERYTHING, parent: int | None = None) -> Message:
        last = list(self.ask(text, scope, parent))[-1]
        assert isinstance(last, Finished)
        assert self.store.message(last.answer.id) == last.answer
        return last.answer

    def head(self) -> Message:
        head_id = self.store.get(self.conversation.id).head_id
        assert head_id is not None
        return self.store.message(head_id)


def kinds(events: list[AnswerEvent]) -> list[type]:
    seen = [type(event) for event in events]
    return [kind for position, kind in enumerate(seen) if position == 0 or seen[position - 1] is not kind]


def test_the_steps_of_an_answer_in_order() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    events = list(desk.ask(RENT))
    assert kinds(events) == [
        Asked,
        Routed,
        Searching,
        Retrieved,
        ModelLoading,
        ModelReady,
        PromptProgress,
        TokenDelta,
        Finished,
    ]
    assert "".join(event.text for event in events if isinstance(event, TokenDelta)) == RIGHT


def test_a_cited_answer_is_stored_with_all_that_stands_behind_it() -> None:
    answer = Desk(FakeChatModel(RIGHT)).finished(RENT)
    assert (answer.text, answer.status, answer.problem) == (f"{RIGHT} [1]", MessageStatus.COMPLETE, "")
    evidence = answer.evidence
    assert evidence.citations[0].quote == RIGHT
    assert evidence.citations[0].passage.path == "/files/lease_4b.md"
    assert [passage.path for passage in evidence.found] == ["/files/lease_7a.md"]
    assert evidence.searched
    assert evidence.route is not None
    assert evidence.route.model == "parrot"
    assert evidence.figures.answer_tokens == len(RIGHT.split())
    assert set(evidence.timings) == {"search", "load", "prompt", "answer", "grounding", "total"}
    assert evidence.timings["total"] >= sum(v for step, v in evidence.timings.items() if step != "total")


def test_numbers_have_no_support_where_a_search_found_nothing_and_need_none_without_a_search() -> None:
    desk = Desk(FakeChatModel("It was born in 1851 [1]."))
    answer = desk.finished("Write about Moby-Dick")
    assert [answer.text[a:b] for s in answer.evidence.sentences for a, b in s.unsupported] == ["1851"]
    chat = desk.finished("Who wrote Moby-Dick?", Scope())
    assert (chat.text, chat.evidence.sentences) == ("It was born in 1851 [1].", ())


def test_a_question_of_ten_megabytes_is_answered_from_its_beginning_in_no_time() -> None:
    desk = Desk()
    started = time.perf_counter()
    answer = desk.finished(RENT + " Well well well?" * 600_000)
    assert time.perf_counter() - started < 3
    assert RIGHT in answer.text


def test_the_question_is_stored_before_anything_is_told() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    asked = next(iter(desk.ask(RENT)))
    assert isinstance(asked, Asked)
    assert desk.store.message(asked.question.id).text == RENT
    assert asked.answer.parent_id == asked.question.id


def test_the_title_is_made_of_the_first_question_and_stays() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    first = desk.finished(RENT)
    desk.finished("And of flat 7A?", parent=first.id)
    assert desk.store.get(desk.conversation.id).title == RENT
    desk.store.rename(desk.conversation.id, "Mine")
    desk.finished("And now?")
    assert desk.store.get(desk.conversation.id).title == "Mine"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Why?", "Why?"),
        ("What   is\nit?", "What is it?"),
        ("one two " * 20, "one two one two one two one two one two one two one two one…"),
        ("x" * 99, "x" * 60 + "…"),
    ],
)
def test_titles_are_short_and_of_whole_words(question: str, title: str) -> None:
    assert title_of(question) == title


def test_the_model_sees_the_conversation_and_the_passages() -> None:
    model = FakeChatModel(RIGHT)
    desk = Desk(model)
    first = desk.finished(RENT)
    desk.finished("And of flat 7A?", parent=first.id)
    *before, last = model.prompts[1]
    assert before == [*model.prompts[0], Turn(Role.ASSISTANT, RIGHT)]
    assert before[0].text.startswith("Be brief.")
    assert before[1].text.index("1,150 euros") < before[1].text.index(RENT)
    assert last.text == "See [2], [1] above.\n\nQuestion: And of flat 7A?"


def test_without_scope_nothing_is_searched() -> None:
    desk = Desk(FakeChatModel("Hello! It is 5 o'clock."))
    events = list(desk.ask("Hi", Scope()))
    assert not any(isinstance(event, Searching | Retrieved) for event in events)
    assert desk.head().text == "Hello! It is 5 o'clock."
    assert not desk.head().evidence.searched
    assert "search" not in desk.head().evidence.timings


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who composed symphony nine in Vienna?", "This is not in your documents"),
        ("Wer hat die neunte Symphonie in Wien komponiert?", "Das steht nicht in Ihren Dokumenten"),
    ],
)
def test_what_no_document_answers_is_said_and_the_model_not_asked(question: str, answer: str) -> None:
    model = FakeChatModel("Beethoven did.")
    said = Desk(model).finished(question)
    assert said.text.startswith(answer)
    assert "Beethoven" not in said.text
    assert model.prompts == []
    assert (said.evidence.searched, said.evidence.citations, said.evidence.found) == (True, (), ())


NEAR = "How much does the lift of flat 4B cost each summer in Harrowmere?"


@pytest.mark.parametrize("models", [FakeChatModels(), FakeChatModels(FakeChatModel("70 euros."), size=100_000_000)])
def test_what_only_comes_near_is_quoted_as_such_without_a_model_that_reads_passages(models: FakeChatModels) -> None:
    said = Desk(models=models).finished(NEAR)
    assert said.text.startswith("This is not in your documents in so many words")
    assert "From your documents: “" in said.text
    assert said.evidence.citations
    assert not said.evidence.said


def test_a_model_that_reads_passages_is_asked_what_only_comes_near() -> None:
    said = Desk(FakeChatModel("The lift costs 70 euros.")).finished(NEAR)
    assert said.text.startswith("The lift costs 70 euros.")
    assert said.evidence.sentences[0].status is SupportStatus.UNSUPPORTED


def test_what_asks_no_question_is_answered_by_the_model_also_where_nothing_was_found() -> None:
    assert Desk(FakeChatModel("You are welcome.")).finished("Thank you very much").text == "You are welcome."


def test_a_document_that_was_attached_or_named_and_not_used_is_told() -> None:
    desk = Desk(FakeChatModel("The rent is 950 euros a month."))
    both = Scope(document_ids=tuple(document.id for document in desk.documents.documents(EVERYTHING)))
    assert desk.finished(RENT, both).evidence.unused == ("/files/lease_7a.md",)
    assert desk.finished(RENT).evidence.unused == ()
    named = desk.finished("What is the rent of flat 4B, and what does lease_7a.md say?")
    assert named.evidence.unused == ("/files/lease_7a.md",)


def test_the_answer_without_a_model_can_be_chosen_for_one_question() -> None:
    desk = Desk(FakeChatModel("I would not know."))
    list(desk.ask(RENT, model="none"))
    assert desk.head().text.startswith(f"From your documents: “{RIGHT}” [1]")


def test_an_answer_that_rests_on_nothing_gets_the_proof_appended() -> None:
    answer = Desk(FakeChatModel("I cannot tell.")).finished(RENT)
    assert answer.text == f"I cannot tell.\n\nFrom your documents: “{RIGHT}” [1]"
    assert answer.evidence.citations[0].passage.path == "/files/lease_4b.md"


def test_a_wrong_figure_is_marked() -> None:
    answer = Desk(FakeChatModel("The rent is 777 euros a month.")).finished(RENT)
    spans = [answer.text[a:b] for sentence in answer.evidence.sentences for a, b in sentence.unsupported]
    assert spans == ["777"]


def test_without_a_chat_model_the_documents_are_quoted() -> None:
    desk = Desk()
    events = list(desk.ask(RENT))
    answer = desk.head()
    assert answer.status is MessageStatus.COMPLETE
    assert answer.text.startswith(f"From your documents: “{RIGHT}” [1]")
    assert answer.evidence.route is not None
    assert answer.evidence.route.model == ""
    assert "word for word" in answer.evidence.route.reason
    assert kinds(events)[-2:] == [TokenDelta, Finished]


def test_without_a_chat_model_a_search_in_vain_says_so() -> None:
    assert "not in your documents" in Desk().finished("Who composed symphony nine in Vienna?").text


def test_without_a_chat_model_and_documents_there_is_a_way_out() -> None:
    desk = Desk()
    with pytest.raises(ModelError, match="models add"):
        list(desk.ask("Hi", Scope()))
    assert desk.head().status is MessageStatus.FAILED


def test_another_model_can_be_asked_by_name() -> None:
    desk = Desk(FakeChatModel("One."), FakeChatModel("Two.", name="other"))
    list(desk.ask("Hi", Scope(), model="other"))
    assert desk.head().text == "Two."
    with pytest.raises(ModelError, match="no model third"):
        list(desk.ask("Hi", Scope(), model="third"))
    assert desk.head().problem.startswith("There is no model third.")


def test_regenerating_makes_a_sibling_without_the_first_answer_in_its_prompt() -> None:
    model = FakeChatModel("One.", "Two.", "Three.")
    desk = Desk(model)
    first = desk.finished("Hi", Scope())
    second = desk.finished("More?", Scope(), parent=first.id)
    assert second.parent_id is not None
    *_, last = desk.answer.again(second.parent_id, Scope(), Stop())
    assert isinstance(last, Finished)
    assert (last.answer.text, last.answer.parent_id) == ("Three.", second.parent_id)
    assert model.prompts[1] == model.prompts[2]
    assert desk.store.get(desk.conversation.id).head_id == last.answer.id


def test_stopping_keeps_what_was_said() -> None:
    model = FakeChatModel("The rent is 950 euros a month, but I go on and on.")
    desk = Desk(model)
    model.before_word = lambda said: desk.stop.request() if said == 7 else None
    *_, last = desk.ask(RENT)
    assert isinstance(last, Finished)
    assert last.answer.status is MessageStatus.STOPPED
    assert last.answer.text.startswith("The rent is 950 euros a month,")
    assert "go on" not in last.answer.text
    assert last.answer.problem == ""


@pytest.mark.parametrize("when", [Routed, Searching, Retrieved, ModelLoading])
def test_stopping_before_the_first_word_ends_with_finished(when: type) -> None:
    desk = Desk(FakeChatModel(RIGHT))
    events = []
    for event in desk.ask(RENT):
        events.append(event)
        if isinstance(event, when):
            desk.stop.request()
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.answer.status, last.answer.text) == (MessageStatus.STOPPED, "")


@pytest.mark.parametrize("after", [Asked, Routed, Retrieved, ModelReady, PromptProgress, TokenDelta])
def test_closing_the_generator_early_stores_what_there_is(after: type) -> None:
    desk = Desk(FakeChatModel(RIGHT))
    events = desk.ask(RENT)
    while not isinstance(next(events), after):
        pass
    events.close()  # type: ignore[attr-defined]
    assert desk.head().status is MessageStatus.STOPPED
    assert desk.head().text == ("The" if after is TokenDelta else "")
    assert desk.activity.under_way == 0


def test_an_error_is_stored_with_what_was_said_and_then_raised() -> None:
    class Breaks(FakeChatModel):
        def generate(self, turns, sampling, stop, framing):  # type: ignore[no-untyped-def]
            yield TokenDelta("The rent")
            raise ModelError("The model ran out of memory.", "Close other programs.")

    desk = Desk(Breaks())
    with pytest.raises(ModelError, match="out of memory"):
        list(desk.ask(RENT))
    answer = desk.head()
    assert (answer.text, answer.status) == ("The rent", MessageStatus.FAILED)
    assert answer.problem == "The model ran out of memory. Close other programs."
    assert desk.activity.under_way == 0


def test_an_unexpected_error_leaves_no_answer_streaming() -> None:
    desk = Desk(FakeChatModel(lambda turns: str(1 / 0)))
    with pytest.raises(ZeroDivisionError):
        list(desk.ask(RENT))
    assert desk.head().status is MessageStatus.FAILED
    assert desk.head().problem


def test_a_question_longer_than_the_context_fails_with_the_reason() -> None:
    desk = Desk(FakeChatModel(context_length=128))
    with pytest.raises(ContextOverflowError, match="too many"):
        list(desk.ask("why " * 500, Scope()))
    assert desk.head().status is MessageStatus.FAILED


def test_what_has_no_room_is_told() -> None:
    desk = Desk(FakeChatModel(RIGHT, context_length=70), settings=Settings(max_answer_tokens=32))
    retrieved = [event for event in desk.ask(RENT) if isinstance(event, Retrieved)]
    assert [event.left_out for event in retrieved] == [0, 1]
    assert len(retrieved[1].passages) == 2
    assert desk.head().evidence.left_out == 1


def test_an_unknown_conversation_is_an_error_before_the_first_event() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    with pytest.raises(NotFoundError):
        next(iter(desk.answer(Question(99, None, "Hi"), Stop())))


def test_the_growing_answer_is_stored_also_while_the_model_pauses() -> None:
    model = FakeChatModel("One two three four.")
    desk = Desk(model)

    def wait_until_stored(said: int) -> None:
        if said == 2:
            with desk.store.growth:
                assert desk.store.growth.wait_for(lambda: bool(desk.store.grown), timeout=5)

    model.before_word = wait_until_stored
    answer = desk.finished("Hi", Scope())
    assert desk.store.grown[0] == (answer.id, "One two")
    assert answer.text == "One two three four."


def test_nothing_is_stored_after_the_end_by_a_late_thread() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    desk.finished(RENT)
    assert not [thread for thread in threading.enumerate() if thread.name == "growing answer"]


def test_a_full_disk_while_growing_does_not_end_the_answer_and_is_tried_again() -> None:
    model = FakeChatModel("One two three.")
    desk = Desk(model)
    tried: list[str] = []
    again = threading.Event()

    def full(answer_id: int, text: str) -> None:
        tried.append(text)
        if tried.count(text) > 1:
            again.set()
        raise LocalAssistError("The disk is full.")

    desk.store.grow = full  # type: ignore[method-assign]
    model.before_word = lambda said: None if said != 2 else (again.wait(5) and None)
    assert desk.finished("Hi", Scope()).text == "One two three."
    assert again.is_set(), "no word came meanwhile, but the disk may have room again"


def test_background_work_waits_while_an_answer_is_under_way() -> None:
    desk = Desk(FakeChatModel(RIGHT))
    events = desk.ask(RENT)
    next(events)
    assert desk.activity.under_way == 1
    list(events)
    assert desk.activity.under_way == 0


@pytest.mark.parametrize(("context_length", "whole"), [(4096, True), (1024, False)])
def test_a_model_that_sees_little_gets_the_best_lines_instead_of_passages(context_length: int, *, whole: bool) -> None:
    model = FakeChatModel(RIGHT, context_length=context_length)
    assert Desk(model).finished(RENT).text == f"{RIGHT} [1]"
    assert ("numbered passages" in model.prompts[0][0].text) == whole
    assert RIGHT in model.prompts[0][-1].text


def test_every_prompt_begins_with_the_one_before_and_its_answer() -> None:
    model = FakeChatModel(
        "The rent is 950 euros a month.", " It is 1,150 euros [2].", "I cannot\ntell.", "Beethoven did.", "Hello!"
    )
    desk = Desk(model)
    parent = None
    for text, scope in (
        (RENT, EVERYTHING),
        ("And of flat 7A?", EVERYTHING),
        ("When is it due?", EVERYTHING),
        ("Tell of the composer of symphony nine", EVERYTHING),
        ("Hi", Scope()),
        ("Bye", Scope()),
    ):
        parent = desk.finished(text, scope, parent).id
    spoken = [
        "The rent is 950 euros a month.",
        " It is 1,150 euros [2].",
        "I cannot\ntell.",
        "Beethoven did.",
        "Hello!",
    ]
    for (before, answer), after in zip(zip(model.prompts, spoken, strict=False), model.prompts[1:], strict=True):
        assert after[:-1] == (*before, Turn(Role.ASSISTANT, answer))


def test_a_conversation_that_outgrows_the_context_keeps_its_beginning_from_one_turn_to_the_next() -> None:
    model = FakeChatModel("word " * 40, context_length=600)
    desk = Desk(model)
    parent, dropped, told = None, [], []
    for number in range(30):
        events = list(desk.ask(f"Question {number}?", Scope(), parent))
        parent = desk.head().id
        dropped.append(desk.head().evidence.dropped)
        told += [(number, event.count) for event in events if isinstance(event, TurnsDropped)]
    assert dropped == sorted(dropped)
    assert told == [(number, count) for number, count in enumerate(dropped) if count]
    changes = [number for number in range(1, 30) if dropped[number] != dropped[number - 1]]
    assert 3 <= len(changes) <= 8
    for number in set(range(1, 30)) - set(changes):
        assert model.prompts[number][: len(model.prompts[number - 1])] == model.prompts[number - 1]
    assert all(prompt[0] == Turn(Role.SYSTEM, "Be brief.") for prompt in model.prompts)


def test_a_forgotten_document_is_not_given_to_a_model_again() -> None:
    model = FakeChatModel(RIGHT)
    desk = Desk(model)
    first = desk.finished(RENT)
    second = desk.finished("And of flat 7A?", parent=first.id)
    gone = replace(first.evidence.citations[0].passage, text="It is due on the third day.")
    assert gone.text in model.prompts[1][1].text
    desk.documents.remove_document(gone.document_id)
    third = desk.finished("And which flat is cheaper?", parent=second.id)
    desk.finished("And when is that due?", parent=third.id)
    for prompt in model.prompts[2:]:
        assert not any(gone.text in turn.text for turn in prompt)
    assert model.prompts[2][:-2] == model.prompts[3][: len(model.prompts[2]) - 2]
    assert "1,150 euros" in model.prompts[2][1].text


def test_an_answer_may_rest_on_a_passage_from_before_that_it_names() -> None:
    model = FakeChatModel(RIGHT, "As I said, the rent is 950 euros a month [1].")
    desk = Desk(model)
    first = desk.finished(RENT)
    lease = first.evidence.citations[0].passage
    other = next(passage.document_id for passage in first.evidence.found)
    again = desk.finished("And the rent, in other words?", Scope(document_ids=(other,)), first.id)
    assert lease.chunk_id in [citation.passage.chunk_id for citation in again.evidence.citations]


def test_what_the_model_thinks_is_told_and_kept_but_is_no_part_of_its_answer() -> None:
    model = FakeChatModel(f"The lease says so.</think>{RIGHT}")
    desk = Desk(model)
    events = list(desk.ask(RENT))
    assert kinds(events)[-4:] == [ReasoningDelta, ReasoningEnded, TokenDelta, Finished]
    answer = desk.head()
    assert answer.evidence.reasoning == "The lease says so."
    assert answer.text == f"{RIGHT} [1]"
    assert "reasoning" in answer.evidence.timings
    desk.finished("And of flat 7A?", parent=answer.id)
    assert not any("The lease says so." in turn.text for turn in model.prompts[1])


def test_stopping_while_the_model_thinks_keeps_the_thought() -> None:
    desk = Desk(FakeChatModel("The lease says so.</think>Yes."))
    for event in desk.ask(RENT):
        if isinstance(event, ReasoningDelta):
            desk.stop.request()
    assert (desk.head().status, desk.head().text) == (MessageStatus.STOPPED, "")
    assert desk.head().evidence.reasoning == "The"


def test_what_a_model_thinks_has_a_budget_beside_that_of_its_answer() -> None:
    model = FakeChatModel(f"{'hm ' * 50}</think>{RIGHT}", thinks=True)
    desk = Desk(model, settings=Settings(max_answer_tokens=16, max_reasoning_tokens=20))
    answer = desk.finished(RENT)
    assert answer.text == f"{RIGHT} [1]", "thinking long costs the answer nothing"
    assert answer.evidence.figures.reasoning_tokens == 20
    assert (model.samplings[0].max_tokens, model.samplings[0].max_reasoning_tokens) == (16, 20)


@pytest.mark.parametrize(("tokens", "thinks"), [(0, False), (2048, True)])
def test_no_tokens_to_think_keep_a_model_from_it_also_while_its_prompt_is_counted(*, tokens: int, thinks: bool) -> None:
    model = FakeChatModel(RIGHT, thinks=True)
    Desk(model, settings=Settings(max_reasoning_tokens=tokens)).finished(RENT)
    assert {framing.think for framing in (*model.framings, *(framing for _, framing in model.counted))} == {thinks}


@pytest.mark.parametrize(
    ("script", "length", "problem"),
    [
        ("on and on</think>", True, "thought until its tokens ran out"),
        ("on and on</think>", False, "without a word"),
        (" ", False, "without a word"),
    ],
)
def test_a_model_that_says_nothing_has_failed_and_why_is_told(script: str, *, length: bool, problem: str) -> None:
    class Ends(FakeChatModel):
        def generate(self, turns, sampling, stop, framing):  # type: ignore[no-untyped-def]
            for event in super().generate(turns, sampling, stop, framing):
                yield replace(event, reason="length") if length and isinstance(event, Generated) else event

    desk = Desk(Ends(script))
    with pytest.raises(ModelError, match=problem) as caught:
        list(desk.ask("Who wrote Moby-Dick?", Scope()))
    answer = desk.head()
    assert (answer.status, answer.problem) == (MessageStatus.FAILED, str(caught.value))
    assert caught.value.hint
    assert answer.evidence.reasoning == script.removesuffix("</think>").strip()
    assert Desk(Ends(script)).finished(RENT).text.startswith("From your documents:")


def test_an_answer_that_was_cut_off_is_known_as_such() -> None:
    desk = Desk(FakeChatModel("word " * 40), settings=Settings(max_answer_tokens=16))
    assert desk.finished("Hi", Scope()).evidence.ended == "length"
    assert Desk(FakeChatModel(RIGHT)).finished(RENT).evidence.ended == "end"


def test_the_model_is_asked_about_the_passage_that_has_the_number_on_the_screen() -> None:
    model = FakeChatModel("The rent is 1,150 euros a month [1].", "The rent is 950 euros a month [2].", "Hm.")
    desk = Desk(model)
    first = desk.finished("What is the rent of flat 7A?")
    second = desk.finished(RENT, parent=first.id)
    lease = second.evidence.citations[0].passage
    (given,) = [given.n for given in second.evidence.given if given.chunk_id == lease.chunk_id]
    assert (second.evidence.citations[0].n, given) == (1, 2)
    third = desk.finished("What else does [1] say?", parent=second.id)
    assert model.prompts[2][-1].text.endswith("Question: What else does [2] say?")
    assert third.parent_id is not None
    assert desk.store.message(third.parent_id).text == "What else does [1] say?"
    desk.finished("And in winter?", parent=third.id)
    assert model.prompts[3][: len(model.prompts[2])] == model.prompts[2]


def test_what_is_not_there_says_how_many_files_are_still_to_be_read() -> None:
    desk = Desk(FakeChatModel("No."))
    collection = desk.documents.add_collection("all", ())
    desk.documents.expect([FoundFile("/files/late.md", 9, 1.0)], collection.id)
    said = desk.finished("Who composed symphony nine in Vienna?")
    assert said.text.endswith("Files that are still to be read: 1. Ask again when they are.")
