"""The words of `models`: what is understood, what is refused, and how sizes are said."""

from __future__ import annotations

import pytest

from localassist.cli.arguments import UsageError
from localassist.cli.model_commands import MODEL_COMMANDS
from localassist.cli.parser import parse
from localassist.cli.sizes import count_words, duration_words, size_words
from localassist.cli.tuning import _change
from localassist.domain.errors import SettingsError
from localassist.domain.library import SortedBy


@pytest.mark.parametrize("verb", MODEL_COMMANDS)
def test_every_verb_is_understood_and_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["models", verb, "--help"], "1.0")
    assert "usage: localassist models" in capsys.readouterr().out


def test_every_order_of_a_search_can_be_named() -> None:
    for order in SortedBy:
        assert SortedBy(parse(["models", "search", "x", "--sort", order.value], "1.0").sort) is order


@pytest.mark.parametrize(
    "words",
    [
        "frob",
        "search x --sort size",
        "search x --most 0",
        "search x --most many",
        "search x --can fly",
        "fit x --context 0",
        "fit x --context 9999999",
        "download",
        "download x --speed 0",
        "download x --speed nan",
        "download x --speed inf",
        "pack x",
        "unpack",
        "move",
        "remove",
        "settings",
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_to_help(words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(["models", *words.split()], "1.0")
    assert "--help`" in caught.value.hint


def test_settings_of_a_model_are_read_as_they_are_written() -> None:
    assert _change("top_k=5") == ("top_k", 5)
    assert _change("temperature=0") == ("temperature", 0.0)
    assert _change("system_prompt=Say a=b.") == ("system_prompt", "Say a=b.")
    assert _change("temperature=") == ("temperature", None)
    for text in ("top_k", "nothing=1", "top_k=few"):
        with pytest.raises(SettingsError):
            _change(text)


def test_sizes_counts_and_times_are_said_in_units_that_people_know() -> None:
    assert [size_words(size) for size in (0, 4_500, 98_362_432, 4_920_000_000)] == ["0 kB", "4 kB", "98 MB", "4.9 GB"]
    assert [count_words(count) for count in (135_000_000, 1_230_000_000)] == ["135 million", "1.23 billion"]
    assert [duration_words(seconds) for seconds in (7, 600, 5400)] == ["7 s", "10 min", "1.5 h"]
