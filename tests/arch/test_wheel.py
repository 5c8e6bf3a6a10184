"""The package that `pip install` gets: the program with its assets, catalogue, licence, types and commands."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def wheel(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as opened:
        yield opened


def test_the_wheel_holds_what_the_program_needs_to_run(wheel):
    names = set(wheel.namelist())
    assets = {f"localassist/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "assets").rglob("*.*")}
    assert len(assets) > 12
    assert assets <= names
    assert {"localassist/models.toml", "localassist/py.typed", "localassist/__main__.py"} <= names
    assert "localassist/adapters/cloud/providers.toml" in names


def test_the_wheel_names_its_licence_and_its_commands(wheel):
    (licence,) = (name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()
    (commands,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert b"localassist = localassist.__main__:main" in wheel.read(commands)
    (about,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    assert b"License-Expression: Apache-2.0" in wheel.read(about)
