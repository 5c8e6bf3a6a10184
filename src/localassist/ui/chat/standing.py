"""Which models elsewhere there are for a conversation, read off the GUI thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import NotFoundError
from localassist.domain.outbound import Target
from localassist.domain.ports.cloud import Provider
from localassist.domain.privacy import Destination
from localassist.ui.chat.destination import Choice, Choices

if TYPE_CHECKING:
    from localassist.usecases.services import Escalation, Services

OFFLINE: Final = "The offline switch is on: nothing can be asked elsewhere, and nothing leaves this computer."
GONE: Final = "This provider is no longer known here."
MOST_CHOICES: Final = 6
RECENT: Final = timedelta(days=90)


def read_choices(services: Services, conversation_id: int | None, pending: Target | None) -> Choices:
    """What can be chosen for a conversation; one that is not stored yet (None) is for `pending`.

    Those are what it is for, what the settings offer, and what was asked in the last months, the latest first.
    """
    escalation, settings = services.escalation(), services.settings.load()
    target = pending if conversation_id is None else escalation.store.target(conversation_id)
    offered = target_of(settings.cloud_model)
    asked = [each.target for each in reversed(escalation.store.spendings(datetime.now(UTC) - RECENT))]
    wanted = dict.fromkeys(each for each in (target, offered, *asked) if each is not None)
    made = {each: _choice(escalation, each, offline=settings.offline) for each in list(wanted)[:MOST_CHOICES]}
    return Choices(
        tuple(made.values()),
        made[target] if target else None,
        made[offered] if offered else None,
        OFFLINE if settings.offline else "",
    )


def target_of(name: str) -> Target | None:
    """The model that the settings name as provider/model; None for no such name."""
    provider, _, model = name.partition("/")
    return Target(provider, model) if provider and model else None


def _choice(escalation: Escalation, target: Target, *, offline: bool) -> Choice:
    try:
        provider = escalation.providers.get(target.provider)
    except NotFoundError:
        gone = Provider(target.provider, target.provider, "", Destination.CLOUD)
        return Choice(target, gone, GONE)
    return Choice(target, provider, OFFLINE if offline else "")
