"""Tables as text give their rows, whatever divides their cells and however their text is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import assert_sound, shown

from localassist.adapters.readers import csv as reader
from localassist.domain.locating import place_of


def rows(text):
    content = reader.structure(text)
    assert_sound(content)
    return [text for _, text in shown(content)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = "\n".join(delimiter.join(row) for row in (("town", "people"), ("Ulm", "126000"), ("Bonn", "330000")))
    assert rows(text) == ["town | people", "Ulm | 126000", "Bonn | 330000"]


def test_decimal_commas_divide_nothing():
    assert rows("net;gross\n1,50;1,79\n2,00;2,38\n") == ["net | gross", "1,50 | 1,79", "2,00 | 2,38"]


def test_a_delimiter_that_the_file_names_is_believed():
    assert rows("sep=;\na,1;b,1\nc,1;d,1\n") == ["a,1 | b,1", "c,1 | d,1"]


def test_numbers_stay_as_they_are_written():
    assert rows("id,price\n007,1.50\n1e5,0.10\n") == ["id | price", "007 | 1.50", "1e5 | 0.10"]


def test_quoted_line_breaks_and_delimiters_stay_in_their_cell():
    assert rows('who,what\r\nAda,"first, second\r\nand ""third"""\r\nMax,x\r\n') == [
        "who | what",
        'Ada | first, second and "third"',
        "Max | x",
    ]


def test_ragged_rows_are_rows():
    assert rows("a,b,c\n1\n2,3\n4,5,6,7\n") == ["a | b | c", "1", "2 | 3", "4 | 5 | 6 | 7"]


def test_rows_know_the_cells_that_a_spreadsheet_puts_them_in():
    content = reader.structure("a,b,c\n\n1,2,3\n,x,\n")
    assert [block.place for block in content.blocks] == ["A1:C1", "A3:C3", "B4"]
    assert place_of(content, content.text.index("1"), len(content.text)) == "A3:B4"


def test_a_quotation_mark_never_closed_costs_no_rows():
    lines = ["size,of", '5",screw', 'a,"open', *(f"row{number},x" for number in range(150))]
    assert rows("\n".join(lines))[-1] == "row149 | x"


def test_a_cell_may_hold_a_long_text():
    text = "word " * 60_000
    assert rows(f'id,text\n1,"{text}"\n')[1] == f"1 | {text.strip()}"


def test_a_long_table_is_read_to_a_bound_that_is_said(monkeypatch):
    monkeypatch.setattr(reader, "_MAX_CHARACTERS", 1_000_000)
    content = reader.structure("\n".join(f"{'x' * 1000},{number}" for number in range(1100)))
    assert content.partly
    assert content.notes == ("Only the first 1 million characters were read: what follows row 994 was left out.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told(tmp_path, encoding):
    path = tmp_path / "table.csv"
    text = "Straße,Größe\n" + "Müllerstraße,schön\n" * 20
    path.write_bytes(text.encode(encoding))
    assert reader.read(str(path)).text.startswith("Straße | Größe\nMüllerstraße | schön")


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert_sound(reader.structure(text))
