"""What starting the program loads: Qt only for a window, and nothing heavy before it is used."""

import ast
import json
import subprocess
import sys
from pathlib import Path

HEAVY = {
    "anthropic",
    "chromadb",
    "docx",
    "genai_prices",
    "httpx2",
    "huggingface_hub",
    "keyring",
    "llama_cpp",
    "numpy",
    "onnxruntime",
    "openai",
    "pypdfium2",
    "sentence_transformers",
    "torch",
    "transformers",
}

SOURCE = Path(__file__).resolve().parents[2] / "src" / "localassist"

LOAD = """
import importlib, json, pkgutil, sys
import localassist
for found in pkgutil.walk_packages(localassist.__path__, "localassist."):
    if not found.name.startswith({skipped!r}):
        importlib.import_module(found.name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def loaded_without(*skipped: str) -> set[str]:
    """The top-level modules in memory once all of ours but the skipped packages are imported."""
    code = LOAD.format(skipped=skipped or ("-",))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_importing_all_of_the_program_loads_no_heavy_library():
    loaded = loaded_without()
    assert "PySide6" in loaded
    assert not loaded & HEAVY


def test_the_command_line_runs_without_qt():
    assert "PySide6" not in loaded_without("localassist.ui")


def test_libraries_are_imported_by_statements_so_that_the_contracts_see_them():
    hidden = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("import_module", "importlib.import_module", "__import__")
        and isinstance(node.args[0], ast.Constant)
        and not str(node.args[0].value).startswith("localassist.")
    ]
    assert not hidden
