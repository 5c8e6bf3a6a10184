"""Mails give their headers, the text meant to be read and their attachments as documents."""

from email.message import EmailMessage

import pytest
from reading import assert_sound, read_whole, shown


def mail(subject="Lease renewal", body="Dear Ada,\n\nthe notice is sixty days.\n"):
    message = EmailMessage()
    message["From"] = "Zoë Müller <zoe@example.org>"
    message["To"] = "ada@example.org, bob@example.org"
    message["Cc"] = "eve@example.org"
    message["Date"] = "Tue, 04 Mar 2025 10:00:00 +0100"
    message["Subject"] = subject
    message["Message-ID"] = "<1@example.org>"
    if body is not None:
        message.set_content(body)
    return message


def read(tmp_path, data, name="note.eml", **allowed):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.as_bytes())
    content = read_whole(path, **allowed)
    assert_sound(content)
    return content


def test_headers_come_first_and_the_subject_is_the_title(tmp_path):
    content = read(tmp_path, mail("Kündigung der Wohnung"))
    assert content.title == "Kündigung der Wohnung"
    assert shown(content) == [
        ("heading1", "Kündigung der Wohnung"),
        (
            "paragraph",
            """From: Zoë Müller <zoe@example.org>
To: ada@example.org, bob@example.org
Cc: eve@example.org
Date: Tue, 04 Mar 2025 10:00:00 +0100""",
        ),
        ("paragraph", "Dear Ada,"),
        ("paragraph", "the notice is sixty days."),
    ]


def test_the_plain_text_is_preferred_and_quoted_replies_stay(tmp_path):
    message = mail(body="Agreed.\n\n> Is sixty days right?\n> Ada\n")
    message.add_alternative("<p>Agreed, in colour.</p>", subtype="html")
    content = read(tmp_path, message)
    assert "> Is sixty days right?\n> Ada" in content.text
    assert "colour" not in content.text
    assert content.parts == ()


def test_a_plain_text_that_only_points_to_the_page_gives_way(tmp_path):
    message = mail(body="Please view this mail in a browser.")
    page = "<p>The deposit of 900 euros is due on the first of May.</p><p hidden>preview</p><ul><li>Bring keys</ul>"
    message.add_alternative(page + "<p>And more words of the page itself.</p>" * 5, subtype="html")
    content = read(tmp_path, message)
    assert ("list item", "Bring keys") in shown(content)
    assert "browser" not in content.text
    assert [words.text for words in content.hidden] == ["preview"]


def test_attachments_are_documents_of_their_own(tmp_path):
    inner = mail("Older offer", "Fifty days were offered.")
    message = mail()
    message.add_attachment(b"what,fee\nkey,35\n", maintype="text", subtype="csv", filename="Gebühren.csv")
    message.add_attachment(inner)
    message.add_attachment(b"\0\1\2\3" * 99, maintype="application", subtype="octet-stream", filename="x.bin")
    content = read(tmp_path, message)
    assert [part.name for part in content.parts] == ["Gebühren.csv", "Older offer.eml", "x.bin"]
    fees, older, unknown = content.parts
    assert "key | 35" in fees.content.text
    assert older.content.title == "Older offer"
    assert "Fifty days" in older.content.text
    assert "Fifty days" not in content.text
    assert unknown.content is None
    assert unknown.problem.startswith("x.bin is of a kind that can't be read yet.")
    assert "Attachments: Gebühren.csv, Older offer.eml, x.bin" in content.text


def test_names_of_attachments_lead_nowhere_else(tmp_path):
    message = mail()
    for name in ("../../etc/passwd.txt", "C:\\temp\\a.txt", "a.txt", "a.txt", "\u202etxt.exe.txt"):
        message.add_attachment(b"words", maintype="text", subtype="plain", filename=name)
    names = [part.name for part in read(tmp_path, message).parts]
    assert names == ["etc/passwd.txt", "C:/temp/a.txt", "a.txt", "a (2).txt", "txt.exe.txt"]


def test_logos_are_left_out_and_large_pictures_inside_are_not(tmp_path):
    message = mail(body=None)
    message.set_content("<p>Look</p><img src=cid:logo><img src=cid:scan>", subtype="html")
    picture = b"\x89PNG\r\n\x1a\n"
    message.add_related(picture + bytes(50), "image", "png", cid="<logo>", filename="logo.png")
    message.add_related(picture + bytes(50_000), "image", "png", cid="<scan>", filename="scan.png")
    content = read(tmp_path, message)
    assert [part.name for part in content.parts] == ["scan.png"]


@pytest.mark.parametrize("encoding", ["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"])
def test_japanese_mail_is_read_in_any_of_its_encodings(tmp_path, encoding):
    message = mail(body=None)
    message.set_content("解約は二か月前までに通知する。\n", charset=encoding)
    assert "解約は二か月前までに通知する。" in read(tmp_path, message).text


def test_headers_with_bare_bytes_are_read(tmp_path):
    raw = "From: zoe@example.org\r\nSubject: Größe der Wohnung\r\nMessage-ID: <1@x>\r\n\r\nKüche: 12 m²\r\n"
    for encoding in ("utf-8", "cp1252"):
        content = read(tmp_path, raw.encode(encoding))
        assert content.title == "Größe der Wohnung"
        assert "Küche: 12 m²" in content.text


def test_flowed_lines_are_joined(tmp_path):
    message = mail(body="The notice period \nis sixty days.\n> quoted \n> apart\n")
    message.set_param("format", "flowed")
    assert "The notice period is sixty days.\n> quoted" in read(tmp_path, message).text


def test_a_mail_is_told_by_its_headers_whatever_its_name(tmp_path):
    assert read(tmp_path, mail(), "Inbox 12").title == "Lease renewal"
    assert read(tmp_path, mail(), "saved.txt").title == "Lease renewal"
    note = b"From: the office\nTo: all\n\nNo mail, a note.\n"
    assert read(tmp_path, note, "note.txt").text.startswith("From: the office")


def test_mails_inside_mails_end_somewhere(tmp_path):
    message = mail("innermost", "deep")
    for depth in range(9):
        outer = mail(f"around {depth}")
        outer.add_attachment(message)
        message = outer
    content, depth = read(tmp_path, message), 0
    while content and content.parts:
        (part,) = content.parts
        content, depth = part.content, depth + 1
    assert depth == 5
    assert "lies too deep inside other files" in part.problem


def test_what_is_too_much_is_said(tmp_path):
    message = mail()
    for number in range(7):
        message.add_attachment(b"words " * 100, maintype="text", subtype="plain", filename=f"{number}.txt")
    content = read(tmp_path, message, parts=5)
    assert len(content.parts) == 5
    assert content.partly
    assert content.notes == ("2 more files inside it were not read: it holds too many.",)
    content = read(tmp_path, message, size=1500)
    assert [part.content is not None for part in content.parts] == [True, True, False, False, False, False, False]
    assert "too much to read together" in content.parts[3].problem


def test_after_its_time_attachments_are_named_and_left(tmp_path):
    message = mail()
    message.add_attachment(b"words", maintype="text", subtype="plain", filename="a.txt")
    (part,) = read(tmp_path, message, seconds=-1.0).parts
    assert (part.name, part.content, part.problem) == ("a.txt", None, "")


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?utf-8?q?broken=ZZ?= =?nonsense?b?////?=\r\nMessage-ID: <1>\r\nFrom: a\r\n\r\nbody",
        b'From: "unclosed <a@b\r\nTo: ,,,;:\r\nMIME-Version: 1.0\r\nSubject: x\r\n\r\nbody',
        b"MIME-Version: 1.0\r\nFrom: a\r\nSubject: x\r\nContent-Type: multipart/mixed\r\n\r\nbody",
        b"Message-ID: 1\r\nFrom: a\r\nTo: b\r\nContent-Transfer-Encoding: base64\r\n\r\nYm9keQ=\r\n",
        b"Message-ID: 1\r\nFrom: a\r\nTo: b\r\nContent-Type: text/plain; charset=nope\r\n\r\nbody",
    ],
)
def test_malformed_mails_are_read_as_far_as_they_go(tmp_path, raw):
    assert "body" in read(tmp_path, raw).text


def boxed(*messages):
    return b"".join(b"From zoe@example.org Tue Mar  4 10:00:00 2025\n" + each.as_bytes() + b"\n" for each in messages)


def test_each_mail_of_a_mailbox_is_a_page(tmp_path):
    second = mail("Keys", "From now on, bring keys.\n>From the office.\n")
    second.add_attachment(b"plan", maintype="text", subtype="plain", filename="plan.txt")
    content = read(tmp_path, boxed(mail(), second, mail("", "No subject.")), "Archive.mbox")
    assert [page.label for page in content.pages] == ["message 1: Lease renewal", "message 2: Keys", "message 3"]
    assert content.page_at(content.text.index("bring keys")) == 2
    assert [part.name for part in content.parts] == ["message 2/plan.txt"]
    assert content.title == "Archive"
    assert not content.partly


def test_a_mailbox_too_large_is_read_from_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr("localassist.adapters.readers.mailbox._MAX_TEXT", 1000)
    content = read(tmp_path, boxed(*(mail(f"Mail {number}") for number in range(50))), "old")
    assert content.partly
    assert 3 < len(content.pages) < 20
    assert content.notes[0].startswith(f"Only its first {len(content.pages)} mails were read")


def test_a_saved_page_is_its_text(tmp_path):
    archive = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: Fees\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<h1>Fees</h1><p>A lost key costs =E2=82=AC35.</p>\r\n--b\r\nContent-Type: text/css\r\n\r\np {}\r\n--b--\r\n"
    )
    for name in ("page.mhtml", "page"):
        content = read(tmp_path, archive.encode(), name)
        assert shown(content) == [("heading1", "Fees"), ("paragraph", "A lost key costs €35.")]
        assert content.title == "Fees"


def test_tables_are_read_from_the_page_where_the_plain_text_scatters_them(tmp_path):
    message = mail(body="Costs\n\nItem\nEuro\nRent\n950\n\nRegards, Zoë")
    page = "<p>Costs<table><tr><td>Item<td>Euro<tr><td>Rent<td>950</table><p>Regards, Zoë"
    message.add_alternative(page, subtype="html")
    assert "Item | Euro\nRent | 950" in read(tmp_path, message).text


def test_an_encrypted_mail_says_that_it_is(tmp_path):
    raw = b"""From: a@example.org
Subject: Terms
MIME-Version: 1.0
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B

--B
Content-Type: application/pgp-encrypted

Version: 1
--B
Content-Type: application/octet-stream; name=encrypted.asc

-----BEGIN PGP MESSAGE-----
hQEMA
--B--
"""
    content = read(tmp_path, raw)
    assert content.partly
    assert any("encrypted" in note for note in content.notes)
    assert content.parts == ()


def winmail(*attributes):
    packed = b"\x78\x9f\x3e\x22\x01\x00"
    for attribute, value in attributes:
        packed += b"\x02" + attribute.to_bytes(4, "little") + len(value).to_bytes(4, "little") + value + b"\0\0"
    return packed


def test_files_that_outlook_packed_are_read(tmp_path):
    data = winmail(
        (0x00069002, b"\0" * 14), (0x00018010, b"Offer.txt\0"), (0x0006800F, b"It costs 9 euros."), (0x00069005, b"x")
    )
    message = mail()
    message.add_attachment(data, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    (packed,) = read(tmp_path, message).parts
    assert [(part.name, part.content.text) for part in packed.content.parts] == [("Offer.txt", "It costs 9 euros.")]


def test_a_torn_winmail_gives_what_is_whole(tmp_path):
    data = winmail((0x00069002, b""), (0x00018010, b"a.txt"), (0x0006800F, b"one"), (0x00069002, b""))
    content = read(tmp_path, data + winmail((0x0006800F, b"torn"))[6:-4], "winmail.dat")
    assert [part.name for part in content.parts] == ["a.txt"]
