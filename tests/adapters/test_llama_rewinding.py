"""Conversations that gave way come back as they were: by checkpoints, from the disk, and after a restart."""

from __future__ import annotations

import os
import random
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gguf_architectures import ARCHITECTURES
from gguf_files import ModelOptions, write_random_model
from greedy import answers_by_the_library_alone, greedy
from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.planning import FIRST_CONTEXT
from localassist.adapters.llama.rewinding import common_prefix
from localassist.adapters.llama.session import Session
from localassist.adapters.llama.states import StateStore, fingerprint, forget_states
from localassist.domain.errors import ModelError
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.adapters.llama.context import Context

LENGTH = 600


@pytest.fixture(scope="module", params=["qwen3", "gemma3", "mamba", "lfm2"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain attention, windows, recurrent layers, and a hybrid."""
    path = tmp_path_factory.mktemp("models") / f"{request.param}.gguf"
    return ARCHITECTURES[request.param](path, ModelOptions(context_length=4096))


def open_session(path: Path, states: Path | None = None, context_length: int = 0) -> Session:
    options = LoadOptions(context_length=context_length, threads=1, use_gpu=False)
    loaded = LoadedModel(str(path), options, Stop(), lambda _fraction: None)
    store = StateStore(states, fingerprint(str(path), loaded.kv_bits)) if states else None
    return Session(loaded, store)


def some_tokens(count: int, seed: int) -> list[int]:
    return list(random.Random(seed).randbytes(count))


def states_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.state"))


def ask(session: Session, prompt: list[int], stable: int) -> list[int]:
    """As an answer is made: read up to what the next prompt will begin with, mark it, read on, write."""
    kept = session.reuse(prompt)
    if kept < stable:
        session.read(prompt[kept:stable])
        session.mark()
        kept = stable
    session.read(prompt[kept:])
    return greedy(session, prompt, 20)


def test_a_conversation_that_gave_way_comes_back_and_goes_on(path: Path, tmp_path: Path) -> None:
    first, second = some_tokens(LENGTH, seed=1), some_tokens(LENGTH, seed=2)
    with closing(open_session(path, tmp_path)) as session:
        said = ask(session, first, LENGTH - 5)
        ask(session, second, LENGTH - 5)
        assert states_in(tmp_path)
        follow_up = [*first, *said, *some_tokens(30, seed=3)]
        assert session.reuse(follow_up) == LENGTH + len(said)
        (expected,) = answers_by_the_library_alone(path, [follow_up], 20)
        assert expected.agrees(greedy(session, follow_up, 20))


def test_after_a_restart_only_what_is_new_is_read(path: Path, tmp_path: Path) -> None:
    conversation = some_tokens(LENGTH, seed=4)
    with closing(open_session(path, tmp_path)) as session:
        said = ask(session, conversation, LENGTH - 5)
    follow_up = [*conversation, *said, *some_tokens(30, seed=5)]
    (expected,) = answers_by_the_library_alone(path, [follow_up], 20)
    with closing(open_session(path, tmp_path)) as session:
        assert session.reuse(follow_up) == LENGTH + len(said)
        assert expected.agrees(greedy(session, follow_up, 20))


@pytest.mark.parametrize("restarts", [False, True])
def test_an_answer_is_made_again_from_where_its_question_ends(restarts: bool, path: Path, tmp_path: Path) -> None:
    """Recurrent layers and windows forget what stood before: they come back by the checkpoint."""
    question = some_tokens(LENGTH, seed=6)
    stable = LENGTH - 5
    session = open_session(path, tmp_path)
    said = ask(session, question, stable)
    session.read(some_tokens(200, seed=7))
    if restarts:
        session.close()
        session = open_session(path, tmp_path)
    with closing(session):
        assert session.reuse(question) >= stable
        assert greedy(session, question, 20) == said


def test_a_longer_prompt_makes_the_context_grow_with_what_it_knows(path: Path) -> None:
    begun = some_tokens(LENGTH, seed=8)
    with closing(open_session(path)) as session:
        session.loaded.grow(LENGTH + 50)
        before = session.loaded.length
        said = ask(session, begun, LENGTH - 5)
        follow_up = [*begun, *said, *some_tokens(500, seed=9)]
        assert session.reuse(follow_up) == LENGTH + len(said)
        (expected,) = answers_by_the_library_alone(path, [follow_up], 20)
        assert expected.agrees(greedy(session, follow_up, 20))
        assert before < session.loaded.length <= session.loaded.context_length


def test_the_context_begins_small_and_grows_to_what_the_model_was_trained_for(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=FIRST_CONTEXT + 2000))
    with closing(open_session(path)) as session:
        assert session.loaded.length == FIRST_CONTEXT
        session.read(some_tokens(FIRST_CONTEXT, seed=10))
        session.append(1)
        assert session.loaded.length == session.loaded.context_length == FIRST_CONTEXT + 2000
        with pytest.raises(ModelError, match="longer"):
            session.read(some_tokens(2000, seed=11))


def test_a_state_of_another_model_or_library_is_not_loaded(tmp_path: Path) -> None:
    prompt = some_tokens(LENGTH, seed=12)
    one, other = (write_random_model(tmp_path / f"{seed}.gguf", seed=seed, options=ModelOptions(context_length=2048))
                  for seed in (1, 2))  # fmt: skip
    with closing(open_session(one, tmp_path / "states")) as session:
        ask(session, prompt, 0)
    with closing(open_session(other, tmp_path / "states")) as session:
        assert session.reuse(prompt) == 0
    with closing(open_session(one, tmp_path / "states")) as session:
        assert session.reuse(prompt) == LENGTH - 1


@pytest.mark.parametrize("damage", ["cut", "flip", "no tokens", "odd tokens", "gone"])
def test_a_damaged_state_is_read_anew(damage: str, path: Path, tmp_path: Path) -> None:
    """llama.cpp ends the process over a state that was cut off, and takes flipped bits for what it read."""
    prompt = some_tokens(LENGTH, seed=13)
    states = tmp_path / "states"
    with closing(open_session(path, states)) as session:
        expected = ask(session, prompt, LENGTH - 5)
    (state,) = states_in(states)
    data = bytearray(state.read_bytes())
    if damage == "cut":
        state.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        data[len(data) // 2] ^= 0xFF
        state.write_bytes(data)
    elif damage == "no tokens":
        state.with_suffix(".tokens").unlink()
    elif damage == "odd tokens":
        state.with_suffix(".tokens").write_bytes(b'{"count": "many"}\n')
    else:
        state.unlink()
    with closing(open_session(path, states)) as session:
        assert session.reuse(prompt) == 0
        assert greedy(session, prompt, 20) == expected


def test_forgetting_leaves_nothing_on_the_disk_or_in_memory(path: Path, tmp_path: Path) -> None:
    prompt = some_tokens(LENGTH, seed=14)
    with closing(open_session(path, tmp_path / "states")) as session:
        ask(session, prompt, LENGTH - 5)
        ask(session, some_tokens(LENGTH, seed=15), LENGTH - 5)
        assert states_in(tmp_path)
        forget_states(tmp_path / "states")
        session.forget()
        assert states_in(tmp_path) == []
        assert session.reuse(prompt) == 0
    assert states_in(tmp_path) == []


def test_what_is_not_to_be_kept_is_never_written(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    private, other = some_tokens(LENGTH, seed=27), some_tokens(LENGTH, seed=28)
    with closing(open_session(path, tmp_path / "states")) as session:
        session.reuse(private, keep=False)
        session.read(private)
        session.reuse(other, keep=False)
        session.read(other)
    assert states_in(tmp_path) == []


def test_what_another_process_forgot_is_not_written_back(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    with closing(open_session(path, tmp_path / "states")) as session:
        ask(session, some_tokens(LENGTH, seed=29), 0)
        forget_states(tmp_path / "states")
        ask(session, some_tokens(LENGTH, seed=30), 0)
    assert states_in(tmp_path) == []


def test_a_disk_that_is_full_leaves_no_state_that_was_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp says how much it wrote before the system says that there was no room for it."""
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    first = some_tokens(LENGTH, seed=31)
    api = bindings().api
    save = api.llama_state_seq_save_file

    def save_half(context: object, file: bytes, *rest: object) -> int:
        written = save(context, file, *rest)
        os.truncate(file, written // 2)
        return int(written)

    monkeypatch.setattr(api, "llama_state_seq_save_file", save_half)
    with closing(open_session(path, tmp_path / "states")) as session:
        said = ask(session, first, 0)
        ask(session, some_tokens(LENGTH, seed=32), 0)
        assert ask(session, first, 0) == said
    assert states_in(tmp_path) == []


def test_where_there_is_no_memory_to_grow_the_answer_ends_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=16_384))
    with closing(open_session(path)) as session:
        begun = some_tokens(FIRST_CONTEXT - 10, seed=33)
        session.read(begun)
        make = session.loaded._make_context

        def fail_beyond(length: int) -> Context:
            if length > FIRST_CONTEXT:
                raise ModelError("There is not enough memory.", "Close other programs.")
            return make(length)

        monkeypatch.setattr(session.loaded, "_make_context", fail_beyond)
        written = 0
        while session.can_append():
            session.append(65)
            written += 1
        assert written == 10
        assert session.known == [*begun, *[65] * 10]
        assert session.loaded.context_length == FIRST_CONTEXT
        assert session.reuse(begun) == len(begun) - 1


def test_states_are_for_the_user_alone(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    with closing(open_session(path, tmp_path / "states")) as session:
        ask(session, some_tokens(LENGTH, seed=16), 0)
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "states").rglob("*") if file.is_file()} == {0}
    assert (tmp_path / "states").stat().st_mode & 0o077 == 0


def test_the_longest_unused_states_leave_when_there_is_no_more_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    conversations = [some_tokens(LENGTH, seed=seed) for seed in range(20, 26)]
    with closing(open_session(path, tmp_path / "states")) as session:
        ask(session, conversations[0], 0)
        ask(session, conversations[1], 0)
        size = states_in(tmp_path)[0].stat().st_size
        monkeypatch.setattr("localassist.adapters.llama.states._BUDGET", 3 * size + size // 2)
        for conversation in conversations[2:]:
            ask(session, conversation, 0)
    assert len(states_in(tmp_path)) == 3
    with closing(open_session(path, tmp_path / "states")) as session:
        assert session.reuse(conversations[0]) == 0
        assert session.reuse(conversations[-1]) == LENGTH - 1


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "states").write_text("a file stands in the way")
    path = write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=2048))
    with closing(open_session(path, tmp_path / "states")) as session:
        expected = ask(session, some_tokens(LENGTH, seed=17), 0)
        ask(session, some_tokens(LENGTH, seed=18), 0)
        assert ask(session, some_tokens(LENGTH, seed=17), 0) == expected


def test_common_prefix() -> None:
    pairs = [([], [1]), ([1, 2], [1, 2, 3]), ([1, 2, 3], [1, 9]), ([4], [5]), ([7] * 300 + [1], [7] * 300 + [2])]
    assert [common_prefix(*pair) for pair in pairs] == [0, 2, 1, 0, 300]
