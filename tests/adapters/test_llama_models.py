"""Model files are found by what people call them, and kept in a list that tells the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes import FakeSettingsStore
from gguf_files import (
    ModelOptions,
    _shapes,
    begin_file,
    byte_tokens,
    finish_file,
    write_random_model,
    write_talking_model,
    write_wordless_model,
)
from localassist.adapters.llama import LlamaChatModels, probe, room
from localassist.adapters.llama.files.remembered import Verdict
from localassist.adapters.llama.probe import FileCheck
from localassist.adapters.model_files.finding import DiskModelFinder
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import ModelReady, TokenDelta
from localassist.domain.keeping import Against
from localassist.domain.models import ModelFile
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from model_homes import ollama_model, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.adapters.children import ChildPool


class Place:
    """A place for models with one starter, whose verification can be made to fail."""

    def __init__(self, folder: Path, children: ChildPool) -> None:
        self.folder = folder
        self.starter = write_talking_model(folder / "starter.gguf", [b"Ahoy", b"!"])
        self.problem: ModelError | None = None
        self.verified: list[str] = []
        self.settings = FakeSettingsStore(Settings(threads=1))
        self.children = children
        self.models = self.opened_again()

    def opened_again(self) -> LlamaChatModels:
        known = ModelFile("starter", str(self.starter), self.starter.stat().st_size, sha256="0" * 64)
        return LlamaChatModels(self.folder / "home", [known], self.verify, self.settings, self.children)

    def verify(self, file: ModelFile) -> None:
        self.verified.append(file.name)
        if self.problem is not None:
            raise self.problem

    def names(self) -> list[str]:
        return [file.name for file in self.models.files()]


@pytest.fixture
def place(tmp_path: Path, children: ChildPool) -> Iterator[Place]:
    place = Place(tmp_path, children)
    yield place
    place.models.close()


def test_the_starter_comes_first_then_what_was_added_by_name(place: Place) -> None:
    for name in ("zebra", "Ant"):
        place.models.add(str(write_random_model(place.folder / f"{name}.gguf")))
    place.models.add(str(place.starter))
    assert place.names() == ["starter", "Ant", "zebra"]
    assert [file.name for file in place.opened_again().files()] == ["starter", "Ant", "zebra"]


def test_two_files_of_one_name_get_two_names(place: Place) -> None:
    (place.folder / "other").mkdir()
    (place.folder / "third").mkdir()
    for folder in ("other", "third", "other"):
        place.models.add(str(write_random_model(place.folder / folder / "starter.gguf")))
    assert sorted(place.names()) == ["starter", "starter 2", "starter 3"]


def test_a_file_on_a_drive_that_does_not_answer_is_listed_with_its_problem(place: Place) -> None:
    """The system refuses to look at such a name, as it does for a drive that was pulled out."""
    place.models.remembered.add(ModelFile("lost", f"/{'x' * 300}.gguf", 4000))
    assert {file.name: bool(file.problem) for file in place.models.files()}["lost"]


def test_a_file_that_vanished_stays_listed_with_its_problem(place: Place) -> None:
    path = write_random_model(place.folder / "gone.gguf")
    place.models.add(str(path))
    path.unlink()
    assert place.models.files()[1].problem
    with pytest.raises(ModelError, match="no file"):
        list(place.models.open("gone").load(Stop()))


def test_a_refused_file_is_not_listed(place: Place) -> None:
    path = place.folder / "page.gguf"
    path.write_text("<!DOCTYPE html>")
    with pytest.raises(ModelError, match="web page"):
        place.models.add(str(path))
    assert place.names() == ["starter"]


def test_names_are_found_in_any_case_and_by_a_unique_beginning(place: Place) -> None:
    for name in ("qwen-small", "qwen-large"):
        place.models.add(str(write_random_model(place.folder / f"{name}.gguf")))
    small = place.models.open("qwen-small")
    assert place.models.open("QWEN-S") is small
    assert place.models.open(str(place.folder / "x" / ".." / "qwen-small.gguf")) is small
    with pytest.raises(ModelError, match="qwen-large, qwen-small"):
        place.models.open("qwen")
    with pytest.raises(ModelError, match="no chat model named"):
        place.models.open("llama")


@pytest.mark.parametrize("name", ["x" * 5000, "with\0nul"])
def test_a_name_that_no_file_can_have_is_a_sentence(place: Place, name: str) -> None:
    with pytest.raises(ModelError, match="no chat model named"):
        place.models.open(name)


def test_a_file_that_was_not_added_is_checked_before_it_is_loaded(place: Place) -> None:
    broken = place.folder / "broken.gguf"
    broken.write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="4 bytes"):
        list(place.models.open(str(broken)).load(Stop()))
    good = write_random_model(place.folder / "good.gguf")
    assert isinstance(list(place.models.open(str(good)).load(Stop()))[-1], ModelReady)
    assert place.names() == ["starter"]


def test_the_starter_is_verified_before_its_first_load(place: Place) -> None:
    model = place.models.default()
    assert model is not None
    assert place.verified == []
    place.problem = ModelError("The model file starter.gguf is not the one its makers published.")
    with pytest.raises(ModelError, match="its makers published"):
        list(model.load(Stop()))
    place.problem = None
    list(model.load(Stop()))
    said = model.generate([Turn(Role.USER, "Hi")], Sampling(temperature=0), Stop())
    assert "".join(event.text for event in said if isinstance(event, TokenDelta)) == "Ahoy!"


def test_the_default_is_what_the_settings_say(place: Place) -> None:
    path = write_random_model(place.folder / "mine.gguf")
    place.models.add(str(path))
    assert place.models.default() is place.models.open("starter")
    place.settings.change(chat_model="mine")
    assert place.models.default() is place.models.open("mine")
    place.settings.change(chat_model=str(path))
    assert place.models.default() is place.models.open("mine")
    place.settings.change(chat_model="none")
    assert place.models.default() is None
    place.settings.change(chat_model="lost")
    with pytest.raises(ModelError, match="lost"):
        place.models.default()


def test_without_any_usable_file_there_is_no_default(place: Place) -> None:
    place.starter.unlink()
    assert place.models.default() is None


def test_the_settings_bound_the_context(place: Place) -> None:
    place.settings.change(context_length=300)
    model = place.models.open("starter")
    list(model.load(Stop()))
    assert model.description.context_length == 300
    assert model.description.device == "CPU, 1 thread"


def test_closing_unloads_and_asking_again_loads_anew(place: Place) -> None:
    model = place.models.open("starter")
    list(model.load(Stop()))
    place.models.close()
    assert model.description.context_length == 0
    with pytest.raises(ModelError, match="not loaded"):
        model.count_tokens([Turn(Role.USER, "Hi")])
    assert isinstance(list(model.load(Stop()))[-1], ModelReady)


def test_a_damaged_list_is_begun_anew(place: Place) -> None:
    list_file = place.folder / "home" / "models.json"
    list_file.parent.mkdir(exist_ok=True)
    for content in ("not JSON", "[1, 2]", json.dumps({"added": 7})):
        list_file.write_text(content)
        assert place.names() == ["starter"]


def break_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let through a vocabulary that ends llama.cpp's process at the first character it lacks."""
    monkeypatch.setattr(probe, "_spells_everything", lambda _header: True)


def test_a_file_that_crashed_stays_listed_and_refused_until_it_is_added_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_trial(monkeypatch)
    path = write_wordless_model(place.folder / "bad.gguf")
    with pytest.raises(ModelError, match="crashed"):
        place.models.add(str(path))
    for models in (place.models, place.opened_again()):
        assert [file.problem for file in models.files() if file.name == "bad"] == [
            "bad.gguf crashed when it was tried in a process of its own."
        ]
        with pytest.raises(ModelError, match="crashed"):
            list(models.open("bad").load(Stop()))
    monkeypatch.setattr(FileCheck, "_try", lambda *_: Verdict())
    place.models.add(str(path))
    assert [file.problem for file in place.models.files() if file.name == "bad"] == [""]


def test_two_crashed_files_of_one_name_have_two_names(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    break_the_trial(monkeypatch)
    (place.folder / "other").mkdir()
    for folder in (place.folder, place.folder / "other"):
        with pytest.raises(ModelError, match="crashed"):
            place.models.add(str(write_wordless_model(folder / "bad.gguf")))
    assert place.names() == ["starter", "bad", "bad 2"]


def die_loading(place: Place, path: Path) -> None:
    """Leave what a process leaves that ended while it was loading the file."""
    program = (
        "import os, sys; from pathlib import Path; from localassist.adapters.llama.files.loads import LoadMarks\n"
        "with LoadMarks(Path(sys.argv[1])).marking(sys.argv[2]): os.abort()"
    )
    command = [sys.executable, "-c", program, str(place.folder / "home" / "loading"), str(path)]
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_a_model_that_the_app_died_loading_is_not_loaded_by_itself(place: Place) -> None:
    second = write_random_model(place.folder / "second.gguf")
    place.models.add(str(second))
    die_loading(place, place.starter)
    models = place.opened_again()
    assert [("ended while it was loading starter" in file.warning, file.problem) for file in models.files()] == [
        (True, ""),
        (False, ""),
    ]
    model = models.default()
    assert model is not None
    assert model.description.name == "starter"  # another one would answer unasked
    with pytest.raises(ModelError, match="The app ended while it was loading starter") as caught:
        list(model.load(Stop()))
    assert "Ask again" in caught.value.hint
    assert isinstance(list(model.load(Stop()))[-1], ModelReady)
    assert not any(file.warning for file in place.opened_again().files())
    models.close()


@pytest.mark.parametrize("by", ["name", "path"])
def test_a_model_that_is_chosen_again_is_loaded_whatever_it_did(place: Place, by: str) -> None:
    die_loading(place, place.starter)
    model = place.models.open("starter" if by == "name" else str(place.starter))
    assert isinstance(list(model.load(Stop()))[-1], ModelReady)


def test_a_load_that_ends_leaves_no_mark(place: Place) -> None:
    list(place.models.open("starter").load(Stop()))
    broken = place.folder / "broken.gguf"
    broken.write_bytes(write_random_model(broken).read_bytes().replace(b"llama", b"lllll"))
    with pytest.raises(ModelError):
        list(place.models.open(str(broken)).load(Stop()))
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        list(place.models.open(str(write_random_model(place.folder / "third.gguf"))).load(stop))
    assert list((place.folder / "home" / "loading").iterdir()) == []


def test_another_model_leaves_the_memory_that_is_not_enough_for_both(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def free() -> int:
        return 12_000_000 if first.description.device else 30_000_000

    monkeypatch.setattr(room, "_free", free)
    place.settings.change(context_length=512)
    place.models = place.opened_again()
    first = place.models.open("starter")
    second = place.models.open(str(write_random_model(place.folder / "second.gguf", ModelOptions(context_length=8192))))
    list(first.load(Stop()))
    place.settings.change(context_length=8192)
    list(second.load(Stop()))
    assert (first.description.device, second.description.device) == ("", "CPU, 1 thread")
    with pytest.raises(ModelError, match="not loaded"):
        first.count_tokens([Turn(Role.USER, "Hi")])


def test_a_model_beyond_the_memory_is_refused_before_it_is_loaded(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_free", lambda: 1_000_000)
    place.models = place.opened_again()
    with pytest.raises(ModelError, match="starter needs at least 15 MB of memory, and 1 MB are free"):
        list(place.models.open("starter").load(Stop()))


def test_listing_imports_no_heavy_library(place: Place) -> None:
    program = (
        "import sys; from pathlib import Path; from localassist.adapters.llama import LlamaChatModels; "
        f"LlamaChatModels(Path({str(place.folder)!r}), [], print, None, None).files(); "
        "print(sorted({'llama_cpp', 'jinja2', 'numpy', 'psutil'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_file_can_be_added_under_a_name_and_forgotten_again(place: Place) -> None:
    path = write_random_model(place.folder / "sha256-0123.gguf")
    assert place.models.add(str(path), "qwen3:0.6b").name == "qwen3:0.6b"
    assert place.names() == ["starter", "qwen3:0.6b"]
    list(place.models.open("qwen3:0.6b").load(Stop()))
    assert place.models.remembered.last_used(str(path)) > "2026"
    place.models.forget(str(path))
    assert place.names() == ["starter"]
    assert path.exists()


def test_a_verified_file_that_was_exchanged_is_not_loaded_until_it_is_added_anew(place: Place) -> None:
    path = write_random_model(place.folder / "model.gguf")
    file = place.models.add(str(path))
    seen = place.models.remembered.content(file.path)
    assert seen is not None
    assert seen.against is Against.FIRST_SEEN
    place.models.remembered.note_content(file.path, replace(seen, against=Against.HUB))
    list(place.models.open("model").load(Stop()))
    place.models.release(file.path)
    write_random_model(path, ModelOptions(context_length=256), seed=1)
    assert "not as it was" in place.models.files()[1].warning
    with pytest.raises(ModelError, match="exchanged or damaged"):
        list(place.models.open("model").load(Stop()))
    place.models.add(str(path))
    assert not place.models.files()[1].warning
    assert isinstance(list(place.models.open("model").load(Stop()))[-1], ModelReady)


def test_a_file_that_nobody_vouched_for_may_be_exchanged_by_its_owner(place: Place) -> None:
    path = write_random_model(place.folder / "model.gguf")
    place.models.add(str(path))
    write_random_model(path, ModelOptions(context_length=256), seed=1)
    assert isinstance(list(place.models.open("model").load(Stop()))[-1], ModelReady)


def test_a_blob_of_another_program_answers_where_it_lies_and_is_not_touched(place: Place) -> None:
    store = place.folder / "ollama"
    written = write_talking_model(place.folder / "model.gguf", [b"Aye", b"."])
    blob = ollama_model(store, "parrot", "latest", written.read_bytes())
    before = tree(store)
    (found,) = DiskModelFinder(place.folder / "nobody", {}, "linux", place.folder).find([str(store)], (), Stop())
    file = place.models.add(found.path, found.name)
    assert (file.name, file.path) == ("parrot:latest", str(blob))
    model = place.models.open("parrot")
    list(model.load(Stop()))
    events = model.generate([Turn(Role.USER, "Hello?")], Sampling(temperature=0.0), Stop())
    assert "".join(event.text for event in events if isinstance(event, TokenDelta)) == "Aye."
    place.models.forget(str(blob))
    assert tree(store) == before


def test_a_file_that_is_named_by_its_hash_is_called_what_it_says_of_itself(place: Place) -> None:
    path = place.folder / f"sha256-{'0' * 64}"
    write_random_model(path)
    assert place.models.add(str(path)).name == path.stem
    named = place.folder / ("1" * 64)
    writer = begin_file(named, "llama", byte_tokens(), ModelOptions())
    writer.add_name("Little Parrot")
    writer.add_layer_norm_rms_eps(1e-5)
    random = np.random.default_rng(0)
    finish_file(
        writer,
        {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in _shapes(len(byte_tokens()), 64, 1)},
    )
    assert place.models.add(str(named)).name == "Little Parrot"
