import math

import pytest
from typing_extensions import override

from fakes import FakeEmbedder
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop
from localassist.usecases.nearness import Nearness


def test_the_nearer_text_has_the_higher_cosine() -> None:
    near = Nearness(FakeEmbedder())("how many sails", ["two sails", "a rent of 950", "how many sails"], Stop())
    assert near[2] == pytest.approx(1.0)
    assert near[2] > near[0] > near[1]


def test_texts_seen_before_are_not_embedded_again() -> None:
    embedder = FakeEmbedder()
    nearness = Nearness(embedder)
    nearness("sails", ["one", "two", "one"], Stop())
    nearness("masts", ["two", "three"], Stop())
    nearness("masts", ["three"], Stop())
    assert embedder.batches == [2, 1]


def test_it_stops_and_says_when_it_can_not_compare() -> None:
    embedder = FakeEmbedder()
    embedder.problem = ModelError("The embedding model is not installed.")
    with pytest.raises(ModelError):
        Nearness(embedder)("sails", ["one"], Stop())
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        Nearness(FakeEmbedder())("sails", ["one"], stop)


class CompressedEmbedder(FakeEmbedder):
    """Tells texts apart as its parent does, with all vectors leaning one way: no cosine is below 0.7."""

    @property
    @override
    def dimension(self) -> int:
        return super().dimension + 1

    @override
    def _vector(self, text: str) -> list[float]:
        return [math.sqrt(0.3) * number for number in FakeEmbedder()._vector(text)] + [math.sqrt(0.7)]


def test_the_scale_of_a_model_does_not_matter() -> None:
    texts = ["two sails", "a rent of 950", "how many sails"]
    plain, compressed = (
        Nearness(embedder).beyond_chance("how many sails", texts, Stop())
        for embedder in (FakeEmbedder(), CompressedEmbedder())
    )
    assert compressed == pytest.approx(plain, abs=1e-3)
    assert plain[2] == pytest.approx(1.0)
    assert plain[1] < 0.2
