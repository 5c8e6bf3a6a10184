"""What a model takes is told from its header alike, whether it is here or on the hub."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from gguf import GGMLQuantizationType
from hypothesis import given, settings
from hypothesis import strategies as st

from gguf_architectures import WINDOW, write_gemma3_model, write_mixtral_model
from gguf_files import ModelOptions, write_random_model, write_vocabulary_only
from gguf_shapes import Shape, write_shaped_model
from hub_server import HubServer, running_hub
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.hub import HuggingFaceHub
from localassist.adapters.llama.files.gguf_file import read_header
from localassist.adapters.llama.footprints import HeaderFootprints
from localassist.adapters.llama.memory import need_of
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.quantisations import variants
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "maker/Small-GGUF"
SMALL = Shape("llama", 2, 256, 4, 2, 64, 512, 4000, tied=True)
KINDS = ("Q4_0", "Q8_0", "F16")
GB = 10**9
EXTREMES = (bytes(8), b"\xff" * 8, struct.pack("<f", float("inf")), struct.pack("<f", float("nan")))


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as hub:
        yield hub


def hub_of(server: HubServer) -> HuggingFaceHub:
    return HuggingFaceHub(HubLine(NetworkDoor(offline=lambda: False), server.endpoint))


def test_on_the_hub_it_is_what_it_is_here_and_one_header_tells_of_all_quantisations(
    server: HubServer, tmp_path: Path
) -> None:
    paths = {
        kind: write_shaped_model(tmp_path / f"small-{kind}.gguf", SMALL, GGMLQuantizationType[kind]) for kind in KINDS
    }
    server.add(NAME, {path.name: path.read_bytes() for path in paths.values()})
    hub = hub_of(server)
    repository = hub.repository(NAME, Stop())
    footprints = HeaderFootprints(hub)
    asked = len(server.asked)
    for variant in variants(repository.files):
        here = HeaderFootprints().of_file(str(paths[variant.quantisation]))
        far = footprints.of_remote(repository, variant.files, Stop())
        assert far.context_length == here.context_length == 131_072
        for length in (512, 4096, 32_768):
            assert far.memory(length) == pytest.approx(here.memory(length), rel=0.001)
            assert far.memory(length, kv_bits=8) == pytest.approx(here.memory(length, kv_bits=8), rel=0.001)
            assert far.read(length) == pytest.approx(here.read(length), rel=0.01)
    assert len([one for one in server.asked[asked:] if one.on_cdn]) == 1


def test_all_parts_of_a_split_model_are_counted(server: HubServer, tmp_path: Path) -> None:
    parts = [
        write_random_model(tmp_path / f"m-0000{number}-of-00002.gguf", ModelOptions(part=(number - 1, 2)))
        for number in (1, 2)
    ]
    server.add(NAME, {path.name: path.read_bytes() for path in parts})
    hub = hub_of(server)
    repository = hub.repository(NAME, Stop())
    (variant,) = variants(repository.files)
    far = HeaderFootprints(hub).of_remote(repository, variant.files, Stop())
    here = HeaderFootprints().of_file(str(parts[0]))
    assert far.memory(512) == here.memory(512)
    headers = [read_header(str(part)) for part in parts]
    assert here.memory(512) == need_of(headers[0], headers[1:]).total(512)


def test_a_look_ends_on_request_and_needs_a_hub(server: HubServer, tmp_path: Path) -> None:
    server.add(NAME, {"m.gguf": write_random_model(tmp_path / "m.gguf").read_bytes()})
    repository = hub_of(server).repository(NAME, Stop())
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        HeaderFootprints(hub_of(server)).of_remote(repository, repository.files, stop)
    with pytest.raises(ModelError, match="not on this computer"):
        HeaderFootprints().of_remote(repository, repository.files, Stop())


def test_what_is_no_model_is_said_to_be_none(server: HubServer, tmp_path: Path) -> None:
    server.add(NAME, {"m.gguf": b"<!DOCTYPE html><html>" + bytes(5000)})
    hub = hub_of(server)
    repository = hub.repository(NAME, Stop())
    with pytest.raises(ModelError, match="web page"):
        HeaderFootprints(hub).of_remote(repository, repository.files, Stop())
    with pytest.raises(ModelError, match="no file"):
        HeaderFootprints().of_file(str(tmp_path / "gone.gguf"))


def test_what_could_not_be_chatted_with_is_no_fit(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="only a vocabulary"):
        HeaderFootprints().of_file(str(write_vocabulary_only(tmp_path / "m.gguf")))


def test_a_file_that_changed_is_looked_at_anew(tmp_path: Path) -> None:
    footprints = HeaderFootprints()
    path = write_shaped_model(tmp_path / "m.gguf", SMALL, GGMLQuantizationType.Q4_0)
    before = footprints.of_file(str(path)).memory(512)
    assert footprints.of_file(str(path)).memory(512) == before
    write_shaped_model(path, SMALL, GGMLQuantizationType.Q8_0)
    assert footprints.of_file(str(path)).memory(512) > 1.05 * before


def test_whatever_a_header_claims_there_is_a_number_or_an_error(tmp_path: Path) -> None:
    path = write_gemma3_model(tmp_path / "m.gguf", ModelOptions(context_length=4096))
    content, described = path.read_bytes(), read_header(str(path)).length

    @settings(max_examples=200, deadline=None)
    @given(st.integers(4, described - 1), st.one_of(st.binary(min_size=1, max_size=9), st.sampled_from(EXTREMES)))
    def claim(place: int, other: bytes) -> None:
        path.write_bytes(content[:place] + other + content[place + len(other) :])
        with suppress(ModelError):
            footprint = HeaderFootprints().of_file(str(path))
            assert 0 <= footprint.memory(1024, kv_bits=8) <= footprint.memory(8192)
            assert 0 <= footprint.read(0) <= footprint.read(2048)
            assert 0 <= footprint.share_on_gpu(GB, 4096) <= 1

    claim()


def test_a_token_reads_the_experts_it_uses_and_one_row_of_a_table(tmp_path: Path) -> None:
    """Of four experts it uses two; the embeddings are a table beside an output matrix, and are that matrix without."""
    header = read_header(str(write_mixtral_model(tmp_path / "m.gguf")))
    experts, embedding = 2 * 3 * 4 * 128 * 64 * 4, 259 * 64 * 4
    need = need_of(header)
    assert header.expert_bytes == experts
    assert need.active == need.weights - experts // 2 - embedding
    tied = Shape("llama", 2, 256, 4, 2, 64, 512, 4000, tied=True)
    for shape, table in ((tied, 0), (replace(tied, tied=False), 4000 * 256 * 2)):
        path = write_shaped_model(tmp_path / "tied.gguf", shape, GGMLQuantizationType.F16)
        need = need_of(read_header(str(path)))
        assert need.active == need.weights - table


def test_a_gpu_takes_all_of_a_model_or_some_of_its_layers(tmp_path: Path) -> None:
    path = write_shaped_model(tmp_path / "m.gguf", SMALL, GGMLQuantizationType.F16)
    footprint = HeaderFootprints().of_file(str(path))
    assert footprint.share_on_gpu(64 * 10**9, 4096) == 1
    assert footprint.share_on_gpu(0, 4096) == 0
    some = footprint.share_on_gpu(512 * 2**20 + footprint.memory(4096) // 2, 4096)
    assert 0 < some < 1


def test_heads_that_share_a_key_read_it_each_and_a_window_ends_that(tmp_path: Path) -> None:
    path = write_shaped_model(tmp_path / "m.gguf", SMALL, GGMLQuantizationType.F16)
    need = need_of(read_header(str(path)))
    assert need.read(1000) - need.read(0) == 1000 * 2 * need.kv_per_token
    windowed = need_of(read_header(str(write_gemma3_model(tmp_path / "w.gguf"))))
    before, after = windowed.read(WINDOW) - windowed.read(0), windowed.read(2 * WINDOW) - windowed.read(WINDOW)
    assert before == 6 * after
