"""A context is as long and as precise as the memory allows, and a GPU gets the layers that fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gguf_files import ModelOptions, write_random_model
from localassist.adapters.llama.files.gguf_file import Header, read_header
from localassist.adapters.llama.memory import Need
from localassist.adapters.llama.planning import (
    FIRST_CONTEXT,
    ContextPlan,
    layers_for_gpu,
    longest_allowed,
    plan_context,
)
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

MB = 10**6
GB = 10**9
SMALL = Need(weights=4 * GB, kv_per_token=131_072, state=0, compute=200 * MB, layers=32)
"""Like an 8B model at 4 bits with grouped heads."""


def test_with_memory_to_spare_the_context_may_grow_to_what_the_model_was_trained_for() -> None:
    assert plan_context(SMALL, 64 * GB, 0, 131_072) == ContextPlan(FIRST_CONTEXT, 131_072, 16)


def test_with_less_memory_it_may_grow_as_far_as_that_goes() -> None:
    plan = plan_context(SMALL, 6 * GB, 0, 131_072)
    assert plan.kv_bits == 16
    assert FIRST_CONTEXT < plan.limit < 131_072
    assert SMALL.total(plan.limit) <= 6 * GB < SMALL.total(plan.limit + 1000)


def test_where_a_useful_length_does_not_fit_it_is_kept_at_8_bits() -> None:
    free = SMALL.total(6000)
    plan = plan_context(SMALL, free, 0, 131_072)
    assert plan.kv_bits == 8
    assert plan.limit > 6000
    assert SMALL.total(plan.limit, kv_bits=8) <= free


def test_a_wish_is_met_or_refused_with_what_would_fit() -> None:
    assert plan_context(SMALL, 64 * GB, 2000, 131_072) == ContextPlan(2000, 2000, 16)
    assert plan_context(SMALL, 64 * GB, 500_000, 131_072).limit == 131_072
    with pytest.raises(ModelError, match="100,000 tokens") as caught:
        plan_context(SMALL, 6 * GB, 100_000, 131_072)
    assert "Set the context length to " in caught.value.hint
    offered = int(caught.value.hint.split(" to ")[1].split(" ")[0].replace(",", ""))
    assert plan_context(SMALL, 6 * GB, offered, 131_072).limit == offered


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="memory") as caught:
        plan_context(SMALL, 4 * GB, 0, 131_072)
    assert "smaller model" in caught.value.hint


@pytest.mark.parametrize(("free", "layers"), [(80 * GB, -1), (5.6 * GB, -1), (3 * GB, 16), (0.6 * GB, 0), (0, 0)])
def test_a_gpu_gets_the_whole_model_or_the_layers_that_fit(free: float, layers: int) -> None:
    assert layers_for_gpu(SMALL, int(free), FIRST_CONTEXT) == layers


def test_what_weighs_nothing_has_no_layers_to_put_anywhere() -> None:
    assert layers_for_gpu(Need(weights=0, kv_per_token=0, state=0, compute=0, layers=0), 0, FIRST_CONTEXT) == 0


def test_only_rope_scaling_stretches_a_context_beyond_its_training(tmp_path: Path) -> None:
    header = read_header(str(write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=512))))
    assert longest_allowed(header, 512) == 512
    scaling = {"llama.rope.scaling.original_context_length": 512, "llama.rope.scaling.factor": 4.0}
    stretched = Header({**header.values, **scaling}, header.tensor_count, header.size)
    assert longest_allowed(stretched, 512) == 2048
    for nonsense in (float("inf"), float("nan"), -4.0, 1e30):
        claimed = Header({**stretched.values, "llama.rope.scaling.factor": nonsense}, header.tensor_count, header.size)
        assert longest_allowed(claimed, 512) == 512
