"""An answer bound to a grammar has that form; what can't be followed is an error, never a crash and never a wait."""

from __future__ import annotations

import ctypes
import random
import re
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bare_llama import bare_model, bound
from gguf_files import CONTROLS, END, ModelOptions, write_random_model, write_talking_model
from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.grammars import positions
from localassist.adapters.llama.grammars.grammar import Grammar
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bare_llama import BareModel

ARITHMETIC = r"""
# Sums of numbers and names.
root  ::= (expr "=" ws term "\n"){1,3}
expr  ::= term ([-+*/] ws term)*
term  ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]{0,5} ws
num   ::= [0-9]{1,4} ws   # not too long
ws    ::= [ \t]?
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareModel]:
    """A model with random weights, which says anything that it may."""
    path = write_random_model(tmp_path_factory.mktemp("model") / "random.gguf", ModelOptions(context_length=4096))
    with bare_model(path) as model:
        yield model


@pytest.mark.slow
def test_text_bound_to_a_grammar_always_fits_it(model: BareModel) -> None:
    term = r"(?:[a-z][a-z0-9_]{0,5}|[0-9]{1,4})"
    texts = [text for seed in range(50) if (text := bound(model, seed, grammar=ARITHMETIC)) is not None]
    assert len(texts) >= 25
    for text in texts:
        flat = re.sub(r"[ \t]", "", text)
        while (less := re.sub(rf"\({term}(?:[-+*/]{term})*\)", "0", flat)) != flat:
            flat = less
        assert re.fullmatch(rf"(?:{term}(?:[-+*/]{term})*={term}\n){{1,3}}", flat), text


@pytest.mark.parametrize(
    ("grammar", "said"),
    [
        (" ", "no rule named root"), ("# nothing", "no rule named root"), ('a ::= "x"', "no rule named root"),
        ('root ::= "x', "not closed by \" (line 1, column 10)"), ("root ::= [a", "not closed by ]"),
        ("root ::= []", "empty"), ('root ::= ("x"', "not closed (line 1, column 10)"), ("root ::= )", "column 10"),
        ('root = "x"', "::= is missing"), ('root ::= "x"\n\n  other', "line 3, column 8"), ("root ::= b", "b is not"),
        ('root ::= "\\q"', "escape"), ('root ::= "\\u12"', "4 hexadecimal"), ("root ::= *", "nothing to repeat"),
        ('root ::= ""*', "nothing to repeat"), ('root ::= "x"{', "a number"), ('root ::= "x"{2', "}"),
        ('root ::= "x"{3,2}', "repeated"), ('root ::= "x"{2001}', "repeated"), ('root ::= "x"{0,99999}', "repeated"),
        ('root ::= "x"{99999999999999999999999999}', "repeated"),
        ('root ::= "x"{0000000002001}', "repeated"), ('root ::= ("x"{0,1000}){3}', "repeated"),
        ('root ::= "' + "x" * 5000 + '"{2000}', "grow"), ("root ::= " + "(" * 5000, "lie in each other"),
        ('root ::= "x" | "y" root ::= "z"', "can't stand"), ('root ::= "x"\nroot ::= "y"', "twice"),
        ("root ::= <think>", "tokens"), ("root ::= !<[7]>", "tokens"), ("x" * 300_000, "characters"),
        ('root ::= "a\0b"', "no text"), ('root ::= "\ud800"', "no text"), ("root ::= root", "begins with itself"),
        ('root ::= root "x" | "y"', "begins with itself"), ("root ::= ((root))", "begins with itself"),
        ('root ::= a "x"\na ::= b | "y"\nb ::= c root\nc ::= d\nd ::= ""', "begins with itself"),
        ('root ::= ("x" | )*', "be empty"), ('root ::= "x" root', "no text fits"),
        ('root ::= "x" a\na ::= "y" b\nb ::= [z] a | root', "no text fits"),
        ("root ::= r0\n" + "\n".join(f"r{n} ::= r{n + 1} | r{n + 1}" for n in range(40)) + '\nr40 ::= "x"', "branches"),
        ("root ::= r0\n" + "\n".join(f"r{n} ::= r{n + 1}" for n in range(999)) + '\nr999 ::= "x"', "begin each other"),
    ],
)  # fmt: skip
def test_a_grammar_that_cannot_be_followed_is_refused_where_it_is_wrong(
    model: BareModel, grammar: str, said: str
) -> None:
    with pytest.raises(ModelError, match=re.escape(said)) as caught:
        model.chain(Sampling(grammar=grammar))
    assert caught.value.hint


def fitting_natively(model: BareModel, text: str, taken: Sequence[int]) -> set[int] | None:
    """What llama.cpp's own grammars let follow some tokens, None where it can't follow the grammar."""
    api = bindings().api
    native = api.llama_sampler_init_grammar(model.vocabulary.native, text.encode(), b"root")
    if not native:
        return None
    for token in taken:
        api.llama_sampler_accept(native, token)
    size = model.vocabulary.size
    entries = (api.llama_token_data * size)(*((token, 1.0, 0.0) for token in range(size)))
    array = api.llama_token_data_array(ctypes.cast(entries, api.llama_token_data_p), size, -1, False)
    api.llama_sampler_apply(native, ctypes.byref(array))
    api.llama_sampler_free(native)
    return {entry.id for entry in entries if entry.logit > 0}


def test_grammars_mean_what_they_mean_to_llama_cpp(
    model: BareModel, capfd: pytest.CaptureFixture[str]
) -> None:  # what its parser refuses, it prints
    generator = random.Random(0)
    pieces = ["a", "(", ")", "*", "+", "?", "{2}", "{0,3}", "{1,}", '"x"', '""', "[^a]", ".", "\n", "|", "\\", "]"]
    compared = 0
    for _ in range(3000):
        text = list('root ::= a ("q" | b)\na ::= [a-zé]+ b?\nb ::= "(" root ")" | "x"{2,4}\n')
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(text))
            text[at : at + generator.randint(0, 2)] = [generator.choice(pieces)]
        try:
            grammar = Grammar("".join(text), model.vocabulary)
        except ModelError:
            continue
        taken: list[int] = []
        while len(taken) < 5:
            native, found = fitting_natively(model, "".join(text), taken), set(grammar.fitting())
            assert native is not None
            assert found <= native
            assert found == {token for token in range(model.vocabulary.size) if grammar.allows(token)}
            # It also lets come parts of what can't become a character, and control tokens by their names.
            assert not any(0 < token < 0x80 for token in native - found), "".join(text)
            if not (going_on := sorted(found - model.vocabulary.ends)):
                break
            taken.append(generator.choice(going_on))
            grammar.take(taken[-1])
            compared += 1
    assert compared > 1000
    assert capfd.readouterr().err == ""


def test_the_answer_ends_exactly_where_the_grammar_may(model: BareModel) -> None:
    grammar = Grammar('root ::= "ab" | "abc"', model.vocabulary)
    allowed = []
    for token in b"abc":
        allowed.append((grammar.allows(END), grammar.allows(token)))
        grammar.take(token)
    assert allowed == [(False, True), (False, True), (True, True)]
    assert [token for token in range(model.vocabulary.size) if grammar.allows(token)] == sorted(model.vocabulary.ends)
    grammar.take(END)


def test_parts_of_characters_join_to_those_of_the_grammar_and_no_others(model: BareModel) -> None:
    def may_follow(text: str, taken: bytes) -> set[int]:
        grammar = Grammar(text, model.vocabulary)
        for byte in taken:
            assert grammar.allows(byte)
            grammar.take(byte)
        found = {token for token in range(256) if grammar.allows(token)}
        assert not grammar.allows(END)
        return found

    assert may_follow('root ::= "é"', b"") == {0xC3}
    assert may_follow('root ::= "é"', b"\xc3") == {0xA9}
    assert may_follow("root ::= .", b"\xf0") == set(range(0x90, 0xC0))
    assert may_follow("root ::= .", b"\xed") == set(range(0x80, 0xA0))  # beyond are surrogates
    assert may_follow("root ::= [^a]", b"") == set(range(1, 0x80)) - {ord("a")} | set(range(0xC2, 0xF5))


def test_control_tokens_are_no_text_however_they_are_spelt(model: BareModel) -> None:
    grammar = Grammar("root ::= .*", model.vocabulary)
    opening = 256 + CONTROLS.index("<|im_start|>")
    assert not grammar.allows(opening)
    assert not model.vocabulary.piece(opening)


def test_only_what_was_chosen_is_taken(tmp_path: Path) -> None:
    # It wants to say "no" and is made to say "yes": each refused choice must leave no trace in the grammar.
    with bare_model(write_talking_model(tmp_path / "no.gguf", [b"n", b"o"])) as model:
        answer = model.answer(Sampling(temperature=0.0, grammar='root ::= "yes" | "yesterday"'), prompt=[ord("\n")])
    assert (answer.text, answer.ended, answer.stuck) == (b"yes", True, False)


def test_what_fits_is_left_as_it_is(tmp_path: Path) -> None:
    path = write_talking_model(tmp_path / "loop.gguf", [b"a", b"b", b"c"], ModelOptions(loops=True))
    with bare_model(path) as model:
        sampling = Sampling(seed=5, temperature=2.0, top_k=2)
        free = model.answer(sampling, prompt=[ord("\n")])
        assert model.answer(replace(sampling, grammar="root ::= .*"), prompt=[ord("\n")]) == free
    assert len(free.tokens) > 3


@pytest.mark.parametrize(
    "options", [{"mirostat": 1}, {"mirostat": 2}, {"typical_p": 0.5, "top_k": 0}, {"xtc_probability": 1.0},
                {"dry_multiplier": 1.0}, {"repeat_penalty": 1.3}, {"temperature": 0.0}]
)  # fmt: skip
def test_every_sampler_chooses_among_what_fits(model: BareModel, options: dict[str, float]) -> None:
    sampling = Sampling(**{"seed": 4, "grammar": "root ::= [p-t]{30}", **options})  # type: ignore[arg-type]
    answer = model.answer(sampling)
    assert re.fullmatch(rb"[p-t]{30}", answer.text)
    assert answer.ended
    assert not answer.stuck


def test_a_grammar_does_not_hold_where_it_is_told_not_to(model: BareModel) -> None:
    chain = model.chain(Sampling(temperature=0.0, grammar='root ::= "!"'))
    model.begin([65, 66, 67])
    chain.bound = False
    free = chain.choose(model.context)
    chain.bound = True
    assert (free == ord("!"), chain.choose(model.context)) == (False, ord("!"))
    chain.close()


def test_a_dead_end_ends_the_answer(model: BareModel) -> None:
    # Only NUL, which no text here holds, could go on.
    answer = model.answer(Sampling(grammar=r'root ::= "a" [\x00]'))
    assert (answer.text, answer.ended, answer.stuck) == (b"a", True, True)


def test_a_grammar_understood_in_ever_more_ways_is_stopped(tmp_path: Path) -> None:
    grammar = 'root ::= "a" root "x" | "a" root "y" | "a"'
    with (
        bare_model(write_talking_model(tmp_path / "a.gguf", [b"a"], ModelOptions(loops=True))) as model,
        pytest.raises(ModelError, match="too many ways"),
    ):
        model.answer(Sampling(grammar=grammar, temperature=0.0), prompt=[ord("\n")], count=200)


@pytest.mark.parametrize(
    ("grammar", "followed"),
    [
        ("root ::= " + '"a"? ' * 1000 + '"x"', True), ("root ::= " + "[a-z]* " * 60 + '"Z"', True),
        ("root ::= r0\n" + "\n".join(f'r{n} ::= "a"? r{n + 1}' for n in range(280)) + '\nr280 ::= "a"', True),
        ("root ::= " + " | ".join(f'"=" root "{n:x}"' for n in range(1200)) + ' | "z"', False),
        ('root ::= "a" root "x" | "a" root "y" | "a"', False),
    ],
    ids=["optionals", "repeats", "chain", "alternatives", "doubling"],
)  # fmt: skip
def test_no_grammar_takes_long_however_much_it_leaves_open(tmp_path: Path, grammar: str, followed: bool) -> None:
    words = [b"a", b"=", b"a" * 16, b"=" * 16, b"a" * 20]
    with bare_model(write_talking_model(tmp_path / "wide.gguf", words, ModelOptions(loops=True))) as model:
        began = time.thread_time()
        with nullcontext() if followed else pytest.raises(ModelError, match="too many ways"):
            bound_here = Grammar(grammar, model.vocabulary)
            for _ in range(20):
                fitting = bound_here.fitting()
                bound_here.take(max(fitting, key=lambda token: len(model.vocabulary.piece(token))))
        assert time.thread_time() - began < 2.0


def test_what_takes_too_much_work_is_given_up(model: BareModel, monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = Grammar("root ::= ([a-z] | [c-y] [f-x] | [g-w] [h-v])*", model.vocabulary)
    for _ in range(100):  # each token has its own share
        grammar.fitting()
        grammar.take(ord("h"))
    monkeypatch.setattr(positions, "_MOST_WORK", 10)
    with pytest.raises(ModelError, match="too many ways"):
        Grammar("root ::= ([a-z] | [c-y] [f-x] | [g-w] [h-v])*", model.vocabulary).fitting()


def test_many_words_to_choose_from_are_little_work(model: BareModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_MOST_WORK", 20_000)
    grammar = Grammar("root ::= " + " | ".join(f'"value {n}"' for n in range(4000)), model.vocabulary)
    assert grammar.fitting() == [ord("v")]
    for letter in b"value 2":
        grammar.take(letter)
    assert set(b"0123456789") < set(grammar.fitting())


def test_a_long_answer_keeps_its_place_when_what_was_found_out_is_forgotten(
    model: BareModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "_NODES_KEPT", 1)
    grammar = Grammar('root ::= "(" root ")" | [0-9]+ ("." root)?', model.vocabulary)
    for letter in b"((12.((3" + b"))))":
        assert grammar.allows(letter)
        grammar.take(letter)
    assert grammar.fitting() == sorted(model.vocabulary.ends)


def test_the_likeliest_that_fit_are_found_without_trying_all(model: BareModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Grammar, "fitting", lambda _self: pytest.fail("all were tried"))
    monkeypatch.setattr(Grammar, "take", lambda *_: None)  # choose for the same place again and again
    model.begin([65, 66, 67])
    order = [int(token) for token in np.argsort(-model.logits()) if 0x61 <= token <= 0x7A]
    for options, allowed in (({"temperature": 0.0}, order[:1]), ({"temperature": 5.0, "top_k": 3}, order[:3])):
        chain = model.chain(Sampling(seed=1, grammar="root ::= [a-z]+", top_p=1.0, min_p=0.0, **options))  # type: ignore[arg-type]
        found = {chain.choose(model.context) for _ in range(60)}
        assert found == set(allowed)
        chain.close()


def test_shares_are_those_among_all_that_fit(model: BareModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Grammar, "take", lambda *_: None)  # choose for the same place again and again
    model.begin([65, 66, 67])
    logits = model.logits()
    unlikely = sorted(sorted(range(0x61, 0x7B), key=lambda token: logits[token])[:12], key=lambda token: -logits[token])
    shares = np.exp(logits[unlikely]) / np.exp(logits[unlikely]).sum()
    nucleus = unlikely[: int(np.searchsorted(np.cumsum(shares), 0.6)) + 1]
    cut = {"top_k": 0, "top_p": 0.6, "min_p": 0.0, "temperature": 1.0}
    form = f"root ::= [{bytes(unlikely).decode()}]+"
    chain = model.chain(Sampling(seed=1, grammar=form, **cut))  # type: ignore[arg-type]
    found = Counter(chain.choose(model.context) for _ in range(3000))
    chain.close()
    assert set(found) == set(nucleus)
    for token, share in zip(nucleus, shares, strict=False):
        assert found[token] / 3000 == pytest.approx(share / shares[: len(nucleus)].sum(), abs=0.05)
