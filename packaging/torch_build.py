"""Which build of torch to install: always the one for the CPU, never gigabytes of CUDA libraries."""

import platform
import re
from typing import Any

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA_ONLY = re.compile(r"(nvidia|cuda|triton)\b", re.IGNORECASE)

NO_CPU_BUILD = """\
No CPU build of torch {version} was found: this machine's package indexes offer only the one with CUDA libraries
(several gigabytes that a sentence embedder does not need), and {index} did not answer within 5 seconds.
Go on in one of two ways, then run the same command again:
  - with access to that address (a proxy is taken from HTTPS_PROXY), or
  - fetch the wheel elsewhere and name its folder:
      pip download --no-deps --index-url {index} torch=={version} -d wheels
      PIP_FIND_LINKS=wheels make setup"""


def is_cpu_build(candidate: dict[str, Any]) -> bool:
    """Whether one entry of `install` in pip's report is a build without CUDA.

    Only Linux has CUDA builds on the default index; there a CUDA build names NVIDIA's packages as requirements.
    """
    if platform.system() != "Linux":
        return True
    metadata = candidate["metadata"]
    if "+cpu" in metadata["version"]:
        return True
    return not any(CUDA_ONLY.match(requirement) for requirement in metadata.get("requires_dist", []))


def cpu_version(report: dict[str, Any]) -> str | None:
    """The exact version of torch that the indexes behind pip's report offer for the CPU, if they do."""
    for candidate in report["install"]:
        if candidate["metadata"]["name"] == "torch" and is_cpu_build(candidate):
            return str(candidate["metadata"]["version"])
    return None
