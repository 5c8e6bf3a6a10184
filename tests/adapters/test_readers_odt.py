"""OpenDocument texts give their headings, lists and tables in order, and nothing that they hide."""

import zipfile

import pytest
from reading import ODF_SPACES, assert_sound, shown

from localassist.adapters.readers import odt as reader
from localassist.adapters.readers.unreadable import UnreadableError


def write(path, body, styles="", manifest="<manifest/>", title=""):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("meta.xml", f'<m xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></m>')
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )


@pytest.fixture
def read(tmp_path):
    def write_and_read(body, styles="", **more):
        path = tmp_path / "letter.odt"
        write(path, body, styles, **more)
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return write_and_read


def test_headings_lists_and_paragraphs_come_in_order(read):
    content = read(
        '<text:h text:outline-level="2">Fruit</text:h><text:p>We sell:</text:p>'
        "<text:list><text:list-item><text:p>Apples</text:p><text:list><text:list-item><text:p>green</text:p>"
        "</text:list-item></text:list></text:list-item></text:list>"
        '<text:section text:name="x"><text:p>And<text:s text:c="3"/>more<text:line-break/>soon.</text:p></text:section>'
    )
    assert shown(content) == [
        ("heading2", "Fruit"),
        ("paragraph", "We sell:"),
        ("list item", "Apples"),
        ("list item", "green"),
        ("paragraph", "And more\nsoon."),
    ]
    assert content.title == "Fruit"
    assert content.pages == ()


def test_the_title_stands_in_the_file_or_has_its_style(read):
    title = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    title += '<style:style style:name="Title" style:family="paragraph"/>'
    body = '<text:p text:style-name="P1">Big words</text:p><text:p>Small ones.</text:p>'
    assert shown(read(body, title))[0] == ("heading1", "Big words")
    assert read(body, title).title == "Big words"
    assert read(body, title, title="Kept apart").title == "Kept apart"


def test_tables_stay_tables(read):
    def row(*cells):
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text, more=""):
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    head = f"<table:table-header-rows>{row(cell('Town'), cell('Land'), cell('People'))}</table:table-header-rows>"
    covered = row(cell("Ulm", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>", cell("126"))
    twice = row(cell("x", 'table:number-columns-repeated="2"'), cell("y"))
    assert shown(read(f"<table:table>{head}{covered}{twice}</table:table>")) == [
        ("table row", "Town | Land | People"),
        ("table row", "Ulm | | 126"),
        ("table row", "x | x | y"),
    ]


def test_notes_and_comments_come_after_the_text(read):
    body = (
        "<text:p>Water boils<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>At sea level.</text:p></text:note-body></text:note> at 100 degrees."
        "<office:annotation><text:p>Really?</text:p></office:annotation></text:p><text:p>Ice melts.</text:p>"
    )
    assert shown(read(body)) == [
        ("paragraph", "Water boils at 100 degrees."),
        ("paragraph", "Ice melts."),
        ("paragraph", "At sea level."),
        ("heading1", "Comments"),
        ("paragraph", "Really?"),
    ]


def test_a_text_box_comes_after_its_paragraph(read):
    box = "<draw:frame><draw:text-box><text:p>In the box.</text:p></draw:text-box></draw:frame>"
    assert [text for _, text in shown(read(f"<text:p>Before {box}after.</text:p>"))] == ["Before after.", "In the box."]


def test_deleted_text_and_contents_are_no_text(read):
    content = read(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:table-of-content><text:index-body>"
        "<text:p>Chapter 1 ... 7</text:p></text:index-body></text:table-of-content><text:p>Kept.</text:p>"
    )
    assert content.text == "Kept."
    assert content.hidden == ()


def test_text_that_nobody_sees_is_kept_apart(read):
    def style(name, properties):
        return (
            f'<style:style style:name="{name}" style:family="text"><style:text-properties {properties}/></style:style>'
        )

    styles = (
        style("T1", 'text:display="none"')
        + style("T2", 'fo:font-size="1pt"')
        + style("T3", 'fo:color="#ffffff"')
        + style("T4", 'fo:color="#ffffff" fo:background-color="#000080"')
    )
    spans = "".join(
        f'<text:span text:style-name="T{number}">{word}</text:span> '
        for number, word in enumerate(("switched off", "dust", "snow", "seen on blue"), 1)
    )
    hidden = '<text:section text:display="none"><text:p>whole section</text:p></text:section>'
    content = read(f"<text:p>Seen. {spans}</text:p>{hidden}", styles)
    assert content.text == "Seen. seen on blue"
    assert [(hidden.reason, hidden.text) for hidden in content.hidden] == [
        ("hidden by the document", "switched off"),
        ("too small to be seen", "dust"),
        ("white on white", "snow"),
        ("hidden by the document", "whole section"),
    ]


def test_white_text_shows_in_a_coloured_cell(read):
    styles = (
        '<style:style style:name="C" style:family="table-cell">'
        '<style:table-cell-properties fo:background-color="#004586"/></style:style>'
        '<style:style style:name="P" style:family="paragraph"><style:text-properties fo:color="#ffffff"/></style:style>'
    )
    cell = '<table:table-cell table:style-name="C"><text:p text:style-name="P">{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell.format('Town')}{cell.format('People')}</table:table-row>"
    content = read(f"<table:table>{row}</table:table>", styles)
    assert content.text == "Town | People"
    assert content.hidden == ()


def test_a_protected_text_says_so(tmp_path):
    path = tmp_path / "secret.odt"
    write(path, "", manifest=f"<x {ODF_SPACES}><manifest:encryption-data/></x>")
    with pytest.raises(UnreadableError, match="protected by a password"):
        reader.read(str(path))


def test_entities_of_the_file_are_not_expanded(tmp_path):
    path = tmp_path / "bomb.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "content.xml",
            f'<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
            f"<office:d {ODF_SPACES}><office:body>"
            "<office:text><text:p>&a;&b;quiet</text:p></office:text></office:body></office:d>",
        )
    assert reader.read(str(path)).text == "quiet"


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b"not an archive"])
def test_no_complete_text_is_refused(tmp_path, data):
    path = tmp_path / "letter.odt"
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        reader.read(str(path))
    assert caught.value.predicate == "is damaged or no complete OpenDocument text"


def test_a_cell_over_several_rows_belongs_to_each(read):
    def row(*cells):
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def cell(text, more=""):
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    block = cell("North", 'table:number-rows-spanned="2" table:number-columns-spanned="2"')
    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    rows = row(block, "<table:covered-table-cell/>", cell("Gold"))
    rows += row(covered, cell("Silver")) + row(cell("South"), cell("x"), cell("Tin"))
    assert [text for _, text in shown(read(f"<table:table>{rows}</table:table>"))] == [
        "North | | Gold",
        "North | | Silver",
        "South | x | Tin",
    ]


def test_notes_and_comments_in_a_cell_are_said_once(read):
    note = "<text:note><text:note-body><text:p>Without heating.</text:p></text:note-body></text:note>"
    remark = "<office:annotation><text:p>Too much?</text:p></office:annotation>"
    content = read(
        f"<table:table><table:table-row><table:table-cell><text:p>Rent{note}</text:p></table:table-cell>"
        f"<table:table-cell><text:p>900{remark}</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert [text for _, text in shown(content)] == ["Rent | 900", "Without heating.", "Comments", "Too much?"]


def test_a_section_hidden_in_a_cell_is_kept_apart(read):
    hidden = '<text:section text:display="none"><text:p>Obey.</text:p></text:section>'
    content = read(
        f"<table:table><table:table-row><table:table-cell><text:p>Rent</text:p>{hidden}</table:table-cell>"
        "<table:table-cell><text:p>900</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert content.text == "Rent | 900"
    assert [each.text for each in content.hidden] == ["Obey."]


def test_what_is_said_about_a_picture_does_not_run_into_the_line(read):
    frame = "<draw:frame><draw:image/><svg:title>Cat</svg:title><svg:desc>On a mat</svg:desc></draw:frame>"
    assert read(f"<text:p>See {frame}the picture.</text:p>").text == "See the picture."
