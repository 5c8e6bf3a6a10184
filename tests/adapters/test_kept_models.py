"""Models that are kept here: listed as they are, verified honestly, removed with care, moved without losing one."""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import FakeSettingsStore
from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.model import LlamaChatModel
from localassist.adapters.model_files import moving
from localassist.adapters.model_files.places import Place
from localassist.adapters.model_files.shelf import DiskModelShelf
from localassist.domain.errors import ModelError, NotFoundError, SettingsError, Stopped, StorageError
from localassist.domain.keeping import Against, CopyProgress, KeptModel, Verified
from localassist.domain.models import EmbeddingModel, ModelFile
from localassist.domain.stopping import Stop
from localassist.usecases.keeping import ListModels, MoveModels, RemoveModel, VerifyModels
from model_homes import hub_file, model_bytes, sha256, tree, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.ports.chat_model import ChatModel
    from localassist.domain.settings import Settings


class Models:
    """Chat models without llama.cpp: what `models.json` lists, and one that may be answering."""

    def __init__(
        self, remembered: RememberedFiles, came_along: Sequence[ModelFile], settings: FakeSettingsStore
    ) -> None:
        self.remembered = remembered
        self.settings = settings
        self.came_along = tuple(came_along)
        self.answering = ""

    def files(self) -> tuple[ModelFile, ...]:
        return (*self.came_along, *self.remembered.added())

    def default(self) -> ChatModel | None:
        chosen = self.settings.load().chat_model
        file = next((file for file in self.files() if chosen in file.name or chosen == file.path), None)
        if file is None:
            raise ModelError(f"There is no model {chosen}.", "Choose another.")
        return LlamaChatModel(file.name, file.path, LoadOptions, lambda _stop: nullcontext())

    def release(self, path: str) -> None:
        if path == self.answering:
            raise ModelError("It answers just now.", "Wait.")

    def forget(self, path: str) -> None:
        self.release(path)
        self.remembered.forget(path)


class Embedders:
    def embedding_models(self) -> tuple[EmbeddingModel, ...]:
        return ()


class Room:
    """A home with a folder of models, and a folder of somebody else's."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.own = self.home / "models"
        self.elsewhere = folder / "elsewhere"
        self.places: list[Place] = []
        starter = write(folder / "package" / "starter.gguf", model_bytes("starter"))
        self.starter = ModelFile("starter", str(starter), 4000, sha256=sha256(model_bytes("starter")))
        self.settings = FakeSettingsStore()
        self.remembered = RememberedFiles(self.home / "models.json")
        self.models = Models(self.remembered, [self.starter], self.settings)
        self.shelf = DiskModelShelf(
            self.own, self.settings, self.remembered, self.home / "models-move.json", self.others
        )
        self.list = ListModels(self.models, Embedders(), self.shelf)
        self.remove = RemoveModel(self.list, self.models, self.shelf, self.settings)
        self.move = MoveModels(self.list, self.models, self.shelf)

    def others(self) -> list[Place]:
        return self.places

    def add(self, path: Path, data: bytes = b"") -> Path:
        write(path, data or model_bytes(path.stem))
        self.remembered.add(ModelFile(path.stem, str(path), path.stat().st_size, licence="mit"))
        return path

    def verified(self, reference: str = "") -> dict[str, Verified]:
        events = list(VerifyModels(self.list, self.shelf)(Stop(), reference))
        assert any(isinstance(event, CopyProgress) for event in events)
        return {event.name: event for event in events if isinstance(event, Verified)}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def embedder(folder: Path, weights: bytes = b"numbers") -> Path:
    write(folder / "modules.json", b"[]")
    write(folder / "1_Pooling" / "config.json", b"{}")
    write(folder / "model.safetensors", weights)
    return folder


def reranker(folder: Path) -> Path:
    write(folder / "config.json", b'{"architectures": ["BertForSequenceClassification"]}')
    write(folder / "model.safetensors", b"other numbers")
    return folder


def test_the_list_says_what_there_is_where_and_how_large(room: Room) -> None:
    own, other = (
        room.add(room.own / "maker" / "ours.gguf"),
        room.add(room.elsewhere / "theirs.gguf", b"GGUF" + b"x" * 96),
    )
    folder = embedder(room.own / "maker" / "small-embedder")
    write(folder / "README.md", b"---\nlanguage: en\nlicense: apache-2.0\n---\n# A card\nlicense: not this\n")
    reranker(room.own / "small-reranker")
    write(room.own / ".unpacking-1" / "model.safetensors", b"not yet verified")
    room.remembered.note_used(str(own), "2026-01-02T03:04:05+00:00")
    kept = {model.name: model for model in room.list()}
    assert list(kept) == ["starter", "ours", "theirs", "small-embedder", "small-reranker"]
    ours, theirs = kept["ours"], kept["theirs"]
    assert (ours.path, ours.own, ours.size, ours.licence) == (str(own), True, 4000, "mit")
    assert (ours.last_used, ours.verified) == ("2026-01-02T03:04:05+00:00", "")
    assert (theirs.path, theirs.own, theirs.size) == (str(other), False, 100)
    assert (kept["starter"].came_along, kept["starter"].own) == (True, False)
    assert (kept["small-embedder"].kind, len(kept["small-embedder"].files)) == ("embedder", 4)
    assert kept["small-embedder"].licence == "apache-2.0"
    assert kept["small-reranker"].kind == "reranker"


def test_a_licence_that_the_files_do_not_name_is_the_one_that_the_hub_named(room: Room) -> None:
    path = write(room.own / "silent.gguf", model_bytes("silent"))
    room.remembered.add(ModelFile("silent", str(path), 4000))
    folder = embedder(room.own / "small-embedder")
    for file in (path, folder / "model.safetensors"):
        room.shelf.note(str(file), sha256(file.read_bytes()), Against.HUB, "apache-2.0")
    assert room.verified("silent")
    kept = {model.name: model.licence for model in room.list()}
    assert (kept["silent"], kept["small-embedder"]) == ("apache-2.0", "apache-2.0")


def test_a_folder_on_a_drive_that_does_not_answer_keeps_no_model_from_being_listed(room: Room) -> None:
    """The system refuses to look at such a name, as it does for a drive that was pulled out."""
    lost = f"/{'x' * 300}"
    room.add(room.own / "ours.gguf")
    room.settings.change(reranker=lost)
    note = {"source": str(room.own), "target": lost, "files": ["ours.gguf"]}
    write(room.home / "models-move.json", json.dumps(note).encode())
    assert [model.name for model in room.list()] == ["starter", "ours"]


@pytest.mark.parametrize("named", ["store", "store/models", "."])
def test_nothing_is_deleted_or_moved_where_the_settings_name_a_folder_of_another_program(
    room: Room, named: str
) -> None:
    """Their folder, one within it, and one that it lies in."""
    store = room.elsewhere / "store"
    theirs = room.add(store / "models" / "maker" / "theirs.gguf")
    folder = embedder(store / "models" / "their-embedder")
    room.places.append(Place("LM Studio", store))
    room.settings.change(models_folder=str((room.elsewhere / named).resolve()))
    before = tree(room.elsewhere)
    assert not any(model.own for model in room.list())
    assert room.remove.consequences("theirs")[0].startswith("It is only taken off the list")
    room.remove("theirs")
    with pytest.raises(StorageError, match="not deleted"):
        room.shelf.delete(KeptModel("theirs", "chat", str(theirs), (str(theirs),), 4000, own=True))
    with pytest.raises(StorageError, match=r"another program keeps models \(LM Studio\)"):
        list(room.move(str(room.home / "new"), Stop()))
    assert tree(room.elsewhere) == before
    assert folder.is_dir()


def test_an_embedder_in_a_folder_of_another_program_is_listed_and_not_to_be_removed(room: Room) -> None:
    embedder(room.elsewhere / "their-embedder")
    room.places.append(Place("Jan", room.elsewhere))
    room.settings.change(models_folder=str(room.elsewhere))
    with pytest.raises(ModelError, match="another program keeps its models"):
        room.remove("their-embedder")
    assert room.list.one("their-embedder").size


@pytest.mark.parametrize("inside", [("manifests", "blobs"), ("models--maker--small/snapshots",)])
def test_a_store_is_known_by_its_form_wherever_it_lies_and_models_are_not_moved_into_one(
    room: Room, inside: tuple[str, ...]
) -> None:
    room.add(room.own / "ours.gguf")
    for name in inside:
        (room.elsewhere / name).mkdir(parents=True)
    with pytest.raises(StorageError, match="another program keeps models"):
        list(room.move(str(room.elsewhere), Stop()))
    assert (room.own / "ours.gguf").is_file()


def test_a_model_is_found_by_its_name_its_path_and_a_beginning(room: Room) -> None:
    path = room.add(room.own / "qwen-large.gguf")
    room.add(room.own / "qwen-small.gguf")
    assert room.list.one("QWEN-LARGE") == room.list.one(str(path)) == room.list.one("qwen-l")
    for reference, said in (("qwen", "Several"), ("llama", "no model"), ("", "no model")):
        with pytest.raises(NotFoundError, match=said):
            room.list.one(reference)


def test_verifying_says_with_what_was_compared(room: Room) -> None:
    for name in ("hub", "pack", "unknown"):
        room.add(room.own / f"{name}.gguf")
    room.shelf.note(str(room.own / "hub.gguf"), sha256(model_bytes("hub")), Against.HUB, "")
    room.shelf.note(str(room.own / "pack.gguf"), sha256(model_bytes("pack")), Against.PACK, "")
    verified = room.verified()
    assert {name: each.against for name, each in verified.items()} == {
        "starter": Against.CATALOGUE,
        "hub": Against.HUB,
        "pack": Against.PACK,
        "unknown": Against.FIRST_SEEN,
    }
    assert not any(each.problem for each in verified.values())
    assert all(model.verified for model in room.list())


@pytest.mark.parametrize(
    ("against", "said"),
    [(Against.HUB, "the hub published"), (Against.PACK, "in the pack"), (Against.FIRST_SEEN, "first seen here")],
)
def test_one_flipped_bit_is_found_whoever_said_what_is_right(room: Room, against: Against, said: str) -> None:
    path = room.add(room.own / "model.gguf")
    room.shelf.note(str(path), sha256(model_bytes("model")), against, "")
    damaged = bytearray(model_bytes("model"))
    damaged[2000] ^= 1
    facts = path.stat()
    path.write_bytes(damaged)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # a failing disk changes no time
    assert not room.list.one("model").problem
    assert said in room.verified("model")["model"].problem
    assert said in room.list.one("model").problem
    path.write_bytes(model_bytes("model"))
    assert not room.verified("model")["model"].problem
    assert not room.list.one("model").problem


def test_a_starter_that_is_another_file_is_no_longer_what_the_catalogue_names(room: Room) -> None:
    Path(room.starter.path).write_bytes(model_bytes("something else"))
    assert "makers published" in room.verified()["starter"].problem


def test_a_file_exchanged_under_us_is_noticed_without_reading_it(room: Room) -> None:
    path = room.add(room.own / "model.gguf")
    room.verified("model")
    assert not room.list.one("model").warning
    path.write_bytes(model_bytes("another", 5000))
    assert "not as it was" in room.list.one("model").warning


def test_every_part_of_a_split_model_is_verified(room: Room) -> None:
    paths = [room.own / f"big-{part:05}-of-00003.gguf" for part in (1, 2, 3)]
    for path in paths[1:]:
        write(path, model_bytes(path.stem))
    room.add(paths[0])
    assert room.list.one("big").size == 12_000
    room.verified("big")
    paths[2].write_bytes(model_bytes("swapped"))
    assert "big-00003-of-00003.gguf" in room.verified("big")["big-00001-of-00003"].problem


def test_a_file_that_is_gone_fails_to_verify_and_the_others_go_on(room: Room) -> None:
    room.add(room.own / "a.gguf").unlink()
    room.add(room.own / "b.gguf")
    verified = room.verified()
    assert "can't be read" in verified["a"].problem
    assert not verified["b"].problem


def test_verifying_ends_when_asked(room: Room) -> None:
    room.add(room.own / "a.gguf")
    stop = Stop()
    events = VerifyModels(room.list, room.shelf)(stop)
    next(events)
    stop.request()
    with pytest.raises(Stopped):
        list(events)


def test_what_removing_breaks_is_said_before(room: Room) -> None:
    room.add(room.own / "ours.gguf")
    room.add(room.elsewhere / "theirs.gguf")
    room.settings.change(chat_model="our", reranker=str(reranker(room.own / "ranks")))
    assert len(room.remove.consequences("theirs")) == 1
    assert "stay in" in room.remove.consequences("theirs")[0]
    room.settings.change_model("ours", top_k=5)
    deleted, chosen, own = room.remove.consequences("ours")
    assert "deleted" in deleted
    assert "choose it to answer" in chosen
    assert "of its own" in own
    assert "rank" in room.remove.consequences("ranks")[1]


def test_removing_deletes_our_files_and_what_the_settings_say_of_them(room: Room) -> None:
    path = room.add(room.own / "maker" / "deep" / "ours.gguf")
    folder = embedder(room.own / "embeds")
    room.settings.change(chat_model="ours", embedding_model=str(folder))
    room.settings.change_model("ours", top_k=5)
    room.remove("ours")
    assert not room.settings.for_model("ours").chosen
    room.remove("embeds")
    assert not path.exists()
    assert list(room.own.iterdir()) == []
    assert [model.name for model in room.list()] == ["starter"]
    assert (room.settings.load().chat_model, room.settings.load().embedding_model) == ("", "")


def test_a_picture_reader_goes_with_the_only_model_that_it_can_belong_to(room: Room) -> None:
    room.add(room.own / "sees" / "model.gguf")
    room.add(room.own / "two" / "a.gguf")
    room.add(room.own / "two" / "b.gguf")
    for folder in ("sees", "two"):
        write(room.own / folder / "mmproj-f16.gguf", model_bytes("eyes"))
    assert room.list.one("model").size == 8000
    assert room.list.one("a").size == 4000
    room.remove("model")
    room.remove("a")
    assert sorted(path.name for path in room.own.rglob("*.gguf")) == ["b.gguf", "mmproj-f16.gguf"]
    assert room.list.one("b").size == 8000


def test_an_embedder_that_the_settings_name_elsewhere_is_listed_and_stays(room: Room) -> None:
    folder = embedder(room.elsewhere / "embeds")
    room.settings.change(embedding_model=str(folder))
    assert not room.list.one("embeds").own
    assert "stay in" in room.remove.consequences("embeds")[0]
    room.remove("embeds")
    assert folder.is_dir()
    assert room.settings.load().embedding_model == ""


def test_a_folder_is_not_chosen_by_the_name_of_the_model_that_came_along(room: Room) -> None:
    embedder(room.own / "all-minilm-l6-v2")
    room.settings.change(embedding_model="all-minilm-l6-v2")
    assert len(room.remove.consequences("all-minilm-l6-v2")) == 1
    room.remove("all-minilm-l6-v2")
    assert room.settings.load().embedding_model == "all-minilm-l6-v2"


def test_an_embedder_of_the_hugging_face_cache_is_called_after_its_repository(room: Room) -> None:
    cache = room.elsewhere / "hub"
    for name, data in (("modules.json", b"[]"), ("model.safetensors", b"numbers")):
        link = hub_file(cache, "maker/embeds", name, data)
    room.settings.change(embedding_model=str(link.parent))
    assert room.list.one("embeds").path == str(link.parent)


def test_a_file_used_in_place_is_only_forgotten(room: Room) -> None:
    path = room.add(room.elsewhere / "theirs.gguf")
    linked = room.own / "linked.gguf"
    linked.parent.mkdir()
    linked.symlink_to(path)
    room.remembered.add(ModelFile("linked", str(linked), 4000))
    before = tree(room.elsewhere)
    room.remove("theirs")
    room.remove("linked")
    assert tree(room.elsewhere) == before
    assert linked.is_symlink()
    assert [model.name for model in room.list()] == ["starter"]


def test_what_answers_and_what_came_along_is_not_removed(room: Room) -> None:
    path = room.add(room.own / "ours.gguf")
    room.models.answering = str(path)
    with pytest.raises(ModelError, match="answers just now"):
        room.remove("ours")
    with pytest.raises(ModelError, match="came along"):
        room.remove("starter")
    assert path.exists()
    assert Path(room.starter.path).exists()


def test_the_shelf_deletes_nothing_outside_its_folder(room: Room) -> None:
    path = room.add(room.elsewhere / "theirs.gguf")
    model = replace(room.list.one("theirs"), own=True)
    with pytest.raises(StorageError, match="not deleted"):
        room.shelf.delete(model)
    escaping = KeptModel("x", "chat", "", (str(room.own / ".." / ".." / "elsewhere" / "theirs.gguf"),), 1, own=True)
    with pytest.raises(StorageError, match="not deleted"):
        room.shelf.delete(escaping)
    assert path.exists()


@pytest.fixture(params=["same disk", "another disk"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "another disk":

        def refuse(_self: Path, _target: Path) -> None:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    return str(request.param)


def furnish(room: Room) -> dict[str, bytes]:
    room.add(room.own / "maker" / "a.gguf")
    room.add(room.own / "b.gguf", model_bytes("b", 3 * moving.AT_ONCE))
    embedder(room.own / "embeds")
    room.add(room.elsewhere / "theirs.gguf")
    room.settings.change(chat_model=str(room.own / "b.gguf"), embedding_model=str(room.own / "embeds"))
    room.verified()
    return contents(room.own)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def require_whole(room: Room, target: Path, before: dict[str, bytes]) -> None:
    assert contents(target) == before
    kept = {model.name: model for model in room.list()}
    assert list(kept) == ["starter", "a", "b", "theirs", "embeds"]
    assert [kept[name].own for name in ("a", "b", "embeds", "theirs")] == [True, True, True, False]
    assert not any(model.problem or model.warning for model in kept.values())
    assert all(model.verified for model in kept.values())
    assert room.settings.load().chat_model == str(target / "b.gguf")
    assert room.settings.load().embedding_model == str(target / "embeds")
    assert not room.own.exists()


def test_the_folder_moves_with_everything_that_is_known_of_it(room: Room, disk: str, tmp_path: Path) -> None:
    before = furnish(room)
    unverified = write(room.own / ".unpacking-1" / "x" / "x.gguf", b"half of it")
    progress = list(room.move(str(tmp_path / "new disk"), Stop()))
    assert progress[-1].done == progress[-1].total == 2 * sum(map(len, before.values()))
    assert [each.done for each in progress] == sorted(each.done for each in progress)
    assert unverified.exists()
    shutil.rmtree(room.own)
    require_whole(room, tmp_path / "new disk", before)


def test_a_move_that_ends_at_any_step_goes_on_from_there(room: Room, disk: str, tmp_path: Path) -> None:
    before = furnish(room)
    steps = 0
    while True:
        events = room.move(str(tmp_path / "new"), Stop())
        for _ in range(steps):
            if next(events, None) is None:
                require_whole(room, tmp_path / "new", before)
                return
        events.close()  # as after a kill: nothing may be tidied up that a kill would leave
        assert contents(room.own) == before
        assert {model.name for model in room.list()} == {"starter", "a", "b", "theirs", "embeds"}
        assert room.shelf.folder == str(room.own)
        steps += 1


@pytest.mark.parametrize("dies_at", ["list", "settings", "first file", "second file"])
def test_a_move_that_dies_while_it_switches_is_finished_by_the_next_call(
    room: Room, dies_at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = furnish(room)
    with monkeypatch.context() as patch:
        die_at(dies_at, room, patch)
        with pytest.raises(KeyboardInterrupt):
            list(room.move(str(tmp_path / "new"), Stop()))
    require_whole(room, tmp_path / "new", before)


def die_at(moment: str, room: Room, patch: pytest.MonkeyPatch) -> None:
    def die(*_args: object, **_values: object) -> None:
        raise KeyboardInterrupt

    if moment == "list":
        patch.setattr(room.remembered, "move", die)
    elif moment == "settings":
        patch.setattr(room.settings, "change", die)
    else:
        unlinked: list[Path] = []
        unlink = Path.unlink

        def count(path: Path, missing_ok: bool = False) -> None:
            if room.own in path.parents:
                unlinked.append(path)
                if len(unlinked) == (1 if moment == "first file" else 2):
                    raise KeyboardInterrupt
            unlink(path, missing_ok=missing_ok)

        patch.setattr(Path, "unlink", count)


def test_a_copy_that_is_not_like_its_original_is_not_used(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = furnish(room)

    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def flip(writing: object, piece: memoryview) -> None:
        damaged = bytearray(piece)
        damaged[0] ^= 1
        writing.write(damaged)  # type: ignore[attr-defined]

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(moving, "_write_all", flip)
    with pytest.raises(StorageError, match="not like the original"):
        list(room.move(str(tmp_path / "new"), Stop()))
    assert contents(room.own) == before
    assert contents(tmp_path / "new") == {}
    assert room.shelf.folder == str(room.own)


def test_copies_that_are_gone_before_the_switch_are_not_switched_to(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = furnish(room)
    with monkeypatch.context() as patch:
        die_at("list", room, patch)
        with pytest.raises(KeyboardInterrupt):
            list(room.move(str(tmp_path / "new"), Stop()))
    (tmp_path / "new").rename(tmp_path / "unplugged")
    assert not any(model.problem for model in room.list())
    assert room.shelf.folder == str(room.own)
    assert contents(room.own) == before


def test_a_move_that_somebody_else_makes_is_waited_for(room: Room, tmp_path: Path) -> None:
    before = furnish(room)
    first = room.move(str(tmp_path / "new"), Stop())
    next(first)
    with pytest.raises(StorageError, match="another window or command"):
        list(room.move(str(tmp_path / "other"), Stop()))
    list(first)
    require_whole(room, tmp_path / "new", before)


def test_a_model_whose_files_never_came_is_not_verified(room: Room) -> None:
    missing = KeptModel("embeds", "embedder", "", (), 10, own=False, sha256="0" * 64, problem="It is not installed.")
    assert list(room.shelf.verify(missing, Stop())) == [Verified("embeds", Against.CATALOGUE, "It is not installed.")]


def test_a_move_says_why_it_can_not_be(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError, match="no models"):
        list(room.move(str(tmp_path / "new"), Stop()))
    furnish(room)
    for target, said in ((room.own / "in it", "in the other"), (room.home, "in the other"), (room.own, "in the other")):
        with pytest.raises(StorageError, match=said):
            list(room.move(str(target), Stop()))
    write(tmp_path / "taken" / "b.gguf", b"somebody else's")
    with pytest.raises(StorageError, match=r"another file named b\.gguf"):
        list(room.move(str(tmp_path / "taken"), Stop()))
    assert (tmp_path / "taken" / "b.gguf").read_bytes() == b"somebody else's"
    with pytest.raises(StorageError, match="can't be copied"):
        list(room.move(str(tmp_path / "taken" / "b.gguf" / "x"), Stop()))
    write(room.own / "c.gguf.part", b"on its way")
    with pytest.raises(StorageError, match="download is unfinished"):
        list(room.move(str(tmp_path / "new"), Stop()))
    (room.own / "c.gguf.part").rename(room.own / "c.gguf.part.jsonl")  # a kill leaves it beside a whole file
    list(room.move(str(tmp_path / "new"), Stop()))
    assert not (tmp_path / "new" / "c.gguf.part.jsonl").exists()


def test_a_move_waits_for_nobody_who_answers_but_says_so(room: Room, tmp_path: Path) -> None:
    before = furnish(room)
    room.models.answering = str(room.own / "b.gguf")
    with pytest.raises(ModelError, match="answers"):
        list(room.move(str(tmp_path / "new"), Stop()))
    assert contents(room.own) == before
    room.models.answering = ""
    list(room.move(str(tmp_path / "new"), Stop()))
    require_whole(room, tmp_path / "new", before)


def test_settings_that_can_not_be_read_move_nothing(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(room)

    def broken() -> Settings:
        raise SettingsError("The settings are broken.")

    monkeypatch.setattr(room.settings, "load", broken)
    with pytest.raises(SettingsError):
        list(room.move(str(tmp_path / "new"), Stop()))
    assert not (tmp_path / "new").exists()


def test_a_damaged_memory_of_files_is_an_empty_one(room: Room) -> None:
    room.add(room.own / "a.gguf")
    content = json.loads((room.home / "models.json").read_text(encoding="utf-8"))
    content["contents"] = {str(room.own / "a.gguf"): {"sha256": "x", "against": "nobody"}}
    (room.home / "models.json").write_text(json.dumps(content), encoding="utf-8")
    assert not room.list.one("a").verified
