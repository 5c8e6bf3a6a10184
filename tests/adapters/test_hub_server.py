"""The hub of these tests, asked by Hugging Face's own client: what holds for one holds for the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub_server import HubServer, running_hub
from localassist.process import LIBRARY_SWITCHES

WEIGHTS = bytes(range(256)) * 5000

ASK = """
import json, sys
from pathlib import Path
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

def refused(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__

api = HfApi(endpoint=sys.argv[1])
info = api.model_info("maker/model", files_metadata=True)
sizes = {file.rfilename: [file.size, file.lfs.sha256 if file.lfs else None] for file in info.siblings}
path = hf_hub_download("maker/model", "big.gguf", endpoint=sys.argv[1], token=False)
print(json.dumps({
    "sha": info.sha,
    "sizes": sizes,
    "tree": sorted(entry.path for entry in api.list_repo_tree("maker/model")),
    "found": [model.id for model in api.list_models(search="mod", filter="gguf", sort="downloads", limit=3)],
    "bytes": Path(path).stat().st_size,
    "gated": refused(lambda: hf_hub_download("maker/gated", "big.gguf", endpoint=sys.argv[1], token=False)),
    "gone": refused(lambda: api.model_info("maker/none")),
    "revision": refused(lambda: api.model_info("maker/model", revision="b" * 40)),
}))
"""


@pytest.mark.slow
def test_hugging_faces_own_client_understands_it(tmp_path: Path) -> None:
    with running_hub() as server:
        described = fill(server)
        environment = os.environ | {
            "HF_HOME": str(tmp_path),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "http_proxy", "all_proxy", "ALL_PROXY"):
            environment.pop(name, None)
        command = [sys.executable, "-c", ASK, server.endpoint]
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "sha": "a" * 40,
        "sizes": {"big.gguf": [len(WEIGHTS), described], "config.json": [2, None]},
        "tree": ["big.gguf", "config.json"],
        "found": ["maker/model", "maker/model-2", "maker/model-1"],
        "bytes": len(WEIGHTS),
        "gated": "GatedRepoError",
        "gone": "RepositoryNotFoundError",
        "revision": "RevisionNotFoundError",
    }


OURS = """
import sys
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.hub.hub import HuggingFaceHub
from localassist.adapters.network import NetworkDoor
from localassist.domain.library import Download, ModelSearch
from localassist.domain.stopping import Stop

door = NetworkDoor(offline=lambda: False)
door.guard_process()
line = HubLine.find(door, lambda name: None, {"HF_ENDPOINT": sys.argv[1]})
hub = HuggingFaceHub(line)
repository = hub.repository(next(hub.search(ModelSearch("model"), Stop())).name, Stop())
download = Download("1", repository.name, repository.revision, repository.files, sys.argv[2])
for file in repository.files:
    *_, last = HubDownloader(line).fetch(download, file, Stop(), lambda: 0.0)
    print(file.path, last)
print(door.traffic.refused, "huggingface_hub" in sys.modules)
"""


def test_ours_needs_no_other_library_and_no_way_but_the_door(tmp_path: Path) -> None:
    """In a guarded process, with the switches that keep all other libraries offline."""
    with running_hub() as server:
        fill(server)
        command = [sys.executable, "-c", OURS, server.endpoint, str(tmp_path / "models")]
        environment = os.environ | LIBRARY_SWITCHES
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)
    assert ran.stdout.split() == ["big.gguf", str(len(WEIGHTS)), "config.json", "2", "0", "False"], ran.stderr
    assert (tmp_path / "models" / "big.gguf").read_bytes() == WEIGHTS


def fill(server: HubServer) -> str:
    """Some repositories; the SHA-256 of the large file."""
    for number in range(3):
        server.add(f"maker/model-{number}", {}, downloads=number)
    server.add("maker/gated", {"big.gguf": WEIGHTS}, gated=True, tags=("gguf", "gated"))
    hosted = server.add("maker/model", {"big.gguf": WEIGHTS, "config.json": b"{}"}, downloads=9)
    sha256: str = hosted.description(whole=True)["siblings"][0]["lfs"]["sha256"]
    return sha256
