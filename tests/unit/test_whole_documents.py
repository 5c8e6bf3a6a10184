"""Questions about whole documents: told from others, all of it read, and the answer says how much was."""

from __future__ import annotations

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
from localassist.domain.chat import Message, MessageStatus, Question
from localassist.domain.documents import Scope
from localassist.domain.events import Finished, Searching
from localassist.domain.stopping import Stop
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.retrieval import SearchPassages
from localassist.usecases.whole_tasks import Wanted, whole_task

if TYPE_CHECKING:
    from localassist.domain.events import AnswerEvent

EVERYTHING = Scope.everything()
OLD = """# Lease

The flat has three rooms and a balcony to the south.

The rent is 950 euros a month and must be paid by the third day.

The tenant may end the lease by sixty days' notice.

Pets are welcome in the whole house."""
NEW = OLD.replace("950 euros", "990 euros").replace("Pets are welcome in the whole house.", "Bicycles stay outside.")
LONG = "# Report\n\n" + "\n\n".join(
    f"Well {n} of the valley was measured on {n % 28 + 1} May 2024 and gave {n * 7} litres an hour." for n in range(200)
)


class Desk:
    def __init__(self, *models: FakeChatModel, **files: str) -> None:
        kept = FakeFiles(**(files or {"lease_old": OLD, "lease_new": NEW, "report": LONG}))
        self.documents = FakeDocumentStore()
        index, embedder = FakePassageIndex(self.documents), FakeEmbedder()
        ingest = IngestPaths(kept, FakeReader(kept), embedder, self.documents, index, FakeActivity())
        list(ingest(["/files"], "all", Stop()))
        self.store = FakeConversationStore()
        search = SearchPassages(self.documents, index, embedder)
        settings = FakeSettingsStore()
        self.answer = answering(self.store, search, self.documents, FakeChatModels(*models), settings, FakeActivity())
        self.conversation = self.store.create("", "Be brief.")
        self.stop = Stop()
        self.events: list[AnswerEvent] = []

    def ask(self, text: str, scope: Scope = EVERYTHING, parent: int | None = None) -> Message:
        self.events = list(self.answer(Question(self.conversation.id, parent, text, scope), self.stop))
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last.answer


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Summarise this contract", Wanted.SUMMARY),
        ("Could you please give me a short summary of lease.pdf?", Wanted.SUMMARY),
        ("What is this paper about?", Wanted.SUMMARY),
        ("What are the main points of the report?", Wanted.SUMMARY),
        ("Fasse den Mietvertrag zusammen", Wanted.SUMMARY),
        ("Worum geht es in diesem Dokument?", Wanted.SUMMARY),
        ("Compare these two versions", Wanted.COMPARISON),
        ("What changed between the 2024 and 2025 policy?", Wanted.COMPARISON),
        ("Was ist der Unterschied zwischen a.pdf und b.pdf?", Wanted.COMPARISON),
        ("List every deadline", Wanted.DEADLINES),
        ("Nenne alle Fristen im Mietvertrag", Wanted.DEADLINES),
        ("Liste alle Beträge auf", Wanted.AMOUNTS),
        ("List all parties to the agreement", Wanted.PARTIES),
        ("What is the rent?", None),
        ("What does the summary say about pets?", None),
        ("Summarise what the lease says about pets", None),
        ("What is the difference between gross and net rent in the lease?", None),
        ("Was steht im Vertrag über Haustiere?", None),
        ("Which tenants pay late?", None),
        ("List all books by Melville", None),
    ],
)
def test_what_is_asked_of_whole_documents_is_told_from_what_is_asked_of_something_in_them(
    question: str, wanted: Wanted | None
) -> None:
    task = whole_task(question)
    assert (task.wanted if task else None) == wanted


def test_a_document_that_fits_is_given_whole_and_in_order_and_the_answer_says_so() -> None:
    model = FakeChatModel("The rent is 950 euros a month.")
    answer = Desk(model).ask("Summarise lease_old.md")
    asked = model.prompts[0][-1].text
    assert asked.index("three rooms") < asked.index("950 euros") < asked.index("Pets are welcome")
    assert "990" not in asked
    assert answer.text == "The rent is 950 euros a month. [1]\n\nRead all of lease_old.md."
    assert answer.evidence.citations[0].quote.startswith("The rent is 950 euros")
    (coverage,) = answer.evidence.coverage
    assert (coverage.path, coverage.read, coverage.total) == ("/files/lease_old.md", 100, 100)


def test_a_follow_up_begins_with_all_that_was_told_of_the_whole_document() -> None:
    model = FakeChatModel("The rent is 950 euros a month.")
    desk = Desk(model)
    first = desk.ask("Summarise lease_old.md")
    desk.ask("And how high is the rent?", parent=first.id)
    assert model.prompts[1][: len(model.prompts[0])] == model.prompts[0]
    assert model.prompts[1][len(model.prompts[0])].text == "The rent is 950 euros a month."


def test_a_long_document_is_read_in_parts_with_progress() -> None:
    model = FakeChatModel("Some wells were measured.", context_length=2100)
    desk = Desk(model)
    answer = desk.ask("Summarise report.md")
    told = [event.detail for event in desk.events if isinstance(event, Searching)]
    assert len(told) == len(model.prompts) - 1 > 1
    assert told[0] == f"Reading part 1 of {len(told)} of report.md."
    read = "\n".join(turn.text for prompt in model.prompts[:-1] for turn in prompt)
    assert all(f"Well {n} of the valley" in read for n in range(200))
    assert "Some wells were measured." in model.prompts[-1][-1].text
    assert answer.text.endswith("Read all of report.md.")


def test_a_stop_between_parts_keeps_what_was_noted_and_says_how_much_was_read() -> None:
    model = FakeChatModel("Well 3 gave 21 litres an hour.", context_length=2100)
    desk = Desk(model)
    model.before_word = lambda _said: desk.stop.request() if len(model.prompts) == 2 else None
    answer = desk.ask("Summarise report.md")
    assert answer.status is MessageStatus.STOPPED
    assert "Well 3 gave 21 litres an hour." in answer.text
    (coverage,) = answer.evidence.coverage
    assert 0 < coverage.read < 100
    assert f"Read {coverage.read} percent of report.md" in answer.text


def test_two_versions_are_compared_sentence_by_sentence_also_without_a_model() -> None:
    question = "Compare lease_old.md and lease_new.md"
    quoted = Desk().ask(question)
    assert "In lease_new.md → in lease_old.md:" in quoted.text
    assert "“The rent is 990 euros a month and must be paid by the third day.” [1] → “The rent is 950" in quoted.text
    assert "Bicycles stay outside." in quoted.text
    assert "three rooms" not in quoted.text
    for citation in quoted.evidence.citations:
        content = Desk().documents.content(citation.passage.document_id).text
        assert content[citation.char_start : citation.char_end] == citation.quote
    model = FakeChatModel("The rent fell from 990 euros to 950 euros.")
    told = Desk(model).ask(question)
    assert "3 sentences differ" in model.prompts[0][-1].text or "2 sentences differ" in model.prompts[0][-1].text
    assert told.text.startswith("The rent fell")
    assert "Bicycles stay outside." in told.text
    for support in told.evidence.sentences[1:]:
        assert told.text[support.start] == "“"
        assert told.text[support.end - 1] == "”"


def test_lists_are_made_of_the_sentences_that_name_such_things_each_once() -> None:
    twice = OLD + "\n\nThe rent is 950 euros a month and must be paid by the third day."
    answer = Desk(lease=twice).ask("List all deadlines in lease.md")
    assert "sixty days' notice" in answer.text
    assert "balcony" not in answer.text
    amounts = Desk(lease=twice).ask("List all amounts in lease.md")
    assert [citation.quote for citation in amounts.evidence.citations] == [
        "The rent is 950 euros a month and must be paid by the third day."
    ]
    assert "(1):" in amounts.text


def test_a_list_out_of_many_documents_quotes_many_and_says_how_many_speak_of_it() -> None:
    inns = {f"inn{n}": f"# Inn {n}\n\nThe inn number {n} has a swimming pool for its guests." for n in range(8)}
    answer = Desk(**inns).ask("Which inns have a swimming pool?")
    assert len(answer.evidence.citations) > 3
    assert answer.text.endswith(
        "At least 8 passages in 8 documents speak of this; 8 of them were looked at for this answer."
    )
    assert (answer.evidence.matched, answer.evidence.matched_documents) == (8, 8)


def test_without_a_model_a_summary_is_made_of_unlike_sentences_in_their_order() -> None:
    desk = Desk(lease=OLD + "\n\nThe rent is 950 euros a month and must be paid by the third day, it says.")
    answer = desk.ask("Summarise lease.md")
    starts = [citation.char_start for citation in answer.evidence.citations]
    assert starts == sorted(starts)
    assert len(starts) >= 3
    assert answer.text.count("950 euros") == 1
    assert answer.text.endswith("Read all of lease.md.")


def test_which_document_is_asked_back_where_several_can_be_meant() -> None:
    model = FakeChatModel("Rubbish.")
    desk = Desk(model)
    answer = desk.ask("Summarise the lease")
    assert answer.text.startswith("Which document do you mean?")
    assert "lease_old.md" in answer.text
    assert "report.md" not in answer.text
    assert model.prompts == []
    only = next(each.id for each in desk.documents.documents(EVERYTHING) if each.path.endswith("lease_new.md"))
    assert "Read all of lease_new.md." in desk.ask("Summarise this document", Scope(document_ids=(only,))).text


def test_this_document_is_the_one_that_was_spoken_of() -> None:
    desk = Desk(FakeChatModel("The rent is 950 euros a month."))
    first = desk.ask("Summarise lease_old.md")
    again = desk.ask("List all amounts in this document", parent=first.id)
    assert [each.path for each in again.evidence.coverage] == ["/files/lease_old.md"]
