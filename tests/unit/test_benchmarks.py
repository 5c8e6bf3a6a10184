"""The `bench` command: which benchmarks there are, how a report is told, and what a missed target means."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from localassist.bench import report
from localassist.bench.report import NAMES, Result
from localassist.cli import running
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from localassist.domain.diagnosis import Finding
    from localassist.usecases.services import Services

HOLDS = Result("decode, ratio", 0.99, "x", "bare decode", "at least 0.98", holds=True)
MISSED = Result("stop", 250.0, "ms", "", "at most 100 ms", holds=False)
PLAIN = Result("decode", 119.0, "tokens/s", "")


class House:
    """A house with nothing in it but results; notes which benchmark it was asked for, of which model."""

    version = "1.0"
    log_file = "unused.log"

    def __init__(self, *results: Result) -> None:
        self._results = results
        self.asked: list[tuple[str, str, str, int]] = []

    def run_benchmark(self, name: str, model: str, data: str, chunks: int) -> dict[str, Any]:
        self.asked.append((name, model, data, chunks))
        return report.report(name, self._results)

    def services(self) -> Services:
        raise AssertionError("a benchmark needs no services")

    def diagnose(self) -> Iterable[Finding]:
        raise AssertionError("a benchmark is no diagnosis")

    def open_window(self) -> int:
        raise AssertionError("a benchmark opens no window")


def test_a_report_says_each_figure_its_reference_and_whether_it_holds(capfd: pytest.CaptureFixture[str]) -> None:
    assert running.run(["bench", "engine"], House(HOLDS, PLAIN)) == 0
    first, second = capfd.readouterr().out.splitlines()
    assert first == "decode, ratio: 0.99 x  (against bare decode)  target at least 0.98: holds"
    assert second == "decode: 119 tokens/s"


def test_a_missed_target_is_said_and_ends_with_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert running.run(["bench", "engine"], House(HOLDS, MISSED)) == 1
    assert "stop: 250 ms  target at most 100 ms: MISSED" in capfd.readouterr().out


def test_json_is_one_object_with_the_machine_and_all_results(capfd: pytest.CaptureFixture[str]) -> None:
    assert running.run(["bench", "engine", "--json"], House(MISSED)) == 1
    told = json.loads(capfd.readouterr().out)
    assert told["benchmark"] == "engine"
    assert told["machine"]["cores"] >= 1
    assert told["results"] == [
        {
            "name": "stop",
            "value": 250.0,
            "unit": "ms",
            "reference": "",
            "target": "at most 100 ms",
            "holds": False,
        }
    ]


def test_the_model_and_the_data_to_measure_can_be_named() -> None:
    house = House(PLAIN)
    running.run(["bench", "engine", "--model", "some.gguf"], house)
    running.run(["bench", "engine"], house)
    running.run(["bench", "ingest", "--data", "sets"], house)
    running.run(["bench", "search", "--chunks", "1000"], house)
    assert house.asked == [
        ("engine", "some.gguf", "", 0),
        ("engine", "", "", 0),
        ("ingest", "", "sets", 0),
        ("search", "", "", 1000),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_stands_for_a_benchmark(name: str) -> None:
    assert find_spec(f"localassist.bench.{name}") is not None


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(NotFoundError, match="engine"):
        report.run("engines")


def test_only_the_engine_is_measured_with_another_model(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="startup"):
        report.run("startup", str(tmp_path))


def test_a_model_file_that_is_not_there_is_said_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"missing\.gguf"):
        report.run("engine", str(tmp_path / "missing.gguf"))


def test_data_is_only_for_what_measures_documents(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="startup"):
        report.run("startup", data=str(tmp_path))
    with pytest.raises(NotFoundError, match="missing"):
        report.run("ingest", data=str(tmp_path / "missing"))
