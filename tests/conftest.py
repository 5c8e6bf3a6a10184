"""What every test gets: a home of its own, no window on the screen and no way out of this computer."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # a native library: nothing else here would keep it from reporting

CHECKOUT = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.", "::1", "localhost")


def _refuse_outside(event: str, args: tuple[object, ...]) -> None:
    """Refuse connections and look-ups of any address but this computer's, whatever library asks."""
    if event == "socket.connect":
        address = args[1]
    elif event == "socket.getaddrinfo":
        address = args
    else:
        return
    if isinstance(address, tuple) and address[0] and not str(address[0]).startswith(LOOPBACK):
        raise PermissionError(f"a test tried to reach {address[0]}; tests stay on this computer")


sys.addaudithook(_refuse_outside)


def corpus_folder() -> Path | None:
    """The folder of third-party files to try on, or None where this machine has none."""
    named = os.environ.get("LOCALASSIST_CORPUS")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the corpus where there is none."""
    if corpus_folder() is not None:
        return
    absent = pytest.mark.skip(reason="no corpus here: set LOCALASSIST_CORPUS to its folder")
    for item in items:
        if item.get_closest_marker("corpus"):
            item.add_marker(absent)


@pytest.fixture
def corpus() -> Path:
    """The folder of third-party files; the test carries the marker `corpus`."""
    folder = corpus_folder()
    assert folder is not None, "mark this test with `corpus`: it is then skipped where there is none"
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh LOCALASSIST_HOME; no test sees or touches the user's own files."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOCALASSIST_HOME", str(folder))
    return folder
