"""The session says what llama.cpp says whatever the architecture keeps of what it read."""

from __future__ import annotations

import random
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from gguf_architectures import ARCHITECTURES, WINDOW, write_gemma3_model
from gguf_files import ModelOptions
from greedy import answers_by_the_library_alone, greedy
from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.session import Session
from localassist.domain.errors import Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module", params=ARCHITECTURES)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of each architecture in turn."""
    path = tmp_path_factory.mktemp("models") / f"{request.param}.gguf"
    return ARCHITECTURES[request.param](path, ModelOptions(context_length=4096))


@pytest.fixture
def session(path: Path) -> Iterator[Session]:
    """A session of it, on this thread."""
    with closing(open_session(path)) as session:
        yield session


def open_session(path: Path) -> Session:
    """A session of a model, on one thread of the processor."""
    return Session(LoadedModel(str(path), LoadOptions(threads=1, use_gpu=False), Stop(), lambda _fraction: None))


def some_tokens(count: int, seed: int) -> list[int]:
    """As many bytes that mean nothing."""
    return list(random.Random(seed).randbytes(count))


def test_says_token_for_token_what_the_library_says(path: Path, session: Session) -> None:
    prompt = some_tokens(100, seed=1)
    (expected,) = answers_by_the_library_alone(path, [prompt], 60)
    assert len(set(expected.tokens)) > 5
    assert expected.agrees(greedy(session, prompt, 60))


@pytest.mark.parametrize("length", [100, 1200])
def test_a_warm_cache_says_what_a_cold_one_says(length: int, path: Path, session: Session) -> None:
    """1,200 tokens are more than a window of 32 and a batch of 512 need in memory, 100 are not."""
    begun, quarter = some_tokens(length, seed=2), length // 4
    asked = {
        "a conversation": begun,
        "one that goes on": [*begun, *some_tokens(30, seed=3)],
        "another branch of it": [*begun, *some_tokens(30, seed=4)],
        "an edit in the middle": [*begun[: 2 * quarter], *some_tokens(quarter, seed=5), *begun[3 * quarter :]],
        "an edit near its end": [*begun[:-20], *some_tokens(15, seed=6), *begun[-5:]],
        "its beginning": begun[:-20],
    }
    answers = dict(zip(asked, answers_by_the_library_alone(path, asked.values(), 20), strict=True))
    assert len({tuple(answer.tokens) for answer in answers.values()}) == len(asked)
    for name, prompt in [*asked.items(), *asked.items()]:
        assert answers[name].agrees(greedy(session, prompt, 20)), name


def test_an_aborted_step_is_forgotten_and_the_conversation_goes_on(path: Path, session: Session) -> None:
    begun = some_tokens(100, seed=7)
    said = greedy(session, begun, 20)
    session.abort()
    with pytest.raises(Stopped):
        session.read(some_tokens(700, seed=8))
    session.resume()
    follow_up = [*begun, *said, *some_tokens(5, seed=9)]
    (expected,) = answers_by_the_library_alone(path, [follow_up], 20)
    assert expected.agrees(greedy(session, follow_up, 20))


def test_a_step_aborted_near_its_end_is_forgotten_and_the_conversation_goes_on(path: Path, session: Session) -> None:
    """Of 762 tokens 512 are read by then, and the keys of as many before them may be gone."""
    begun, more, rest = some_tokens(1000, seed=12), some_tokens(762, seed=13), some_tokens(5, seed=14)
    session.read([*begun, *more])  # the context is now as large as it will be
    read_again(session, begun)
    with aborted_after(session, 1_000_000) as steps:
        session.read(more)
    read_again(session, begun)
    with aborted_after(session, len(steps) * 9 // 10), pytest.raises(Stopped):
        session.read(more)
    (expected,) = answers_by_the_library_alone(path, [[*begun, *rest]], 20)
    assert expected.agrees(greedy(session, [*begun, *rest], 20))


def read_again(session: Session, tokens: list[int]) -> None:
    """Forget what was read and read this."""
    session.reuse([0])
    session.read(tokens)


@contextmanager
def aborted_after(session: Session, most: int) -> Iterator[list[None]]:
    """Ends a decode after `most` steps of its graph; yields the steps made, one entry each."""
    api, steps = bindings().api, []

    def step(_data: object) -> bool:
        steps.append(None)
        return len(steps) > most

    counting = api.ggml_abort_callback(step)
    api.llama_set_abort_callback(session.loaded.context, counting, None)
    try:
        yield steps
    finally:
        api.llama_set_abort_callback(session.loaded.context, session.loaded.abort.callback, session.loaded.abort.data)


def test_a_window_that_is_gone_in_part_is_not_taken_for_whole(tmp_path: Path) -> None:
    """Every place to branch off is tried, at distances less than a window: how long keys stay depends on batches."""
    path = write_gemma3_model(tmp_path / "m.gguf", ModelOptions(context_length=4096))
    begun = some_tokens(1000, seed=10)
    branches = [[*begun[:place], *some_tokens(3, seed=11)] for place in range(1000 - WINDOW, 0, 3 - WINDOW)]
    answers = answers_by_the_library_alone(path, branches, 3)
    with closing(open_session(path)) as session:
        for branch, answer in zip(branches, answers, strict=True):
            session.reuse([0])
            session.read(begun)
            assert answer.agrees(greedy(session, branch, 3)), len(branch)
