"""Runs one command: from its words to its exit code."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from localassist.cli.arguments import UsageError
from localassist.cli.console import Console
from localassist.cli.interrupts import INTERRUPTED, raised_on_ctrl_c
from localassist.cli.parser import parse
from localassist.domain.errors import LocalAssistError, Stopped

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from localassist.domain.diagnosis import Finding
    from localassist.usecases.services import Services

DONE, COULD_NOT, WRONG_USAGE = 0, 1, 2

log = logging.getLogger(__name__)


class House(Protocol):
    """What the command line is handed; nothing is built before it is asked for."""

    @property
    def version(self) -> str:
        """The program's version."""

    @property
    def log_file(self) -> str:
        """Where this program logs."""

    def services(self) -> Services:
        """The use cases. Raises `StorageError` when the app's files can't be opened."""

    def diagnose(self) -> Iterable[Finding]:
        """What `doctor` finds out; works where `services` fails."""

    def run_benchmark(self, name: str, model: str, data: str, chunks: int) -> dict[str, Any]:
        """The report of one benchmark, of the model in that file (empty: of the starter model), on that
        folder of data sets (empty: on what the app brings along).

        Raises `NotFoundError`.
        """

    def open_window(self) -> int:
        """Show the window until it is closed; gives the exit code. Raises `LocalAssistError` without a display."""


def run(arguments: Sequence[str], house: House) -> int:
    """Run the command that the arguments name, or open the window without any; gives the exit code."""
    try:
        parsed = parse(arguments, house.version)
    except UsageError as error:
        return _refuse(error, as_json="--json" in arguments)
    console = Console(as_json=parsed.json)
    try:
        with raised_on_ctrl_c():
            return _run(parsed, house, console)
    except LocalAssistError as error:
        log.info("Could not: %s", type(error).__name__, exc_info=error)
        console.fail(error)
        return COULD_NOT
    except (KeyboardInterrupt, Stopped):
        console.fail(LocalAssistError("Stopped."))
        return INTERRUPTED
    except BrokenPipeError:
        return COULD_NOT  # whoever read the output has enough
    except Exception as error:
        log.exception("Unexpected")
        console.fail(_unexpected(error, house.log_file))
        return COULD_NOT
    finally:
        console.close()


def _run(parsed: argparse.Namespace, house: House, console: Console) -> int:
    match parsed.command:
        case None:
            with console.heard():
                return house.open_window()
        case "doctor":
            from localassist.cli import doctor

            return doctor.doctor(house.diagnose(), console)
        case "bench":
            from localassist.cli import benchmarks

            return benchmarks.bench(house.run_benchmark(parsed.name, parsed.model, parsed.data, parsed.chunks), console)
        case "models":
            from localassist.cli.model_commands import MODEL_COMMANDS

            return MODEL_COMMANDS[parsed.verb](parsed, house.services(), console)
        case command:
            from localassist.cli.commands import COMMANDS  # a window needs none of them

            return COMMANDS[command, getattr(parsed, "verb", "")](parsed, house.services(), console)


def _refuse(error: UsageError, *, as_json: bool) -> int:
    console = Console(as_json=as_json)
    console.fail(error)
    console.close()
    return WRONG_USAGE


def _unexpected(error: Exception, log_file: str) -> LocalAssistError:
    return LocalAssistError(
        f"Something went wrong that should not have ({type(error).__name__}).",
        f"Please report it, with the end of {log_file}, which tells where and holds no words of yours.",
    )
