"""Whatever is labelled, asked, forgotten, pasted and sent in whatever order: what never leaves stays here."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from typing_extensions import override

from answering_room import answering
from escalation_room import BIG, EVERYTHING, FakeCloudModels, FakePrices, NameRecogniser, escalation
from fakes import FakeActivity, FakeChatModels, FakePassageIndex, FakeSettingsStore
from ingest_room import IngestRoom
from localassist.adapters.database import (
    DatabaseConversationStore,
    DatabaseEscalationStore,
    DatabaseLabelStore,
)
from localassist.domain.chat import Figures, Question
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import TokenDelta
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import MatterKind
from localassist.domain.ports.cloud import CloudEnded
from localassist.domain.reviewing import Review, Revision
from localassist.domain.settings import NO_MODEL, Settings
from localassist.domain.stopping import Stop
from localassist.usecases.gathering import GatherMaterial
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.outbound import Outbound

NEVER = Sensitivity.NEVER
FOLDERS = ("attic", "attic/chest", "cellar")
PATHS = st.sampled_from([f"{folder}/{name}.md" for folder in FOLDERS for name in ("letter", "bill")])
COLLECTIONS = st.sampled_from(["Old", "New"])
LABELS = st.sampled_from([None, *Sensitivity])
WORDS = ("barkenlof", "tiskemar", "oldrivan", "quemposh")
PAPERS = st.sampled_from(range(len(WORDS)))
QUESTIONS = st.sampled_from(["Who keeps the silver spoons of the house?", "What of the spoons?", "And who else?"])
HISTORY = (MatterKind.EARLIER_ANSWER, MatterKind.EARLIER_QUESTION)


def sentence(paper: int) -> str:
    """What a paper says; its word is in no other."""
    return f"The keeper {WORDS[paper]} counts {paper + 3} silver spoons of the house before every long winter."


def words_in(text: str) -> set[int]:
    """The papers whose word is in a text."""
    return {paper for paper, word in enumerate(WORDS) if word in text.casefold()}


class EchoingModels(FakeCloudModels):
    """Answers with what it was sent, as far as a model would."""

    @override
    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[object]:  # type: ignore[override]  it yields few kinds
        self.sent.append(outbound)
        yield TokenDelta(" ".join(turn.text for turn in outbound.turns)[-400:])
        yield CloudEnded("end", Figures(prompt_tokens=100, answer_tokens=10), "req", 0.001)


class Leaving(RuleBasedStateMachine):
    """The real database under everything; who keeps count of labels beside it knows nothing of how they are kept."""

    conversations: Bundle[int] = Bundle("conversations")
    reviews: Bundle[Review] = Bundle("reviews")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="leaving"))
        self.room = IngestRoom(self.folder / "home")
        database, documents, activity = self.room.database, self.room.store, FakeActivity()
        self.kept = DatabaseConversationStore(database)
        self.labels = DatabaseLabelStore(database)
        preferences = FakeSettingsStore(Settings(offline=False, chat_model=NO_MODEL, escalation="ask"))
        search = SearchPassages(documents, FakePassageIndex(documents), self.room.embedder)
        gather = GatherMaterial(search, documents, preferences)
        self.answer = answering(self.kept, search, documents, FakeChatModels(), preferences, activity, self.labels)
        self.models = EchoingModels()
        self.desk = escalation(
            self.kept,
            gather,
            preferences,
            activity,
            self.labels,  # type: ignore[arg-type]
            DatabaseEscalationStore(database),  # type: ignore[arg-type]
            self.models,
            FakePrices(),
            NameRecogniser(),
        )
        self.papers: dict[str, set[int]] = {}
        self.members: dict[str, set[str]] = {}
        self.folder_labels: dict[str, Sensitivity] = {}
        self.collection_labels: dict[str, Sensitivity] = {}
        self.closed: set[int] = set()
        self.told: dict[int, set[int]] = {}
        self.sealed: dict[int, set[int]] = {}
        self.looked_at = 0

    @override
    def teardown(self) -> None:
        self.room.database.close()
        shutil.rmtree(self.folder)

    def never(self) -> set[int]:
        """The papers that never leave as things are."""
        found: set[int] = set()
        for path, papers in self.papers.items():
            above = [said for folder, said in self.folder_labels.items() if path.startswith(f"{folder}/")]
            around = [self.collection_labels[name] for name in self.members[path] if name in self.collection_labels]
            if NEVER in above + around:
                found |= papers
        return found

    @initialize(target=conversations, papers=st.lists(PAPERS, min_size=3, max_size=3))
    def begin(self, papers: list[int]) -> object:
        for folder, paper in zip(FOLDERS, papers, strict=True):
            self.add(f"{folder}/letter.md", [paper], "Old")
        return multiple(*(self.kept.create("", "").id for _ in range(2)))

    @rule(path=PATHS, papers=st.lists(PAPERS, min_size=1, max_size=2), collection=COLLECTIONS)
    def add(self, path: str, papers: list[int], collection: str) -> None:
        """A file is read; what comes second in it is a file inside."""
        inside = [f"@@ part {number}\n{sentence(paper)}\n" for number, paper in enumerate(papers[1:])]
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([sentence(papers[0]), *inside]), encoding="utf-8")
        list(self.room.ingest([str(file)], collection, Stop()))
        self.papers[path] = set(papers)
        self.members.setdefault(path, set()).add(collection)

    @rule(path=PATHS)
    def forget(self, path: str) -> None:
        if path in self.papers:
            self._goes(path)
            del self.papers[path], self.members[path]
            known = self.room.store.documents(EVERYTHING)
            self.room.store.remove_document(next(each.id for each in known if each.path == str(self.folder / path)))

    def _goes(self, path: str) -> None:
        """What was told of papers that never leave until they go stays in its conversation for good."""
        going = self.papers.get(path, set()) & self.never()
        for conversation, told in self.told.items():
            self.sealed.setdefault(conversation, set()).update(told & going)

    @rule(folder=st.sampled_from(FOLDERS), said=LABELS)
    def label_folder(self, folder: str, said: Sensitivity | None) -> None:
        self.labels.set(LabelKind.FOLDER, str(self.folder / folder), said)
        self._note(self.folder_labels, folder, said)

    @rule(name=COLLECTIONS, said=LABELS)
    def label_collection(self, name: str, said: Sensitivity | None) -> None:
        for each in self.room.store.collections():
            if each.name == name:
                self.labels.set(LabelKind.COLLECTION, str(each.id), said)
                self._note(self.collection_labels, name, said)

    def _note(self, where: dict[str, Sensitivity], what: str, said: Sensitivity | None) -> None:
        where.pop(what, None)
        if said is not None:
            where[what] = said

    @rule(conversation=conversations, closed=st.booleans())
    def label_conversation(self, conversation: int, *, closed: bool) -> None:
        self.labels.set(LabelKind.CONVERSATION, str(conversation), NEVER if closed else None)
        (self.closed.add if closed else self.closed.discard)(conversation)

    @rule(conversation=conversations, question=QUESTIONS)
    def ask_here(self, conversation: int, question: str) -> None:
        head = self.kept.get(conversation).head_id
        list(self.answer(Question(conversation, head, question, EVERYTHING), Stop()))
        self._listen(conversation)

    def _listen(self, conversation: int) -> None:
        """Take down what the last answer told."""
        answer = self.kept.branch(self.kept.get(conversation).head_id)[-1]
        self.told.setdefault(conversation, set()).update(words_in(answer.text))

    @rule(conversation=conversations, question=QUESTIONS, pasted=st.none() | PAPERS, untick=st.booleans())
    def ask_elsewhere(self, conversation: int, question: str, pasted: int | None, *, untick: bool) -> None:
        """Ask, look and send, as most do."""
        made = self.review(conversation, question, pasted)
        if isinstance(made, Review):
            passages = [piece.matter.key for piece in made.pieces if piece.matter.kind is MatterKind.PASSAGE]
            if untick and passages:
                made = self.desk.prepare.revised(made, Revision(frozenset(passages)))
            self.send(made, remember=untick, reviewed=True)
            self._listen(conversation)

    @rule(target=reviews, conversation=conversations, question=QUESTIONS, pasted=st.none() | PAPERS)
    def review(self, conversation: int, question: str, pasted: int | None) -> object:
        text = question if pasted is None else f"{question} {sentence(pasted)}"
        asked = self.kept.store_question(conversation, self.kept.get(conversation).head_id, text)
        with suppress(LocalAssistError):
            *_, made = self.desk.prepare(asked.id, EVERYTHING, BIG, "", Stop())
            return made
        return multiple()

    @rule(target=reviews, review=reviews, pasted=PAPERS, where=st.integers(0, 9), untick=st.booleans())
    def revise(self, review: Review, pasted: int, where: int, *, untick: bool) -> Review:
        piece = review.pieces[where % len(review.pieces)]
        unticked = frozenset({piece.matter.key} if untick else ())
        edited = {} if untick else {piece.matter.key: f"{piece.matter.text}\n{sentence(pasted)}"}
        return self.desk.prepare.revised(review, Revision(unticked, edited))

    @rule(review=reviews, remember=st.booleans(), reviewed=st.booleans())
    def send(self, review: Review, *, remember: bool, reviewed: bool) -> None:
        with suppress(LocalAssistError):
            list(self.desk.send(review, Stop(), remember=remember, reviewed=reviewed))

    @invariant()
    def nothing_left_that_never_leaves(self) -> None:
        for outbound in self.models.sent[self.looked_at :]:
            assert outbound.conversation_id not in self.closed
            sealed = self.sealed.get(outbound.conversation_id, set())
            for turn in outbound.turns:
                assert not words_in(turn.text) & self.never(), turn.text
                history = [part.text for part in turn.parts if part.matter.kind in HISTORY]
                assert not words_in(" ".join(history)) & sealed, turn.text
        self.looked_at = len(self.models.sent)


def everything_done(steps: int, examples: int) -> None:
    """Try so many ways of so many steps."""
    from hypothesis.stateful import run_state_machine_as_test

    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(Leaving, settings=how)


@pytest.mark.slow
def test_no_order_of_things_lets_it_out() -> None:
    everything_done(25, 30)


@pytest.mark.soak
def test_no_long_order_of_things_lets_it_out() -> None:
    everything_done(60, 400)
