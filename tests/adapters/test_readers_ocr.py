"""Text in pictures and scans is recognised, marked as such, and bounded in the time it takes."""

from contextlib import closing

import pytest
from PIL import Image, ImageDraw, ImageFont
from reading import assert_sound, read_whole
from small_pdf import text, write_pdf

from localassist.adapters.children import ChildPool, Reply
from localassist.adapters.readers import pdf_drawing
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.readers.ocr import Recogniser
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.stopping import Stop


def drawn(*pieces, size=(700, 200)):
    """A white picture with (x, y, words) in black."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for x, y, words in pieces:
        pen.text((x, y), words, fill="black", font=ImageFont.load_default(28))
    return picture


def test_a_pictures_lines_are_read_from_top_to_bottom_with_places_for_their_words():
    found = Recogniser().read(drawn((40, 120, "Total amount 4711"), (40, 30, "Invoice"), (420, 30, "Berlin")), 2.0)
    assert [line.text for line in found.lines] == ["Invoice Berlin", "Total amount 4711"]
    letters = [glyph for glyph in found.lines[1].glyphs if glyph.text.isdigit()]
    whole = ImageFont.load_default(28)
    start = 40 + whole.getlength("Total amount ")
    assert abs(letters[0].left - start / 2) < 6
    assert abs(letters[-1].right - (start + whole.getlength("4711")) / 2) < 6
    assert letters[0].bottom < (200 - 140) / 2 < letters[0].top


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "webp", "gif", "tif"])
def test_pictures_of_every_kind_are_read(tmp_path, suffix):
    path = tmp_path / f"note.{suffix}"
    drawn((40, 40, "Meet me at the harbour")).save(path)
    content = read_whole(path)
    assert_sound(content)
    assert content.text == "Meet me at the harbour"
    assert [page.recognised for page in content.pages] == [True]
    assert content.blocks[0].box is not None


def test_a_picture_taken_with_the_camera_turned_is_read_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    drawn((40, 40, "Meet me at the harbour")).rotate(90, expand=True).save(path, exif=exif)
    assert read_whole(path).text == "Meet me at the harbour"


@pytest.mark.slow
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_on_its_side_or_its_head_is_read_in_order_and_marked_where_it_stands(tmp_path, turn):
    words = [
        (60, 40 + 50 * n, line) for n, line in enumerate(["Minutes of the board", "The harbour is closed", "until May"])
    ]
    path = tmp_path / "turned.pdf"
    drawn(*words).rotate(turn, expand=True).save(path, resolution=100)
    content = read_whole(path)
    assert " ".join(content.text.split()) == "Minutes of the board The harbour is closed until May"
    start = content.text.index("Minutes")
    across = 200 if turn != 180 else 700
    ((x, y, w, h),) = pdf_drawing.draw(str(path), 1, across, (start, start + 7)).marks
    length = ImageFont.load_default(28).getlength("Minutes")
    first = {90: (40, 640 - length), 180: (640 - length, 132), 270: (132, 60)}[turn]
    assert abs(x - first[0]) < 15
    assert abs(y - first[1]) < 15
    assert abs(max(w, h) - length) < 15


def test_every_picture_of_a_fax_is_a_page(tmp_path):
    path = tmp_path / "fax.tif"
    drawn((40, 40, "First page")).save(path, save_all=True, append_images=[drawn((40, 40, "Second page"))])
    content = read_whole(path)
    assert [content.text[page.start : page.end] for page in content.pages] == ["First page", "Second page"]


def test_dark_letters_on_nothing_are_read_as_on_paper(tmp_path):
    clear = Image.new("RGBA", (700, 100), (0, 0, 0, 0))
    ImageDraw.Draw(clear).text((40, 30), "Meet me at the harbour", fill="black", font=ImageFont.load_default(28))
    clear.save(tmp_path / "clear.png")
    assert read_whole(tmp_path / "clear.png").text == "Meet me at the harbour"


def test_a_damaged_picture_is_a_sentence(tmp_path):
    path = tmp_path / "cut.png"
    drawn((40, 40, "Text")).save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableError, match="damaged"):
        read_whole(path)


def test_a_picture_of_nothing_has_no_text_and_no_title(tmp_path):
    drawn().save(tmp_path / "white.png")
    content = read_whole(tmp_path / "white.png")
    assert (content.text, content.title, content.partly) == ("", "", False)


@pytest.fixture
def scan(tmp_path):
    """A PDF of two pages, both pictures, the second with a stamp."""
    path = tmp_path / "scan.pdf"
    pages = [
        drawn((60, 60, "The harbour is closed"), (60, 98, "until the first of May")),
        drawn((60, 60, "Second page")),
    ]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=100)
    return path


def test_a_scan_is_recognised_and_says_so(scan):
    content = read_whole(scan)
    assert_sound(content)
    assert content.text == "The harbour is closed until the first of May\n\nSecond page"
    assert [page.recognised for page in content.pages] == [True, True]


def test_words_on_a_scan_are_marked(scan):
    content = read_whole(scan)
    start = content.text.index("first")
    image = pdf_drawing.draw(str(scan), 1, 700, (start, start + 5))
    ((x, y, w, h),) = image.marks
    font = ImageFont.load_default(28)
    left = 60 + font.getlength("until the ")
    assert abs(x - left) < 10
    assert abs(x + w - left - font.getlength("first")) < 10
    assert y < 106
    assert y + h > 120


def test_pages_with_text_are_not_recognised_whatever_pictures_they_have(tmp_path):
    content = read_whole(write_pdf(tmp_path / "a.pdf", text(40, 200, "Words"), text(40, 200, "More words")))
    assert not any(page.recognised for page in content.pages)


def test_without_time_the_pages_left_are_named(scan):
    content = read_whole(scan, recognising=0)
    assert content.partly
    assert content.notes == ("Pictures whose text was not recognised, for that takes long: pages 1, 2.",)


class Children:
    """Answers as a child would that has time for recognising or not."""

    def __init__(self, *texts):
        self.texts = list(texts)
        self.asked = []

    def call(self, task, arguments, limits, stop):
        self.asked.append((arguments["recognising"], limits.seconds))
        words = self.texts.pop(0).encode()
        told = {"size": len(words), "blocks": [], "pages": [], "title": "", "notes": [], "partly": False}
        return Reply({**told, "hidden": [], "parts": [], "unrecognised": len(self.texts)}, words)


def test_a_file_with_many_scanned_pages_is_given_more_time(scan):
    children = Children("some", "all of it")
    assert FileReader(children).read(str(scan), Stop()).text == "all of it"
    assert children.asked[0][0] < children.asked[1][0]
    assert all(recognising < seconds for recognising, seconds in children.asked)


def test_what_is_read_soon_is_all_but_the_pictures(scan, tmp_path):
    plain = tmp_path / "plain.txt"
    plain.write_text("The lease ends in May.", encoding="utf-8")
    with closing(ChildPool()) as children:
        reader = FileReader(children)
        content, is_whole = reader.read_soon(str(scan), Stop())
        assert not is_whole
        assert not any(page.recognised for page in content.pages)
        assert reader.read_soon(str(plain), Stop())[1]
        assert any(page.recognised for page in reader.read(str(scan), Stop()).pages)


def test_a_file_that_was_read_to_its_end_is_read_once(scan):
    children = Children("all of it")
    FileReader(children).read(str(scan), Stop())
    assert len(children.asked) == 1
