"""`docs embedder`: the models there are, and choosing one by its folder, as people do."""

from pathlib import Path

import pytest
from tiny_embedders import write_embedder

from e2e.commands import SAMPLES, Home


@pytest.mark.slow
def test_another_embedder_is_chosen_by_its_folder_and_searches_from_then_on(home: Path, tmp_path: Path) -> None:
    here = Home(home)
    listed = here.run("docs", "embedder").stdout
    assert listed.startswith("* all-minilm-l6-v2 91 MB, 384 dimensions, 256 tokens, Apache-2.0")
    folder = write_embedder(tmp_path / "tiny")
    assert here.run("docs", "embedder", folder).returncode == 0
    now, other = here.run("docs", "embedder").stdout.splitlines()
    assert now.startswith(f"* {folder}")
    assert other.startswith("  all-minilm-l6-v2")
    here.run("docs", "add", SAMPLES / "water-report-north-well.md")
    assert "water-report-north-well.md" in here.run("search", "nitrate of the well").stdout
    assert list((home / "prepared").glob("tiny-*-int8"))


def test_one_that_is_not_there_is_refused_and_nothing_changes(home: Path, tmp_path: Path) -> None:
    here = Home(home)
    refused = here.run("docs", "embedder", tmp_path / "nowhere")
    assert refused.returncode == 1
    assert "nowhere holds no sentence-transformers model" in refused.stderr
    assert here.run("docs", "embedder").stdout.startswith("* all-minilm-l6-v2")
