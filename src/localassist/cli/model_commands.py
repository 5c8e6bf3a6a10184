"""What each command about models calls: apart, as no other command needs what they load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.cli import catalogue, fitting, getting, models, packs, showing, tuning

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from localassist.cli.console import Console
    from localassist.usecases.services import Services

MODEL_COMMANDS: Final[dict[str, Callable[[argparse.Namespace, Services, Console], int]]] = {
    "list": models.list_,
    "add": models.add,
    "search": catalogue.search,
    "show": showing.show,
    "fit": fitting.fit,
    "download": getting.download,
    "settings": tuning.settings,
    "token": getting.token,
    "found": models.found,
    "remove": models.remove,
    "verify": models.verify,
    "move": models.move,
    "pack": packs.pack,
    "unpack": packs.unpack,
}
