"""What is installed: locked exactly, no CUDA, and under licences that this program can be given away with."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = [
    Requirement(line.rstrip(" \\"))
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if re.match(r"[a-z]", line)
]
CHOSEN_BY_MACHINE = {"torch", "llama-cpp-python"}
STARTERS = tomllib.loads((ROOT / "models.toml").read_text(encoding="utf-8"))["model"]
COPYLEFT = re.compile(r"\b(A?GPL|SSPL)|Affero|GNU General Public", re.IGNORECASE)


def asked_for() -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    return [Requirement(text) for text in PROJECT["project"]["dependencies"] + groups["dev"] + groups["setup"]]


def test_the_lock_holds_a_fitting_version_of_everything_asked_for():
    locked: dict[str, list[Requirement]] = {}
    for entry in LOCK:
        locked.setdefault(entry.name, []).append(entry)
    for wish in asked_for():
        if wish.name in CHOSEN_BY_MACHINE:
            continue
        entries = locked.get(wish.name.lower(), [])
        assert entries, f"{wish} is not in the lock: run `make lock`"
        for entry in entries:
            (pin,) = entry.specifier
            assert wish.specifier.contains(pin.version), f"{entry} is not {wish}: run `make lock`"


def test_every_lock_entry_is_exact_and_has_hashes():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for entry in LOCK:
        assert [pin.operator for pin in entry.specifier] == ["=="], entry
        assert re.search(rf"^{re.escape(entry.name)}==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE), entry


def test_the_lock_brings_no_cuda():
    assert not [entry.name for entry in LOCK if re.match(r"nvidia|cuda|triton", entry.name)]


def imported() -> set[str]:
    """The distributions that our source imports, by the names their modules belong to."""
    owners = metadata.packages_distributions()
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            tops = {name.partition(".")[0] for name in names} - {*sys.stdlib_module_names, "localassist"}
            found.update(canonical(owners[top][0]) for top in tops)
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_asked_for_and_nothing_else():
    texts = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["bench"]
    declared = {canonical(Requirement(text).name) for text in texts}
    assert imported() == declared - {"torch"}  # torch is named for its build; sentence-transformers imports it


def licences(distribution: metadata.Distribution) -> str:
    """All that a package says about its licence: the expression, else the field and the classifiers."""
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [text for text in said.get_all("Classifier") or [] if text.startswith("License ::")]
    return " / ".join([(said.get("License") or "")[:200], *classifiers])


def needed() -> list[str]:
    here = [entry.name for entry in LOCK if entry.marker is None or entry.marker.evaluate()]
    return sorted({*here, *CHOSEN_BY_MACHINE, *(model["carrier"] for model in STARTERS if model.get("starter"))})


@pytest.mark.parametrize("name", needed())
def test_a_library_may_be_given_away_with_the_program(name):
    said = licences(metadata.distribution(name))
    if "LGPL" in said or "Lesser" in said:
        return  # linked at run time and replaceable by the user
    assert not COPYLEFT.search(said), said
