"""What every keeper of labels does: the one in memory for tests, the database on disk and in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from fake_escalations import FakeLabelStore
from fakes import FakeConversationStore, FakeDocumentStore, structured
from localassist.adapters.database import (
    Database,
    DatabaseConversationStore,
    DatabaseDocumentStore,
    DatabaseLabelStore,
)
from localassist.domain.documents import Chunk, Scope
from localassist.domain.errors import NotFoundError
from localassist.domain.labels import Label, LabelKind, Labelled, Sensitivity
from localassist.domain.ports.documents import FoundFile, SkippedFile, part_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.labels import LabelStore

MAY, ASK, NEVER = Sensitivity.MAY_GO_OUT, Sensitivity.ASK, Sensitivity.NEVER


@dataclass
class Room:
    """Labels, and the documents and conversations that they are of."""

    labels: LabelStore
    documents: DocumentStore
    conversations: ConversationStore

    def add(self, path: str, *collections: str, text: str = "", container: int | None = None, digest: str = "") -> int:
        """A document of this text, in these collections; its id."""
        text = text or f"The words of {path}."
        file = FoundFile(path, len(text), 1.0)
        chunks = [Chunk(0, len(text))]
        content_hash = digest or f"hash of {text}"
        saved, _ = self.documents.save(
            file, content_hash, ("reader", "embedder"), structured(text), chunks, container_id=container
        )
        for name in collections:
            self.documents.assign([saved.id], self.documents.add_collection(name, []).id)
        return saved.id

    def say(self, sensitivity: Sensitivity | None, *, collection: str = "", folder: str = "") -> None:
        """Label a collection by its name, or a folder."""
        if collection:
            known = self.documents.add_collection(collection, [])
            self.labels.set(LabelKind.COLLECTION, str(known.id), sensitivity)
        else:
            self.labels.set(LabelKind.FOLDER, folder, sensitivity)

    def of(self, document_id: int) -> Sensitivity:
        """How sensitive a document is."""
        return self.labels.of_documents([document_id])[document_id].sensitivity

    def never_leaving(self) -> set[str]:
        """The paths of the documents that never leave."""
        return {each.path for each in self.documents.documents(self.labels.never_leaving())}


@pytest.fixture(params=["fake", "file", "memory"])
def room(request: pytest.FixtureRequest, home: Path) -> Iterator[Room]:
    if request.param == "fake":
        documents, conversations = FakeDocumentStore(), FakeConversationStore()
        yield Room(FakeLabelStore(documents, conversations), documents, conversations)
        return
    database = Database(home / "localassist.db" if request.param == "file" else None)
    yield Room(DatabaseLabelStore(database), DatabaseDocumentStore(database), DatabaseConversationStore(database))
    database.close()


def test_what_nothing_was_said_of_asks_first(room: Room) -> None:
    lease = room.add("/docs/lease.pdf", "Home")
    assert room.labels.of_documents([lease, 999]) == {lease: Labelled()}
    assert room.labels.labels() == ()
    assert room.labels.never_leaving() == Scope()


def test_a_label_is_said_changed_and_taken_back(room: Room) -> None:
    home = room.documents.add_collection("Home", [])
    for said in (MAY, NEVER):
        room.labels.set(LabelKind.COLLECTION, str(home.id), said)
        assert room.labels.of(LabelKind.COLLECTION, str(home.id)) is said
        assert room.labels.labels() == (Label(LabelKind.COLLECTION, str(home.id), said),)
    room.labels.set(LabelKind.COLLECTION, str(home.id), None)
    assert room.labels.of(LabelKind.COLLECTION, str(home.id)) is None
    assert room.labels.labels() == ()


@pytest.mark.parametrize("kind", [LabelKind.COLLECTION, LabelKind.CONVERSATION])
@pytest.mark.parametrize("target", ["77", "Home", "", "-1", "1 OR 1"])
def test_what_is_not_there_can_not_be_labelled(room: Room, kind: LabelKind, target: str) -> None:
    with pytest.raises(NotFoundError):
        room.labels.set(kind, target, NEVER)
    assert room.labels.of(kind, target) is None


def test_a_document_has_its_collections_label_and_says_whose_it_is(room: Room) -> None:
    lease = room.add("/docs/lease.pdf", "Home")
    room.say(NEVER, collection="Home")
    assert room.labels.of_documents([lease]) == {lease: Labelled(NEVER, "the collection Home")}


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [(MAY, NEVER, NEVER), (NEVER, MAY, NEVER), (MAY, ASK, ASK), (ASK, NEVER, NEVER), (MAY, None, MAY)],
)
def test_the_strictest_of_a_documents_collections_holds(
    room: Room, one: Sensitivity, other: Sensitivity | None, holds: Sensitivity
) -> None:
    lease = room.add("/docs/lease.pdf", "Home", "Work")
    room.say(one, collection="Home")
    room.say(other, collection="Work")
    assert room.of(lease) is holds


def test_a_folders_label_holds_for_all_below_it_and_nothing_beside_it(room: Room) -> None:
    below = room.add("/docs/secret/deep/down/a.txt", "Home")
    itself = room.add("/docs/plain/b.txt", "Home")
    beside = room.add("/docs/secret plans/c.txt", "Home")
    longer = room.add("/docs/secrets.txt", "Home")
    room.say(NEVER, folder="/docs/secret")
    room.say(MAY, folder="/docs/plain/b.txt")
    held = room.labels.of_documents([below, itself, beside, longer])
    assert held[below] == Labelled(NEVER, "the folder /docs/secret")
    assert [held[each].sensitivity for each in (itself, beside, longer)] == [MAY, ASK, ASK]
    assert room.never_leaving() == {"/docs/secret/deep/down/a.txt"}


def test_the_strictest_folder_above_holds_not_the_nearest(room: Room) -> None:
    inner = room.add("/docs/secret/public/a.txt", "Home")
    room.say(NEVER, folder="/docs/secret")
    room.say(MAY, folder="/docs/secret/public")
    room.say(MAY, collection="Home")
    assert room.of(inner) is NEVER


def test_a_folders_label_holds_for_what_is_in_no_collection(room: Room) -> None:
    inside, outside = room.add("/cellar/a.txt"), room.add("/attic/b.txt")
    room.say(MAY, folder="/cellar")
    assert (room.of(inside), room.of(outside)) == (MAY, ASK)
    room.say(NEVER, folder="/cellar")
    assert room.never_leaving() == {"/cellar/a.txt"}


def test_a_folders_label_is_found_however_its_path_is_written(room: Room) -> None:
    room.say(NEVER, folder="/docs/secret")
    if not isinstance(room.labels, FakeLabelStore):
        assert room.labels.of(LabelKind.FOLDER, "/docs/x/../secret/") is NEVER
        room.say(MAY, folder="/docs//secret/")
        assert room.labels.labels() == (Label(LabelKind.FOLDER, "/docs/secret", MAY),)


def test_files_inside_a_file_count_with_it(room: Room) -> None:
    mail = room.add("/docs/mail.eml", "Home")
    annex = room.add("/docs/mail.eml/annex.pdf", container=mail)
    inner = room.add("/docs/mail.eml/annex.pdf/page.txt", container=annex)
    room.say(NEVER, collection="Home")
    assert {room.of(each) for each in (mail, annex, inner)} == {NEVER}
    room.say(None, collection="Home")
    room.say(MAY, folder="/docs/mail.eml")
    assert {room.of(each) for each in (mail, annex, inner)} == {MAY}


def test_a_copy_is_as_sensitive_as_the_strictest_of_them(room: Room) -> None:
    text = "The very same words."
    kept = room.add("/docs/contract.txt", "Contracts", text=text)
    copy = room.add("/home/copy.txt", "Home", text=text)
    cached = room.add("/tmp/copy.txt", text=text)
    room.say(NEVER, collection="Contracts")
    room.say(MAY, collection="Home")
    held = room.labels.of_documents([copy, cached])
    assert held[copy] == Labelled(NEVER, "the collection Contracts, where there is a copy of it")
    assert held[cached].sensitivity is NEVER
    assert room.of(kept) is NEVER
    assert room.never_leaving() == {"/docs/contract.txt", "/home/copy.txt", "/tmp/copy.txt"}


def test_a_copy_that_may_go_out_makes_no_other_go_out(room: Room) -> None:
    text = "The very same words."
    public = room.add("/web/flyer.txt", "Public", text=text)
    private = room.add("/home/flyer.txt", "Home", text=text)
    room.say(MAY, collection="Public")
    assert room.labels.of_documents([public, private]) == {
        public: Labelled(MAY, "the collection Public"),
        private: Labelled(),
    }
    room.say(ASK, collection="Home")
    assert room.of(public) is ASK


def test_the_copy_of_a_file_inside_a_file_counts_too(room: Room) -> None:
    mail = room.add("/docs/mail.eml", "Contracts", digest="mail")
    room.add("/docs/mail.eml/annex.pdf", text="Annex.", container=mail, digest=part_hash("mail", "annex.pdf"))
    again = room.add("/home/mail.eml", "Home", text="The words of /docs/mail.eml.", digest="mail")
    copy = room.add("/home/mail.eml/annex.pdf", text="Annex.", container=again, digest=part_hash("mail", "annex.pdf"))
    room.say(NEVER, collection="Contracts")
    assert (room.of(again), room.of(copy)) == (NEVER, NEVER)


def test_documents_without_content_are_no_copies_of_each_other(room: Room) -> None:
    home, work = (room.documents.add_collection(name, []) for name in ("Home", "Work"))
    room.documents.ignore([SkippedFile("/home/a.xyz", "No reader.")], home.id)
    room.documents.ignore([SkippedFile("/papers/b.xyz", "No reader.")], work.id)
    room.say(NEVER, collection="Home")
    (ignored,) = room.documents.documents(Scope(collection_ids=(work.id,)))
    assert room.of(ignored.id) is ASK
    assert room.never_leaving() == {"/home/a.xyz"}


def test_a_renamed_collection_keeps_its_label_and_a_removed_one_takes_it_along(room: Room) -> None:
    lease = room.add("/docs/lease.pdf", "Home", "Work")
    room.say(NEVER, collection="Home")
    home = room.documents.add_collection("Home", [])
    room.documents.rename_collection(home.id, "Flat")
    assert room.labels.of_documents([lease])[lease].by == "the collection Flat"
    room.documents.remove_collection(home.id)
    assert room.labels.labels() == ()
    assert room.of(lease) is ASK


def test_a_conversations_label_goes_with_it(room: Room) -> None:
    kept, gone = (room.conversations.create("", "").id for _ in range(2))
    for each in (kept, gone):
        room.labels.set(LabelKind.CONVERSATION, str(each), NEVER)
    room.conversations.delete(gone)
    assert room.labels.labels() == (Label(LabelKind.CONVERSATION, str(kept), NEVER),)
    assert room.labels.of(LabelKind.CONVERSATION, str(gone)) is None


def test_labels_of_one_kind_are_not_those_of_another(room: Room) -> None:
    conversation = room.conversations.create("", "")
    collection = room.documents.add_collection("Home", [])
    room.labels.set(LabelKind.CONVERSATION, str(conversation.id), NEVER)
    assert room.labels.of(LabelKind.COLLECTION, str(collection.id)) is None
