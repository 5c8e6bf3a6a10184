"""A model is loaded as its own settings say: with another template, with adapters, with another context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest

from fakes import FakeSettingsStore
from gguf_files import ModelOptions, write_random_model, write_talking_model
from localassist.adapters.llama import LlamaChatModels
from localassist.adapters.llama.loading import _at_most
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError
from localassist.domain.events import ModelReady, TokenDelta
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.adapters.children import ChildPool
    from localassist.domain.ports.chat_model import ChatModel

QUESTION = [Turn(Role.USER, "Hello?")]


@pytest.fixture
def settings() -> FakeSettingsStore:
    return FakeSettingsStore(Settings(threads=1))


@pytest.fixture
def models(tmp_path: Path, settings: FakeSettingsStore, children: ChildPool) -> Iterator[LlamaChatModels]:
    place = LlamaChatModels(tmp_path / "home", [], lambda _file: None, settings, children)
    yield place
    place.close()


def said(model: ChatModel) -> str:
    assert isinstance(list(model.load(Stop()))[-1], ModelReady)
    events = model.generate(QUESTION, Sampling(temperature=0.0, max_tokens=8), Stop())
    return "".join(event.text for event in events if isinstance(event, TokenDelta))


def write_adapter(path: Path, architecture: str = "llama", width: int = 64, adapter: str = "lora") -> Path:
    """A LoRA of rank 1 for the questions that the layers of the tests' random models ask."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", adapter)
    writer.add_float32("adapter.lora.alpha", 1.0)
    for layer in range(2):
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_a", np.ones((1, width), dtype=np.float32))
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_b", np.ones((width, 1), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_chosen_template_takes_the_place_of_the_files_own(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path
) -> None:
    models.add(str(write_talking_model(tmp_path / "parrot.gguf", [b"Ahoy", b"!"])))
    model = models.open("parrot")
    assert said(model) == "Ahoy!"
    plain = model.count_tokens(QUESTION)
    settings.change_model("parrot", template="{% for message in messages %}{{ message['content'] }}{% endfor %}\n")
    list(model.load(Stop()))
    assert model.count_tokens(QUESTION) < plain
    settings.change_model("parrot", template=None)
    list(model.load(Stop()))
    assert model.count_tokens(QUESTION) == plain


def test_a_template_that_can_not_be_is_a_sentence_and_tried_once(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path, children: ChildPool
) -> None:
    models.add(str(write_random_model(tmp_path / "model.gguf")))
    settings.change_model("model", template="{% for message in")
    for _ in range(2):
        with pytest.raises(ModelError, match="template"):
            list(models.open("model").load(Stop()))
    settings.change_model("model", template=None)
    assert isinstance(list(models.open("model").load(Stop()))[-1], ModelReady)


def test_an_adapter_changes_what_a_model_says_and_leaves_with_its_choice(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path
) -> None:
    models.add(str(write_random_model(tmp_path / "model.gguf", ModelOptions(template=""))))
    adapter = write_adapter(tmp_path / "adapter.gguf")
    model = models.open("model")
    before = said(model)
    settings.change_model("model", adapters=(f"{adapter}@2",))
    assert said(model) != before
    settings.change_model("model", adapters=(f"{adapter}@0",))
    assert said(model) == before
    settings.change_model("model", adapters=None)
    assert said(model) == before


def test_an_adapter_stays_when_the_context_grows(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path
) -> None:
    models.add(str(write_random_model(tmp_path / "model.gguf", ModelOptions(template="", context_length=16384))))
    settings.change_model("model", adapters=(str(write_adapter(tmp_path / "adapter.gguf")),))
    model = models.open("model")
    first = said(model)
    turns = [Turn(Role.USER, "word " * 1500)]
    list(model.generate(turns, Sampling(temperature=0.0, max_tokens=1), Stop()))
    assert said(model) == first


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("another architecture", "for another model"),
        ("another width", "for another model|can't be loaded"),
        ("a control vector", "no adapter"),
        ("a model", "no adapter"),
        ("nothing", "no file"),
        ("half", "incomplete"),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused_in_a_sentence(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path, name: str, complaint: str
) -> None:
    models.add(str(write_random_model(tmp_path / "model.gguf")))
    path = tmp_path / "adapter.gguf"
    match name:
        case "another architecture":
            write_adapter(path, architecture="qwen2")
        case "another width":
            write_adapter(path, width=32)
        case "a control vector":
            write_adapter(path, adapter="other")
        case "a model":
            write_random_model(path)
        case "half":
            write_adapter(path)
            path.write_bytes(path.read_bytes()[:-300])
    settings.change_model("model", adapters=(str(path),))
    with pytest.raises(ModelError, match=complaint):
        list(models.open("model").load(Stop()))


def test_a_model_has_a_context_length_of_its_own(
    models: LlamaChatModels, settings: FakeSettingsStore, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        models.add(str(write_random_model(tmp_path / f"{name}.gguf")))
    settings.change_model("one", context_length=300)
    lengths = []
    for name in ("one", "other"):
        list(models.open(name).load(Stop()))
        lengths.append(models.open(name).description.context_length)
    assert lengths == [300, 512]


@pytest.mark.parametrize(
    ("wanted", "fitting", "layers"),
    [(None, -1, -1), (None, 7, 7), (5, -1, 5), (5, 7, 5), (9, 7, 7), (33, -1, -1), (99, -1, -1), (99, 7, 7), (0, 7, 0)],
)
def test_layers_on_the_graphics_processor_are_at_most_what_was_chosen(
    wanted: int | None, fitting: int, layers: int
) -> None:
    assert _at_most(wanted, fitting, 33) == layers
