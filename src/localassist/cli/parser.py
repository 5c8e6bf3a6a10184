"""The words of the command line."""

from __future__ import annotations

import argparse
import math
from contextlib import suppress
from datetime import datetime
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
    _add_comparisons(commands)
    _add_documents(commands)
    _add_models(commands)
    _add(commands, "demo", "answer three questions about the sample documents")
    _add_cloud(commands)
    _add_ledger(commands)
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
    whom = ask.add_mutually_exclusive_group()
    _add_model(whom)
    whom.add_argument("--quotes", action="store_true", help="answer with the documents' own words, without a model")
    whom.add_argument(
        "--at",
        metavar="PROVIDER/MODEL",
        default="",
        help="ask a model elsewhere: what would be sent is shown, and sent when you say so",
    )
    ask.add_argument("--yes", action="store_true", help="with --at: send it without asking once more")
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    search = _add_json(_add(commands, "search", "find passages"))
    _add_scope(search)
    search.add_argument("query", metavar="QUERY", nargs="+", help="what to look for; - reads it from standard input")
    chat = _add(commands, "chat", "ask by turns, kept in the history")
    _add_scope(chat)
    _add_model(chat)


def _add_comparisons(commands: argparse._SubParsersAction[_Parser]) -> None:
    compare = _add(commands, "compare", "put questions to several models")
    verbs = compare.add_subparsers(dest="verb", metavar="VERB", required=True)
    ask = _add_json(_add(verbs, "ask", "answer one question with each of several models"))
    _add_scope(ask)
    _add_models_compared(ask)
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    run = _add_json(_add(verbs, "run", "ask what a saved list has no answers to yet; Ctrl-C keeps what there is"))
    _add_scope(run)
    _add_models_compared(run)
    run.add_argument("--questions", metavar="FILE", default="", help="add the questions of a text, one a line")
    run.add_argument("name", metavar="NAME", help="the list; one that is not there is begun")
    _add_json(_add(verbs, "list", "every saved list"))
    show = _add_json(_add(verbs, "show", "every question of a list with every answer, its figures and the verdict"))
    show.add_argument("name", metavar="NAME")
    verdict = _add(verbs, "verdict", "keep your own word on an answer; without a word it is taken back")
    verdict.add_argument("name", metavar="NAME")
    verdict.add_argument("number", metavar="N", type=_count, help="the question's number, as `compare show` has it")
    verdict.add_argument("model", metavar="MODEL", help="whose answer, as `compare show` names it")
    verdict.add_argument("words", metavar="WORD", nargs="*", help="better, good, bad, or words of your own")
    export = _add(verbs, "export", "write a list with all its answers to a file")
    export.add_argument("name", metavar="NAME")
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", metavar="FILE", dest="csv_file", default="", help="a table for spreadsheets")
    form.add_argument("--json", metavar="FILE", dest="json_file", default="", help="the same for programs")
    remove = _add(verbs, "remove", "delete a list with its answers and verdicts")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="without asking whether it is meant")


def _add_models_compared(parser: _Parser) -> None:
    parser.add_argument(
        "--model",
        metavar="NAME|FILE|PROVIDER/MODEL",
        action="append",
        default=[],
        help="a model to ask, given once for each; none quotes the documents. What would leave is shown before",
    )


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
    label = _add_json(_add(verbs, "label", "whether documents may leave this computer; without a word: what holds"))
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
        default="",
        choices=["", "may-go-out", "ask", "never", "unsaid"],
        metavar="may-go-out|ask|never|unsaid",
        help="the strictest word that holds for a document counts, for its copies too; unsaid takes a word back",
    )
    rename = _add(verbs, "rename", "give a collection another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW_NAME", type=_collection_name)


def _add_models(commands: argparse._SubParsersAction[_Parser]) -> None:
    models = _add(commands, "models", "the models on this computer and those that can be had")
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = _add_json(_add(verbs, "list", "the models that can be used here, * by the one that answers"))
    listing.add_argument("--catalogue", action="store_true", help="the models that can be had, instead")
    _add_getting(verbs)
    add = _add_json(_add(verbs, "add", "check a GGUF file and remember it where it is"))
    add.add_argument("file", metavar="FILE", help="the GGUF file; it is used where it lies")
    remove = _add_json(_add(verbs, "remove", "delete a model that was downloaded, forget one that lies elsewhere"))
    remove.add_argument("name", metavar="NAME", help="its name or path, as `models list` shows it")
    remove.add_argument("--yes", action="store_true", help="without asking whether it is meant")
    verify = _add_json(_add(verbs, "verify", "read models whole and say whether they are what they should be"))
    verify.add_argument("names", metavar="NAME", nargs="*", help="which; without a name all of them")
    move = _add_json(_add(verbs, "move", "move the folder of downloaded models, to another disk for instance"))
    move.add_argument("folder", metavar="FOLDER", help="where they are to lie; it is made if it is not there")
    pack = _add_json(_add(verbs, "pack", "write models into one file, for a computer without network"))
    pack.add_argument("names", metavar="NAME", nargs="*", help="which; without a name those that are in use")
    pack.add_argument("--to", metavar="FILE", required=True, help="the file to write; one that is there is kept")
    unpack = _add_json(_add(verbs, "unpack", "verify the models of such a file and add them"))
    unpack.add_argument("file", metavar="FILE", help="what `models pack` wrote")
    settings = _add_json(_add(verbs, "settings", "how one chat model is asked: shown, changed, or taken from a preset"))
    settings.add_argument("name", metavar="NAME", help="its name or path, as `models list` shows it")
    settings.add_argument(
        "changes", metavar="SETTING=VALUE", nargs="*", help="choose a value for this model; without one as for all"
    )
    settings.add_argument("--load", metavar="FILE", default="", help="take over the preset in this file before")
    settings.add_argument("--save", metavar="FILE", default="", help="write what is chosen to this file, to be shared")
    found = _add_json(_add(verbs, "found", "model files that other programs keep on this disk"))
    found.add_argument("folders", metavar="FOLDER", nargs="*", help="a folder to look in besides")


def _add_getting(verbs: argparse._SubParsersAction[_Parser]) -> None:
    search = _add_json(_add(verbs, "search", "look for a model in the catalogue and on the hub"))
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
    search.add_argument("--most", metavar="N", type=_count, default=20, help="how many of the hub's to show, not 20")
    show = _add_json(_add(verbs, "show", "all that is known of one model, with its licence in plain words"))
    show.add_argument("name", metavar="NAME", help="a model here, one of the catalogue, or OWNER/NAME on the hub")
    show.add_argument("--card", action="store_true", help="what its makers say of it, too")
    fit = _add_json(_add(verbs, "fit", "how well a model goes with this computer, and how fast it will write"))
    fit.add_argument(
        "name", metavar="NAME[:QUANTISATION]", nargs="?", default="", help="without a name: which model to begin with"
    )
    fit.add_argument("--context", metavar="N", type=_tokens, default=0, help="tokens of a conversation, not 8192")
    download = _add_json(_add(verbs, "download", "get a model from the hub, verified; Ctrl-C pauses it"))
    download.add_argument(
        "name",
        metavar="NAME[:QUANTISATION]",
        help="one of the catalogue, or OWNER/NAME on the hub; without a quantisation the recommended one",
    )
    download.add_argument("--speed", metavar="MB", type=_speed, default=0.0, help="take at most so many MB a second")
    _add(verbs, "token", "keep a token of the hub, for models whose makers ask who you are, in the system's keyring")


def _add_cloud(commands: argparse._SubParsersAction[_Parser]) -> None:
    cloud = _add(commands, "cloud", "models elsewhere: who has them, the keys for them, what they cost")
    verbs = cloud.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_json(_add(verbs, "providers", "who can be asked, and whether there is a key"))
    key = _add_json(_add(verbs, "key", "keep a key in the system's keyring, test it with one harmless call, remove it"))
    key.add_argument("action", choices=["set", "test", "remove"], help="a key is typed, unseen; it is no argument")
    key.add_argument("provider", metavar="PROVIDER", help="its id, as `cloud providers` shows it")
    models = _add_json(_add(verbs, "models", "what a provider lists now, with context and price as far as known"))
    models.add_argument("provider", metavar="PROVIDER", help="its id, as `cloud providers` shows it")
    server = _add(verbs, "server", "a server of your own that speaks as OpenAI does: vLLM, Ollama, LM Studio")
    actions = server.add_subparsers(dest="action", metavar="add|remove", required=True)
    add = _add_json(_add(actions, "add", "remember a server"))
    add.add_argument("name", metavar="NAME", help="what you call it")
    add.add_argument("address", metavar="URL", help="where its API begins: http://192.168.1.20:8000/v1")
    remove = _add_json(_add(actions, "remove", "forget a server, with its key"))
    remove.add_argument("name", metavar="NAME", help="its name or id")
    words = _add_json(_add(verbs, "words", "your own words that are replaced in whatever is sent"))
    words.add_argument("action", nargs="?", default="", choices=["", "add", "remove"], metavar="add|remove")
    words.add_argument("word", nargs="*", metavar="WORD", help="a word or a phrase; its inflections are replaced too")
    _add_json(_add(verbs, "spent", "what this month's questions cost"))
    consents = _add_json(_add(verbs, "consents", "the conversations that need not ask again before they send"))
    consents.add_argument(
        "action", nargs="?", default="", choices=["", "withdraw"], metavar="withdraw", help="have all ask again"
    )


def _add_ledger(commands: argparse._SubParsersAction[_Parser]) -> None:
    ledger = _add(commands, "ledger", "what left this computer: when, to whom, why and how many bytes")
    form = ledger.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    form.add_argument("--jsonl", action="store_true", help="print one JSON object a request and nothing else")
    form.add_argument("--csv", action="store_true", help="print a table for other programs and nothing else")
    ledger.add_argument("--since", metavar="DATE", type=_day, help="only from that day on: 2026-01-31")
    ledger.add_argument("--host", metavar="NAME", default="", help="only what went to that host")
    ledger.add_argument("--conversation", metavar="N", type=_count, default=0, help="only what belongs to that one")
    ledger.add_argument("--body", metavar="NUMBER", type=_count, default=0, help="print exactly what that request sent")


def _day(text: str) -> datetime:
    """The beginning of a day here. Raises `ArgumentTypeError` for what is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no day like 2026-01-31") from error


def _count(text: str) -> int:
    """A number of things. Raises `ArgumentTypeError` for any other."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 to 1000")
    return int(text)


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


def _add(commands: argparse._SubParsersAction[_Parser], name: str, what: str) -> _Parser:
    return commands.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.", allow_abbrev=False)


def _add_json(parser: _Parser) -> _Parser:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _add_model(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--model", metavar="NAME|FILE", default="", help="the chat model to ask, by name or GGUF file")


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
