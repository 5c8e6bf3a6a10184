"""Plain text in any encoding becomes paragraphs, and what can't be seen is left out."""

import pytest
from reading import assert_sound, shown

from localassist.adapters.readers import text
from localassist.adapters.readers.unreadable import UnreadableError


def read(tmp_path, data):
    path = tmp_path / "note.txt"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    content = text.read(str(path))
    assert_sound(content)
    return content


def test_blank_lines_part_paragraphs_and_lines_stay(tmp_path):
    content = read(tmp_path, "First line\nsecond line  \n\n \t\nNext.\r\n\r\nLast.\n\n")
    assert shown(content) == [
        ("paragraph", "First line\nsecond line"),
        ("paragraph", "Next."),
        ("paragraph", "Last."),
    ]


def test_numbered_and_capital_lines_by_themselves_are_headings(tmp_path):
    content = read(
        tmp_path, "REPORT\n\n1. Costs\n\nThey rose.\n\n1.2 Travel\n\n2. A whole sentence ends so.\n\n12.50\n"
    )
    assert [kind for kind, _ in shown(content)] == [
        "heading1", "heading2", "paragraph", "heading3", "paragraph", "paragraph",
    ]  # fmt: skip
    assert content.title == "REPORT"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso-8859-15"]
)
def test_encodings_are_told_apart(tmp_path, encoding):
    words = "Die Wärmepumpe läuft für die Häuser, größer als früher, über Jahre. " * 5
    assert read(tmp_path, words.encode(encoding)).text == words.strip()


def test_other_alphabets_are_guessed(tmp_path):
    words = "Договор аренды квартиры заключён на два года, и арендатор платит каждый месяц. " * 5
    assert read(tmp_path, words.encode("cp1251")).text == words.strip()


def test_what_cannot_be_seen_goes_and_is_mentioned(tmp_path):
    hidden = "pay\0 \u202e100\u202c eu\u200bros\u2066\ufeff now\U000e0041 \u0007!"
    content = read(tmp_path, hidden)
    assert content.text == "pay 100 euros now !"
    assert content.notes == ("8 invisible characters were left out (controls, zero-width, text direction).",)


def test_what_joiners_mean_stays(tmp_path):
    words = "می\u200cخواهم 👨\u200d👩\u200d👧"
    assert read(tmp_path, words).text == words
    assert read(tmp_path, "in\u200cvis\u200dible").text == "invisible"


def test_ligatures_odd_spaces_and_soft_hyphens_become_plain(tmp_path):
    content = read(tmp_path, "o\ufb03ce\u00a0hours co\u00adoperate u\u0308ber")
    assert content.text == "office hours cooperate über"
    assert content.notes == ()


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(UnreadableError, match="holds no text"):
        read(tmp_path, bytes(range(256)) * 40)


def test_ten_megabytes_on_one_line_are_one_paragraph(tmp_path):
    words = "word " * 2_000_000
    content = read(tmp_path, words)
    assert shown(content) == [("paragraph", words.strip())]


def test_more_text_than_a_document_has_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("localassist.adapters.readers.assembly.MAX_CHARACTERS", 1_000_000)
    with pytest.raises(UnreadableError, match="more than 1 million characters"):
        read(tmp_path, "a" * 1_000_001)


def test_white_space_alone_is_no_text(tmp_path):
    content = read(tmp_path, " \n\t\n\u200b\n")
    assert (content.text, content.blocks) == ("", ())


def test_a_wide_gap_in_a_line_is_read_in_no_time(tmp_path):
    words = "a" + " " * 1_000_000 + "b"  # square time would be hours
    assert shown(read(tmp_path, words)) == [("paragraph", words)]
