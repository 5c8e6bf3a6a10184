"""The words of the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from typing_extensions import override

from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "localassist"


class UsageError(LocalAssistError):
    """The command line makes no sense."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the process, so that `--json` gets its object for wrong usage too."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")


def parse(arguments: Sequence[str], version: str) -> argparse.Namespace:
    """The command and its arguments; `command` is None when no command is given. Raises `UsageError`.

    `--help` and `--version` print and raise `SystemExit`.
    """
    parser = _Parser(
        prog=PROGRAM,
        description="Answers questions about your own files, on this computer. Without a command: opens the window.",
        epilog="Exit codes: 0 done, 1 could not, 2 wrong usage, 130 stopped with Ctrl-C.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version}")
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_questions(commands)
    _add_documents(commands)
    _add_models(commands)
    _add(commands, "demo", "answer three questions about the sample documents")
    _add_json(_add(commands, "doctor", "say what works on this computer, what does not, and what to do"))
    bench = _add_json(_add(commands, "bench", "measure the speed of one part"))
    bench.add_argument("name", metavar="NAME", help="which part; a wrong name lists them")
    bench.add_argument("--model", metavar="FILE", default="", help="the GGUF file for `engine`, not the starter model")
    bench.add_argument(
        "--data",
        metavar="DIR",
        default="",
        help="data sets for `grounding`, `ingest`, `retrieval`, `search`",
    )
    bench.add_argument("--chunks", metavar="N", type=int, default=0, help="how many chunks `search` draws, not 100,000")
    return parser.parse_args(arguments)


def _add_questions(commands: argparse._SubParsersAction[_Parser]) -> None:
    ask = _add_json(_add(commands, "ask", "answer one question"))
    _add_scope(ask)
    ask.add_argument("--model", metavar="NAME|FILE", default="", help="the chat model to ask, by name or GGUF file")
    ask.add_argument("--quotes", action="store_true", help="answer with the documents' own words, without a model")
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    search = _add_json(_add(commands, "search", "find passages"))
    _add_scope(search)
    search.add_argument("query", metavar="QUERY", nargs="+", help="what to look for; - reads it from standard input")
    _add_scope(_add(commands, "chat", "ask by turns, kept in the history"))


def _add_documents(commands: argparse._SubParsersAction[_Parser]) -> None:
    docs = _add(commands, "docs", "the documents that are searched")
    verbs = docs.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = _add(verbs, "add", "read files or folders, each into a collection of its name")
    add.add_argument("paths", metavar="PATH", nargs="+", help="a file or folder; `docs status` says what can't be read")
    add.add_argument("--collection", metavar="NAME", type=_collection_name, help="one collection for all of them")
    add.add_argument("--password-prompt", action="store_true", help="ask for the password of each named file")
    for verb in ("list", "collections"):
        listing = _add(verbs, verb, "every collection and how each of its files stands")
        listing.add_argument("--cached", action="store_true", help="the files that --docs named, in no collection")
    status = _add_json(
        _add(verbs, "status", "how every file stands, what failed first, with the reason and the remedy")
    )
    status.add_argument("--all", action="store_true", help="the files that were passed over, too, and why")
    sync = _add(verbs, "sync", "bring all collections in line with the disk")
    sync.add_argument("--watch", action="store_true", help="and follow what changes until Ctrl-C")
    rebuild = _add(verbs, "rebuild", "make the index of vectors anew from the database")
    rebuild.add_argument("--read", action="store_true", help="read every file anew before")
    embedder = _add(verbs, "embedder", "the models that documents can be searched with, or choose one")
    embedder.add_argument("name", metavar="NAME|FOLDER", nargs="?", default="", help="the model to search with")
    evaluate = _add_json(_add(verbs, "evaluate", "try variants of the search on questions; nothing is changed"))
    evaluate.add_argument("--collection", metavar="NAME", action="append", help="a collection to try it on")
    evaluate.add_argument(
        "--questions", metavar="FILE", default="", help="your own: a JSON object a line with question, file and page"
    )
    evaluate.set_defaults(docs=None, keep=False)
    remove = _add(verbs, "remove", "forget a collection or a document; files are never touched")
    remove.add_argument("target", metavar="PATH|NAME", help="a file, or a collection by its folder or name")
    forget = _add(verbs, "forget", "remove, and clean the indexes so that nothing of it is left on the disk")
    forget.add_argument("target", metavar="PATH|NAME", help="a file, or a collection by its folder or name")
    rename = _add(verbs, "rename", "give a collection another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW_NAME", type=_collection_name)


def _add_models(commands: argparse._SubParsersAction[_Parser]) -> None:
    models = _add(commands, "models", "the chat models on this computer")
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add(verbs, "list", "every chat model known here, * by the one that answers")
    add = _add(verbs, "add", "check a GGUF file and remember it where it is")
    add.add_argument("file", metavar="FILE", help="the GGUF file; it is used where it lies")


def _collection_name(text: str) -> str:
    """A name for a collection. Raises `ArgumentTypeError` for one that nobody could see or type."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of a collection can't be blank")
    return text


def _add(commands: argparse._SubParsersAction[_Parser], name: str, what: str) -> _Parser:
    return commands.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.", allow_abbrev=False)


def _add_json(parser: _Parser) -> _Parser:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _add_scope(parser: _Parser) -> None:
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
