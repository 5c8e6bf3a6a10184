"""Models carried over in packs: what comes out is what went in, and everything else is refused out of sight."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes import FakeChatModel, FakeChatModels, FakeSettingsStore
from localassist.adapters.catalog import Catalog
from localassist.adapters.hub import disk
from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.model_files import packing
from localassist.adapters.model_files.packing import ZipModelPacks
from localassist.adapters.model_files.shelf import DiskModelShelf
from localassist.domain.errors import LocalAssistError, ModelError, Stopped, StorageError
from localassist.domain.keeping import Against, CopyProgress, KeptModel, Unpacked
from localassist.domain.library import Licence
from localassist.domain.models import EmbeddingModel, ModelDescription, ModelFile
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.keeping import ListModels, VerifyModels
from localassist.usecases.packing_models import PackModels, UnpackModels
from model_homes import model_bytes, sha256, write

if TYPE_CHECKING:
    from collections.abc import Callable

CATALOG = Path(__file__).parents[2] / "models.toml"


class Embedders:
    def embedding_models(self) -> tuple[EmbeddingModel, ...]:
        return ()


class Chosen(FakeChatModel):
    """The model that answers, by its file."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name=name)
        self.file = path

    @property
    def description(self) -> ModelDescription:
        return ModelDescription(super().description.name, self.file, 0, "")


class Models(FakeChatModels):
    """Lists what `models.json` lists; adding notes what was asked."""

    def __init__(self, remembered: RememberedFiles) -> None:
        super().__init__()
        self.remembered = remembered
        self.refused = ""

    def files(self) -> tuple[ModelFile, ...]:
        return self.remembered.added()

    def default(self) -> FakeChatModel | None:
        files = self.files()
        return Chosen(files[0].name, files[0].path) if files else None

    def add(self, path: str, name: str = "") -> ModelFile:
        if self.refused and self.refused in path:
            raise ModelError("This version can't run it.", "Update the app.")
        file = ModelFile(name or Path(path).stem, path, Path(path).stat().st_size)
        self.remembered.add(file)
        return file


class Computer:
    """A home with its use cases about packs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.own = folder / "models"
        self.remembered = RememberedFiles(folder / "models.json")
        self.models = Models(self.remembered)
        self.settings = FakeSettingsStore()
        self.shelf = DiskModelShelf(self.own, self.settings, self.remembered, folder / "models-move.json")
        self.list = ListModels(self.models, Embedders(), self.shelf)
        packs = ZipModelPacks(self.remembered)
        catalog = Catalog(CATALOG, folder / "verified.json")
        self.packs = packs
        self.pack = PackModels(self.list, self.models, catalog, packs, self.settings)
        self.unpack = UnpackModels(self.models, packs, self.shelf)

    def unpacked(self, path: Path) -> list[Unpacked]:
        return [event for event in self.unpack(str(path), Stop()) if isinstance(event, Unpacked)]

    def seen(self) -> list[str]:
        """What somebody who looks into the folder of models sees."""
        return sorted(path.relative_to(self.own).as_posix() for path in self.own.rglob("*") if path.is_file())


@pytest.fixture
def here(tmp_path: Path) -> Computer:
    computer = Computer(tmp_path / "here")
    path = write(tmp_path / "blobs" / "sha256-0123", model_bytes("chat", 3_000_000))
    computer.remembered.add(ModelFile("qwen3:0.6b", str(path), 3_000_000, licence="apache-2.0"))
    for part in (1, 2):
        write(computer.own / f"big-{part:05}-of-00002.gguf", model_bytes(f"big {part}"))
    computer.remembered.add(ModelFile("big", str(computer.own / "big-00001-of-00002.gguf"), 4000, licence="own"))
    folder = computer.own / "small-embedder"
    for name, data in (("modules.json", b"[]"), ("model.safetensors", b"numbers"), ("1_Pooling/config.json", b"{}")):
        write(folder / name, data)
    write(folder / "modeling.py", b"import os")
    write(folder / "pytorch_model.bin", b"cos\nsystem")
    ranks = computer.own / "ranks"
    write(ranks / "config.json", b'{"architectures": ["XForSequenceClassification"]}')
    write(ranks / "model.safetensors", b"other numbers")
    return computer


@pytest.fixture
def there(tmp_path: Path) -> Computer:
    return Computer(tmp_path / "there")


def packed(here: Computer, tmp_path: Path, *names: str) -> Path:
    path = tmp_path / "carried.zip"
    list(here.pack(names or ("qwen3:0.6b", "big", "small-embedder", "ranks"), str(path), Stop()))
    return path


def test_what_is_unpacked_is_what_was_packed(here: Computer, there: Computer, tmp_path: Path) -> None:
    pack = packed(here, tmp_path)
    arrived = there.unpacked(pack)
    assert [(each.model.name, each.model.kind) for each in arrived] == [
        ("qwen3-0.6b", "chat"),
        ("big", "chat"),
        ("small-embedder", "embedder"),
        ("ranks", "reranker"),
    ]
    assert Path(arrived[0].path).read_bytes() == model_bytes("chat", 3_000_000)
    assert there.seen() == [
        "big/big-00001-of-00002.gguf",
        "big/big-00002-of-00002.gguf",
        "qwen3-0.6b/qwen3-0.6b.gguf",
        "ranks/config.json",
        "ranks/model.safetensors",
        "small-embedder/1_Pooling/config.json",
        "small-embedder/model.safetensors",
        "small-embedder/modules.json",
    ]
    kept = {model.name: model for model in there.list()}
    assert list(kept) == ["big", "qwen3-0.6b", "ranks", "small-embedder"]
    assert all(model.own and model.verified and model.against is Against.PACK for model in kept.values())
    checked = [each for each in VerifyModels(there.list, there.shelf)(Stop()) if not isinstance(each, CopyProgress)]
    assert len(checked) == 4
    assert not any(each.problem for each in checked)


def test_a_pack_says_what_it_holds_and_under_which_licences(here: Computer, tmp_path: Path) -> None:
    pack = packed(here, tmp_path)
    contents = here.packs.contents(str(pack))
    assert [model.name for model in contents] == ["qwen3-0.6b", "big", "small-embedder", "ranks"]
    assert contents[0].files[0].sha256 == sha256(model_bytes("chat", 3_000_000))
    assert contents[0].licence.meaning
    assert contents[1].licence.name == "own"
    with zipfile.ZipFile(pack) as archive:
        assert archive.testzip() is None
        said = archive.read("licences.txt").decode()
    assert "Apache" in said
    assert "big: own" in said


def test_without_names_what_is_in_use_is_packed(here: Computer, tmp_path: Path) -> None:
    here.settings = here.pack._settings = FakeSettingsStore(Settings(embedding_model=str(here.own / "small-embedder")))
    list(here.pack((), str(tmp_path / "used.zip"), Stop()))
    names = [model.name for model in here.packs.contents(str(tmp_path / "used.zip"))]
    assert names == ["big", "small-embedder"]


def test_packing_tells_how_far_it_is_and_ends_when_asked(here: Computer, tmp_path: Path) -> None:
    path = tmp_path / "carried.zip"
    events = list(here.pack(("qwen3:0.6b",), str(path), Stop()))
    assert events[-1].done == events[-1].total == 3_000_000
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        list(here.pack(("big",), str(tmp_path / "other.zip"), stop))
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["carried.zip"]


def test_a_model_that_is_not_what_it_should_be_is_not_packed(here: Computer, tmp_path: Path) -> None:
    here.shelf.note(str(here.own / "big-00002-of-00002.gguf"), "0" * 64, Against.HUB, "")
    with pytest.raises(ModelError, match="not what it should be"):
        packed(here, tmp_path, "big")
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_model_whose_file_is_gone_is_not_packed(here: Computer, tmp_path: Path) -> None:
    Path(here.list.one("qwen3:0.6b").path).unlink()
    with pytest.raises(StorageError, match="sha256-0123 can't be read"):
        packed(here, tmp_path, "qwen3:0.6b")
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_model_that_was_never_installed_is_not_packed(here: Computer, tmp_path: Path) -> None:
    missing = KeptModel("embeds", "embedder", "", (), 10, own=False, problem="It is not installed.")
    with pytest.raises(ModelError, match="embeds are not here"):
        list(here.packs.pack([(missing, Licence("", ""))], str(tmp_path / "p.zip"), Stop()))
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_pack_never_takes_the_place_of_a_file(here: Computer, tmp_path: Path) -> None:
    write(tmp_path / "carried.zip", b"holiday pictures")
    with pytest.raises(StorageError, match="already a file"):
        packed(here, tmp_path)
    assert (tmp_path / "carried.zip").read_bytes() == b"holiday pictures"
    with pytest.raises(StorageError, match="a file stands where its folder should be"):
        list(here.pack(("big",), str(tmp_path / "carried.zip" / "x.zip"), Stop()))
    with pytest.raises(StorageError, match="the folder is gone"):
        list(here.pack(("big",), str(tmp_path / "no folder" / "carried.zip"), Stop()))


def test_the_same_pack_twice_brings_nothing_anew_and_another_goes_beside(
    here: Computer, there: Computer, tmp_path: Path
) -> None:
    pack = packed(here, tmp_path, "qwen3:0.6b")
    there.unpacked(pack)
    assert there.list.one("qwen3-0.6b").licence.casefold() == "apache-2.0"
    before = there.seen()
    assert len(there.unpacked(pack)) == 1
    assert there.seen() == before
    pack.unlink()
    Path(here.list.one("qwen3:0.6b").path).write_bytes(model_bytes("newer"))
    here.remembered.add(ModelFile("qwen3:0.6b", here.list.one("qwen3:0.6b").path, 4000))
    assert there.unpacked(packed(here, tmp_path, "qwen3:0.6b"))[0].path.endswith("qwen3-0.6b-2/qwen3-0.6b.gguf")
    assert len(there.seen()) == 2
    there.unpacked(tmp_path / "carried.zip")
    assert len(there.seen()) == 2


def test_killed_just_when_its_models_get_their_names_it_brings_none_twice(
    here: Computer, there: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = packed(here, tmp_path, "qwen3:0.6b")
    put_in_place = disk.put_in_place

    def killed(part: Path, final: Path) -> None:
        put_in_place(part, final)
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        there.unpacked(pack)
    monkeypatch.undo()
    before = there.seen()
    assert len(there.unpacked(pack)) == 1
    assert there.seen() == before


def test_names_in_capital_letters_are_those_of_weights_too(here: Computer, there: Computer, tmp_path: Path) -> None:
    for part in (1, 2):
        write(here.own / f"LOUD-{part:05}-of-00002.GGUF", model_bytes(f"loud {part}"))
    here.remembered.add(ModelFile("LOUD", str(here.own / "LOUD-00001-of-00002.GGUF"), 4000))
    assert [each.problem for each in there.unpacked(packed(here, tmp_path, "LOUD"))] == [""]
    assert len(there.seen()) == 2


def test_two_windows_that_unpack_one_pack_bring_it_once(here: Computer, there: Computer, tmp_path: Path) -> None:
    pack = packed(here, tmp_path, "qwen3:0.6b")
    first = there.unpack(str(pack), Stop())
    next(first)
    (second,) = there.unpacked(pack)
    assert [event.path for event in first if isinstance(event, Unpacked)] == [second.path]
    assert there.seen() == ["qwen3-0.6b/qwen3-0.6b.gguf"]


def test_two_windows_that_write_one_pack_do_not_write_into_each_other(
    here: Computer, there: Computer, tmp_path: Path
) -> None:
    pack = tmp_path / "carried.zip"
    first = here.pack(("qwen3:0.6b",), str(pack), Stop())
    next(first)
    with pytest.raises(StorageError, match="is being packed by another window"):
        list(here.pack(("big",), str(pack), Stop()))
    list(first)
    assert [each.model.name for each in there.unpacked(pack)] == ["qwen3-0.6b"]
    assert [path.name for path in tmp_path.glob("carried*")] == ["carried.zip"]


def test_a_model_that_can_not_run_here_says_so_and_the_others_are_added(
    here: Computer, there: Computer, tmp_path: Path
) -> None:
    there.models.refused = "big"
    problems = {each.model.name: each.problem for each in there.unpacked(packed(here, tmp_path))}
    assert "can't run" in problems["big"]
    assert sum(map(bool, problems.values())) == 1


def nothing_arrives(there: Computer, pack: Path, said: str) -> None:
    with pytest.raises(LocalAssistError, match=said) as refusal:
        there.unpacked(pack)
    assert refusal.value.hint
    assert not there.own.exists() or list(there.own.rglob("*")) == []
    assert there.models.files() == ()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_half_a_pack_is_refused(here: Computer, there: Computer, tmp_path: Path, share: float) -> None:
    pack = packed(here, tmp_path)
    data = pack.read_bytes()
    pack.write_bytes(data[: int(len(data) * share)])
    nothing_arrives(there, pack, "half of it was written")


@pytest.mark.slow
def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(here: Computer, there: Computer, tmp_path: Path) -> None:
    """Every 97th byte of a small pack, and all of its end, where the list of contents is."""
    pack = packed(here, tmp_path, "big")
    data = pack.read_bytes()
    refused = 0
    for place in (*range(0, len(data) - 600, 97), *range(len(data) - 600, len(data), 7)):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        pack.write_bytes(damaged)
        try:
            there.unpacked(pack)
        except LocalAssistError:
            refused += 1
            assert not there.own.exists() or there.seen() == []
        else:  # dates and the like: what arrived is right
            for part in (1, 2):
                path = there.own / "big" / f"big-{part:05}-of-00002.gguf"
                assert path.read_bytes() == model_bytes(f"big {part}")
                path.unlink()
            path.parent.rmdir()
    assert refused > 100


def forged(pack: Path, change: Callable[[dict[str, Any]], None], **entries: bytes) -> Path:
    """The pack with another manifest and further entries; whoever writes it knows how."""
    with zipfile.ZipFile(pack) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(content["manifest.json"])
    before = {f"{m['name']}/{f['path']}" for m in listed["models"] for f in m["files"]}
    change(listed)
    after = [f"{m['name']}/{f['path']}" for m in listed["models"] for f in m["files"]]
    moved = dict(zip(sorted(before - set(after)), [name for name in after if name not in before], strict=False))
    content["manifest.json"] = json.dumps(listed).encode()
    with zipfile.ZipFile(pack, "w") as archive:
        for name, data in content.items():
            archive.writestr(moved.get(name, name), data)
        for name, data in entries.items():
            archive.writestr(name, data)
    return pack


def first(listed: dict[str, Any]) -> dict[str, Any]:
    return listed["models"][0]["files"][0]


@pytest.mark.parametrize(
    "name",
    [
        "../escaped.gguf",
        "/etc/escaped.gguf",
        "a/../../escaped.gguf",
        "C:\\escaped.gguf",
        "..\\escaped.gguf",
        "con.gguf",
    ],
)
def test_a_pack_that_would_write_elsewhere_is_refused(
    here: Computer, there: Computer, tmp_path: Path, name: str
) -> None:
    pack = forged(packed(here, tmp_path, "qwen3:0.6b"), lambda listed: first(listed).update(path=name))
    nothing_arrives(there, pack, "elsewhere")
    assert not list(tmp_path.rglob("*escaped*"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda listed: listed["models"][0].update(name="../x"), "elsewhere"),
        (lambda listed: listed["models"][0].update(name=".hidden"), "elsewhere"),
        (lambda listed: first(listed).update(path="model.bin"), "could run code"),
        (lambda listed: first(listed).update(path="modeling.py"), "could run code"),
        (lambda listed: first(listed).update(path="model.safetensors"), "no weights"),
        (lambda listed: first(listed).update(sha256="0" * 64), "changed or damaged"),
        (lambda listed: first(listed).update(sha256=""), "what one of its files should be"),
        (lambda listed: first(listed).update(size=5), "changed or damaged"),
        (lambda listed: first(listed).update(size=-5), "makes no sense"),
        (lambda listed: first(listed).update(size=True), "makes no sense"),
        (lambda listed: listed["models"][0].update(kind="virus"), "no model"),
        (lambda listed: listed["models"][0].update(files=[]), "no model"),
        (lambda listed: listed.update(models=[]), "holds nothing"),
        (lambda listed: listed["models"][0].update(licence=7), "makes no sense"),
        (lambda listed: listed.update(format="another"), "makes no sense"),
        (lambda listed: listed.update(version=2), "newer version"),
        (lambda listed: listed["models"].append(listed["models"][0]), "same name"),
    ],
)
def test_a_list_of_contents_that_is_not_right_is_refused(
    here: Computer, there: Computer, tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    nothing_arrives(there, forged(packed(here, tmp_path, "qwen3:0.6b"), change), said)


def test_what_the_list_does_not_name_is_refused(here: Computer, there: Computer, tmp_path: Path) -> None:
    pack = forged(packed(here, tmp_path, "qwen3:0.6b"), lambda _: None, **{"extra.gguf": b"GGUF"})
    nothing_arrives(there, pack, "changed or damaged")


def test_a_compressed_pack_could_grow_beyond_the_disk_and_is_refused(
    here: Computer, there: Computer, tmp_path: Path
) -> None:
    pack = packed(here, tmp_path, "qwen3:0.6b")
    with zipfile.ZipFile(pack) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    nothing_arrives(there, pack, "without compression")


def test_a_pack_too_large_for_the_disk_is_refused_before_anything_is_written(
    here: Computer, there: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    pack = packed(here, tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    nothing_arrives(there, pack, "GB free")


def test_unpacking_that_is_stopped_leaves_nothing(here: Computer, there: Computer, tmp_path: Path) -> None:
    pack = packed(here, tmp_path)
    stop = Stop()
    events = there.unpack(str(pack), stop)
    next(events)
    assert there.seen() == [] or all(name.startswith(".unpacking") for name in there.seen())
    stop.request()
    with pytest.raises(Stopped):
        list(events)
    assert there.seen() == []


def test_what_is_no_pack_says_so(there: Computer, tmp_path: Path) -> None:
    nothing_arrives(there, tmp_path / "nowhere.zip", "no pack")
    nothing_arrives(there, write(tmp_path / "page.zip", b"<!DOCTYPE html>" * 100), "damaged")
    nothing_arrives(there, tmp_path, "can't be read")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    nothing_arrives(there, tmp_path / "other.zip", "damaged")


def test_names_that_no_folder_can_have_are_changed() -> None:
    names: list[str] = []
    for name in ("a/b:c", "A-B-C", "..", "con", "Größe 7B", "x" * 300):
        names.append(packing._free_name(name, names))
    assert names == ["a-b-c", "A-B-C-2", "model", "model-con", "Größe-7B", "x" * 100]
