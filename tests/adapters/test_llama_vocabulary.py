"""Pieces become text without losing or inventing a character."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from localassist.adapters.llama.vocabulary import StopStrings, TextStream


def streamed(pieces: list[bytes], *stop_strings: str) -> tuple[str, bool]:
    stream, stops = TextStream(), StopStrings(stop_strings)
    text = "".join(stops.feed(stream.feed(piece)) for piece in pieces)
    text += stops.feed(stream.finish())
    return text + stops.finish(), stops.stopped


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(marks)]


@given(st.text(), st.lists(st.integers(min_value=0)))
def test_any_cut_of_the_bytes_gives_the_text(text: str, places: list[int]) -> None:
    text = text.encode("utf-8", errors="replace").decode()
    assert streamed(cut(text.encode(), places)) == (text, False)


@given(st.text("ab STOP\n"), st.lists(st.integers(min_value=0)))
def test_a_stop_string_ends_the_text_however_it_is_cut(text: str, places: list[int]) -> None:
    before, found, _ = text.partition("STOP")
    assert streamed(cut(text.encode(), places), "STOP") == (before, bool(found))


def test_the_first_of_several_stop_strings_counts() -> None:
    assert streamed([b"one\nUs", b"er: two</s>"], "</s>", "\nUser:") == ("one", True)


def test_only_what_may_begin_a_stop_string_is_held_back() -> None:
    stops = StopStrings(("\nUser:",))
    assert stops.feed("Yes.\nUs") == "Yes."
    assert stops.feed("ually not.") == "\nUsually not."


def test_an_unfinished_character_shows_as_replaced_at_the_end() -> None:
    assert streamed([b"ok \xf0\x9f"]) == ("ok \ufffd", False)


def test_a_broken_character_holds_nothing_up() -> None:
    stream = TextStream()
    assert stream.feed(b"\xf0") == ""
    assert stream.feed(b"and on") == "\ufffdand on"
