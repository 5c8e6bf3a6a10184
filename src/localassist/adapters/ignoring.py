"""Ignore rules: which files and folders people, git and programs want passed over."""

from __future__ import annotations

import os
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

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


class _Rule:
    """One line of a rule file. Raises `ValueError` for a line that means nothing."""

    def __init__(self, line: str) -> None:
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

        self.line = line.strip()
        self._pattern = GitIgnoreSpecPattern(line)
        if self._pattern.include is None:
            raise ValueError(line)
        self.leaves_out = self._pattern.include
        bare = self.line.removeprefix("!").rstrip("/")
        self._about_names = "/" not in bare
        self._open_ended = bare == "*" or bare.endswith("**")

    def matches(self, path: str, name: str) -> bool:
        """Whether the rule names this very file or folder (with a slash behind); what is below one is pruned."""
        told = name if self._about_names else path
        found = self._pattern.match_file(told)
        return found is not None and (self._open_ended or found.match.end() == len(told))


class _RuleFile:
    """The rules of one file, which hold in its folder and below."""

    def __init__(self, path: str, rules: list[_Rule]) -> None:
        self.path = path
        self._folder = os.path.dirname(path)  # noqa: PTH120  a Path for each of a million files costs seconds
        self._last_first = rules[::-1]

    def deciding(self, path: str, *, is_folder: bool) -> _Rule | None:
        """The last rule that matches a path below the folder."""
        relative = os.path.relpath(path, self._folder).replace(os.sep, "/")
        behind = "/" if is_folder else ""
        name = relative.rpartition("/")[2] + behind
        return next((rule for rule in self._last_first if rule.matches(relative + behind, name)), None)


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
            own = (*_read(os.path.join(folder, OWN_RULES)), *own)  # noqa: PTH118  a Path for each of a million files costs seconds
        if GIT_RULES in names:
            git = (*_read(os.path.join(folder, GIT_RULES)), *git)  # noqa: PTH118  a Path for each of a million files costs seconds
        return self if own is self._own and git is self._git else IgnoreRules(own, git)

    def reason(self, path: str, *, is_folder: bool) -> str:
        """The sentence that says which rule takes the path out; "" where none does."""
        for file in (*self._own, *self._git):
            rule = file.deciding(path, is_folder=is_folder)
            if rule is not None:
                return f"The rule {rule.line} in {file.path} leaves it out." if rule.leaves_out else ""
        return ""


def _read(path: str) -> tuple[_RuleFile, ...]:
    """The rules in a file; none where it can't be read."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST_RULE_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ()
    rules = []
    for line in text.splitlines():
        with suppress(ValueError):  # git passes over such a line too
            rules.append(_Rule(line))
    return (_RuleFile(path, rules),) if rules else ()
