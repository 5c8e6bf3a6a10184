"""Passages fall into sentences and rows that know what stands above them."""

from localassist.domain.documents import Block, BlockKind, Passage, StructuredText
from localassist.usecases.aligning import read_source


def test_a_row_of_a_second_table_is_below_its_own_header() -> None:
    rows = ("Town | People", "Ulm | 126000", "River | Length", "Rhine | 1233")
    text = f"{rows[0]}\n{rows[1]}\n\n{rows[2]}\n{rows[3]}"
    blocks = tuple(Block(BlockKind.TABLE_ROW, text.index(row), text.index(row) + len(row)) for row in rows)
    passage = Passage(1, 1, "/files/atlas.csv", "Atlas", None, "", text, 0, len(text))
    units = read_source(passage, StructuredText(text, blocks)).units
    assert [unit.header for unit in units] == ["", rows[0], "", rows[2]]
