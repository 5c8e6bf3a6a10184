"""Texts are measured with the embedder, or without it where it is missing."""

from collections.abc import Sequence

from fakes import FakeEmbedder
from localassist.domain.errors import ModelError
from localassist.usecases.measuring import Measure


class Missing(FakeEmbedder):
    @property
    def max_tokens(self) -> int:
        return 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        raise ModelError("The embedding model is not installed.")


def test_an_embedder_measures_for_itself() -> None:
    embedder = FakeEmbedder()
    measure = Measure(embedder)
    assert measure.count_tokens(["a sloop has one mast"]) == embedder.count_tokens(["a sloop has one mast"])
    assert measure.max_tokens == embedder.max_tokens


def test_without_one_tokens_are_rather_overestimated_in_every_script() -> None:
    measure = Measure(Missing())
    words, chinese = measure.count_tokens(["the rent is due on the first day", "租金于每月第一天到期"])
    assert words >= 8
    assert chinese >= 10
    assert measure.max_tokens >= 128
