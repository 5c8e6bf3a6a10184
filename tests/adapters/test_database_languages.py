"""Words are found in the language of their document, and what is no word is found as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from localassist.adapters.database import Database, DatabaseDocumentStore, chunk_words, languages
from localassist.adapters.database.languages import language_of, stemmer
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from pathlib import Path

GERMAN: Final = (
    "Der Mietvertrag wird auf unbestimmte Zeit geschlossen. Der Mieter hat die Kosten der Reparatur zu tragen, wenn "
    "er den Schaden am Haus verursacht hat; der Vermieter muss ihm das vorher schriftlich mitteilen."
)
FRENCH: Final = (
    "Le journal de la ville annonce que le contrat de location sera signé par le propriétaire. Les locataires "
    "devront payer le loyer avant la fin du mois et prévenir la mairie de tout changement d'adresse."
)
SPANISH: Final = (
    "La obligación del arrendatario es pagar la renta antes del fin de cada mes y avisar al propietario de cualquier "
    "cambio. La casa se entrega limpia y con las llaves, como dice el acuerdo entre las partes."
)
RUSSIAN: Final = (
    "Арендатор обязан вносить плату до конца каждого месяца и сообщать владельцу обо всех изменениях. Договор "
    "заключён на один год и может быть продлён по соглашению сторон в письменной форме."
)
ENGLISH: Final = (
    "The tenant pays the rent before the end of each month and tells the owner about any change of address. The "
    "house is handed over clean and with all of its keys, as the agreement between the parties says."
)


@pytest.fixture
def store(database: Database) -> DatabaseDocumentStore:
    return DatabaseDocumentStore(database)


def save(store: DatabaseDocumentStore, path: str, text: str) -> int:
    store.add_collection("papers", [])
    chunks = [Chunk(0, len(text), "")]
    file = FoundFile(path, len(text), 0.0)
    document, (chunk_id,) = store.save(file, path, ("reader", "embedder"), StructuredText(text, ()), chunks)
    store.assign([document.id], store.add_collection("papers", []).id)
    return chunk_id


def found(store: DatabaseDocumentStore, question: str) -> list[int]:
    return [each.chunk_id for each in store.match_words(question, 10, Scope.everything())]


@pytest.mark.parametrize(
    ("text", "language"), [(GERMAN, "de"), (FRENCH, "fr"), (SPANISH, "es"), (RUSSIAN, "ru"), (ENGLISH, "")]
)
def test_the_language_of_a_paragraph_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


def test_plain_english_is_told_without_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_identifier", lambda: pytest.fail("half a second to load"))
    assert language_of(ENGLISH * 30) == ""


@pytest.mark.parametrize(
    "text",
    ["", "Haus und Hof", "12 34,50 2025-04-03 " * 50, "x = [a(b) for b in c if d]\n" * 20, (ENGLISH + GERMAN) * 30],
)
def test_what_is_short_mixed_or_no_prose_has_no_language(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (GERMAN, "Mietverträge"),
        (GERMAN, "Häuser"),
        (FRENCH, "contrats"),
        (FRENCH, "LOCATIONS"),
        (SPANISH, "obligaciones"),
        (RUSSIAN, "договорами"),
    ],
)
def test_another_form_of_a_word_is_found_in_the_language_of_its_document(
    store: DatabaseDocumentStore, text: str, question: str
) -> None:
    chunk_id = save(store, "/papers/a.txt", text)
    save(store, "/papers/b.txt", ENGLISH)

    assert found(store, question) == [chunk_id]


def test_a_question_is_asked_in_all_languages_of_the_scope(store: DatabaseDocumentStore) -> None:
    wanted = {save(store, f"/papers/{i}.txt", text) for i, text in enumerate((GERMAN, FRENCH, ENGLISH))}

    assert set(found(store, "Mietverträge contrats agreements")) == wanted


def test_words_with_digits_are_not_stemmed() -> None:
    assert stemmer("de")("§ 573cen von Häusern") == "§ 573cen von haus"


@pytest.mark.parametrize("typed", ["INV-2024/17", "3.4.2025", "anna.meyer@example.org"])
def test_what_is_typed_with_signs_inside_comes_before_its_parts(store: DatabaseDocumentStore, typed: str) -> None:
    parts = typed.replace("@", " ").replace("/", " ").replace("-", " ").replace(".", " ").split()
    for i in range(4):
        save(store, f"/papers/{i}.txt", " x ".join(reversed(parts)))
    chunk_id = save(store, "/papers/it.txt", f"What about {typed} and all of the others that came with it?")

    assert found(store, f"find {typed}")[0] == chunk_id


def test_a_single_chinese_character_is_found_wherever_it_stands(store: DatabaseDocumentStore) -> None:
    chunk_id = save(store, "/papers/a.txt", "每月税金应当按时支付")

    assert found(store, "税") == [chunk_id]
    assert found(store, "金") == [chunk_id]
    assert found(store, "税金") == [chunk_id]
    assert found(store, "租金") == []


def test_what_was_stored_before_languages_were_told_is_found_and_written_anew(
    store: DatabaseDocumentStore, database: Database
) -> None:
    chunk_id = save(store, "/papers/a.txt", "Haus. " + GERMAN)
    with database.writing() as connection:  # as the migration leaves it
        connection.execute("UPDATE contents SET language = NULL")
        chunk_words.write(connection, [chunk_id], [(GERMAN, "")], "", "")
    assert found(store, "Mietvertrag") == [chunk_id]
    assert found(store, "Häuser") == []

    chunk_words.catch_up(database)

    assert found(store, "Mietvertrag") == found(store, "Häuser") == [chunk_id]


def test_a_renamed_file_keeps_its_language(store: DatabaseDocumentStore, tmp_path: Path) -> None:
    chunk_id = save(store, str(tmp_path / "alt.txt"), GERMAN)
    moved = FoundFile(str(tmp_path / "walross.txt"), 1, 0.0)
    document = store.reuse(moved, str(tmp_path / "alt.txt"), ("reader", "embedder"))
    assert document is not None
    store.assign([document.id], store.add_collection("papers", []).id)

    assert found(store, "Walrosse") == found(store, "Mietverträge") == [chunk_id]


def test_a_full_disk_costs_a_text_its_language_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Der Mieter zahlt die Miete im Voraus bis zum dritten Werktag eines Monats. " * 5
    assert language_of(text) == "de"

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(languages, "_identifier", full)
    assert language_of(text) == ""
