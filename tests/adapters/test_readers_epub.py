"""Books give their chapters in reading order, by the names that their contents give them."""

import zipfile

import pytest
from reading import assert_sound, shown

from localassist.adapters.readers import epub as reader
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.locating import place_of

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def page(body, head=""):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>{head}'
        f"</head><body>{body}</body></html>"
    )


def package(spine, extra=""):
    items = "".join(f'<item id="i{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in spine)
    order = "".join(f'<itemref idref="i{name}"/>' for name in spine)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>On weather</dc:title></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        f'<spine><itemref idref="nav"/>{order}</spine>{extra}</package>'
    )


NAVIGATION = page(
    '<nav><ol><li><a href="rain.xhtml">Rain</a></li><li><a href="snow%20fall.xhtml#top">Snow</a></li></ol></nav>'
)


@pytest.fixture
def read(tmp_path):
    def write_and_read(chapters, order=None, extra="", more=()):
        path = tmp_path / "book.epub"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/epub+zip")
            archive.writestr("META-INF/container.xml", CONTAINER)
            archive.writestr("OEBPS/book.opf", package(order or list(chapters), extra))
            archive.writestr("OEBPS/nav.xhtml", NAVIGATION)
            for name, markup in chapters.items():
                archive.writestr(f"OEBPS/{name}.xhtml", markup)
            for name, data in more:
                archive.writestr(name, data)
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return write_and_read


def test_chapters_come_in_reading_order_without_the_contents(read):
    content = read(
        {
            "snow fall": page("<h2>About snow</h2><p>It is white.</p>"),
            "rain": page("<p>It is <b>wet</b>.</p>"),
        },
        order=["rain", "snow fall"],
    )
    assert shown(content) == [
        ("heading1", "Rain"),
        ("paragraph", "It is wet."),
        ("heading2", "About snow"),
        ("paragraph", "It is white."),
    ]
    assert content.title == "On weather"
    assert [place.label for place in content.pages] == ["Rain", "Snow"]
    assert place_of(content, content.text.index("white"), len(content.text)) == "Snow"


def test_a_chapter_without_a_name_goes_on_with_the_one_before(read):
    words = {name: page(f"<p>This is {name}.</p>") for name in ("cover", "rain", "rain2")}
    assert [place.label for place in read(words).pages] == ["chapter 1", "Rain", "Rain"]


def test_an_empty_element_does_not_swallow_the_chapter(read):
    content = read({"rain": page('<p>One<a id="x"/> two.<br/>Three.</p>', head="<title/><script/>")})
    assert shown(content)[1:] == [("paragraph", "One two.\nThree.")]


def test_a_missing_chapter_costs_that_chapter(read):
    content = read({"rain": page("<p>Wet.</p>")}, order=["rain", "snow fall"])
    assert content.text == "Rain\n\nWet."
    assert content.partly
    assert content.notes == ("The part called Snow is missing or damaged.",)


def test_a_book_that_only_its_seller_opens_says_so(read):
    locked = '<encryption><x><CipherReference URI="OEBPS/rain.xhtml"/></x></encryption>'
    with pytest.raises(UnreadableError, match="protected against copying"):
        read({"rain": page("<p>x</p>")}, more=[("META-INF/encryption.xml", locked)])


def test_obfuscated_fonts_lock_no_book(read):
    fonts = '<encryption><x><CipherReference URI="OEBPS/font.otf"/></x></encryption>'
    assert "Wet." in read({"rain": page("<p>Wet.</p>")}, more=[("META-INF/encryption.xml", fonts)]).text


def test_names_may_come_from_an_old_table_of_contents(tmp_path):
    path = tmp_path / "old.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr(
            "OEBPS/book.opf",
            '<package><manifest><item id="a" href="a.html" media-type="application/xhtml+xml"/>'
            '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
            '<spine toc="n"><itemref idref="a"/></spine></package>',
        )
        archive.writestr(
            "OEBPS/toc.ncx",
            '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Hail</text></navLabel>'
            '<content src="a.html#start"/></navPoint></navMap></ncx>',
        )
        archive.writestr("OEBPS/a.html", page("<p>It is hard.</p>"))
    content = reader.read(str(path))
    assert shown(content) == [("heading1", "Hail"), ("paragraph", "It is hard.")]


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b"not an archive"])
def test_no_complete_book_is_refused(tmp_path, data):
    path = tmp_path / "book.epub"
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        reader.read(str(path))
    assert caught.value.predicate == "is damaged or no complete EPUB"


def test_only_the_table_of_contents_names_chapters(tmp_path):
    lists = (
        '<nav epub:type="landmarks"><a href="rain.xhtml">Begin here</a></nav>'
        '<nav epub:type="page-list"><a href="snow.xhtml#p17">17</a></nav>'
        '<nav epub:type="toc"><a href="rain.xhtml">Rain</a></nav>'
    ).replace("<nav ", '<nav xmlns:epub="http://www.idpf.org/2007/ops" ')
    path = tmp_path / "book.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/book.opf", package(["rain", "snow"]))
        archive.writestr("OEBPS/nav.xhtml", page(lists))
        archive.writestr("OEBPS/rain.xhtml", page("<p>It falls.</p>"))
        archive.writestr("OEBPS/snow.xhtml", page("<p>It lies.</p>"))
    content = reader.read(str(path))
    assert shown(content) == [("heading1", "Rain"), ("paragraph", "It falls."), ("paragraph", "It lies.")]
    assert [each.label for each in content.pages] == ["Rain", "Rain"]


def test_what_only_xhtml_knows_costs_no_words_and_adds_none(read):
    head = '<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY me "myself">]>\n<html><body>'
    words = "<p>One <![CDATA[set apart <b>& more]]> end.</p><p>Open <![CDATA[to the end</p>"
    content = read({"rain": f"{head}{words}</body></html>"})
    assert [text for _, text in shown(content)][1:] == ["One set apart <b>& more end.", "Open to the end"]


def test_files_told_apart_by_letter_case_are_two(read):
    content = read({"text": page("<p>small</p>"), "Text": page("<p>big</p>")})
    assert [text for _, text in shown(content)] == ["small", "big"]


def test_a_kind_of_file_may_be_said_with_its_encoding(tmp_path):
    path = tmp_path / "book.epub"
    opf = package(["rain"]).replace("application/xhtml+xml", "application/xhtml+xml; charset=utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/book.opf", opf)
        archive.writestr("OEBPS/rain.xhtml", page("<p>It falls.</p>"))
    assert reader.read(str(path)).text == "It falls."
