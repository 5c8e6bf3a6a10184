"""Ignore rules: which files and folders people, git and programs want passed over."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from pathspec import GitIgnoreSpec

OWN_RULES: Final = ".localassistignore"
GIT_RULES: Final = ".gitignore"
RULE_FILES: Final = frozenset({OWN_RULES, GIT_RULES})

_PROGRAM_FOLDERS: Final = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
"""Folders that programs fill and nobody reads."""

_PASSING: Final = ("~$*", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.download", "*~")
"""What office programs and browsers put beside a file while it is open or on its way."""

_MOST_RULE_BYTES: Final = 1_000_000


def is_passing(name: str) -> bool:
    """Whether a name is that of a hidden file, a program's folder, or a file that only exists for a while."""
    if name.startswith(".") or name in _PROGRAM_FOLDERS:
        return True
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern) for pattern in _PASSING)


class _RuleFile:
    """The rules of one file, which hold in its folder and below."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self._folder = os.path.dirname(path)  # noqa: PTH120  a Path for each of a million files costs seconds
        self._lines = lines
        self._spec = _compiled(lines)

    def decision(self, path: str, *, is_folder: bool) -> tuple[bool | None, str]:
        """Whether the last rule that matches takes the path out (True) or in (False), and that rule; None for none."""
        relative = os.path.relpath(path, self._folder).replace(os.sep, "/")
        found = self._spec.check_file(f"{relative}/" if is_folder else relative)
        if found.include is None or found.index is None:
            return None, ""
        return found.include, self._lines[found.index].strip()


class IgnoreRules:
    """The rules that hold in one folder: those of its own files before those of the folders above.

    Rules in `.localassistignore` win over those in `.gitignore`; both mean what git means by them
    (https://git-scm.com/docs/gitignore), so nothing comes back in below a folder that is passed over.
    """

    def __init__(self, own: tuple[_RuleFile, ...] = (), git: tuple[_RuleFile, ...] = ()) -> None:
        self._own = own
        self._git = git

    @classmethod
    def above(cls, root: str) -> IgnoreRules:
        """What holds for a folder by the rules of its repository: the files from its top down to above `root`."""
        rules = cls()
        above = list(Path(root).parents)
        top = next((place for place, folder in enumerate(above) if (folder / ".git").exists()), None)
        if top is None or (Path(root) / ".git").exists():
            return rules
        for folder in reversed(above[: top + 1]):
            rules = rules.within(str(folder), (GIT_RULES,))
        return rules

    def within(self, folder: str, names: Collection[str]) -> IgnoreRules:
        """The rules in `folder`, which holds files of these names."""
        own, git = self._own, self._git
        if OWN_RULES in names:
            own = (*_read(os.path.join(folder, OWN_RULES)), *own)  # noqa: PTH118
        if GIT_RULES in names:
            git = (*_read(os.path.join(folder, GIT_RULES)), *git)  # noqa: PTH118
        return self if own is self._own and git is self._git else IgnoreRules(own, git)

    def reason(self, path: str, *, is_folder: bool) -> str:
        """The sentence that says which rule takes the path out; "" where none does."""
        for rules in (self._own, self._git):
            for file in rules:
                out, rule = file.decision(path, is_folder=is_folder)
                if out is not None:
                    return f"The rule {rule} in {file.path} leaves it out." if out else ""
        return ""


def _read(path: str) -> tuple[_RuleFile, ...]:
    """The rules in a file; none where it can't be read."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST_RULE_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ()
    lines = [line for line in text.splitlines() if _means_something(line)]
    return (_RuleFile(path, lines),) if lines else ()


def _means_something(line: str) -> bool:
    """Whether a line is a rule; git passes over the others too."""
    if not line.strip() or line.startswith("#"):
        return False
    try:
        _compiled([line])
    except ValueError:
        return False
    return True


def _compiled(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
