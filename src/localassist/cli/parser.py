"""The words of the command line."""

from __future__ import annotations

import argparse
import math
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from localassist.cli.arguments import Parser, add_command, add_json, add_model, add_scope, count, number
from localassist.cli.elsewhere_arguments import add_cloud, add_comparisons

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "localassist"


def parse(arguments: Sequence[str], version: str) -> argparse.Namespace:
    """The command and its arguments; `command` is None when no command is given. Raises `UsageError`.

    `--help` and `--version` print and raise `SystemExit`.
    """
    parser = Parser(
        prog=PROGRAM,
        description="Answers questions about your own files, on this computer. Without a command: opens the window.",
        epilog="Exit codes: 0 done, 1 could not, 2 wrong usage, 130 stopped with Ctrl-C.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version}")
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_questions(commands)
    add_comparisons(commands)
    _add_documents(commands)
    _add_models(commands)
    add_command(commands, "demo", "answer three questions about the sample documents")
    add_cloud(commands)
    _add_ledger(commands)
    add_json(add_command(commands, "doctor", "say what works on this computer, what does not, and what to do"))
    bench = add_json(add_command(commands, "bench", "measure the speed of one part"))
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


def _add_questions(commands: argparse._SubParsersAction[Parser]) -> None:
    ask = add_json(add_command(commands, "ask", "answer one question"))
    add_scope(ask)
    whom = ask.add_mutually_exclusive_group()
    add_model(whom)
    whom.add_argument("--quotes", action="store_true", help="answer with the documents' own words, without a model")
    whom.add_argument(
        "--at",
        metavar="PROVIDER/MODEL",
        default="",
        help="ask a model elsewhere: what would be sent is shown, and sent when you say so",
    )
    ask.add_argument("--yes", action="store_true", help="with --at: send it without asking once more")
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    search = add_json(add_command(commands, "search", "find passages"))
    add_scope(search)
    search.add_argument("query", metavar="QUERY", nargs="+", help="what to look for; - reads it from standard input")
    chat = add_command(commands, "chat", "ask by turns, kept in the history")
    add_scope(chat)
    add_model(chat)


def _add_documents(commands: argparse._SubParsersAction[Parser]) -> None:
    docs = add_command(commands, "docs", "the documents that are searched")
    verbs = docs.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = add_command(verbs, "add", "read files or folders, each into a collection of its name")
    add.add_argument("paths", metavar="PATH", nargs="+", help="a file or folder; `docs status` says what can't be read")
    add.add_argument("--collection", metavar="NAME", type=_collection_name, help="one collection for all of them")
    add.add_argument("--password-prompt", action="store_true", help="ask for the password of each named file")
    for verb in ("list", "collections"):
        listing = add_command(verbs, verb, "every collection and how each of its files stands")
        listing.add_argument("--cached", action="store_true", help="the files that --docs named, in no collection")
    status = add_json(
        add_command(verbs, "status", "how every file stands, what failed first, with the reason and the remedy")
    )
    status.add_argument("--all", action="store_true", help="the files that were passed over, too, and why")
    sync = add_command(verbs, "sync", "bring all collections in line with the disk")
    sync.add_argument("--watch", action="store_true", help="and follow what changes until Ctrl-C")
    rebuild = add_command(verbs, "rebuild", "make the index of vectors anew from the database")
    rebuild.add_argument("--read", action="store_true", help="read every file anew before")
    embedder = add_command(verbs, "embedder", "the models that documents can be searched with, or choose one")
    embedder.add_argument("name", metavar="NAME|FOLDER", nargs="?", default="", help="the model to search with")
    evaluate = add_json(add_command(verbs, "evaluate", "try variants of the search on questions; nothing is changed"))
    evaluate.add_argument("--collection", metavar="NAME", action="append", help="a collection to try it on")
    evaluate.add_argument(
        "--questions", metavar="FILE", default="", help="your own: a JSON object a line with question, file and page"
    )
    evaluate.set_defaults(docs=None, keep=False)
    remove = add_command(verbs, "remove", "forget a collection or a document; files are never touched")
    remove.add_argument("target", metavar="PATH|NAME", help="a file, or a collection by its folder or name")
    forget = add_command(verbs, "forget", "remove, and clean the indexes so that nothing of it is left on the disk")
    forget.add_argument("target", metavar="PATH|NAME", help="a file, or a collection by its folder or name")
    label = add_json(
        add_command(verbs, "label", "whether documents may leave this computer; without a word: what holds")
    )
    label.add_argument(
        "target",
        metavar="PATH|NAME",
        nargs="?",
        default="",
        help="a collection, a file or a folder; without: all labels",
    )
    label.add_argument(
        "word",
        nargs="?",
        choices=["may-go-out", "ask", "never", "unsaid"],
        metavar="may-go-out|ask|never|unsaid",
        help="the strictest word that holds for a document counts, for its copies too; unsaid takes a word back",
    )
    rename = add_command(verbs, "rename", "give a collection another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW_NAME", type=_collection_name)


def _add_models(commands: argparse._SubParsersAction[Parser]) -> None:
    models = add_command(commands, "models", "the models on this computer and those that can be had")
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = add_json(add_command(verbs, "list", "the models that can be used here, * by the one that answers"))
    listing.add_argument("--catalogue", action="store_true", help="the models that can be had, instead")
    _add_getting(verbs)
    add = add_json(add_command(verbs, "add", "check a GGUF file and remember it where it is"))
    add.add_argument("file", metavar="FILE", help="the GGUF file; it is used where it lies")
    remove = add_json(
        add_command(verbs, "remove", "delete a model that was downloaded, forget one that lies elsewhere")
    )
    remove.add_argument("name", metavar="NAME", help="its name or path, as `models list` shows it")
    remove.add_argument("--yes", action="store_true", help="without asking whether it is meant")
    verify = add_json(add_command(verbs, "verify", "read models whole and say whether they are what they should be"))
    verify.add_argument("names", metavar="NAME", nargs="*", help="which; without a name all of them")
    move = add_json(add_command(verbs, "move", "move the folder of downloaded models, to another disk for instance"))
    move.add_argument("folder", metavar="FOLDER", help="where they are to lie; it is made if it is not there")
    pack = add_json(add_command(verbs, "pack", "write models into one file, for a computer without network"))
    pack.add_argument("names", metavar="NAME", nargs="*", help="which; without a name those that are in use")
    pack.add_argument("--to", metavar="FILE", required=True, help="the file to write; one that is there is kept")
    unpack = add_json(add_command(verbs, "unpack", "verify the models of such a file and add them"))
    unpack.add_argument("file", metavar="FILE", help="what `models pack` wrote")
    settings = add_json(
        add_command(verbs, "settings", "how one chat model is asked: shown, changed, or taken from a preset")
    )
    settings.add_argument("name", metavar="NAME", help="its name or path, as `models list` shows it")
    settings.add_argument(
        "changes", metavar="SETTING=VALUE", nargs="*", help="choose a value for this model; without one as for all"
    )
    settings.add_argument("--load", metavar="FILE", default="", help="take over the preset in this file before")
    settings.add_argument("--save", metavar="FILE", default="", help="write what is chosen to this file, to be shared")
    found = add_json(add_command(verbs, "found", "model files that other programs keep on this disk"))
    found.add_argument("folders", metavar="FOLDER", nargs="*", help="a folder to look in besides")


def _add_getting(verbs: argparse._SubParsersAction[Parser]) -> None:
    search = add_json(add_command(verbs, "search", "look for a model in the catalogue and on the hub"))
    search.add_argument("text", metavar="TEXT", nargs="*", help="words of its name or of what it is good at")
    search.add_argument(
        "--sort", choices=["downloads", "likes", "changed"], default="downloads", help="what the hub's come first by"
    )
    search.add_argument("--licence", metavar="ID", default="", help="its licence as the hub calls it: apache-2.0")
    search.add_argument("--author", metavar="NAME", default="", help="whose model it is on the hub")
    search.add_argument(
        "--can",
        action="append",
        default=[],
        choices=["tools", "vision", "reasoning", "code"],
        help="what it has to be able to do; asks the catalogue alone, as the hub does not say",
    )
    search.add_argument("--fits", action="store_true", help="only what fits this computer well; the catalogue alone")
    search.add_argument("--most", metavar="N", type=count, default=20, help="how many of the hub's to show, not 20")
    show = add_json(add_command(verbs, "show", "all that is known of one model, with its licence in plain words"))
    show.add_argument("name", metavar="NAME", help="a model here, one of the catalogue, or OWNER/NAME on the hub")
    show.add_argument("--card", action="store_true", help="what its makers say of it, too")
    fit = add_json(add_command(verbs, "fit", "how well a model goes with this computer, and how fast it will write"))
    fit.add_argument(
        "name", metavar="NAME[:QUANTISATION]", nargs="?", default="", help="without a name: which model to begin with"
    )
    fit.add_argument("--context", metavar="N", type=_tokens, default=0, help="tokens of a conversation, not 8192")
    download = add_json(add_command(verbs, "download", "get a model from the hub, verified; Ctrl-C pauses it"))
    download.add_argument(
        "name",
        metavar="NAME[:QUANTISATION]",
        help="one of the catalogue, or OWNER/NAME on the hub; without a quantisation the recommended one",
    )
    download.add_argument("--speed", metavar="MB", type=_speed, default=0.0, help="take at most so many MB a second")
    add_command(
        verbs, "token", "keep a token of the hub, for models whose makers ask who you are, in the system's keyring"
    )


def _add_ledger(commands: argparse._SubParsersAction[Parser]) -> None:
    ledger = add_command(commands, "ledger", "what left this computer: when, to whom, why and how many bytes")
    form = ledger.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    form.add_argument("--jsonl", action="store_true", help="print one JSON object a request and nothing else")
    form.add_argument("--csv", action="store_true", help="print a table for other programs and nothing else")
    ledger.add_argument("--since", metavar="DATE", type=_day, help="only from that day on: 2026-01-31")
    ledger.add_argument("--host", metavar="NAME", default="", help="only what went to that host")
    ledger.add_argument("--conversation", metavar="N", type=number, default=0, help="only what belongs to that one")
    ledger.add_argument("--body", metavar="NUMBER", type=number, default=0, help="print exactly what that request sent")


def _day(text: str) -> datetime:
    """The beginning of a day here. Raises `ArgumentTypeError` for what is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no day like 2026-01-31") from error


def _tokens(text: str) -> int:
    """A length of context. Raises `ArgumentTypeError` for any that the settings could not have."""
    if not text.isdecimal() or not 1 <= int(text) <= 1_048_576:
        raise argparse.ArgumentTypeError(f"{text} is no number of tokens from 1 to 1048576")
    return int(text)


def _speed(text: str) -> float:
    """A number of megabytes. Raises `ArgumentTypeError` for any other."""
    with suppress(ValueError):
        if 0 < (speed := float(text)) < math.inf:
            return speed
    raise argparse.ArgumentTypeError(f"{text} is no number of MB above 0")


def _collection_name(text: str) -> str:
    """A name for a collection. Raises `ArgumentTypeError` for one that nobody could see or type."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of a collection can't be blank")
    return text
