from fakes import FakeChatModel
from localassist.domain.privacy import Destination
from localassist.usecases.routing import choose_route


def test_every_route_stays_here_and_says_why() -> None:
    for model in (FakeChatModel(), None):
        for searches in (True, False):
            route = choose_route(model, searches=searches)
            assert route.destination is Destination.THIS_COMPUTER
            assert route.model == ("parrot" if model else "")
            assert route.reason.endswith(".")
            assert ("your documents" in route.reason) == searches
