"""The shape in which every benchmark reports, and the machine it ran on."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES: Final = ("door", "download", "engine", "grounding", "ingest", "redaction", "retrieval", "search", "startup")
_OF_A_MODEL: Final = "engine"
_OF_DATA: Final = ("grounding", "ingest", "redaction", "retrieval", "search")
_OF_CHUNKS: Final = "search"


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure.

    `value` is in `unit` (often a ratio to what `reference` names, measured in the same run); `target` says in
    words what it should be and `holds` whether it is, None where there is no target.
    """

    name: str
    value: float
    unit: str
    reference: str
    target: str = ""
    holds: bool | None = None


def run(name: str, model: str = "", data: str = "", chunks: int = 0) -> dict[str, Any]:
    """Run the benchmark `name` (one of `NAMES`) and return its report as one JSON-ready object.

    `model` is the path of a GGUF file to measure in place of the starter model, for `engine` alone; `data` a folder
    of data sets, for those in `_OF_DATA`; `chunks` how many to search among, for `search` alone. Raises
    `NotFoundError` for an unknown name, file or folder.
    """
    if name not in NAMES:
        raise NotFoundError(f"There is no benchmark called {name}.", f"There are: {', '.join(NAMES)}.")
    if model and name != _OF_A_MODEL:
        raise NotFoundError(f"The benchmark {name} has no model to choose.", "Leave --model out.")
    if model and not Path(model).is_file():
        raise NotFoundError(f"There is no file {model}.", "Name the GGUF file of a chat model.")
    if data and name not in _OF_DATA:
        raise NotFoundError(f"The benchmark {name} has no data to choose.", "Leave --data out.")
    if data and not Path(data).is_dir():
        raise NotFoundError(f"There is no folder {data}.", "Name a folder with retrieval/ and documents/ in it.")
    if chunks and name != _OF_CHUNKS:
        raise NotFoundError(f"The benchmark {name} has no number of chunks to choose.", "Leave --chunks out.")
    return report(name, _run(name, model or data, chunks))


def report(name: str, results: Iterable[Result]) -> dict[str, Any]:
    """The object `localassist bench --json` prints: the benchmark, the machine and a list of results."""
    return {"benchmark": name, "machine": machine(), "results": [asdict(result) for result in results]}


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, cores, system, Python and the libraries that do the work."""
    libraries = ("llama-cpp-python", "sentence-transformers", "torch", "chromadb", "PySide6-Essentials")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {library: _version(library) for library in libraries},
    }


def _run(name: str, choice: str, chunks: int) -> Iterable[Result]:
    # Each benchmark brings heavy libraries, so only the one asked for is imported.
    benchmark = import_module(f"localassist.bench.{name}").run
    if chunks:
        return cast("Iterable[Result]", benchmark(choice, chunks))
    results: Iterable[Result] = benchmark(choice) if choice or name == _OF_A_MODEL else benchmark()
    return results


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")  # elsewhere the standard library knows the name
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
