from fakes import FakeChatModel
from localassist.domain.privacy import Destination
from localassist.usecases.routing import choose_route, without_oldest


def test_every_route_stays_here_and_says_why() -> None:
    for model in (FakeChatModel(), None):
        for searches in (True, False):
            route = choose_route(model, searches=searches)
            assert route.destination is Destination.THIS_COMPUTER
            assert route.model == ("parrot" if model else "")
            assert route.reason.endswith(".")
            assert ("your documents" in route.reason) == searches


def test_what_had_no_room_is_said_with_the_route() -> None:
    route = choose_route(FakeChatModel(name="parrot"), searches=False)
    assert without_oldest(route, 0) == route
    assert without_oldest(route, 6).reason == f"{route.reason} The 6 oldest messages had no room in its context."
