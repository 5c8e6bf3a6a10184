"""A load leaves a mark for as long as it runs; the mark of a process that is gone tells of a death."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.llama.files.loads import LoadMarks

if TYPE_CHECKING:
    from pathlib import Path

DYING = (
    "import os, sys; from pathlib import Path; from localassist.adapters.llama.files.loads import LoadMarks\n"
    "with LoadMarks(Path(sys.argv[1])).marking('/m/a.gguf'): {end}"
)


def run(folder: Path, end: str) -> None:
    subprocess.run([sys.executable, "-c", DYING.format(end=end), str(folder)], check=False, capture_output=True)


def test_a_process_that_ends_while_loading_is_noticed_until_forgotten(tmp_path: Path) -> None:
    run(tmp_path, "os.abort()")
    marks = LoadMarks(tmp_path)
    assert marks.deaths() == {"/m/a.gguf"}
    marks.forget_death("/m/b.gguf")
    assert LoadMarks(tmp_path).deaths() == {"/m/a.gguf"}
    marks.forget_death("/m/a.gguf")
    assert LoadMarks(tmp_path).deaths() == frozenset()


@pytest.mark.parametrize("end", ["pass", "raise ValueError"])
def test_a_load_that_ends_well_or_with_an_error_leaves_nothing(end: str, tmp_path: Path) -> None:
    run(tmp_path, end)
    assert list(tmp_path.iterdir()) == []


def test_the_load_of_another_process_that_lives_is_no_death(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DYING.format(end="print(flush=True) or input()"), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        marks = LoadMarks(tmp_path)
        assert len(list(tmp_path.iterdir())) == 1
        assert marks.deaths() == frozenset()
        marks.forget_death("/m/a.gguf")
        assert len(list(tmp_path.iterdir())) == 1
        other.kill()
        other.wait()
    assert marks.deaths() == {"/m/a.gguf"}


def test_a_process_number_given_to_another_since_is_a_death(tmp_path: Path) -> None:
    marks = LoadMarks(tmp_path)
    with marks.marking("/m/a.gguf"), marks.marking("/m/b.gguf"):
        assert marks.deaths() == frozenset()
        first = next(mark for mark in tmp_path.iterdir() if "a.gguf" in mark.read_text())
        facts = json.loads(first.read_text())
        assert facts["process"] == os.getpid()
        first.write_text(json.dumps({**facts, "started": facts["started"] - 3600}))
        assert marks.deaths() == {"/m/a.gguf"}


def test_marks_that_cannot_be_written_or_read_cost_only_the_knowledge(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with LoadMarks(tmp_path / "file").marking("/m/a.gguf"):
        assert LoadMarks(tmp_path / "file").deaths() == frozenset()
    for number, content in enumerate(("", "[1]", '{"path": "/m/a.gguf", "process": "x", "started": 0}')):
        (tmp_path / f"{number}.json").write_text(content)
    assert LoadMarks(tmp_path).deaths() == frozenset()
