"""Rich text gives its paragraphs, tables and notes, in whatever encoding, and nothing that it hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import assert_sound, shown

from localassist.adapters.readers import rtf as reader
from localassist.adapters.readers.unreadable import UnreadableError

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times Cyr;}"
    rb"{\f2\fcharset128 MS Mincho;}}{\colortbl;\red255\green255\blue255;\red0\green0\blue128;}"
    rb"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 heading 1;}{\s2\sbasedon0 heading 2;}{\*\cs3 Strong;}}"
)


@pytest.fixture
def read(tmp_path):
    def write_and_read(body, head=HEAD):
        path = tmp_path / "letter.rtf"
        path.write_bytes(head + body + b"}")
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return write_and_read


def test_headings_and_paragraphs_come_in_order(read):
    content = read(
        rb"{\info{\title About rain}{\author Somebody}}\pard\plain\s1 Rain\par\pard\plain It\line\tab falls.\par"
        rb"\pard\s2 Snow\par\pard{\outlinelevel2 Hail\par}\pard End"
    )
    assert shown(content) == [
        ("heading1", "Rain"),
        ("paragraph", "It\nfalls."),
        ("heading2", "Snow"),
        ("heading3", "Hail"),
        ("paragraph", "End"),
    ]
    assert content.title == "About rain"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"Caf\'e9 for 5 \'80", "Café for 5 €"),
        (rb"{\f1 \'cc\'ee\'f1\'ea\'e2\'e0}", "Москва"),
        (rb"{\f2 \'93\'fa\'96\'7b \'83A}", "日本 ア"),
        (rb"\u26481?\u20140? \u8364\'80 5", "東京 € 5"),
        (rb"\u-10179?\u-8704?", "\U0001f600"),
        (rb"{\uc2\u233\'c3\'a9t\u233 ee\'e9}", "étéé"),
        (rb"\{a\\b\}\~c\-d\_e\emdash f", "{a\\b} cd-e—f"),
    ],
)
def test_characters_in_every_spelling(read, body, text):
    assert read(body).text == text


def test_a_document_names_its_own_encoding(read):
    assert read(rb"\'cc\'ee\'f1\'ea\'e2\'e0", head=rb"{\rtf1\ansi\ansicpg1251 ").text == "Москва"
    assert read(rb"\'84rger", head=rb"{\rtf1\pca ").text == "ärger"


def test_lists_keep_their_numbers(read):
    content = read(
        rb"\pard{\listtext\f0 1.\tab}Mix\par\pard{\pntext\f0 2.\tab}Bake\par"
        rb"\pard{\listtext\'b7\tab}Eat\par\pard Done\par"
    )
    assert shown(content) == [
        ("list item", "1. Mix"),
        ("list item", "2. Bake"),
        ("list item", "Eat"),
        ("paragraph", "Done"),
    ]


def test_tables_stay_tables(read):
    content = read(
        rb"\pard Before\par\trowd\cellx100\cellx200\pard\intbl Town\cell People\cell\row"
        rb"\trowd\cellx100\cellx200\pard\intbl Ulm\cell 126\par 000\cell\row\pard After\par"
    )
    assert shown(content) == [
        ("paragraph", "Before"),
        ("table row", "Town | People"),
        ("table row", "Ulm | 126 000"),
        ("paragraph", "After"),
    ]


def test_notes_comments_and_text_boxes_come_after_what_they_hang_on(read):
    content = read(
        rb"Water boils{\super\chftn{\footnote\pard At sea level.}} hot.{\*\annotation Really?}"
        rb"{\shp{\*\shpinst\shpleft9{\sp{\sn fill}{\sv 1}}{\shptxt\pard In the box.\par}}"
        rb"{\shprslt{\*\do twice}}}\par Ice."
    )
    assert shown(content) == [
        ("paragraph", "Water boils hot."),
        ("paragraph", "In the box."),
        ("paragraph", "Ice."),
        ("paragraph", "At sea level."),
        ("heading1", "Comments"),
        ("paragraph", "Really?"),
    ]


def test_what_is_no_text_is_left_out(read):
    picture = rb"{\pict\pngblip 89504e47}{\pict\bin6 }}}{{{}"
    link = rb'{\field{\*\fldinst HYPERLINK "http://x.example"}{\fldrslt the link}}'
    deleted = rb"{\deleted gone}{\*\unknown never}{\header page 1}"
    assert read(picture + link + deleted + rb" stays").text == "the link stays"


def test_text_that_nobody_sees_is_kept_apart(read):
    content = read(
        rb"Seen {\v switched off}{\fs2 dust}{\cf1 snow}{\cf1\chcbpat2  on blue}\par"
        rb"\trowd\clcbpat2\cellx9\cellx99\pard\intbl\cf1 a\cell b\cell\row"
    )
    assert content.text == "Seen on blue\n\na | b"
    assert [(hidden.reason, hidden.text) for hidden in content.hidden] == [
        ("hidden by the document", "switched off"),
        ("too small to be seen", "dust"),
        ("white on white", "snow"),
    ]


@pytest.mark.parametrize("data", [b"no rich text", b"{\\rt", b"\x00\x01"])
def test_what_is_no_rich_text_is_refused(tmp_path, data):
    path = tmp_path / "letter.rtf"
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        reader.read(str(path))
    assert caught.value.predicate == "is damaged or no complete RTF document"


def test_groups_without_end_are_refused(read):
    with pytest.raises(UnreadableError, match="nests its groups deeper"):
        read(b"{" * 1_000_000)


PIECES = rb"{ } \par \cell \row \u8364? \'e9 \bin3 \* \uc-2 \f9 \intbl \footnote \cf99 \listtext word \ ".split(b" ")


@given(st.lists(st.sampled_from(PIECES)))
def test_any_order_of_pieces_is_read(pieces):
    assert_sound(reader.structure(b"{\\rtf1 " + b"".join(pieces)))


def test_joiners_and_breaks_around_pictures_are_signs(read):
    assert read(rb"\u1605?\u1740?\zwnj\u1582?\u1608? A\lbr0 B\par").text == "\u0645\u06cc\u200c\u062e\u0648 A\nB"
