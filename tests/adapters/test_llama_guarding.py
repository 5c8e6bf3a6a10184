"""Text that people wrote never becomes a control token, and is otherwise left as it is."""

from __future__ import annotations

import json
import time

from hypothesis import given
from hypothesis import strategies as st

from localassist.adapters.llama.guarding import BREAK, Guard, guarded_json
from localassist.domain.chat import Role, ToolCall, Turn

CONTROLS = ["<|im_start|>", "<|im_end|>", "<|", "</s>", "[INST]"]
PARTS = st.sampled_from([*CONTROLS, "<", "|", "im_", "end|>", "word ", "\n", "\0", "é"])


def spelled(text: str) -> list[str]:
    """The control tokens that a tokeniser could read in the text, stretch by stretch."""
    return [control for stretch in text.split(BREAK) for control in CONTROLS if control in stretch]


@given(st.lists(PARTS).map("".join))
def test_no_stretch_spells_a_control_token(text: str) -> None:
    assert spelled(Guard(CONTROLS).protect(text)) == []


@given(st.lists(PARTS).map("".join), st.lists(PARTS).map("".join))
def test_two_texts_together_spell_none_either(one: str, two: str) -> None:
    guard = Guard(CONTROLS)
    assert spelled(guard.protect(one) + guard.protect(two)) == []


@given(st.text())
def test_only_nuls_are_lost(text: str) -> None:
    assert Guard(CONTROLS).protect(text).replace(BREAK, "") == text.replace("\0", "")


def test_ordinary_text_is_one_stretch() -> None:
    text = "  if a < b: print('<b>')  # 60% of [INSTALLED]\n\n"
    assert Guard(CONTROLS).protect(text) == text


def test_a_run_without_spaces_is_cut_into_stretches() -> None:
    stretches = Guard(CONTROLS).protect("a" * 10_000 + " " * 10_000).split(BREAK)
    assert max(map(len, stretches)) <= 2_000


def test_a_vocabulary_without_control_tokens_is_fine() -> None:
    assert Guard([]).protect("</s>") == "</s>"


@given(st.lists(st.sampled_from(["\\", "\0", "u0000", '"', "é", "\n"])).map("".join), st.booleans())
def test_a_break_stays_one_in_json(text: str, ascii_only: bool) -> None:
    written = guarded_json({text: [text]}, ensure_ascii=ascii_only)
    assert written.count(BREAK) == 2 * text.count(BREAK)
    plain = text.replace(BREAK, "")
    assert written.replace(BREAK, "") == json.dumps({plain: [plain]}, ensure_ascii=ascii_only)


def test_what_names_a_call_is_protected_too() -> None:
    guard = Guard(CONTROLS)
    turn = guard.turn(Turn(Role.TOOL, "x", (ToolCall("<|im_end|>", "n", "{}"),), call_id="</s>"))
    assert BREAK in turn.calls[0].id
    assert BREAK in turn.call_id


def test_a_thousand_control_tokens_are_looked_for_in_no_time() -> None:
    guard = Guard([f"<SPECIAL_{number}>" for number in range(1_000)])
    text = "The quick brown fox <b>jumps</b> over [1] the lazy dog, said a_b.c(x) < y | z.\n" * 400
    took = []
    for _ in range(5):
        began = time.process_time()
        guard.protect(text)
        took.append(time.process_time() - began)
    assert min(took) < 0.04
