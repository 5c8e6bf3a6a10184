"""What may leave is made in two places, and nothing else is taken by what sends it: read off the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "localassist"
LABELLING, CLEARING = "usecases/labelling.py", "usecases/clearing.py"
MAKERS = {"Matter": LABELLING, "Cleared": CLEARING, "OutboundTurn": CLEARING, "Outbound": CLEARING}
MODULES = {str(path.relative_to(SOURCE).as_posix()): path for path in sorted(SOURCE.rglob("*.py"))}
WORDS = {name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}
TREES = {name: ast.parse(words) for name, words in WORDS.items()}
CHANGES = ("replace", "copy.replace", "dataclasses.replace")
PAST_THE_MAKERS = {"__new__", "__setattr__", "_replace", "__setstate__", "__reduce__", "deepcopy"}


def name_of(node: ast.expr) -> str:
    """A name as it is written, with dots."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def called(tree: ast.AST) -> list[str]:
    """The last part of the names that are called."""
    return [name_of(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)]


def handed_around(tree: ast.AST, wanted: str) -> bool:
    """Whether a class is used otherwise than in hints, calls and patterns, so that somebody else could call it."""
    allowed: set[int] = set()
    for node in ast.walk(tree):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            allowed |= {id(each) for each in ast.walk(hint)} if hint is not None else set()
        if isinstance(node, ast.Subscript):  # Mapping[str, Matter]
            allowed |= {id(each) for each in ast.walk(node.slice)}
        elif isinstance(node, ast.Call):
            allowed.add(id(node.func))
        elif isinstance(node, ast.MatchClass):
            allowed.add(id(node.cls))
    return any(
        isinstance(node, ast.Name | ast.Attribute)
        and name_of(node).rpartition(".")[2] == wanted
        and id(node) not in allowed
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("made", MAKERS)
def test_what_may_leave_is_made_in_one_place(made: str) -> None:
    assert [name for name, tree in TREES.items() if made in called(tree)] == [MAKERS[made]]


@pytest.mark.parametrize("made", MAKERS)
def test_no_class_of_it_goes_by_another_name(made: str) -> None:
    for name, tree in TREES.items():
        if made not in WORDS[name]:
            continue
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [alias for node in imports for alias in node.names if alias.name == made and alias.asname], name
        assert not handed_around(tree, made), name


def test_what_was_made_is_changed_by_nobody_else() -> None:
    """`replace` of a matter, a cleared text or what holds them would lift a label: only their makers do."""
    holders = {"matter", "cleared", "outbound", "labelled"}
    for name, tree in TREES.items():
        if name in {LABELLING, CLEARING}:
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and name_of(node.func) in CHANGES and node.args):
                continue
            changed = name_of(node.args[0]).rpartition(".")[2]
            assert changed not in holders, f"{name}:{node.lineno}"
            given = {keyword.arg for keyword in node.keywords}
            assert not given & {"matter", "labelled", "sensitivity"} or name.startswith("adapters/database"), (
                f"{name}:{node.lineno}"
            )


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(("usecases/", "adapters/cloud/"))])
def test_nothing_is_made_past_its_maker(name: str) -> None:
    used = {node.attr for node in ast.walk(TREES[name]) if isinstance(node, ast.Attribute)}
    assert not used & PAST_THE_MAKERS


def test_labels_are_made_of_words_of_the_user_alone() -> None:
    """`Labelled` says how sensitive something is: what the database has of labels, and what is derived of it."""
    below = {name: tree for name, tree in TREES.items() if not name.startswith(("ui/", "cli/"))}  # those show them
    makers = {name for name, tree in below.items() if "Labelled" in called(tree)}
    assert makers <= {LABELLING, "domain/outbound.py", "adapters/database/labels.py", "adapters/database/folders.py"}


def test_models_elsewhere_take_what_was_cleared_and_nothing_else() -> None:
    """Whoever implements `CloudModels` has one way to send, and is handed an `Outbound`."""
    found = []
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and "CloudModels" in {name_of(base) for base in node.bases}:
                public = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name[0] != "_"]
                assert [each.name for each in public] == ["generate"], name
                (generate,) = public
                hints = [ast.unparse(each.annotation) for each in generate.args.args[1:] if each.annotation]
                assert hints == ["Outbound", "Stop"], name
                assert ast.unparse(generate.args).count(",") == len(hints), name
                found.append(name)
    assert found == ["adapters/cloud/cloud_models.py"]


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("adapters/cloud/")])
def test_dialects_know_no_texts_but_those_of_an_outbound(name: str) -> None:
    """None of them imports where conversations, documents or passages are."""
    imported = {node.module or "" for node in ast.walk(TREES[name]) if isinstance(node, ast.ImportFrom)}
    assert not imported & {
        "localassist.domain.documents",
        "localassist.domain.reviewing",
        "localassist.domain.ports.documents",
        "localassist.domain.ports.conversations",
        "localassist.adapters.database",
    }
