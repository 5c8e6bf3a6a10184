"""The rules of the house that no linter checks: sizes, names, and what a module says of itself."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "localassist"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400
MEANINGLESS = {"utils", "util", "common", "helpers", "helper", "core", "base", "manager", "managers", "misc"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES + sorted((ROOT / "packaging").glob("*.py")), ids=named)
def test_a_module_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_room_has_a_meaning():
    parts = {part for path in MODULES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not parts & MEANINGLESS


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_in_one_sentence_what_it_owns(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "it says nothing"
    sentence = " ".join(docstring.split("\n\n")[0].split())  # where it comes from may follow
    assert sentence.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", sentence), "more than one sentence"


def imported(path: Path) -> Iterator[str]:
    """The top-level packages that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.relative_to(SOURCE).parts[0] in ("domain", "usecases")], ids=named
)
def test_the_inner_layers_need_nothing_but_python(path):
    # `override` comes with the standard library from Python 3.12 on
    assert set(imported(path)) <= {*sys.stdlib_module_names, "localassist", "typing_extensions"}


def test_no_exemption_from_the_layers():
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
