"""Where other programs keep model files, on each system."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


SHARED: Final = Path("/usr/share")
"""Where Linux keeps what is everybody's."""


class Layout(Enum):
    """How a place names its files."""

    PLAIN = auto()
    HUB_CACHE = auto()
    OLLAMA = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in which `program` keeps models."""

    program: str
    folder: Path
    layout: Layout = Layout.PLAIN


def usual_places(home: Path, environment: Mapping[str, str], system: str, shared: Path) -> tuple[Place, ...]:
    """The folders that are there, each once; `system` is as in `sys.platform`, `shared` /usr/share. Nothing is written.

    A variable that names a folder is believed, and so is the folder that a program takes without it: it may have
    been used both ways.
    """
    system = "linux" if system.startswith(("linux", "freebsd")) else system
    folders = _Folders(home, environment, system, shared)
    found: dict[Path, Place] = {}
    for place in (
        *_hugging_face(folders),
        *_ollama(folders),
        *_lm_studio(folders),
        *_jan(folders),
        *_gpt4all(folders),
        *_llama_cpp(folders),
    ):
        try:
            if place.folder.is_dir():
                found.setdefault(place.folder.resolve(), place)
        except OSError:
            continue  # another user's, perhaps
    return tuple(found.values())


def place_at(folder: Path) -> Place:
    """A folder that the user names, told by what is in it."""
    if (folder / "manifests").is_dir() and (folder / "blobs").is_dir():
        return Place(str(folder), folder, Layout.OLLAMA)
    if any(folder.glob("models--*/snapshots")):
        return Place(str(folder), folder, Layout.HUB_CACHE)
    return Place(str(folder), folder)


def store_at(folder: Path, others: Iterable[Place]) -> Place | None:
    """Another program's store that the folder is, lies in or holds; None where it has to do with none of `others`."""
    with suppress(OSError):
        here = place_at(folder)
        if here.layout is not Layout.PLAIN:
            return here
    for place in others:
        theirs, ours = place.folder.resolve(), folder.resolve()
        if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
            return place
    return None


@dataclass(frozen=True, slots=True)
class _Folders:
    home: Path
    environment: Mapping[str, str]
    system: str
    shared: Path

    def named(self, variable: str) -> tuple[Path, ...]:
        """The folder that a variable names, none where it is not set."""
        named = self.environment.get(variable, "")
        return (self._expanded(named),) if named else ()

    def usual(self, variable: str, *parts: str) -> Path:
        """The folder that a variable names, or else one in the home."""
        return next(iter(self.named(variable)), self.home.joinpath(*parts))

    def data(self) -> Path:
        """Where programs keep the data of this user alone."""
        if self.system == "win32":
            return self.usual("LOCALAPPDATA", "AppData", "Local")
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        return self.usual("XDG_DATA_HOME", ".local", "share")

    def roaming(self) -> Path:
        """The same, but where Windows keeps what follows the user to another computer."""
        return self.usual("APPDATA", "AppData", "Roaming") if self.system == "win32" else self.data()

    def cache(self) -> Path:
        """Where programs keep what they can get again."""
        if self.system == "win32":
            return self.data()
        if self.system == "darwin":
            return self.home / "Library" / "Caches"
        return self.usual("XDG_CACHE_HOME", ".cache")

    def _expanded(self, named: str) -> Path:
        return self.home / named[1:].lstrip("/\\") if named.startswith("~") else Path(named)


def _hugging_face(folders: _Folders) -> Iterator[Place]:
    """https://huggingface.co/docs/hub/local-cache; XDG_CACHE_HOME from huggingface_hub's constants.py.

    HUGGINGFACE_HUB_CACHE is what HF_HUB_CACHE was called before.
    """
    caches = [*folders.named("HF_HUB_CACHE"), *folders.named("HUGGINGFACE_HUB_CACHE")]
    caches += [folder / "hub" for folder in folders.named("HF_HOME")]
    caches += [folder / "huggingface" / "hub" for folder in folders.named("XDG_CACHE_HOME")]
    for folder in (*caches, folders.home / ".cache" / "huggingface" / "hub"):
        yield Place("Hugging Face", folder, Layout.HUB_CACHE)


def _ollama(folders: _Folders) -> Iterator[Place]:
    """https://github.com/ollama/ollama/blob/main/docs/faq.mdx, "Where are models stored?"."""
    usual = [folders.home / ".ollama" / "models"]
    if folders.system == "linux":
        usual.append(folders.shared / "ollama" / ".ollama" / "models")  # of the service that its installer sets up
    for folder in (*folders.named("OLLAMA_MODELS"), *usual):
        yield Place("Ollama", folder, Layout.OLLAMA)


def _lm_studio(folders: _Folders) -> Iterator[Place]:
    """https://lmstudio.ai/docs/basics/import-model; the pointer and the older folder from lmstudio-js.

    Its findLMStudioHome.ts reads the pointer first, and takes ~/.cache/lm-studio where that is there.
    """
    homes = [folders.home / ".cache" / "lm-studio", folders.home / ".lmstudio"]
    try:
        pointed = (folders.home / ".lmstudio-home-pointer").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        pointed = ""
    if pointed:
        homes.insert(0, Path(pointed))
    for home in homes:
        yield Place("LM Studio", home / "models")


def _jan(folders: _Folders) -> Iterator[Place]:
    """https://github.com/janhq/jan/blob/dev/docs/src/pages/docs/desktop/data-folder.mdx; earlier ~/jan.

    Models lie in llamacpp/models, in older ones in models. A folder that was chosen in Jan has to be named.
    """
    for data in (folders.roaming() / "Jan" / "data", folders.home / "jan"):
        yield Place("Jan", data / "llamacpp" / "models")
        yield Place("Jan", data / "models")


def _gpt4all(folders: _Folders) -> Iterator[Place]:
    """Qt's AppLocalDataLocation of nomic.ai's GPT4All, as its cask in Homebrew names it on macOS."""
    yield Place("GPT4All", folders.data() / "nomic.ai" / "GPT4All")


def _llama_cpp(folders: _Folders) -> Iterator[Place]:
    """fs_get_cache_directory in https://github.com/ggml-org/llama.cpp/blob/master/common/common.cpp.

    Newer ones download into the Hugging Face cache.
    """
    for folder in (*folders.named("LLAMA_CACHE"), folders.cache() / "llama.cpp"):
        yield Place("llama.cpp", folder)
