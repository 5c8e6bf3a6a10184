"""Models that other programs keep are found where these programs keep them, once each, and nothing is written there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.model_files.finding import DiskModelFinder
from localassist.domain.errors import NotFoundError, Stopped
from localassist.domain.models import ModelFile
from localassist.domain.stopping import Stop
from model_homes import hub_file, model_bytes, ollama_model, sha256, tree, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.keeping import FoundModel


@pytest.fixture
def user(tmp_path: Path) -> Path:
    folder = tmp_path / "user"
    folder.mkdir()
    return folder


def find(
    user: Path,
    environment: Mapping[str, str] | None = None,
    system: str = "linux",
    folders: Sequence[str] = (),
    known: Sequence[ModelFile] = (),
) -> dict[str, FoundModel]:
    found = DiskModelFinder(user, environment or {}, system, user / "shared").find(folders, known, Stop())
    assert len({model.name for model in found}) == len(found)
    return {model.name: model for model in found}


@pytest.mark.parametrize(
    ("system", "program", "folder"),
    [
        ("linux", "LM Studio", ".lmstudio/models/maker/model"),
        ("linux", "LM Studio", ".cache/lm-studio/models/maker/model"),
        ("linux", "Jan", ".local/share/Jan/data/llamacpp/models/maker/model"),
        ("linux", "GPT4All", ".local/share/nomic.ai/GPT4All"),
        ("linux", "llama.cpp", ".cache/llama.cpp"),
        ("darwin", "LM Studio", ".lmstudio/models/maker/model"),
        ("darwin", "Jan", "Library/Application Support/Jan/data/llamacpp/models/maker/model"),
        ("darwin", "GPT4All", "Library/Application Support/nomic.ai/GPT4All"),
        ("darwin", "llama.cpp", "Library/Caches/llama.cpp"),
        ("win32", "LM Studio", ".lmstudio/models/maker/model"),
        ("win32", "Jan", "AppData/Roaming/Jan/data/llamacpp/models/maker/model"),
        ("win32", "GPT4All", "AppData/Local/nomic.ai/GPT4All"),
        ("win32", "llama.cpp", "AppData/Local/llama.cpp"),
    ],
)
def test_files_lie_where_each_program_keeps_them(user: Path, system: str, program: str, folder: str) -> None:
    path = write(user / folder / "model.gguf", model_bytes("one"))
    write(user / folder / "mmproj-model.gguf", model_bytes("its eyes"))
    write(user / folder / "model.yml", b"name: model")
    found = find(user, system=system)
    assert list(found) == ["model"]
    assert (found["model"].place, found["model"].path, found["model"].size) == (program, str(path), 4000)


@pytest.mark.parametrize(
    ("variable", "below"),
    [
        ("HF_HUB_CACHE", ""),
        ("HUGGINGFACE_HUB_CACHE", ""),
        ("HF_HOME", "hub"),
        ("XDG_CACHE_HOME", "huggingface/hub"),
        ("", ".cache/huggingface/hub"),
    ],
)
def test_the_hugging_face_cache_is_where_its_variables_say(user: Path, variable: str, below: str) -> None:
    base = user / "elsewhere" if variable else user
    data = model_bytes("llama")
    link = hub_file(base / below, "maker/llama-GGUF", "llama-q4.gguf", data)
    found = find(user, {variable: str(base)} if variable else {})["llama-q4"]
    assert (found.path, found.place, found.sha256) == (str(link), "Hugging Face", sha256(data))
    assert not found.orphaned
    assert not found.problem


@pytest.mark.parametrize("variable", ["OLLAMA_MODELS", ""])
def test_ollamas_models_are_named_as_people_call_them(user: Path, variable: str) -> None:
    models = user / "elsewhere" if variable else user / ".ollama" / "models"
    data = model_bytes("qwen")
    blob = ollama_model(models, "qwen3", "0.6b", data, others=[model_bytes("its eyes")])
    found = find(user, {variable: str(models)} if variable else {})
    assert list(found) == ["qwen3:0.6b"]
    assert (found["qwen3:0.6b"].path, found["qwen3:0.6b"].sha256) == (str(blob), sha256(data))


def test_the_models_of_ollamas_service_are_found(user: Path) -> None:
    ollama_model(user / "shared" / "ollama" / ".ollama" / "models", "one", "latest", model_bytes("one"))
    assert list(find(user)) == ["one:latest"]
    assert not find(user, system="darwin")


def test_lm_studios_pointer_leads_to_its_folder(user: Path) -> None:
    write(user / "big disk" / "models" / "maker" / "model" / "model.gguf", model_bytes("one"))
    write(user / ".lmstudio-home-pointer", f"{user / 'big disk'}\n".encode())
    assert find(user)["model"].place == "LM Studio"


def test_a_folder_that_is_named_is_read_as_what_it_is(user: Path) -> None:
    write(user / "plain" / "deep" / "er" / "a.gguf", model_bytes("a"))
    ollama_model(user / "copied", "b", "latest", model_bytes("b"))
    hub_file(user / "cache", "maker/c", "c.gguf", model_bytes("c"))
    found = find(user, folders=[str(user / name) for name in ("plain", "copied", "cache")])
    assert list(found) == ["a", "b:latest", "c"]
    with pytest.raises(NotFoundError, match="no folder"):
        find(user, folders=[str(user / "nowhere")])


def test_one_content_in_many_places_is_listed_once(user: Path) -> None:
    data = model_bytes("the same", 3 * 2**20)
    hub = hub_file(user / ".cache" / "huggingface" / "hub", "maker/one", "one.gguf", data)
    hub_file(user / ".cache" / "huggingface" / "hub", "maker/one", "one.gguf", data, revision="b" * 40)
    ollama_model(user / ".ollama" / "models", "one", "latest", data)
    write(user / ".lmstudio" / "models" / "maker" / "one" / "copy.gguf", data)
    os.link(user / ".lmstudio" / "models" / "maker" / "one" / "copy.gguf", user / "linked.gguf")
    other = bytearray(data)
    other[2**20 + 5] ^= 1  # neither beginning, middle nor end
    write(user / ".local" / "share" / "nomic.ai" / "GPT4All" / "other.gguf", bytes(other))
    found = find(user)
    assert list(found) == ["one", "other"]
    assert found["one"].path == str(hub)
    assert len(found["one"].also) == 3


def test_a_file_that_was_added_before_says_so(user: Path) -> None:
    link = hub_file(user / ".cache" / "huggingface" / "hub", "maker/one", "one.gguf", model_bytes("one"))
    write(user / ".cache" / "llama.cpp" / "two.gguf", model_bytes("two"))
    found = find(user, known=[ModelFile("my model", str(link.resolve()), 4000)])
    assert found["one"].known_as == "my model"
    assert not found["two"].known_as


def test_parts_of_a_split_file_are_one_model_and_missing_ones_its_problem(user: Path) -> None:
    cache = user / ".cache" / "huggingface" / "hub"
    for part in (1, 2, 3):
        hub_file(cache, "maker/big", f"big-{part:05}-of-00003.gguf", model_bytes(f"big {part}"))
    folder = user / ".lmstudio" / "models" / "maker" / "half"
    for part in (2, 4):
        write(folder / f"half-{part:05}-of-00004.gguf", model_bytes(f"half {part}"))
    found = find(user)
    assert list(found) == ["big", "half"]
    assert found["big"].path.endswith("big-00001-of-00003.gguf")
    assert (len(found["big"].files), found["big"].size, found["big"].problem) == (3, 12_000, "")
    assert "missing: 1, 3" in found["half"].problem


def test_what_no_manifest_and_no_snapshot_names_is_an_orphan(user: Path) -> None:
    models, cache = user / ".ollama" / "models", user / ".cache" / "huggingface" / "hub"
    ollama_model(models, "kept", "latest", model_bytes("kept"))
    write(models / "blobs" / f"sha256-{sha256(model_bytes('left'))}", model_bytes("left"))
    write(models / "blobs" / f"sha256-{'1' * 64}-partial", model_bytes("on its way"))
    hub_file(cache, "maker/one", "one.gguf", model_bytes("one"))
    write(cache / "models--maker--one" / "blobs" / sha256(model_bytes("old")), model_bytes("old"))
    orphans = {model.path: model.orphaned for model in find(user).values() if model.orphaned}
    assert len(orphans) == 2
    assert "manifest" in orphans[str(models / "blobs" / f"sha256-{sha256(model_bytes('left'))}")]
    assert "snapshot" in next(why for path, why in orphans.items() if "models--maker--one" in path)


def test_links_and_manifests_that_lead_nowhere_are_told(user: Path) -> None:
    link = hub_file(user / ".cache" / "huggingface" / "hub", "maker/one", "one.gguf", model_bytes("one"))
    link.resolve().unlink()
    ollama_model(user / ".ollama" / "models", "two", "latest", model_bytes("two")).unlink()
    found = find(user)
    assert "no longer there" in found["one"].problem
    assert "no longer there" in found["two:latest"].problem


def test_an_orphan_that_another_program_uses_is_none(user: Path) -> None:
    data = model_bytes("left by one, used by the other")
    write(user / ".ollama" / "models" / "blobs" / f"sha256-{sha256(data)}", data)
    (user / ".ollama" / "models" / "manifests").mkdir()
    path = write(user / ".cache" / "llama.cpp" / "used.gguf", data)
    found = find(user)
    assert (found["used"].path, found["used"].orphaned, len(found)) == (str(path), "", 1)


@pytest.mark.parametrize("manifest", [b"", b"[]", b'{"layers": 5}', b'{"layers": [5, {"digest": 7}]}', b"[" * 90_000])
def test_a_broken_manifest_hides_only_its_own_model(user: Path, manifest: bytes) -> None:
    models = user / ".ollama" / "models"
    ollama_model(models, "good", "latest", model_bytes("good"))
    write(models / "manifests" / "registry.ollama.ai" / "library" / "bad" / "latest", manifest)
    assert list(find(user)) == ["good:latest"]


def test_embedders_and_rerankers_are_found_as_folders_where_they_hold_no_code(user: Path) -> None:
    cache = user / ".cache" / "huggingface" / "hub"
    for revision in ("a" * 40, "b" * 40):
        for name, data in (("modules.json", b"[]"), ("model.safetensors", b"numbers")):
            hub_file(cache, "maker/small-embedder", name, data, revision)
    hub_file(cache, "maker/pickled", "modules.json", b"[]")
    hub_file(cache, "maker/pickled", "pytorch_model.bin", b"cos")
    hub_file(cache, "maker/talks", "config.json", b'{"architectures": ["LlamaForCausalLM"]}')
    hub_file(cache, "maker/talks", "model.safetensors", b"many numbers")
    ranks = user / "mine" / "ranks"
    write(ranks / "config.json", b'{"architectures": ["BertForSequenceClassification"]}')
    write(ranks / "model.safetensors", b"other numbers")
    found = find(user, folders=[str(user / "mine")])
    assert {name: model.kind for name, model in found.items()} == {"ranks": "reranker", "small-embedder": "embedder"}
    assert found["small-embedder"].path == str(cache / "models--maker--small-embedder" / "snapshots" / ("a" * 40))
    assert found["ranks"].path == str(ranks)


def test_looking_writes_nothing_anywhere(user: Path) -> None:
    data = model_bytes("the same")
    hub_file(user / ".cache" / "huggingface" / "hub", "maker/one", "one.gguf", data)
    ollama_model(user / ".ollama" / "models", "one", "latest", data)
    write(user / ".lmstudio" / "models" / "maker" / "one" / "copy.gguf", data)
    before = tree(user)
    find(user)
    assert tree(user) == before


def test_a_place_that_can_not_be_looked_at_hides_no_other(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ollama_model(user / ".ollama" / "models", "theirs", "latest", model_bytes("theirs"))
    write(user / ".cache" / "llama.cpp" / "mine.gguf", model_bytes("mine"))
    is_file = Path.is_file

    def refuse(path: Path) -> bool:
        if ".ollama" in path.parts:
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refuse)
    assert list(find(user)) == ["mine"]


def test_looking_ends_when_asked(user: Path) -> None:
    write(user / ".cache" / "llama.cpp" / "one.gguf", model_bytes("one"))
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        DiskModelFinder(user, {}, "linux", user / "shared").find((), (), stop)
