"""Labels on the real disk: links, other writings of a path, the same text inside another file, and very many files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from fakes import structured
from localassist.adapters.database import Database, DatabaseDocumentStore, DatabaseLabelStore, DatabaseServers
from localassist.domain.documents import Chunk, Scope
from localassist.domain.errors import NotFoundError
from localassist.domain.labels import LabelKind, Labelled, Sensitivity
from localassist.domain.ports.documents import FoundFile, part_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAY, ASK, NEVER = Sensitivity.MAY_GO_OUT, Sensitivity.ASK, Sensitivity.NEVER


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    opened = Database(home / "localassist.db")
    yield opened
    opened.close()


@pytest.fixture
def labels(database: Database) -> DatabaseLabelStore:
    return DatabaseLabelStore(database)


@pytest.fixture
def documents(database: Database) -> DatabaseDocumentStore:
    return DatabaseDocumentStore(database)


def add(
    documents: DatabaseDocumentStore, path: Path | str, text: str, digest: str = "", container: int | None = None
) -> int:
    chunks = [Chunk(position, min(position + 40, len(text))) for position in range(0, len(text), 40)]
    file = FoundFile(str(path), len(text), 1.0)
    versions = ("reader", "embedder")
    saved, _ = documents.save(
        file, digest or f"hash of {text}", versions, structured(text), chunks, container_id=container
    )
    return saved.id


def of(labels: DatabaseLabelStore, document_id: int) -> Sensitivity:
    return labels.of_documents([document_id])[document_id].sensitivity


def paths(documents: DatabaseDocumentStore, scope: Scope) -> set[str]:
    return {each.path for each in documents.documents(scope)}


def test_a_label_holds_for_what_is_reached_through_a_link_to_its_folder(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, tmp_path: Path
) -> None:
    (tmp_path / "contracts" / "2024").mkdir(parents=True)
    (tmp_path / "contracts" / "2024" / "a.txt").write_text("a")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "papers").symlink_to(tmp_path / "contracts")
    (tmp_path / "desk" / "one.txt").symlink_to(tmp_path / "contracts" / "2024" / "a.txt")
    linked = add(documents, tmp_path / "desk" / "papers" / "2024" / "a.txt", "Through a folder's link.")
    file = add(documents, tmp_path / "desk" / "one.txt", "Through a file's link.")
    inside = add(documents, f"{tmp_path}/desk/one.txt/part.txt", "Inside it.", container=file)
    beside = add(documents, tmp_path / "desk" / "b.txt", "Beside.")
    labels.set(LabelKind.FOLDER, str(tmp_path / "contracts"), NEVER)
    assert [of(labels, each) for each in (linked, file, inside, beside)] == [NEVER, NEVER, NEVER, ASK]
    never = paths(documents, labels.never_leaving())
    assert never == {f"{tmp_path}/desk/{name}" for name in ("papers/2024/a.txt", "one.txt", "one.txt/part.txt")}


def test_a_label_of_a_link_holds_for_the_folder_it_leads_to(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, tmp_path: Path
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "papers").symlink_to(tmp_path / "contracts")
    real = add(documents, tmp_path / "contracts" / "a.txt", "The words.")
    labels.set(LabelKind.FOLDER, str(tmp_path / "papers"), NEVER)
    assert of(labels, real) is NEVER
    (tmp_path / "papers").unlink()
    assert of(labels, real) is ASK


def test_a_single_file_is_labelled_by_its_path_and_called_a_file(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("The words.")
    labelled, beside = (add(documents, tmp_path / name, f"The words of {name}.") for name in ("a.txt", "b.txt"))
    labels.set(LabelKind.FOLDER, str(tmp_path / "a.txt"), NEVER)
    held = labels.of_documents([labelled, beside])
    assert held[labelled] == Labelled(NEVER, f"the file {tmp_path}/a.txt")
    assert held[beside] == Labelled()


def test_a_folder_that_the_disk_knows_by_another_spelling_is_the_same(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, tmp_path: Path
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.txt").write_text("a")
    spelt = f"/{tmp_path}/contracts"  # two slashes at the beginning are kept by POSIX
    inside, beside = add(documents, tmp_path / "contracts" / "a.txt", "A."), add(documents, tmp_path / "b.txt", "B.")
    labels.set(LabelKind.FOLDER, spelt, NEVER)
    assert labels.of_documents([inside])[inside].by == f"the folder {spelt}"
    assert of(labels, beside) is ASK


def test_of_equal_labels_the_nearest_folder_is_named(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore
) -> None:
    deep = add(documents, "/docs/secret/deep/a.txt", "A.")
    for folder in ("/docs/secret/deep", "/docs", "/docs/secret"):
        labels.set(LabelKind.FOLDER, folder, NEVER)
    assert labels.of_documents([deep])[deep].by == "the folder /docs/secret/deep"


def test_links_in_circles_end(labels: DatabaseLabelStore, documents: DatabaseDocumentStore, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    lost = add(documents, tmp_path / "one" / "a.txt", "The words.")
    labels.set(LabelKind.FOLDER, str(tmp_path / "two"), NEVER)
    assert of(labels, lost) in {ASK, NEVER}


def test_what_copies_share_is_known_for_many_at_once(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore
) -> None:
    mail = add(documents, "/mails/mail.eml", "See the annexes.")
    for n in range(3):
        text = f"Annex {n} is about a valve made of brass, which stands in the cellar. "
        add(documents, f"/mails/mail.eml/{n}.txt", text, part_hash("mail", f"{n}.txt"), mail)
        add(documents, f"/downloads/{n}.txt", text)
    add(documents, "/downloads/9.txt", "Annex 9 came from somewhere else.")
    labels.set(LabelKind.FOLDER, "/mails/mail.eml/1.txt", NEVER)
    found = {each.path: each.id for each in documents.cached()}
    told = labels.of_documents(list(found.values()))
    never = {path for path, document_id in found.items() if told[document_id].sensitivity is NEVER}
    assert never == {"/mails/mail.eml/1.txt", "/downloads/1.txt"} == paths(documents, labels.never_leaving())


def test_a_file_saved_from_a_mail_that_never_leaves_does_not_leave_either(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore
) -> None:
    text = "The valve is made of brass. " * 5
    mail = add(documents, "/mails/mail.eml", "See the annex.")
    add(documents, "/mails/mail.eml/annex.txt", text, part_hash("mail", "annex.txt"), mail)
    saved = add(documents, "/downloads/annex.txt", text)
    longer = add(documents, "/elsewhere/annex.txt", f"{text} And a word of my own.")
    labels.set(LabelKind.FOLDER, "/mails", NEVER)
    held = labels.of_documents([saved])[saved]
    assert (held.sensitivity, held.by) == (NEVER, "the folder /mails, where there is a copy of it")
    assert of(labels, longer) is ASK
    assert "/downloads/annex.txt" in paths(documents, labels.never_leaving())


def test_letters_of_one_form_are_no_copies_of_each_other(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore
) -> None:
    begins, ends = "Dear customer, this is what we owe you. ", "Kind regards from your insurance company."
    one = add(documents, "/ours/letter.txt", f"{begins}Ada is insured for 900 euros a month...{ends}")
    other = add(documents, "/theirs/letter.txt", f"{begins}Bob is insured for 100 euros a month...{ends}")
    labels.set(LabelKind.FOLDER, "/ours", NEVER)
    assert (of(labels, one), of(labels, other)) == (NEVER, ASK)
    assert paths(documents, labels.never_leaving()) == {"/ours/letter.txt"}


def test_names_that_are_no_text_can_be_labelled(labels: DatabaseLabelStore, documents: DatabaseDocumentStore) -> None:
    odd = add(documents, "/docs/\udcff/a.txt", "The words.")
    labels.set(LabelKind.FOLDER, "/docs/\udcff", NEVER)
    assert of(labels, odd) is NEVER
    assert labels.labels()[0].target == "/docs/\udcff"


def test_what_another_process_says_is_known_at_once(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, home: Path
) -> None:
    add(documents, "/docs/a.txt", "A.")
    assert labels.never_leaving() == labels.never_leaving() == Scope()
    other = Database(home / "localassist.db")
    DatabaseLabelStore(other).set(LabelKind.FOLDER, "/docs", NEVER)
    assert paths(documents, labels.never_leaving()) == {"/docs/a.txt"}
    add(DatabaseDocumentStore(other), "/docs/b.txt", "B.")
    assert paths(documents, labels.never_leaving()) == {"/docs/a.txt", "/docs/b.txt"}
    other.close()


def test_a_label_survives_closing(home: Path) -> None:
    for said in (None, NEVER):
        database = Database(home / "localassist.db")
        labels = DatabaseLabelStore(database)
        assert labels.of(LabelKind.FOLDER, "/docs") is said
        labels.set(LabelKind.FOLDER, "/docs", NEVER)
        database.close()


@pytest.mark.slow
def test_ten_thousand_documents_are_told_within_a_second(
    labels: DatabaseLabelStore, documents: DatabaseDocumentStore, database: Database
) -> None:
    home = documents.add_collection("Home", [])
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO documents (path, content_hash, size, modified) VALUES (?, ?, 1, 1.0)",
            ((f"/docs/{n % 500}/of/many/{n}.txt".encode(), "empty" if n % 2 else f"{n}") for n in range(10_000)),
        )
        connection.execute("INSERT INTO memberships SELECT ?, id FROM documents", (home.id,))
    ids = [each.id for each in documents.documents(Scope(collection_ids=(home.id,)))]
    labels.set(LabelKind.FOLDER, "/docs/8", NEVER)
    labels.set(LabelKind.COLLECTION, str(home.id), MAY)
    began = time.perf_counter()
    told = labels.of_documents(ids)
    never = labels.never_leaving()
    assert time.perf_counter() - began < 1.0
    assert sum(each.sensitivity is NEVER for each in told.values()) == 20
    assert len(never.document_ids) == 20


def test_a_server_has_an_id_that_can_be_typed_and_is_its_own(database: Database) -> None:
    servers = DatabaseServers(database)
    assert servers.servers() == ()
    ids = [
        servers.add(name, "http://192.168.1.5:8000/v1", {"openai"})
        for name in ("Büro GPU/2", "Büro GPU 2", "OpenAI", "服务器")
    ]
    assert ids == ["buro-gpu-2", "buro-gpu-2-2", "openai-2", "server"]
    assert [name for _, name, _ in servers.servers()] == ["Büro GPU 2", "Büro GPU/2", "OpenAI", "服务器"]
    assert ("server", "服务器", "http://192.168.1.5:8000/v1") in servers.servers()


def test_a_server_is_forgotten(database: Database) -> None:
    servers = DatabaseServers(database)
    added = servers.add("Office", "http://office:8000/v1")
    servers.remove(added)
    assert servers.servers() == ()
    with pytest.raises(NotFoundError):
        servers.remove(added)
