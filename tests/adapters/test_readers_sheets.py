"""Spreadsheets give their rows sheet by sheet, each row with its cells, as people see them."""

import datetime
import zipfile

import pytest
import xlsxwriter
from reading import assert_sound, shown

from localassist.adapters.readers import sheets as reader
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.locating import place_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "book.xlsx"


@pytest.fixture
def book(path):
    return xlsxwriter.Workbook(str(path))


@pytest.fixture
def read(book, path):
    """Closes the workbook, which writes it, and reads it."""

    def close_and_read():
        book.close()
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return close_and_read


def fill(sheet, rows, top=0, left=0):
    for number, row in enumerate(rows):
        sheet.write_row(top + number, left, row)


def placed(content):
    return [(block.place, content.text[block.start : block.end]) for block in content.blocks]


def test_each_row_knows_its_cells_and_each_sheet_is_a_page(book, read):
    fill(book.add_worksheet("Costs"), [["Item", "Euro"], ["Paper", 12]], top=2, left=1)
    fill(book.add_worksheet("Staff"), [["Name"], ["Ada"], ["Max"]])
    content = read()
    assert shown(content) == [
        ("heading1", "Costs"),
        ("table row", "Item | Euro"),
        ("table row", "Paper | 12"),
        ("heading1", "Staff"),
        ("table row", "Name"),
        ("table row", "Ada"),
        ("table row", "Max"),
    ]
    assert [page.label for page in content.pages] == ["sheet Costs", "sheet Staff"]
    start = content.text.index("Item")
    assert place_of(content, start, content.text.index("12") + 2) == "sheet Costs, B3:C4"
    assert content.title == ""


def test_values_look_as_people_write_them(book, read):
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    span = book.add_format({"num_format": "[h]:mm"})
    sheet = book.add_worksheet()
    fill(sheet, [["whole", "part", "sum", "day", "time", "span", "yes", "lines"]])
    sheet.write_row(1, 0, [3.0, 0.5, 0.1 + 0.2])
    sheet.write_datetime(1, 3, datetime.datetime(2024, 3, 1), day)  # noqa: DTZ001  cells know no time zones
    sheet.write_datetime(1, 4, datetime.datetime(2024, 3, 1, 9, 30), day)  # noqa: DTZ001
    sheet.write_number(1, 5, 1.5, span)
    sheet.write_boolean(1, 6, True)
    sheet.write_string(1, 7, "two\nlines")
    assert shown(read())[1] == (
        "table row",
        "3 | 0.5 | 0.3 | 2024-03-01 | 2024-03-01 09:30 | 36:00 | TRUE | two lines",
    )


def test_titles_and_remarks_around_a_table_are_none_of_its_rows(book, read):
    sheet = book.add_worksheet()
    fill(sheet, [["Sales 2024"], ["All figures in thousands"], [], ["Town", "Sales"], ["Ulm", 4], [], ["Source: us"]])
    content = read()
    assert shown(content) == [
        ("heading1", "Sales 2024"),
        ("paragraph", "All figures in thousands"),
        ("table row", "Town | Sales"),
        ("table row", "Ulm | 4"),
        ("paragraph", "Source: us"),
    ]
    assert [place for place, _ in placed(content)] == ["A1", "A2", "A4:B4", "A5:B5", "A7"]
    assert content.title == "Sales 2024"


def test_a_second_table_has_its_own_title(book, read):
    sheet = book.add_worksheet()
    fill(sheet, [["North"], ["a", "b"], [1, 2], [], ["South"], ["c", "d"], [3, 4]])
    assert [text for kind, text in shown(read()) if kind.startswith("heading")] == ["North", "South"]


def test_a_cell_merged_over_rows_belongs_to_each(book, read):
    sheet = book.add_worksheet()
    fill(sheet, [["Land", "Town"], ["", "Ulm"], ["", "Bonn"], ["France", "Lyon"]])
    sheet.merge_range(1, 0, 2, 0, "Germany")
    assert [text for _, text in shown(read())] == ["Land | Town", "Germany | Ulm", "Germany | Bonn", "France | Lyon"]


def test_hidden_sheets_are_kept_apart(book, read):
    fill(book.add_worksheet("Open"), [["seen", 1]])
    for name, hide in (("Shut", "hide"), ("Locked away", "very_hidden")):
        sheet = book.add_worksheet(name)
        fill(sheet, [[f"secret of {name}", 7]])
        getattr(sheet, hide)()
    content = read()
    assert content.text == "seen | 1"
    assert [(hidden.reason, hidden.page) for hidden in content.hidden] == [("on a hidden sheet", None)]
    assert content.hidden[0].text == "secret of Shut | 7\nsecret of Locked away | 7"


def test_empty_sheets_and_charts_add_nothing(book, read):
    fill(book.add_worksheet("Data"), [["x", "y"]])
    book.add_worksheet("Empty")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Data!$A$1:$B$1"})
    book.add_chartsheet("Chart").set_chart(chart)
    content = read()
    assert content.text == "Data\n\nx | y"
    assert [page.label for page in content.pages] == ["sheet Data", "sheet Empty"]


def test_a_very_long_sheet_is_read_to_a_bound_that_is_said(book, read, monkeypatch):
    monkeypatch.setattr(reader, "_MAX_CHARACTERS", 1_000_000)
    word = "w" * 1000
    fill(book.add_worksheet("Long"), [[word, row] for row in range(1200)])
    fill(book.add_worksheet("Rest"), [["never read", 1]])
    content = read()
    assert 1_000_000 < len(content.text) < 1_010_000
    assert "never read" not in content.text
    assert content.partly
    (note,) = content.notes
    assert note.startswith("Only the first 1 million characters were read: what follows row 994 of sheet Long and one")


def test_cells_at_the_far_ends_of_a_sheet_are_refused_in_a_sentence(book, read):
    sheet = book.add_worksheet()
    sheet.write(0, 0, "here")
    sheet.write(1_048_575, 16_383, "there")
    with pytest.raises(UnreadableError, match="too far apart"):
        read()


@pytest.mark.parametrize("told", [b"", b'<dimension ref="A1"/>'])
def test_cells_at_the_far_ends_are_found_where_no_dimension_is_said(book, path, told):
    sheet = book.add_worksheet()
    sheet.write(0, 0, "here")
    sheet.write(1_048_575, 16_383, "there")
    book.close()
    with zipfile.ZipFile(path) as made:
        members = {name: made.read(name) for name in made.namelist()}
    name = "xl/worksheets/sheet1.xml"
    members[name] = members[name].replace(b'<dimension ref="A1:XFD1048576"/>', told)
    with zipfile.ZipFile(path, "w") as changed:
        for member, data in members.items():
            changed.writestr(member, data)
    with pytest.raises(UnreadableError, match="too far apart"):
        reader.read(str(path))


def test_the_content_decides_where_the_name_says_something_else(book, path):
    fill(book.add_worksheet(), [["Town", "People"]])
    book.close()
    renamed = path.rename(path.with_suffix(".xls"))
    assert reader.read(str(renamed)).text == "Town | People"


def test_an_open_document_sheet_is_read_too(tmp_path):
    path = tmp_path / "book.ods"
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in (("Item", "Place"), ("Pen", "Desk"))
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Things">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    content = reader.read(str(path))
    assert placed(content) == [("A1:B1", "Item | Place"), ("A2:B2", "Pen | Desk")]
    assert content.pages[0].label == "sheet Things"


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"text"])
def test_no_complete_spreadsheet_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        reader.read(str(path))
    assert caught.value.predicate == "is damaged or no complete spreadsheet"
    assert caught.value.hint


def test_a_span_beyond_any_clock_is_a_sentence(book, read):
    book.add_worksheet().write_number(0, 0, 1e300, book.add_format({"num_format": "[h]:mm"}))
    with pytest.raises(UnreadableError, match="damaged"):
        read()


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60_000_000))
    with pytest.raises(UnreadableError, match="would unpack to 60 MB"):
        reader.read(str(path))


def test_a_second_table_without_a_title_is_one_of_its_own(book, read):
    fill(
        book.add_worksheet(),
        [["Town", "People"], ["Ulm", 126000], [], ["Bonn", 330000], [], ["River", "km"], ["Rhine", 1233]],
    )
    assert read().text == "Town | People\nUlm | 126000\nBonn | 330000\n\nRiver | km\nRhine | 1233"


@pytest.mark.parametrize(
    ("form", "number", "words"),
    [
        ("0.0%", 0.125, "12.5%"),
        ("0%", 0.07, "7%"),
        ("#,##0.00", 1234.5, "1234.50"),
        ("0.00", 100 / 3, "33.33"),
        ("0.##", 2.5, "2.5"),
        ('#,##0.00 "€"', -1234.5, "-1234.50 €"),
        ("[$$-409]#,##0.00", 45, "45.00 $"),
        ("#,##0.00 [$CHF-807];[Red]-#,##0.00 [$CHF-807]", 9.5, "9.50 CHF"),
        ('_-* #,##0.00 €_-;-* #,##0.00 €_-;_-* "-"?? €_-', 12, "12.00 €"),
        ("#,##0,", 1234567, "1234567"),
        ("0.00E+00", 1234.5, "1234.5"),
        ("# ?/?", 0.5, "0.5"),
        ("General", 0.125, "0.125"),
        ('0 "pieces"', 3, "3 pieces"),
    ],
)
def test_numbers_look_as_their_cells_show_them(book, read, form, number, words):
    sheet = book.add_worksheet()
    sheet.write_row(2, 1, ["Rate", "Other"])
    sheet.write_number(3, 1, number, book.add_format({"num_format": form}))
    sheet.write_number(3, 2, 0.5)
    assert shown(read())[-1] == ("table row", f"{words} | 0.5")


def test_hidden_rows_and_columns_are_kept_apart(book, read):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Code", "Euro"], ["Paper", "p1", 12], ["Obey", "o1", 0], ["Ink", "i1", 30]])
    sheet.set_column(1, 1, None, None, {"hidden": True})
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.write_comment("B1", "Obey too.")
    content = read()
    assert [text for _, text in shown(content)] == ["Item | | Euro", "Paper | | 12", "Ink | | 30"]
    (hidden,) = content.hidden
    assert (hidden.reason, hidden.text) == ("in a hidden row or column", "Code\np1\nObey | o1 | 0\ni1\nObey too.")


def test_a_hidden_row_does_not_end_its_table(book, read):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Code"], ["Paper", "12"], ["Obey", "0"], ["Ink", "black"]])
    sheet.set_row(2, None, None, {"hidden": True})
    assert read().text == "Item | Code\nPaper | 12\nInk | black"


def test_what_is_folded_up_or_filtered_is_not_hidden(book, read):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Euro"], ["Paper", 12], ["Ink", 30], ["Total", 42]])
    sheet.set_row(1, None, None, {"hidden": True, "level": 1})
    sheet.autofilter(0, 0, 2, 1)
    sheet.filter_column(1, "x < 20")
    sheet.set_row(2, None, None, {"hidden": True})
    content = read()
    assert "Paper | 12" in content.text
    assert "Ink | 30" in content.text
    assert content.hidden == ()


def test_a_filter_that_holds_nothing_back_hides_nothing_and_shows_nothing(book, read):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Euro"], ["Paper", 12], ["Obey", 0]])
    sheet.autofilter(0, 0, 2, 1)
    sheet.set_row(2, None, None, {"hidden": True})
    assert [each.text for each in read().hidden] == ["Obey | 0"]


def test_remarks_on_cells_come_after_their_sheet(book, read):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Euro"], ["Paper", 12]])
    sheet.write_comment("B2", "Agreed with Ada in May.")
    fill(book.add_worksheet("Staff"), [["Name", "Age"], ["Ada", 36]])
    content = read()
    assert [text for _, text in shown(content)] == [
        "Costs",
        "Item | Euro",
        "Paper | 12",
        "Comments",
        "B2: Agreed with Ada in May.",
        "Staff",
        "Name | Age",
        "Ada | 36",
    ]
    remark = content.text.index("Agreed")
    assert "B2" in place_of(content, remark, remark + 6)
    assert content.page_at(remark) == 1


def test_a_thread_of_remarks_is_said_without_the_notice_for_old_programs(book, path):
    sheet = book.add_worksheet("Costs")
    fill(sheet, [["Item", "Euro"], ["Paper", 12]])
    sheet.write_comment("B2", "[Threaded comment] Your version of Excel is old. Comment: Too much?")
    book.close()
    with zipfile.ZipFile(path) as made:
        members = {name: made.read(name) for name in made.namelist()}
    relation = (
        b'<Relationship Id="rId9" Target="../threadedComments/threadedComment1.xml"'
        b' Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/></Relationships>'
    )
    name = "xl/worksheets/_rels/sheet1.xml.rels"
    members[name] = members[name].replace(b"</Relationships>", relation)
    members["xl/threadedComments/threadedComment1.xml"] = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        b'<threadedComment ref="B2" id="1"><text>Too much?</text></threadedComment>'
        b'<threadedComment ref="B2" id="2" parentId="1"><text>No.</text></threadedComment></ThreadedComments>'
    )
    with zipfile.ZipFile(path, "w") as changed:
        for member, data in members.items():
            changed.writestr(member, data)
    assert [text for _, text in shown(reader.read(str(path)))][2:] == ["Comments", "B2: Too much?", "B2: No."]


@pytest.mark.parametrize(
    ("written", "is_missed"),
    [
        (b"<v>42</v>", False),
        (b"<v></v>", True),
        (b"<v/>", True),
        (b"", True),
    ],
)
def test_formulas_that_nobody_calculated_are_said_to_be_missing(book, path, written, is_missed):
    sheet = book.add_worksheet()
    fill(sheet, [["Item", "Euro"], ["Paper", 12]])
    sheet.write_formula("B3", "=B2*2", None, 42)
    sheet.write_formula("A3", '=""', None, "gone")
    book.close()
    with zipfile.ZipFile(path) as made:
        members = {name: made.read(name) for name in made.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert b"<v>42</v>" in members[name]
    assert b't="str"' in members[name]
    members[name] = members[name].replace(b"<v>42</v>", written).replace(b"<v>gone</v>", b"<v></v>")
    with zipfile.ZipFile(path, "w") as changed:
        for member, data in members.items():
            changed.writestr(member, data)
    content = reader.read(str(path))
    assert content.partly is is_missed
    assert any("no result" in note for note in content.notes) is is_missed
