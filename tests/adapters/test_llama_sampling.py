"""Every sampler does what it says, again with the same seed, and what a model thought of its tokens is told."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bare_llama import CONTEXT, bare_model
from gguf_files import ModelOptions, write_random_model, write_talking_model
from localassist.adapters.llama.sampling import SamplerChain, check
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bare_llama import BareModel

NOTHING_CUT = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
PROMPT = [65, 66, 67]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareModel]:
    """A model with random weights."""
    path = write_random_model(tmp_path_factory.mktemp("model") / "random.gguf", ModelOptions(context_length=4096))
    with bare_model(path) as model:
        yield model


def drawn(model: BareModel, draws: int = 400, **options: object) -> Counter[int]:
    """The tokens that come when one place is chosen for again and again."""
    found: Counter[int] = Counter()
    model.begin(PROMPT)
    chain = model.chain(Sampling(seed=7, **{**NOTHING_CUT, **options}))  # type: ignore[arg-type]
    for _ in range(draws):
        found[chain.choose(model.context)] += 1
    chain.close()
    return found


def likeliest(model: BareModel) -> list[int]:
    """All tokens after the prompt, the likeliest first."""
    model.begin(PROMPT)
    return [int(token) for token in np.argsort(-model.logits())]


def test_temperature_0_takes_the_likeliest_whatever_the_seed(model: BareModel) -> None:
    assert drawn(model, temperature=0.0) == {likeliest(model)[0]: 400}
    assert model.answer(Sampling(temperature=0.0, seed=1)) == model.answer(Sampling(temperature=0.0, seed=2))


def test_next_to_no_temperature_is_none(model: BareModel) -> None:
    for temperature in (1e-40, 1e-7):
        assert drawn(model, temperature=temperature) == {likeliest(model)[0]: 400}


def test_a_higher_temperature_spreads_the_choice(model: BareModel) -> None:
    cold, warm = drawn(model, temperature=0.1), drawn(model, temperature=3.0)
    assert len(cold) < len(warm)
    assert cold[likeliest(model)[0]] > warm[likeliest(model)[0]]


def test_top_k_leaves_the_k_likeliest(model: BareModel) -> None:
    assert set(drawn(model, top_k=3, temperature=5.0)) == set(likeliest(model)[:3])


def test_min_p_leaves_what_is_likely_enough_beside_the_likeliest(model: BareModel) -> None:
    model.begin(PROMPT)
    logits = model.logits()
    allowed = set(np.flatnonzero(logits >= logits.max() + np.log(0.3)).tolist())
    assert set(drawn(model, min_p=0.3, temperature=5.0)) == allowed


def test_top_p_leaves_the_likeliest_that_make_up_the_share(model: BareModel) -> None:
    model.begin(PROMPT)
    logits = model.logits()
    shares = np.sort(np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum())[::-1]
    count = int(np.searchsorted(np.cumsum(shares), 0.5)) + 1
    assert set(drawn(model, top_p=0.5, temperature=5.0, draws=4000)) == set(likeliest(model)[:count])


def test_typical_p_leaves_out_what_surprises_too_much_or_too_little(model: BareModel) -> None:
    model.begin(PROMPT)
    logits = model.logits()
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    oddness = np.abs(-np.log(shares) + (shares * np.log(shares)).sum())
    order = np.argsort(oddness)
    count = int(np.searchsorted(np.cumsum(shares[order]), 0.4)) + 1
    assert set(drawn(model, typical_p=0.4, temperature=5.0, draws=4000)) <= set(order[: count + 1].tolist())
    assert count < len(order) // 2


def test_xtc_takes_away_the_top_choices_but_for_the_last_of_them(model: BareModel) -> None:
    model.begin(PROMPT)
    logits = model.logits()
    second = np.sort(np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum())[-2]
    found = drawn(model, xtc_probability=1.0, xtc_threshold=float(second) * 0.99)
    assert likeliest(model)[0] not in found
    assert likeliest(model)[1] in found


@pytest.mark.parametrize("version", [1, 2])
def test_mirostat_takes_longer_shots_for_a_higher_target(model: BareModel, version: int) -> None:
    def surprise(tau: float) -> float:
        model.begin(PROMPT)
        chain = model.chain(Sampling(mirostat=version, mirostat_tau=tau, seed=3, rivals=0))
        total = 0.0
        for _ in range(150):
            token = chain.choose(model.context)
            choice = chain.choice(model.context, token)
            assert choice is not None
            total -= choice.log_probability
            model.read([token])
        chain.close()
        return total / 150

    assert surprise(1.0) < surprise(4.0)


@pytest.mark.parametrize("penalty", [{"repeat_penalty": 1.5}, {"frequency_penalty": 2.0}, {"presence_penalty": 3.0}])
def test_penalties_lead_away_from_what_was_said(model: BareModel, penalty: dict[str, float]) -> None:
    plain = model.answer(Sampling(temperature=0.0), count=100).tokens
    led = model.answer(Sampling(temperature=0.0, **penalty), count=100).tokens  # type: ignore[arg-type]
    assert len(set(led)) > len(set(plain))


def test_penalties_look_as_far_back_as_told(model: BareModel) -> None:
    first = likeliest(model)[0]
    far = [first] + [PROMPT[0]] * 20 + PROMPT

    def chosen(back: int) -> int:
        chain = model.chain(Sampling(temperature=0.0, presence_penalty=10.0, repeat_last_n=back))
        chain.remember(far)
        model.begin(PROMPT)
        token = chain.choose(model.context)
        chain.close()
        return token

    assert [chosen(0) == first, chosen(5) == first, chosen(24) == first, chosen(-1) == first] == [
        True,
        True,
        False,
        False,
    ]


def test_dry_breaks_a_loop(tmp_path: Path) -> None:
    path = write_talking_model(tmp_path / "loop.gguf", [b"a", b"b", b"c"], ModelOptions(loops=True))
    with bare_model(path) as model:
        plain = model.answer(Sampling(temperature=0.0), prompt=[ord("\n")])
        dry = model.answer(Sampling(temperature=0.0, dry_multiplier=2.0), prompt=[ord("\n")])
        off = model.answer(Sampling(temperature=0.0, dry_multiplier=2.0, dry_penalty_last_n=0), prompt=[ord("\n")])
        stopped = model.answer(
            Sampling(temperature=0.0, dry_multiplier=2.0, dry_sequence_breakers=("b",)), prompt=[ord("\n")]
        )
    assert plain.text == off.text == b"abc" * 20
    assert len(dry.text) < 15 or b"abcabcabcabc" not in dry.text
    assert stopped.text.startswith(b"abcabcabcabc")


@pytest.mark.parametrize(
    "options",
    [{}, {"typical_p": 0.8}, {"xtc_probability": 0.5}, {"mirostat": 1}, {"mirostat": 2}, {"dry_multiplier": 1.0},
     {"top_k": 0}, {"repeat_penalty": 1.1}],
)  # fmt: skip
def test_a_seed_repeats_what_another_does_not(model: BareModel, options: dict[str, float]) -> None:
    def said(seed: int | None) -> list[int]:
        sampling = Sampling(temperature=1.5, seed=seed, **options)  # type: ignore[arg-type]
        return model.answer(sampling, count=40, past_ends=True).tokens  # two texts that end at once would be alike

    assert said(1) == said(1)
    assert len({tuple(said(seed)) for seed in (1, 2, -1, None)}) == 4


def test_log_probabilities_are_those_of_a_plain_softmax(model: BareModel) -> None:
    model.begin(PROMPT)
    logits = model.logits()
    plain = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
    chain = model.chain(Sampling(temperature=5.0, seed=1, rivals=20, repeat_penalty=2.0, top_k=3))
    chain.remember(PROMPT)
    token = chain.choose(model.context)
    choice = chain.choice(model.context, token)
    assert choice is not None
    assert choice.log_probability == pytest.approx(plain[token], abs=1e-4)
    assert [value for _, value in choice.rivals] == pytest.approx(np.sort(plain)[::-1][:20].tolist(), abs=1e-4)
    assert all(better >= worse for (_, better), (_, worse) in pairwise(choice.rivals))
    chain.close()


def test_log_probabilities_of_all_tokens_sum_to_one(model: BareModel) -> None:
    model.begin(PROMPT)
    chain = model.chain(Sampling(rivals=0))
    choices = [chain.choice(model.context, token) for token in range(model.vocabulary.size)]
    assert sum(np.exp(choice.log_probability) for choice in choices if choice) == pytest.approx(1.0, abs=1e-4)
    assert all(choice and not choice.rivals for choice in choices)
    chain.close()


def test_rivals_bear_their_text_or_their_name(tmp_path: Path) -> None:
    with bare_model(write_talking_model(tmp_path / "talk.gguf", [b"word"])) as model:
        chain = model.chain(Sampling(temperature=0.0, rivals=1))
        model.begin([ord("\n")])
        token = chain.choose(model.context)
        first = chain.choice(model.context, token)
        model.read([token])
        last = chain.choice(model.context, chain.choose(model.context))
        chain.close()
    assert first is not None
    assert last is not None
    assert (first.text, last.text) == ("word", "<|im_end|>")
    assert (first.rivals, last.rivals) == (
        (("word", first.log_probability),),
        (("<|im_end|>", last.log_probability),),
    )


def test_nothing_is_told_where_nothing_was_asked(model: BareModel) -> None:
    model.begin(PROMPT)
    chain = model.chain(Sampling())
    assert chain.choice(model.context, chain.choose(model.context)) is None
    chain.close()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("temperature", (-0.1, 5.1)), ("top_k", (-1, 2_000_000)), ("top_p", (-0.1, 1.1)), ("min_p", (-0.1, 1.1)),
        ("typical_p", (-0.1, 1.1)), ("xtc_probability", (-0.1, 1.1)), ("xtc_threshold", (-0.1, 1.1)),
        ("dry_multiplier", (-1.0, 101.0)), ("dry_base", (0.9, 11.0)), ("dry_allowed_length", (-1, 2_000_000)),
        ("dry_penalty_last_n", (-2, 2_000_000_000)), ("repeat_penalty", (0.0, 11.0)),
        ("frequency_penalty", (-11.0, 11.0)), ("presence_penalty", (-11.0, 11.0)),
        ("repeat_last_n", (-2, 2_000_000_000)), ("mirostat", (-1, 3)), ("mirostat_tau", (-1.0, 101.0)),
        ("mirostat_eta", (-0.1, 11.0)), ("max_tokens", (-1, 2_000_000_000)), ("rivals", (-1, 101)),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_with_its_range(name: str, values: tuple[float, float]) -> None:
    for value in (*values, float("nan"), float("inf"), float("-inf")):
        with pytest.raises(ModelError, match=name) as caught:
            check(Sampling(**{name: value}))  # type: ignore[arg-type]
        assert "It can be" in caught.value.hint


def test_every_number_of_a_sampling_has_a_range() -> None:
    numbers = [field.name for field in fields(Sampling) if isinstance(field.default, int | float)]
    for name in [*numbers, "rivals"]:
        with pytest.raises(ModelError, match=name):
            check(Sampling(**{name: float("nan")}))  # type: ignore[arg-type]


@pytest.mark.parametrize("breakers", [("",), ("x" * 41,), ("x",) * 33])
def test_unusable_sequence_breakers_are_refused(breakers: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="dry_sequence_breakers"):
        check(Sampling(dry_sequence_breakers=breakers))


def test_a_grammar_and_a_schema_at_once_are_refused() -> None:
    with pytest.raises(ModelError, match="Both"):
        check(Sampling(grammar='root ::= "x"', json_schema="{}"))


def test_the_ends_of_every_range_work(model: BareModel) -> None:
    lowest = Sampling(
        temperature=0.01, top_k=1, top_p=0.0, min_p=1.0, typical_p=0.0, xtc_probability=1.0, xtc_threshold=0.0,
        dry_multiplier=100.0, dry_base=10.0, dry_allowed_length=0, dry_penalty_last_n=-1, repeat_penalty=0.1,
        frequency_penalty=-10.0, presence_penalty=-10.0, repeat_last_n=-1, seed=-5, rivals=100,
    )  # fmt: skip
    highest = Sampling(
        temperature=5.0, top_k=1_000_000, xtc_probability=1.0, xtc_threshold=1.0, dry_multiplier=0.01, dry_base=1.0,
        dry_allowed_length=1_000_000, dry_penalty_last_n=1_000_000_000, repeat_penalty=10.0, frequency_penalty=10.0,
        presence_penalty=10.0, repeat_last_n=1_000_000_000, seed=2**70, mirostat_tau=0.0, mirostat_eta=10.0,
    )  # fmt: skip
    mirostats = [Sampling(mirostat=version, mirostat_tau=0.0, mirostat_eta=10.0, top_k=0) for version in (1, 2)]
    for sampling in (lowest, highest, *mirostats):
        answer = model.answer(sampling, count=30)
        assert len(answer.tokens) == 30 or answer.ended


def test_a_chain_is_made_in_well_under_a_millisecond(model: BareModel) -> None:
    def seconds() -> float:
        began = time.perf_counter()
        SamplerChain(Sampling(seed=1), model.vocabulary, CONTEXT).close()
        return time.perf_counter() - began

    assert min(seconds() for _ in range(20)) < 0.0005
