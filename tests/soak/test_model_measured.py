"""What is said of a model before it runs is what it then takes, and how fast it writes after it has written once."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gguf import GGMLQuantizationType

from fit_room import LAPTOP
from gguf_files import write_random_model
from gguf_shapes import SHAPES, write_shaped_model
from localassist.adapters.catalog import Catalog
from localassist.adapters.llama.footprints import HeaderFootprints
from localassist.adapters.llama.memory import free_memory
from localassist.adapters.resources import resource
from localassist.domain.fitting import Pace
from localassist.usecases.predicting import Speeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
MEMORY_WITHIN = 0.1
SPEED_WITHIN = 0.25
DEVICE = "CPU, 1 thread"
MODELS = (
    "llama-1b Q8_0",
    "llama-3b Q4_0",
    "llama-8b Q4_0",
    "qwen-1b Q4_K",
    "qwen-3b Q8_0",
    "qwen-8b Q4_K",
    "experts-1b Q4_0",
)

counts_pages = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="this system does not tell which pages were used"
)


@pytest.fixture
def starter(tmp_path: Path) -> str:
    return Catalog(resource("models.toml"), tmp_path / "verified.json").chat_models()[0].path


@pytest.fixture
def shaped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A model of random weights, of a size that does not stay on the disk."""
    name, kind = request.param.split()
    path = tmp_path / f"{name}-{kind}.gguf"
    yield str(write_shaped_model(path, SHAPES[name], GGMLQuantizationType[kind]))
    path.unlink()


def printed(script: str, *arguments: str) -> object:
    """What a process of its own found out."""
    command = [sys.executable, str(HERE / script), *arguments]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=1800).stdout)


def check_memory(path: str, tmp_path: Path, lengths: Sequence[int]) -> None:
    small = write_random_model(tmp_path / "small.gguf")
    footprint = HeaderFootprints().of_file(path)
    for length in dict.fromkeys(min(length, footprint.context_length) for length in lengths):
        predicted = footprint.memory(length)
        if predicted > free_memory():
            pytest.skip(f"{predicted:,} bytes are more than is free")
        found = printed("loading_process.py", str(small), path, str(length), str(min(512, length - 16)), "8")
        assert isinstance(found, dict)
        print(f"{Path(path).name} at {length}: {predicted / 1e6:.1f} MB predicted, {found['taken'] / 1e6:.1f} taken")
        assert predicted == pytest.approx(found["taken"], rel=MEMORY_WITHIN), length


@pytest.mark.slow
@counts_pages
def test_the_starter_takes_what_is_predicted(starter: str, tmp_path: Path) -> None:
    check_memory(starter, tmp_path, (512, 2048, 8192))


@pytest.mark.soak
@pytest.mark.corpus
@counts_pages
def test_the_models_of_the_corpus_take_what_is_predicted(corpus: Path, tmp_path: Path) -> None:
    files = sorted((corpus / "models").glob("*.gguf"))
    assert files
    for file in files:
        check_memory(str(file), tmp_path, (128, 256, 1024))


@pytest.mark.soak
@counts_pages
@pytest.mark.parametrize("shaped", MODELS, indirect=True)
def test_models_of_every_size_take_what_is_predicted(shaped: str, tmp_path: Path) -> None:
    check_memory(shaped, tmp_path, (1024, 4096, 16_384))


def foretold(ran: tuple[str, int], asked: tuple[str, int], rounds: int) -> float:
    """How fast the second was said to be after the first had written, as a share of how fast it was beside the first.

    Each is a model's path and the tokens before what it writes.
    """
    arguments = [str(each) for pair in (ran, asked) for each in pair]
    seconds = printed("pacing_process.py", str(rounds), *arguments)
    assert isinstance(seconds, list)
    first, second = seconds
    times_as_long = statistics.median(later / sooner for sooner, later in zip(first, second, strict=True))
    footprints = {path: HeaderFootprints().of_file(path) for path, _ in (ran, asked)}
    speeds = Speeds(LAPTOP, [Pace(ran[0], DEVICE, 1.0, ran[1])], footprints)
    predicted = speeds.of(footprints[asked[0]], asked[0], asked[1], on_gpu=0.0).tokens_per_second
    assert predicted is not None
    share = predicted * times_as_long
    print(f"{Path(ran[0]).name} after {ran[1]}, then {Path(asked[0]).name} after {asked[1]}: {share:.2f}")
    return share


@pytest.mark.soak
@pytest.mark.parametrize("depth", [700, 2000])
def test_after_one_run_the_starter_writes_as_fast_as_is_said(starter: str, depth: int) -> None:
    assert foretold((starter, 64), (starter, depth), 40) == pytest.approx(1, rel=SPEED_WITHIN)


@pytest.mark.soak
@pytest.mark.parametrize("shaped", MODELS, indirect=True)
def test_after_one_run_models_of_every_size_write_as_fast_as_is_said(shaped: str) -> None:
    needed = 2 * HeaderFootprints().of_file(shaped).memory(1024)
    if needed > free_memory():
        pytest.skip(f"twice in memory it takes {needed:,} bytes, more than is free")
    assert foretold((shaped, 32), (shaped, 500), 8) == pytest.approx(1, rel=SPEED_WITHIN)


@pytest.mark.soak
@pytest.mark.parametrize("other", ["llama-3b", "experts-1b"])
def test_what_ran_tells_of_others_alike(tmp_path: Path, other: str) -> None:
    kind = GGMLQuantizationType.Q4_0
    small, large = (
        str(write_shaped_model(tmp_path / f"{name}.gguf", SHAPES[name], kind)) for name in ("llama-1b", other)
    )
    assert foretold((small, 32), (large, 32), 8) == pytest.approx(1, rel=SPEED_WITHIN)
