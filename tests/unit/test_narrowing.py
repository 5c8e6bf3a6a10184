"""Models of a search are kept by what the catalogue, the hub's count and tags, or a name say of them."""

from __future__ import annotations

import pytest

from fakes import FakeChatModels
from fit_room import GB, Known
from localassist.domain.library import RemoteFile, Repository
from localassist.usecases.fitting_models import FitModels, Judge
from localassist.usecases.narrowing import Narrowing, entry_of


def found(
    name: str = "maker/m-GGUF", *, parameters: int = 0, tags: tuple[str, ...] = (), files: tuple[RemoteFile, ...] = ()
) -> Repository:
    return Repository(name, "c" * 40, files, tags=tags, parameters=parameters)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("maker/Qwen3-4B-GGUF", 4 * GB),
        ("maker/SmolLM2-135M-Instruct", 135_000_000),
        ("maker/Mixtral-8x7B-v0.1", 56 * GB),
        ("maker/Qwen3-30B-A3B-GGUF", 30 * GB),
        ("maker/phi_1.5b_chat", 1_500_000_000),
        ("7b-lovers/Instruct", 0),
        ("maker/gpt4all-128k", 0),
    ],
)
def test_where_the_hub_counted_nothing_the_name_tells_how_large_it_is(name: str, parameters: int) -> None:
    assert entry_of(found(name)).parameters == parameters
    assert entry_of(found(name, parameters=5)).parameters == 5


def test_what_is_not_known_of_a_model_is_not_so() -> None:
    unknown = found("maker/Instruct")
    assert Narrowing().keeps_found(unknown, None, None)
    for asked in (Narrowing(frozenset({"code"})), Narrowing(parameters=10**12), Narrowing(quantisation="Q8_0")):
        assert asked
        assert not asked.keeps_found(unknown, None, None)


def test_abilities_are_read_off_the_tags_and_all_of_them_are_needed() -> None:
    able = found(tags=("gguf", "Function-Calling", "image-text-to-text"))
    assert Narrowing(frozenset({"tools", "vision"})).keeps_found(able, None, None)
    assert not Narrowing(frozenset({"tools", "code"})).keeps_found(able, None, None)


def test_a_quantisation_is_there_only_whole() -> None:
    split = tuple(RemoteFile(f"m-Q8_0-0000{number}-of-00002.gguf", 0) for number in (1, 2))
    asked = Narrowing(quantisation="Q8_0")
    assert asked.keeps_found(found(files=split), None, None)
    assert not asked.keeps_found(found(files=split[:1]), None, None)


def test_what_does_not_fit_well_at_a_guess_is_left_out() -> None:
    known = Known({})
    judge: Judge = FitModels(known, known, known, FakeChatModels(), lambda: ())()
    asked = Narrowing(fits=True)
    assert asked.keeps_found(found(parameters=4 * GB), None, judge)
    assert not asked.keeps_found(found(parameters=70 * GB), None, judge)
    assert not asked.keeps_found(found(), None, judge), "nobody knows how large it is"
