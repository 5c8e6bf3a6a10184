"""The words of the commands about models elsewhere, and of putting questions to several models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli.arguments import add_command, add_json, add_scope, count

if TYPE_CHECKING:
    import argparse

    from localassist.cli.arguments import Parser


def add_cloud(commands: argparse._SubParsersAction[Parser]) -> None:
    """`cloud` and its verbs."""
    cloud = add_command(commands, "cloud", "models elsewhere: who has them, the keys for them, what they cost")
    verbs = cloud.add_subparsers(dest="verb", metavar="VERB", required=True)
    add_json(add_command(verbs, "providers", "who can be asked, and whether there is a key"))
    key = add_json(
        add_command(verbs, "key", "keep a key in the system's keyring, test it with one harmless call, remove it")
    )
    key.add_argument("action", choices=["set", "test", "remove"], help="a key is typed, unseen; it is no argument")
    key.add_argument("provider", metavar="PROVIDER", help="its id, as `cloud providers` shows it")
    models = add_json(add_command(verbs, "models", "what a provider lists now, with context and price as far as known"))
    models.add_argument("provider", metavar="PROVIDER", help="its id, as `cloud providers` shows it")
    server = add_command(verbs, "server", "a server of your own that speaks as OpenAI does: vLLM, Ollama, LM Studio")
    actions = server.add_subparsers(dest="action", metavar="add|remove", required=True)
    add = add_json(add_command(actions, "add", "remember a server"))
    add.add_argument("name", metavar="NAME", help="what you call it")
    add.add_argument("address", metavar="URL", help="where its API begins: http://192.168.1.20:8000/v1")
    remove = add_json(add_command(actions, "remove", "forget a server, with its key"))
    remove.add_argument("name", metavar="NAME", help="its name or id")
    words = add_json(add_command(verbs, "words", "your own words that are replaced in whatever is sent"))
    words.add_argument("action", nargs="?", default="", choices=["", "add", "remove"], metavar="add|remove")
    words.add_argument("word", nargs="*", metavar="WORD", help="a word or a phrase; its inflections are replaced too")
    add_json(add_command(verbs, "spent", "what this month's questions cost"))
    consents = add_json(add_command(verbs, "consents", "the conversations that need not ask again before they send"))
    consents.add_argument(
        "action", nargs="?", default="", choices=["", "withdraw"], metavar="withdraw", help="have all ask again"
    )


def add_comparisons(commands: argparse._SubParsersAction[Parser]) -> None:
    """`compare` and its verbs."""
    compare = add_command(commands, "compare", "put questions to several models")
    verbs = compare.add_subparsers(dest="verb", metavar="VERB", required=True)
    ask = add_json(add_command(verbs, "ask", "answer one question with each of several models"))
    add_scope(ask)
    _add_models_compared(ask)
    ask.add_argument("question", metavar="QUESTION", nargs="+", help="the question; - reads it from standard input")
    run = add_json(add_command(verbs, "run", "ask what a saved list has no answers to yet; Ctrl-C keeps what there is"))
    add_scope(run)
    _add_models_compared(run)
    run.add_argument("--questions", metavar="FILE", default="", help="add the questions of a text, one a line")
    run.add_argument("name", metavar="NAME", help="the list; one that is not there is begun")
    add_json(add_command(verbs, "list", "every saved list"))
    show = add_json(
        add_command(verbs, "show", "every question of a list with every answer, its figures and the verdict")
    )
    show.add_argument("name", metavar="NAME")
    verdict = add_command(verbs, "verdict", "keep your own word on an answer; without a word it is taken back")
    verdict.add_argument("name", metavar="NAME")
    verdict.add_argument("number", metavar="N", type=count, help="the question's number, as `compare show` has it")
    verdict.add_argument("model", metavar="MODEL", help="whose answer, as `compare show` names it")
    verdict.add_argument("words", metavar="WORD", nargs="*", help="better, good, bad, or words of your own")
    export = add_command(verbs, "export", "write a list with all its answers to a file")
    export.add_argument("name", metavar="NAME")
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", metavar="FILE", dest="csv_file", default="", help="a table for spreadsheets")
    form.add_argument("--json", metavar="FILE", dest="json_file", default="", help="the same for programs")
    remove = add_command(verbs, "remove", "delete a list with its answers and verdicts")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="without asking whether it is meant")


def _add_models_compared(parser: Parser) -> None:
    parser.add_argument(
        "--model",
        metavar="NAME|FILE|PROVIDER/MODEL",
        action="append",
        default=[],
        help="a model to ask, given once for each; none quotes the documents. What would leave is shown before",
    )
