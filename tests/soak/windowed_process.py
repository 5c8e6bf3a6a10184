"""Works in the window as somebody does all day, for so many seconds and until every step was taken once.

Arguments: a folder of documents, how long (0: one question will do). Prints a line of JSON for each step: its name, and
what came of it. It has no word with the network: whoever started it looks at what the system was asked for.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from localassist import process
from localassist.adapters.logs import Log
from localassist.adapters.places import Places
from localassist.adapters.resources import resource
from localassist.app import App
from localassist.domain.chat import MessageStatus
from localassist.domain.documents import Scope
from localassist.domain.library import ModelSearch
from localassist.domain.stopping import Stop
from localassist.ui.assembly import Assembly
from localassist.ui.collecting import GarbageCollector
from localassist.ui.front import Front
from localassist.ui.jobs import Jobs
from localassist.ui.models.browsing import OFFLINE
from localassist.ui.models.first_start import Way
from localassist.ui.models.library_dialog import LibraryDialog
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

QUESTIONS = (
    "How early must I tell the landlord that I am moving out?",
    "And how much is the deposit?",
    "What does the warranty cover?",
    "Write a sentence about the sea.",
)
SERVER = "Attic"
PATIENCE_S = 180.0  # traced, on two busy cores, with cold models


def say(step: str, outcome: str = "done") -> None:
    """One step was taken."""
    print(json.dumps([step, outcome]), flush=True)


def live(ms: int) -> None:
    """Let the window live for a while; other threads work meanwhile (`QTest.qWait` would keep them from it)."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def until(reached: Callable[[], bool], what: str) -> None:
    """Let the window live until something is so. Ends the process with a sentence where it never is."""
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        if time.monotonic() > deadline:
            print(f"The window did not get there: {what}.", file=sys.stderr, flush=True)
            os._exit(1)  # what is under way need not end first
        live(50)


def words(view: QWidget) -> str:
    """What a view says."""
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


class Day:
    """What is done in the window."""

    def __init__(self, app: App, assembly: Assembly, folder: Path) -> None:
        self._app = app
        self._services = app.services(for_window=True)
        self._assembly = assembly
        self._folder = folder

    def begin(self) -> None:
        """Take the first start's way in where it is on show, and add the folder."""
        assembly = self._assembly
        until(lambda: assembly.first_start.isVisible() or assembly.chat.isVisible(), "the window is furnished")
        if assembly.first_start.isVisible():
            assembly.first_start.way(Way.STARTER).button.click()
            until(assembly.chat.isVisible, "the starter model is ready")
        say("start")
        assembly._documents.add([str(self._folder)], "Papers")
        self._until_indexed()
        say("add documents", f"{len(self._services.documents.documents(Scope.everything()))} documents")

    def round(self, number: int, questions: int = len(QUESTIONS)) -> None:
        """Ask so many questions, look at the proof, and do the rest of what the window is for."""
        self._file_comes(number)
        assembly = self._assembly
        assembly.window.new_requested.emit()
        until(lambda: not assembly.chat.transcript.items, "a new conversation is on show")
        for count, question in enumerate(QUESTIONS[:questions], 1):
            say("ask", self._ask(question, 2 * count))
        cited = next((i.message for i in assembly.chat.transcript.items if i.message.evidence.citations), None)
        if cited is not None:
            assembly._chat.citation_chosen.emit(cited, 1)
            until(assembly.evidence.isVisible, "the proof is on show")
            say("look at a citation")
        self._look_for_a_model()
        assembly._on_settings_requested()
        assert assembly._settings is not None
        until(assembly._settings[0].isVisible, "the settings are on show")
        assembly._settings[0].close()
        say("settings")
        self._file_goes(number)

    def _ask(self, question: str, messages: int) -> str:
        chat = self._assembly.chat
        QTest.keyClicks(chat.composer.field, question)
        QTest.keyClick(chat.composer.field, Qt.Key.Key_Return)
        until(lambda: len(chat.transcript.items) >= messages, "the question is asked")
        last = chat.transcript.items

        def ended() -> bool:
            return last[-1].growing is None and last[-1].message.status is not MessageStatus.STREAMING

        until(ended, "the answer ends")
        until(lambda: chat.composer._send.accessibleName() == "Send (Enter)", "the next question can be asked")
        return last[-1].message.status.value

    def _look_for_a_model(self) -> None:
        """What wants the network: the window says that it is off, and the door refuses whoever asks all the same."""
        self._assembly.window.models_requested.emit()
        dialog = self._assembly.window.findChild(LibraryDialog)
        assert dialog is not None
        dialog.pages.setCurrentWidget(dialog.search)
        until(lambda: OFFLINE in words(dialog.search), "the search for models says that it is off")
        dialog.close()
        say("look for a model", self._refused(self._search_hub))
        say("ask a server for its models", self._refused(self._list_models))

    def _refused(self, work: Callable[[], object]) -> str:
        """The error that work of a job ends with."""
        told: list[str] = []
        self._assembly._jobs.call(
            work, lambda _: told.append("no error"), lambda error: told.append(type(error).__name__)
        )
        until(lambda: bool(told), "what is refused ends")
        return told[0]

    def _search_hub(self) -> object:
        return list(self._services.library().hub.search(ModelSearch("qwen"), Stop()))

    def _list_models(self) -> object:
        providers = self._services.escalation().providers
        known = [each for each in providers.all() if each.name == SERVER]
        server = known[0] if known else providers.add_server(SERVER, "http://192.168.77.77:8080")
        return providers.models(server.id, Stop())

    def _file_comes(self, number: int) -> None:
        (self._folder / f"note {number}.md").write_text(
            f"# Note {number}\n\nThe plumber came on day {number} and repaired the {number}th tap of the house.\n"
        )
        self._until_indexed(f"note {number}.md")
        say("a file came")

    def _file_goes(self, number: int) -> None:
        (self._folder / f"note {number}.md").unlink()
        until(lambda: f"note {number}.md" not in self._names(), "the document went with its file")
        say("a file went")

    def _names(self) -> set[str]:
        return {Path(each.path).name for each in self._services.documents.documents(Scope.everything())}

    def _until_indexed(self, name: str = "") -> None:
        def indexed() -> bool:
            documents = self._services.documents.documents(Scope.everything())
            there = not name or name in {Path(each.path).name for each in documents}
            return bool(documents) and there and all(d.status.is_answerable and not d.pending for d in documents)

        until(indexed, f"{name or 'the folder'} is indexed")


def main(folder: Path, seconds: float) -> None:
    """Open the window, work, close it."""
    deadline = time.monotonic() + seconds
    process.set_up()
    app = App(Places.find(os.environ), lambda *_: {})
    app.door.guard_process()
    with closing(Log(app.places.logs)) as logs, closing(app):
        logs.open()
        application = QApplication([])
        collector, jobs = GarbageCollector(), Jobs()
        services = app.services(for_window=True)
        assembly = Assembly(services, jobs, Front(resource("assets") / "icons", Theme(application, "light")))
        assembly.window.show()
        assembly.begin()
        day = Day(app, assembly, folder)
        day.begin()
        number = 1
        day.round(number, len(QUESTIONS) if seconds else 1)
        while time.monotonic() < deadline:
            number += 1
            day.round(number)
        assembly.window.close()
        jobs.close(20)
        collector.end()
        say("close", f"{app.door.traffic.sent} bytes sent")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), float(sys.argv[2]))
    except Exception:  # noqa: BLE001  whatever it is, it is told and ends the process
        traceback.print_exc()
        os._exit(1)  # what is under way need not end first
