"""A question from a cold start: its vector is made without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from e2e.commands import SAMPLES, Home, only_object

if TYPE_CHECKING:
    from pathlib import Path

CODE = """
import sys
from pathlib import Path
from localassist.__main__ import main
_, loaded, *sys.argv[1:] = sys.argv
code = main()
Path(loaded).write_text("\\n".join(sys.modules), encoding="utf-8")
sys.exit(code)
"""


@pytest.mark.slow
def test_a_search_embeds_its_question_without_torch(home: Path, tmp_path: Path) -> None:
    here, loaded = Home(home), tmp_path / "loaded.txt"
    here.run("docs", "add", SAMPLES / "water-report-north-well.md")
    command = [sys.executable, "-c", CODE, str(loaded), "search", "--json", "nitrate of the well"]
    done = subprocess.run(command, env=here.environment(), capture_output=True, text=True, encoding="utf-8", check=True)
    assert only_object(done)["passages"][0]["meaning"] > 0
    modules = set(loaded.read_text(encoding="utf-8").splitlines())
    assert "onnxruntime" in modules
    assert modules.isdisjoint({"torch", "transformers", "sentence_transformers", "chromadb", "PySide6"})
