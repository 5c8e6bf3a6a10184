"""What the words of all commands share: how they are parsed, and the options that several have."""

from __future__ import annotations

import argparse
from typing import NoReturn

from typing_extensions import override

from localassist.domain.errors import LocalAssistError


class UsageError(LocalAssistError):
    """The command line makes no sense."""


class Parser(argparse.ArgumentParser):
    """Raises instead of ending the process, so that `--json` gets its object for wrong usage too."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")


def count(text: str) -> int:
    """A number of things. Raises `ArgumentTypeError` for any other."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 1000")
    return int(text)


def number(text: str) -> int:
    """The number of something that is stored. Raises `ArgumentTypeError` for what can be none of the database's."""
    if not text.isdecimal() or not 1 <= int(text) < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def add_command(commands: argparse._SubParsersAction[Parser], name: str, what: str) -> Parser:
    """A command or verb; `what` says what it does, as the words before a full stop."""
    return commands.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.", allow_abbrev=False)


def add_json(parser: Parser) -> Parser:
    """Give a command `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def add_model(parser: argparse._ActionsContainer) -> None:
    """Give a command `--model`, the model here that is asked."""
    parser.add_argument("--model", metavar="NAME|FILE", default="", help="the chat model to ask, by name or GGUF file")


def add_scope(parser: Parser) -> None:
    """Give a command what says which documents it is about."""
    parser.add_argument(
        "--docs",
        metavar="PATH",
        action="append",
        help="a file or folder to look in, instead of all collections; may be given several times",
    )
    parser.add_argument(
        "--collection", metavar="NAME", action="append", help="a collection to look in; may be given several times"
    )
    parser.add_argument("--keep", action="store_true", help="add what --docs names to the collections")
