"""Where a question may go, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.domain.privacy import Destination, Route

if TYPE_CHECKING:
    from localassist.domain.ports.chat_model import ChatModel


def choose_route(model: ChatModel | None, *, searches: bool) -> Route:
    """The route of a question: always this computer; `searches` says whether documents are to be searched."""
    if model is None and searches:
        reason = "No chat model is in use, so the answer quotes your documents word for word."
        return Route(Destination.THIS_COMPUTER, "", reason)
    if model is None:
        return Route(
            Destination.THIS_COMPUTER, "", "No chat model is in use, and no documents were chosen to quote from."
        )
    work = "searches your documents and answers" if searches else "answers"
    name = model.description.name
    return Route(Destination.THIS_COMPUTER, name, f"The model {name} on this computer {work}; nothing leaves it.")
