"""Recognising by rules: each kind of identifier as people, pages and text recognition write it, and what is none."""

from __future__ import annotations

import json
import time
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localassist.adapters.recognising.rules import RuleRecogniser, apart
from localassist.domain.outbound import Identifier, Recognised
from localassist.usecases.redacting import Redactor
from localassist.usecases.restoring import restored

if TYPE_CHECKING:
    from pathlib import Path

RECOGNISER = RuleRecogniser(lambda: ("Falke", "Projekt Onyx"))


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind.value, text[span.start : span.end]) for span in RECOGNISER(text)]


def test_it_says_who_looks() -> None:
    assert RECOGNISER.name == "rules"


NUMBERS = {
    "iban": [
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "FR14 2004 1010 0505 0001 3M02 606",
        "IT60X0542811101000000123456",
        "DE89 3704 0044\n0532 0130 00",
        "DE89 37O4 0044 O532 013O 00",
        "ＤＥ８９370400440532013000",
        "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000",
    ],
    "card": [
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "378282246310005",
        "4111 1111\n1111 1111",
        "4l11 1111 1111 111l",
    ],
    "id": [
        "123-45-6789",
        "12345678Z",
        "RSSMRA85T10A562S",
        "1 84 12 76 451 089 46",
        "65 929 970 489",
        "756.1234.5678.97",
        "44051401359",
        "AB 12 34 56 C",
        "DE123456789",
    ],
    "phone": [
        "+49 (0)30 1234567",
        "+33 6 12 34 56 78",
        "0033 612345678",
        "(555) 123-4567",
        "555-123-4567x123",
        "01 23 45 67 89",
        "030/1234567",
        "+44 20\n7946 0958",
        "+4９ 30 1234567",
    ],
    "mail": [
        "anna.schmidt@example.com",
        "anna@\nexample.org",
        "a.b+c@mail.example.co.uk",
        "anna (at) example.org",
        "anna.schmidt@exam\nple.de",
    ],
    "path": [
        "/home/anna/lease.pdf",
        "C:\\Users\\Anna Schmidt\\Desktop\\lease 2.pdf",
        "\\\\server01\\share$\\anna\\x.docx",
        "~/notes/anna.md",
        "%APPDATA%\\Anna\\mail.eml",
        "file:///home/anna/x.txt",
        "C:\\Users\\\nAnna\\x.txt",
    ],
    "secret": [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghij0123456789abcdEF",
        "glpat-abcdefghij0123456789",
        "sk-proj-abcdefghijklmnopqrstuvwx0123",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END PRIVATE KEY-----",
        "ghp_0123456789abcdefghij\n0123456789abcdEF",
        "0123456789abcdef0123456789abcdef01234567",
    ],
}


@pytest.mark.parametrize(("kind", "written"), [(kind, each) for kind, all_ in NUMBERS.items() for each in all_])
def test_what_has_a_form_is_found_wherever_it_stands(kind: str, written: str) -> None:
    for before, after in (("", ""), ("Please note ", " for later."), ("(", "), thanks"), ("It is: ", "\nand more")):
        text = f"{before}{written}{after}"
        assert found(text) == [(kind, written)], text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password: hunter2!", "hunter2"),
        ("Das Passwort lautet Xy7#kkLm.", "Xy7#kkLm"),
        ("Mot de passe : Qw3rty!x", "Qw3rty!x"),
        ("La contraseña es Zx9!kLmn", "Zx9!kLmn"),
        ('api_key = "abcdefgh"', "abcdefgh"),
        ("postgres://anna:s3cr3t@db.example.org/x", "s3cr3t"),
        ("log in with password T0p$ecret now", "T0p$ecret"),
    ],
)
def test_a_password_is_found_by_what_it_is_called(text: str, value: str) -> None:
    secrets = [each for kind, each in found(text) if kind == "secret"]
    assert [each.rstrip("!.") for each in secrets] == [value.rstrip("!.")]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("passport no. C01X00T47", "id", "C01X00T47"),
        ("My tax id is 12 345 678", "id", "12 345 678"),
        ("Call me on 4711 0815 please", "phone", "4711 0815"),
        ("Visa 4111 1111 1111 1112", "card", "4111 1111 1111 1112"),
        ("Konto DE88 3704 0044 0532 0130 00", "iban", "DE88 3704 0044 0532 0130 00"),
    ],
)
def test_a_number_without_a_right_checksum_is_found_by_what_it_is_called(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dear Mr Whitcombe,\nthank you", "Whitcombe"),
        ("Hi Joan,", "Joan"),
        ("Sehr geehrte Frau Dr. Ächter,", "Ächter"),
        ("Bonjour Madame Lefèvre,", "Lefèvre"),
        ("Estimado Sr. García López:", "García López"),
        ("Gentile Dott.ssa Bianchi,", "Bianchi"),
        ("We met Prof. John A. O'Brien there.", "John A. O'Brien"),
        ("Best regards,\nTom Baker\nHead of Sales", "Tom Baker"),
        ("Mit freundlichen Grüßen\n\ni. A. Jörg von der Heide\n", "Jörg von der Heide"),
        ("Cordialement,\nMarie-Claire Dupont", "Marie-Claire Dupont"),
        ("Name: María del Carmen López\nAge: 40", "María del Carmen López"),
        ("Von: Jens Maier <jens@example.org>", "Jens Maier"),
        ("Present: Anna Schmidt, Jens Maier", "Jens Maier"),
        ("Karl Otto Meier\nHauptstraße 7\n80331 München", "Karl Otto Meier"),
        ("our tenant Anna\nSchmidt moved", "Anna\nSchmidt"),
        ("Unser Mieter Jens Maier zahlt", "Jens Maier"),
        ("It was Joan Baker (j.baker@example.org) for it", "Joan Baker"),
        ("Anna Schmidt called on Monday.", "Anna Schmidt"),
        ("I spoke with Terence Sheppard yesterday", "Terence Sheppard"),
        ("Anna Sch\u00admidt, born 1980", "Anna Sch\u00admidt"),
        ("Herr\u00a0Maier kommt", "Maier"),
    ],
)
def test_a_name_is_found_by_what_stands_around_it(text: str, name: str) -> None:
    assert ("person", name) in found(text)


@pytest.mark.parametrize(
    "address",
    [
        "1777 Kramer Court\nJohnsonfurt, NE 80119",
        "Flat 2, 7 Long Lane, Leeds, LS1 4AB",
        "Beckergasse 8, 63608 Zschopau",
        "Murat-Heinrich-Allee 7740\n24158 Ochsenfurt",
        "87, rue de Barre, 29793 Samson",
        "Calle de Juan Pérez 12 Piso 3, Madrid, 28001",
        "Via Elisa, 991 Appartamento 84\n39053, Cornedo (BZ)",
        "P.O. Box 123",
    ],
)
def test_an_address_is_found_in_one_piece(address: str) -> None:
    assert ("address", address) in found(f"Send it to {address}. Then wait.")


def test_the_users_own_words_are_found_in_any_case_and_form() -> None:
    text = "FALKE, falkes, Falke-Plan; projekt\nonyx. Falkenstein is another."
    assert [each for kind, each in found(text) if kind == "word"] == ["FALKE", "falke", "Falke", "projekt\nonyx"]


@pytest.mark.parametrize(
    "text",
    [
        "The meeting is on 12.05.2023 from 10:00 to 11:30, see pages 1939-1945.",
        "Ratios of 0.125 0.250 0.375 and 100 200 300 400 were measured at 3.5e10 Pa.",
        "This is and/or that, at 50 km/h, 24/7, n/a.",
        "The password is required. A secret is kept. The key point is this.",
        "Dear Sir or Madam,\nwe thank you.\nKind regards",
        "Sehr geehrte Damen und Herren,\nvielen Dank.",
        "Version 3.11.7 of Python was released; ISBN and DOI are no names.",
        "In 2019, 45,000 people in New York and 1,234,567 in London took part.",
        "See section 4.2 [1] and https://example.org/a/b/c.html.",
        "Wir danken dem Team. Die Frau ging. Der Herr kam.",
    ],
)
def test_ordinary_words_and_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_what_overlaps_is_one_of_the_surest_kind() -> None:
    spans = [
        Recognised(Identifier.PHONE, 5, 12),
        Recognised(Identifier.IBAN, 0, 8),
        Recognised(Identifier.MAIL, 20, 25),
    ]
    assert apart(spans) == [Recognised(Identifier.IBAN, 0, 12), Recognised(Identifier.MAIL, 20, 25)]


def test_places_are_those_of_the_text_as_it_was_given() -> None:
    text = "\u00ad\u200bＴel\u00a0.: anna\u00ad@example.org, +49\u00a030\u00a01234567"
    assert found(text) == [("mail", "anna\u00ad@example.org"), ("phone", "+49\u00a030\u00a01234567")]


def test_every_key_that_another_recogniser_of_keys_knows_is_found_too() -> None:
    plugins = pytest.importorskip("detect_secrets.plugins")
    import importlib
    import pkgutil

    shapes = importlib.import_module("detect_secrets.plugins.base").RegexBasedDetector
    named = (
        importlib.import_module(f"{plugins.__name__}.{each.name}") for each in pkgutil.iter_modules(plugins.__path__)
    )
    detectors = {each for module in named for each in vars(module).values() if isinstance(each, type)}
    others = [each() for each in detectors if issubclass(each, shapes) and each is not shapes]
    keys = [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "aB3" * 12,
        "glpat-" + "aB3-" * 5,
        "SG." + "aB3_" * 5 + "aB." + "aB3-" * 10 + "aB3",
        "sk_live_" + "aB3" * 8,
        "xoxb-123456789012-abcdefABCDEF",
        "AC" + "0123456789abcdef" * 2,
        "0123456789abcdef0123456789abcdef-us12",
        "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-",
    ]
    for key in keys:
        assert any(list(other.analyze_string(f"x {key} y")) for other in others), key
        assert ("secret", key) in found(f"x {key} y"), key


REPEATED = [
    "a",
    "A",
    "Aa ",
    "Aa\n",
    "1",
    "1 ",
    "1\n",
    "1.",
    "/a",
    "\\a",
    "a b ",
    ".",
    "a.",
    "a@",
    "(",
    "-",
    " ",
    "\n",
    "Mr ",
    "Dr. ",
    "name: ",
    "password ",
    "DE12 ",
    "A1 ",
    "Dear ",
    "von ",
    "Via de la ",
    "12 rue De ",
    "Aa, ",
    "eyJ",
    "tax id ",
    "a_",
    "Éa ",
    "Straße ",
    "Aa-",
    "met with ",
    "Regards\n",
    "From:\n",
    "A. ",
    "://",
    "a://b:c",
    "[",
    "\u00ad",
]


@pytest.mark.parametrize("again", REPEATED)
def test_a_page_of_one_thing_again_and_again_takes_no_longer_than_another(again: str) -> None:
    started = time.process_time()
    RECOGNISER(again * (20_000 // len(again)))
    assert time.process_time() - started < 2  # tenths; where a pattern looks back and forth it takes minutes


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["xquad-en", "xquad-de", "cranfield"])
def test_encyclopedias_and_papers_stay_readable(name: str, corpus: Path) -> None:
    path = corpus / "retrieval" / name / "corpus.jsonl"
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    words = sum(len(text.split()) for text in texts)
    assert sum(len(RECOGNISER(text)) for text in texts) * 1_000 <= 2 * words


PIECES = [
    "Dear Mr ",
    "Anna",
    " Schmidt",
    "\n",
    ", ",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "a@b.org",
    "C:\\x y\\",
    "/home/a",
    "password: ",
    "X7$kkLm9",
    "Falke",
    "s",
    "[PERSON_1]",
    "\u00ad",
    "\u00a0",
    "١٢٣",
    "İ",
    "ß",
    "👍",
    "12 rue de la ",
    "Paris",
    " 75001 ",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=25).map("".join))
def test_whatever_a_text_is_made_of_what_is_found_lies_in_it_in_order(text: str) -> None:
    spans = RECOGNISER(text)
    places = [place for span in spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_what_is_recognised_comes_back_as_it_was_but_for_spaces_and_case(text: str) -> None:
    redacted = Redactor(RECOGNISER)([text])
    back = restored(redacted.texts[0], redacted.known)
    assert _bare(back) == _bare(text)


def _bare(text: str) -> str:
    signs = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in signs if sign.isalnum() or sign in "@[]$")
