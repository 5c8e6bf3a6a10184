"""Outlook's mails give their headers, their text and what is attached."""

import struct

import pytest
from reading import assert_sound, read_whole, shown
from small_msg import compound, folder, write_msg

from localassist.adapters.readers.unreadable import UnreadableError


def test_a_mail_with_its_attachments(tmp_path):
    path = tmp_path / "note.msg"
    attachments = [("fees.csv", b"what,fee\nkey,35\n"), ("notes.md", b"# Notes\n\nSixty days.")]
    write_msg(path, "Kündigung", "Dear Ada,\r\n\r\nsixty days.\r\n", attachments)
    content = read_whole(path)
    assert_sound(content)
    assert content.title == "Kündigung"
    headers = "From: Zoë Müller\nTo: ada@example.org\nAttachments: fees.csv, notes.md"
    assert shown(content) == [
        ("heading1", "Kündigung"),
        ("paragraph", headers),
        ("paragraph", "Dear Ada,"),
        ("paragraph", "sixty days."),
    ]
    fees, notes = content.parts
    assert "key | 35" in fees.content.text
    assert notes.content.title == "Notes"


def test_a_mail_inside_a_mail_follows_it(tmp_path):
    path = tmp_path / "nameless"
    write_msg(path, "Fwd: offer", "See below.", embedded=("offer", "Fifty days were offered."))
    content = read_whole(path)
    assert [text for kind, text in shown(content) if kind == "heading1"] == ["Fwd: offer", "offer"]
    assert content.text.endswith("Fifty days were offered.")
    assert content.parts == ()


def test_a_mail_cut_off_is_a_sentence(tmp_path):
    path = tmp_path / "cut.msg"
    write_msg(path, "Fees", "words")
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(UnreadableError) as caught:
        read_whole(path)
    assert caught.value.hint


@pytest.mark.corpus
def test_a_mail_that_outlook_wrote(corpus):
    (path,) = (corpus / "documents").rglob("test_outlook_msg.msg")
    content = read_whole(path)
    assert content.title == "Test Email Message"
    assert "From: M. C. Kurtuluş <muratcan.kurtulus@gmail.com>" in content.text
    assert "This is the body of the test email message" in content.text


@pytest.mark.parametrize("code_page", [0, 1251])
def test_a_page_says_its_encoding_where_the_mail_does_not(tmp_path, code_page):
    declared = "" if code_page else '<meta charset="windows-1251">'
    mail = folder({0x0037: "Отчёт", 0x1013: f"{declared}<p>Отчёт готов.</p>".encode("cp1251")}, 32)
    if code_page:
        mail["__properties_version1.0"] += struct.pack("<HHIII", 0x0003, 0x3FDE, 6, code_page, 0)
    mail["__nameid_version1.0"] = {}
    path = tmp_path / "report.msg"
    path.write_bytes(compound(mail))
    assert shown(read_whole(path))[-1] == ("paragraph", "Отчёт готов.")
