"""The memory's bandwidth is measured once a computer and then known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localassist.adapters import bandwidth
from localassist.adapters.bandwidth import MemoryBandwidth, measure

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MB = 10**6


def test_copying_tells_a_plausible_bandwidth() -> None:
    """Any memory of the last twenty years reads more than 0.5 GB a second, none more than 20 TB."""
    assert 0.5e9 < measure(1, 16 * MB) < 20e12
    assert 0.5e9 < measure(3, 16 * MB) < 20e12


def test_it_is_measured_once_and_anew_on_another_computer_or_when_the_file_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = iter([10e9, 20e9, 30e9])
    monkeypatch.setattr(bandwidth, "measure", lambda _threads: next(measured))
    file = tmp_path / "cache" / "bandwidth.json"
    assert [MemoryBandwidth(file, 2).bytes_per_second() for _ in range(2)] == [10e9, 10e9]
    assert MemoryBandwidth(file, 8).bytes_per_second() == 20e9
    known = json.loads(file.read_text())
    negative, missing = {**known, "bytes_per_second": -1}, {"computer": known["computer"]}
    for damaged in ("", "[]", json.dumps(negative), json.dumps(missing)):
        file.write_text(damaged)
        measured = iter([30e9])
        assert MemoryBandwidth(file, 8).bytes_per_second() == 30e9


def test_a_folder_that_can_t_be_written_costs_only_the_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bandwidth, "measure", lambda _threads: 10e9)
    (tmp_path / "taken").write_text("a file where the folder should be")
    assert MemoryBandwidth(tmp_path / "taken" / "bandwidth.json", 2).bytes_per_second() == 10e9
