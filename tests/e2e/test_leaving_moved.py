"""Documents that never leave are moved on the disk, forgotten and added anew: what was told of them stays here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from answering_room import answering
from escalation_room import BIG, EVERYTHING, FakeCloudModels, FakePrices, NameRecogniser, escalation
from fakes import FakeActivity, FakeChatModel, FakeChatModels, FakeSettingsStore
from localassist.adapters.database import DatabaseConversationStore, DatabaseEscalationStore, DatabaseLabelStore
from localassist.adapters.files import DiskFiles
from localassist.domain.chat import Question
from localassist.domain.documents import Scope
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import MatterKind
from localassist.domain.reviewing import Review
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.gathering import GatherMaterial
from localassist.usecases.retrieval import SearchPassages
from mirror_room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASK, NEVER = Sensitivity.ASK, Sensitivity.NEVER
WILL = "The silver spoons of the house go to the niece of the keeper, who lives in Ostend.\n"
SAID = "Somebody by the sea inherits them."
NOTHING = Scope()


class Estate:
    """Two folders, each a collection that is mirrored, the first of which never leaves."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.folder = folder
        self.room = Room(home)
        self.documents = self.room.store
        self.labels = DatabaseLabelStore(self.room.database)
        self.conversations = DatabaseConversationStore(self.room.database)
        preferences, activity = FakeSettingsStore(Settings(offline=False)), FakeActivity()
        search = SearchPassages(self.documents, self.room.index, self.room.embedder)
        gather = GatherMaterial(search, self.documents, preferences)
        models = FakeChatModels(FakeChatModel(SAID))
        self.answer = answering(self.conversations, search, self.documents, models, preferences, activity, self.labels)
        self.desk = escalation(
            self.conversations,
            gather,
            preferences,
            activity,
            self.labels,  # type: ignore[arg-type]
            DatabaseEscalationStore(self.room.database),  # type: ignore[arg-type]
            FakeCloudModels(),
            FakePrices(),
            NameRecogniser(),
        )
        self.conversation = self.conversations.create("", "").id
        for name in ("private", "open"):
            (folder / name).mkdir(parents=True)
            self.documents.add_collection(name, [str(folder / name)])
        (private,) = (each for each in self.documents.collections() if each.name == "private")
        self.labels.set(LabelKind.COLLECTION, str(private.id), NEVER)
        (folder / "private" / "will.txt").write_text(WILL)
        self.room.once()

    def ask(self, text: str) -> None:
        head = self.conversations.get(self.conversation).head_id
        list(self.answer(Question(self.conversation, head, text, EVERYTHING), Stop()))

    def review(self, text: str, scope: Scope = NOTHING) -> Review:
        head = self.conversations.get(self.conversation).head_id
        asked = self.conversations.store_question(self.conversation, head, text)
        *_, made = self.desk.prepare(asked.id, scope, BIG, "", Stop())
        assert isinstance(made, Review)
        return made

    def of(self, name: str) -> Sensitivity:
        (found,) = (each for each in self.documents.documents(EVERYTHING) if each.path.endswith(name))
        return self.labels.of_documents([found.id])[found.id].sensitivity

    def forget(self, name: str) -> None:
        (found,) = (each for each in self.documents.documents(EVERYTHING) if each.path.endswith(name))
        self.room.forget.document(found.id)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    estate = Estate(tmp_path / "home", tmp_path / "estate")
    yield estate
    estate.room.close()


def withheld(review: Review) -> list[MatterKind]:
    return [matter.kind for matter in review.withheld]


def test_what_is_moved_to_where_nothing_was_said_asks_first_and_earlier_answers_stay_here(estate: Estate) -> None:
    estate.ask("Who gets the silver spoons?")
    private, moved = estate.folder / "private" / "will.txt", estate.folder / "open" / "will.txt"
    private.rename(moved)
    estate.room.once()
    assert estate.of("open/will.txt") is ASK
    review = estate.review("Who gets the silver spoons?", EVERYTHING)
    assert [piece.matter.kind for piece in review.pieces if "niece" in piece.text] == [MatterKind.PASSAGE]
    assert withheld(review) == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]


@pytest.mark.parametrize("place", ["private", "open"])
def test_forgetting_and_adding_anew_frees_no_earlier_answer(estate: Estate, place: str) -> None:
    estate.ask("Who gets the silver spoons?")
    (estate.folder / "private" / "will.txt").rename(estate.folder / place / "will.txt")
    estate.room.once()
    for _ in range(2):
        estate.forget("will.txt")
        assert not any(each.status.is_answerable for each in estate.documents.documents(EVERYTHING))
        assert withheld(estate.review("And who else?")) == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]
        list(estate.room.ingesting(DiskFiles())([str(estate.folder / place / "will.txt")], place, Stop()))
        assert estate.of("will.txt") is (NEVER if place == "private" else ASK)
        assert withheld(estate.review("And who else?")) == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]


def test_an_answer_that_was_made_before_the_label_stays_here_once_its_document_was_moved_away(estate: Estate) -> None:
    estate.forget("will.txt")
    box = estate.folder / "open" / "box"
    box.mkdir()
    (box / "inventory.txt").write_text("The keeper counts four golden forks in the box.\n")
    estate.room.once()
    estate.ask("How many golden forks are there?")
    assert not withheld(estate.review("And spoons?"))
    estate.labels.set(LabelKind.FOLDER, str(box), NEVER)
    (box / "inventory.txt").rename(estate.folder / "open" / "inventory.txt")
    estate.room.once()
    assert estate.of("open/inventory.txt") is ASK
    assert withheld(estate.review("And knives?")) == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]


def test_an_answer_stays_as_strict_as_it_was_made_when_the_label_is_taken_back_before_its_document_goes(
    estate: Estate,
) -> None:
    estate.ask("Who gets the silver spoons?")
    (private,) = (each for each in estate.documents.collections() if each.name == "private")
    estate.labels.set(LabelKind.COLLECTION, str(private.id), None)
    assert not withheld(estate.review("And who else?"))
    (estate.folder / "private" / "will.txt").rename(estate.folder / "open" / "will.txt")
    estate.room.once()
    assert estate.of("open/will.txt") is ASK
    assert withheld(estate.review("And who else?")) == [MatterKind.EARLIER_QUESTION, MatterKind.EARLIER_ANSWER]


def test_a_renamed_folder_that_never_leaves_does_so_once_it_is_read_again(estate: Estate) -> None:
    (estate.folder / "open" / "letters").mkdir()
    (estate.folder / "open" / "letters" / "a.txt").write_text("The keeper sold two candlesticks of brass in March.\n")
    estate.labels.set(LabelKind.FOLDER, str(estate.folder / "open" / "letters"), NEVER)
    estate.room.once()
    estate.ask("Who sold candlesticks of brass?")
    (estate.folder / "open" / "letters").rename(estate.folder / "open" / "post")
    estate.room.once()
    assert estate.of("open/post/a.txt") is NEVER
    (label,) = (each for each in estate.labels.labels() if each.kind is LabelKind.FOLDER)
    assert label.target == str(estate.folder / "open" / "post")
    review = estate.review("Who sold candlesticks of brass in March?", EVERYTHING)
    assert all("candlesticks of brass in" not in piece.text for piece in review.pieces[:-1])
    assert MatterKind.PASSAGE in withheld(review)
    assert MatterKind.EARLIER_ANSWER in withheld(review)
