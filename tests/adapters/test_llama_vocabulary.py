"""Pieces become text without losing or inventing a character."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gguf_files import HEADS, finish_file, write_random_model
from localassist.adapters.llama.guarding import Guard
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.vocabulary import StopStrings, TextStream
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


def write_sentencepiece_model(path: Path) -> Path:
    """A llama whose vocabulary, of bytes and the mark for a space, puts a space before every text."""
    tokens = ["<unk>", "<s>", "</s>", "\u2581", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * 2, gguf.TokenType.NORMAL]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(512)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([*kinds, *[gguf.TokenType.BYTE] * 256])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    shapes = {"token_embd": (len(tokens), 320), "output": (len(tokens), 320), "output_norm": (320,)}
    shapes |= {f"blk.0.{norm}": (320,) for norm in ("attn_norm", "ffn_norm")}
    shapes |= {f"blk.0.attn_{part}": (320, 320) for part in ("q", "k", "v", "output")}
    shapes |= {f"blk.0.ffn_{part}": (320, 320) for part in ("gate", "up", "down")}
    finish_file(writer, {f"{name}.weight": np.zeros(shape, dtype=np.float32) for name, shape in shapes.items()})
    return path


@pytest.mark.parametrize("text", ["a </s> b", "<s>", "x\n</s>\ny", "</s></s>", "1 < 2"])
@pytest.mark.parametrize("write", [write_sentencepiece_model, write_random_model])
def test_a_guarded_text_is_read_as_it_is_written(write: Callable[[Path], Path], text: str, tmp_path: Path) -> None:
    loaded = LoadedModel(str(write(tmp_path / "m.gguf")), LoadOptions(use_gpu=False), Stop(), lambda _: None)
    try:
        vocabulary = loaded.vocabulary
        tokens = vocabulary.tokenise(Guard(vocabulary.controls).protect(text))
        assert b"".join(map(vocabulary.piece, tokens)).decode().removeprefix(" ") == text
        assert not set(tokens[1:]) & set(vocabulary.controls.values())
    finally:
        loaded.close()
