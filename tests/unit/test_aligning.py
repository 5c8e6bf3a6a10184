"""Passages fall into sentences and rows that know what stands above them."""

from random import Random

from localassist.domain.documents import Block, BlockKind, Passage, StructuredText
from localassist.usecases.aligning import Weights, best_of_all, best_window, content_of, read_source


def test_a_row_of_a_second_table_is_below_its_own_header() -> None:
    rows = ("Town | People", "Ulm | 126000", "River | Length", "Rhine | 1233")
    text = f"{rows[0]}\n{rows[1]}\n\n{rows[2]}\n{rows[3]}"
    blocks = tuple(Block(BlockKind.TABLE_ROW, text.index(row), text.index(row) + len(row)) for row in rows)
    passage = Passage(1, 1, "/files/atlas.csv", "Atlas", None, "", text, 0, len(text))
    units = read_source(passage, StructuredText(text, blocks)).units
    assert [unit.header for unit in units] == ["", rows[0], "", rows[2]]


def test_the_best_of_many_passages_is_found_without_looking_at_all() -> None:
    chance = Random(7)
    words = [f"word{n // 26}{chr(97 + n % 26)}x".replace("0", "o").replace("1", "l") for n in range(40)]
    sources = []
    for n in range(12):
        text = " ".join(f"{' '.join(chance.choices(words, k=6))} {chance.randrange(9)}." for _ in range(5)).capitalize()
        passage = Passage(n, n, f"/{n}.txt", words[n], None, "", text, 0, len(text), chance.random() / 3)
        sources.append(read_source(passage, None))
    weights = Weights(sources)
    for _ in range(30):
        content = content_of(f"{' '.join(chance.choices(words, k=5))} {chance.randrange(9)}")
        extra = [source.passage.score for source in sources]
        windows = [best_window(source, [(content, 1.0)], weights) for source in sources]
        bounds = weights.bounds(sources, content)
        assert all(window.share <= bound + 1e-9 for window, bound in zip(windows, bounds, strict=True) if window)
        wanted = max((w.share + more for w, more in zip(windows, extra, strict=True) if w), default=0)
        best = best_of_all(sources, [(content, 1.0)], extra, weights)
        assert best is not None
        assert best.share + best.source.passage.score == wanted
