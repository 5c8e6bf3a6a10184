import pytest

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
