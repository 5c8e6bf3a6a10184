"""What a header says a model needs is what llama.cpp then takes; what is free is what a model can have."""

from __future__ import annotations

import logging
import mmap
import os
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import gguf_architectures as architectures
from gguf_files import ModelOptions, write_random_model
from localassist.adapters.catalog import Catalog
from localassist.adapters.llama import memory
from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.files.gguf_file import Header, read_header
from localassist.adapters.llama.memory import Need, free_memory, longest_context, need_of
from localassist.adapters.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB = 2**20
ROUNDING = 0.01 * MIB
"""llama.cpp logs sizes in hundredths of a MiB."""

LENGTHS = (512, 2048, 8192)


def taken(path: str, length: int, caplog: pytest.LogCaptureFixture, *, kv_type: int = 1) -> dict[str, float]:
    """Bytes that llama.cpp reports for a context, without allocating anything: of its cache, its states, the rest."""
    api = bindings().api
    model_options = api.llama_model_default_params()
    model_options.no_alloc, model_options.load_mode = True, 0
    model = api.llama_model_load_from_file(os.fsencode(path), model_options)
    options = api.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_ubatch, options.n_outputs_max = length, length, 512, 1
    options.swa_full = False
    options.type_k = options.type_v = kv_type
    options.flash_attn_type = 1
    with caplog.at_level(logging.DEBUG, logger="localassist.llama"):
        caplog.clear()
        context = api.llama_init_from_model(model, options)
        said = "\n".join(caplog.messages)
    api.llama_free(context)
    api.llama_model_free(model)
    found = {
        "kv": re.findall(r"llama_kv_cache: size = +([\d.]+) MiB", said),
        "state": re.findall(r"llama_memory_recurrent: size = +([\d.]+) MiB", said),
        "compute": re.findall(r"compute buffer size = +([\d.]+) MiB", said),
    }
    return {kind: sum(map(float, sizes)) * MIB for kind, sizes in found.items()}


@pytest.mark.parametrize(
    "write",
    [
        write_random_model,
        architectures.write_gpt2_model,
        architectures.write_qwen3_model,
        architectures.write_gemma3_model,
        architectures.write_phi3_model,
        architectures.write_mixtral_model,
        architectures.write_mamba_model,
        architectures.write_lfm2_model,
    ],
    ids=lambda write: write.__name__.split("_")[1],
)
def test_the_cache_takes_what_the_header_says(
    write: Callable[[Path, ModelOptions], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(write(tmp_path / "m.gguf", ModelOptions(context_length=8192)))
    need = need_of(read_header(path))
    for length in LENGTHS:
        real = taken(path, length, caplog)
        assert need.kv(length) == pytest.approx(real["kv"], abs=2 * ROUNDING)
        assert need.state == pytest.approx(real["state"], abs=ROUNDING)


def test_the_starter_model_takes_what_its_header_says(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (starter,) = Catalog(resource("models.toml"), tmp_path).chat_models()
    need = need_of(read_header(starter.path))
    for length in LENGTHS:
        real = taken(starter.path, length, caplog)
        assert need.kv(length) == pytest.approx(real["kv"], abs=ROUNDING)
        compute = need.total(length) - need.kv(length) - need.weights - need.beside
        assert compute == pytest.approx(real["compute"], rel=0.02)
    quantised = taken(starter.path, 8192, caplog, kv_type=bindings().api.GGML_TYPE_Q8_0)
    assert need.kv(8192, kv_bits=8) == pytest.approx(quantised["kv"], abs=ROUNDING)


@pytest.mark.corpus
def test_the_models_of_the_corpus_take_what_their_headers_say(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = sorted((corpus / "models").glob("*.gguf"))
    assert files
    for file in files:
        need = need_of(read_header(str(file)))
        for length in LENGTHS:
            assert need.kv(length) == pytest.approx(taken(str(file), length, caplog)["kv"], abs=ROUNDING)


def header(architecture: str, **values: int | list[int]) -> Header:
    named = {f"{architecture}.{key.replace('__', '.')}": value for key, value in values.items()}
    return Header({"general.architecture": architecture, **named}, 1, 1000, 900)


def test_latent_attention_keeps_one_key_for_all_heads() -> None:
    """DeepSeek-V2-Lite: llama.cpp reports 60.75 MiB for 2,048 tokens, and 540 MiB for an older conversion."""
    common = {"block_count": 27, "embedding_length": 2048, "attention__head_count": 16}
    latent = {"attention__key_length": 576, "attention__value_length": 512, "attention__key_length_mla": 192}
    new = need_of(header("deepseek2", **common, attention__head_count_kv=1, **latent))
    old = need_of(header("deepseek2", **common, attention__key_length=192, attention__value_length=128))
    assert (new.kv(2048), old.kv(2048)) == (60.75 * MIB, 540 * MIB)


def test_windowed_layers_stop_growing() -> None:
    """gpt-oss 20b: llama.cpp reports 66 MiB for 2,048 tokens and 210 MiB for 8,192."""
    size = {"attention__key_length": 64, "attention__value_length": 64, "attention__sliding_window": 128}
    need = need_of(header("gpt-oss", block_count=24, attention__head_count=64, attention__head_count_kv=8, **size))
    assert (need.kv(2048), need.kv(8192)) == (66 * MIB, 210 * MIB)


def test_layers_may_differ_and_share() -> None:
    size = {"embedding_length": 64, "attention__key_length": 8, "attention__value_length": 8}
    mixed = need_of(
        header("llama", block_count=4, attention__head_count=8, attention__head_count_kv=[1, 2, 0, 4], **size)
    )
    assert mixed.kv_per_token == 7 * 16 * 2
    shared = header("gemma4", block_count=4, attention__head_count=2, attention__shared_kv_layers=3, **size)
    assert need_of(shared).kv_per_token == 2 * 16 * 2


def test_a_header_that_says_nothing_or_nonsense_counts_as_its_weights() -> None:
    nothing = need_of(Header({}, 1, 1000, 900))
    assert nothing.total(0) == 900 + nothing.beside
    for architecture in ("llama", "gemma3", "qwen3next", "mamba", "falcon-h1", "lfm2", "kimi-linear"):
        nonsense = header(architecture, block_count=2**63, embedding_length=-1, attention__head_count=[-7, 0])
        assert need_of(nonsense).total(512) < 2**62
        assert need_of(header(architecture, block_count=3, attention__head_count=[])).weights == 900


def test_all_parts_are_weighed() -> None:
    first = header("llama", block_count=1)
    assert need_of(first, [first, first]).weights == 2700


def test_a_table_of_which_a_token_needs_one_row_stays_on_the_disk() -> None:
    """Gemma 3n's, of 500 bytes here; the usual embeddings may be a matrix too."""
    tables = {"per_layer_token_embd.weight": 500, "token_embd.weight": 200}
    need = need_of(Header({"general.architecture": "gemma3n", "gemma3n.block_count": 1}, 3, 1000, 900, 0, tables))
    assert (need.weights, need.active) == (400, 400)
    need = need_of(Header({}, 4, 1000, 900, 0, {**tables, "output.weight": 150}))
    assert (need.weights, need.active) == (400, 200)


def test_the_longest_context_is_the_last_that_fits() -> None:
    need = Need(weights=1_000_000, kv_per_token=1000, state=5000, compute=70_000, layers=1)
    free = need.total(2048)
    assert longest_context(need, free) == 2048
    assert longest_context(need, free - 1) == 2048 - 256
    assert longest_context(need, free, kv_bits=8) > 2048
    assert longest_context(need, 999_999) == 0


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups of version 2, the process in /user/app; the files of the root are missing, as they are."""
    (tmp_path / "self").write_text("1:name=systemd:/\n0::/user/app\n")
    folder = tmp_path / "groups" / "user" / "app"
    folder.mkdir(parents=True)
    monkeypatch.setattr(memory, "_MEMBERSHIP", tmp_path / "self")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    return folder


def mapped_files() -> int:
    """Bytes of files in this process's memory, 0 where the system does not tell."""
    import psutil

    return int(getattr(psutil.Process().memory_info(), "shared", 0))


def limit(group: Path, most: str, used: int, dropped: int = 0) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon 5\ninactive_file {dropped}\n")


def test_a_limit_of_the_control_group_counts_without_what_its_file_cache_holds(group: Path) -> None:
    mapped = mapped_files()
    limit(group, "max", 10**6)
    unlimited = free_memory()
    limit(group, str(mapped + 10**9), 700 * 10**6, 200 * 10**6)
    assert unlimited > free_memory() == pytest.approx(500 * 10**6, abs=50 * 10**6)
    limit(group.parent, str(mapped + 10**8), 0)
    assert free_memory() == pytest.approx(10**8, abs=50 * 10**6)


def test_a_loaded_model_is_not_counted_as_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its weights are a mapped file, which Linux calls available; only there is it subtracted."""
    if not mapped_files():
        pytest.skip("mapped files count as used on this system")
    # What is available changes all the time, by what other programs do.
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=10**10))
    monkeypatch.setattr(memory, "_MEMBERSHIP", tmp_path / "no groups")
    file = tmp_path / "weights"
    size = 300 * 10**6
    with file.open("wb") as target:
        target.truncate(size)
    before = free_memory()
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as weights:
        touched = sum(weights[place] for place in range(0, size, 4096))
        assert touched == 0
        assert before - free_memory() == pytest.approx(size, rel=0.1)
