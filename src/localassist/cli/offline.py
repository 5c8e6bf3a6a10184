"""What commands say that would need the network while the offline switch is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.errors import OfflineError

if TYPE_CHECKING:
    from localassist.usecases.services import Services

NOT_ASKED: Final = "The offline switch is on, so the hub was not asked."
HINT: Final = (
    "To let localassist out, turn the switch off in the window's settings, or write `offline = false` into the "
    "settings file, which `localassist doctor` names."
)


def require_online(services: Services) -> None:
    """Raise `OfflineError` while the switch is on, before anything is looked up by its name."""
    if services.settings.load().offline:
        raise OfflineError(NOT_ASKED, HINT)
