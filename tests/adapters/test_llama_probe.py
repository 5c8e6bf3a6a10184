"""An unknown file is looked at, then tried in a child process, once; whatever it does there is a sentence here."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, cast

import gguf
import numpy as np
import pytest

from gguf_files import (
    ModelOptions,
    write_poisoned_model,
    write_random_model,
    write_talking_model,
    write_vocabulary_only,
    write_wordless_model,
)
from localassist.adapters.children import ChildDied, ChildPool, Death, Limits, Reply
from localassist.adapters.llama import probe
from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.llama.probe import FileCheck
from localassist.domain.errors import MemoryShortageError, ModelError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from pathlib import Path


class StubPool:
    """Counts the calls and ends each of them as told."""

    def __init__(self, ending: Exception | None = None) -> None:
        self.ending = ending
        self.calls = 0

    def call(self, task: str, arguments: dict[str, str], limits: Limits, stop: Stop) -> Reply:
        self.calls += 1
        if self.ending is not None:
            raise self.ending
        return Reply(None, b"")


@pytest.fixture
def checks(tmp_path: Path, children: ChildPool) -> FileCheck:
    return FileCheck(children, RememberedFiles(tmp_path / "models.json"))


def refused(checks: FileCheck, path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        checks.check(str(path), Stop())
    assert caught.value.hint
    return caught.value.message


def stubbed(tmp_path: Path, ending: Exception | None = None) -> tuple[FileCheck, StubPool]:
    pool = StubPool(ending)
    return FileCheck(cast("ChildPool", pool), RememberedFiles(tmp_path / "models.json")), pool


def test_a_good_file_says_what_it_is(checks: FileCheck, tmp_path: Path) -> None:
    path = write_talking_model(tmp_path / "Tiny Talker.gguf", [b"ok"], ModelOptions(context_length=640))
    checked = checks.check(str(path), Stop())
    file = checked.file
    assert checked.need.weights < file.size
    assert (file.name, file.path, file.size) == ("Tiny Talker", str(path), path.stat().st_size)
    assert (file.architecture, file.context_length, file.problem) == ("llama", 640, "")


def test_weights_that_are_no_numbers_are_found(checks: FileCheck, tmp_path: Path) -> None:
    assert "can't be loaded" in refused(checks, write_poisoned_model(tmp_path / "m.gguf"))


def test_a_vocabulary_alone_is_no_model(checks: FileCheck, tmp_path: Path) -> None:
    assert "only a vocabulary" in refused(checks, write_vocabulary_only(tmp_path / "m.gguf"))


@pytest.mark.parametrize(
    ("architecture", "kind", "said"),
    [
        ("clip", "model", "the picture reader that goes with a model"),
        ("bert", "model", "an embedding model"),
        ("llama", "adapter", "an adapter (LoRA)"),
        ("llama", "model", "does not say how many tokens"),
    ],
)
def test_what_is_no_chat_model_is_called_what_it_is(
    architecture: str, kind: str, said: str, checks: FileCheck, tmp_path: Path
) -> None:
    writer = gguf.GGUFWriter(str(tmp_path / "m.gguf"), architecture)
    writer.add_type(kind)
    writer.add_tensor("x.weight", np.zeros((4, 32), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert said in refused(checks, tmp_path / "m.gguf")


def test_a_vocabulary_without_bytes_is_refused(checks: FileCheck, tmp_path: Path) -> None:
    assert "can't spell" in refused(checks, write_wordless_model(tmp_path / "m.gguf"))


def test_a_file_that_kills_its_process_is_a_sentence(
    checks: FileCheck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same vocabulary, let through: llama.cpp ends the child at the first character it lacks."""
    monkeypatch.setattr(probe, "_spells_everything", lambda _header: True)
    assert "crashed" in refused(checks, write_wordless_model(tmp_path / "m.gguf"))
    assert checks.check(str(write_random_model(tmp_path / "good.gguf")), Stop()).file.name == "good"


def test_a_model_in_parts_needs_all_of_them_and_begins_with_the_first(tmp_path: Path) -> None:
    checks, pool = stubbed(tmp_path)
    first, second = (tmp_path / f"m-0000{number}-of-00002.gguf" for number in (1, 2))
    write_random_model(first, ModelOptions(part=(0, 2)))
    assert "m-00002-of-00002.gguf, which is not beside it" in refused(checks, first)
    write_random_model(second, ModelOptions(part=(1, 2)))
    assert "later part" in refused(checks, second)
    assert checks.check(str(first), Stop()).file.size == first.stat().st_size
    second.write_bytes(second.read_bytes()[:5000])
    assert "incomplete" in refused(checks, first)
    assert pool.calls == 1


@pytest.mark.parametrize("template", ["{{ 1 / 0 }}", "{{ messages.x.y.z }}", "{% for %}"])
def test_a_template_that_fails_is_found(template: str, checks: FileCheck, tmp_path: Path) -> None:
    path = write_talking_model(tmp_path / "m.gguf", [b"ok"], ModelOptions(template=template))
    assert "chat template" in refused(checks, path)


@pytest.mark.parametrize(
    ("kind", "word"), [(Death.CRASH, "crashed"), (Death.TIME, "seconds"), (Death.MEMORY, "memory")]
)
def test_every_death_has_its_sentence(kind: Death, word: str, tmp_path: Path) -> None:
    checks, _ = stubbed(tmp_path, ChildDied(kind, "SIGSEGV"))
    assert word in refused(checks, write_random_model(tmp_path / "m.gguf"))


def test_a_content_is_tried_once_under_whatever_name(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    checks, pool = stubbed(tmp_path)
    checks.check(str(path), Stop())
    again, other_pool = stubbed(tmp_path)
    again.check(str(path), Stop())
    os.utime(path, (1, 1))
    again.check(str(path), Stop())
    path.rename(tmp_path / "renamed.gguf")
    again.check(str(tmp_path / "renamed.gguf"), Stop())
    shutil.copyfile(tmp_path / "renamed.gguf", tmp_path / "copied.gguf")
    again.check(str(tmp_path / "copied.gguf"), Stop())
    assert (pool.calls, other_pool.calls) == (1, 0)
    write_random_model(tmp_path / "copied.gguf", seed=1)
    again.check(str(tmp_path / "copied.gguf"), Stop())
    assert other_pool.calls == 1


def test_another_version_of_the_library_tries_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write_random_model(tmp_path / "m.gguf"))
    checks, pool = stubbed(tmp_path)
    checks.check(path, Stop())
    monkeypatch.setattr(probe, "_library", lambda: "99.0")
    checks.check(path, Stop())
    assert pool.calls == 2


def test_a_file_is_hashed_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    checks, _ = stubbed(tmp_path)
    checks.check(str(path), Stop())
    with monkeypatch.context() as patched:
        patched.setattr(probe, "_sha256", lambda *_: pytest.fail("hashed again"))
        checks.check(str(path), Stop())
    os.utime(path, (1, 1))
    checks.check(str(path), Stop())


def test_hashing_can_be_stopped(tmp_path: Path) -> None:
    checks, pool = stubbed(tmp_path)
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        checks.check(str(write_random_model(tmp_path / "m.gguf")), stop)
    assert pool.calls == 0


def test_all_parts_make_the_content(tmp_path: Path) -> None:
    checks, pool = stubbed(tmp_path)
    first, second = (tmp_path / f"m-0000{number}-of-00002.gguf" for number in (1, 2))
    write_random_model(first, ModelOptions(part=(0, 2)))
    write_random_model(second, ModelOptions(part=(1, 2)))
    checks.check(str(first), Stop())
    write_random_model(second, ModelOptions(part=(1, 2)), seed=1)
    checks.check(str(first), Stop())
    assert pool.calls == 2


def test_a_bad_file_is_not_tried_again_unless_asked_for_anew(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    checks, pool = stubbed(tmp_path, ChildDied(Death.CRASH, "SIGSEGV"))
    assert refused(checks, path) == refused(checks, path)
    assert pool.calls == 1
    assert checks.quarantined() == {str(path): "m.gguf crashed when it was tried in a process of its own."}
    pool.ending = None
    assert checks.check(str(path), Stop(), anew=True).file.name == "m"
    assert checks.quarantined() == {}
    checks.check(str(path), Stop(), anew=True)
    assert pool.calls == 2


def test_a_file_that_is_only_wrong_is_not_in_quarantine(tmp_path: Path) -> None:
    checks, _ = stubbed(tmp_path, ModelError("m.gguf can't be loaded."))
    refused(checks, write_random_model(tmp_path / "m.gguf"))
    assert checks.quarantined() == {}


def test_a_trial_for_which_there_was_no_memory_says_nothing_of_the_file(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    checks, pool = stubbed(tmp_path, MemoryShortageError("There is not enough memory.", "Close other programs."))
    assert refused(checks, path) == "There is not enough memory."
    pool.ending = None
    assert checks.check(str(path), Stop()).file.name == "m"


def test_a_quarantine_ends_with_the_file(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    checks, _ = stubbed(tmp_path, ChildDied(Death.CRASH, "SIGSEGV"))
    refused(checks, path)
    write_random_model(path, seed=1)
    assert checks.quarantined() == {}
    path.unlink()
    assert checks.quarantined() == {}


def test_a_home_that_can_not_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "models.json").mkdir()
    checks, pool = stubbed(tmp_path)
    path = str(write_random_model(tmp_path / "m.gguf"))
    checks.check(path, Stop())
    checks.check(path, Stop())
    assert pool.calls == 2


@pytest.mark.corpus
def test_the_models_of_the_corpus(checks: FileCheck, corpus: Path) -> None:
    folder = corpus / "models"
    for name in ("tinytalk-3m-chat-q4_0", "stories260K-q8_0", "llama-2-tiny-random"):
        assert checks.check(str(folder / f"{name}.gguf"), Stop()).file.name == name
    assert "can't spell" in refused(checks, folder / "babyllama-tok105-f16.gguf")
    assert "only a vocabulary" in refused(checks, folder / "broken" / "vocab-only.gguf")
