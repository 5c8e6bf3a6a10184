"""Works with the app as somebody does all day, in commands and in the window, for so many seconds.

Arguments: a folder of documents (may be changed), how long (0: a little of all), and "thread" or "child" to open a
socket besides, which whoever watches has to see. Prints a line of JSON for each step: its name, and what came of it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from localassist.adapters.places import Places
from localassist.adapters.settings_file import TomlSettingsStore

APP = (sys.executable, "-m", "localassist")
WINDOW = (sys.executable, str(Path(__file__).with_name("windowed_process.py")))
COMMANDS = (
    ("docs", "add", "FOLDER", "--collection", "Rent"),
    ("docs", "list"),
    ("docs", "sync"),
    ("docs", "status"),
    ("search", "deposit"),
    ("ask", "How much is the deposit?"),
    ("ask", "--quotes", "How much is the deposit?"),
    ("models", "list"),
    ("models", "list", "--catalogue"),
    ("models", "fit"),
    ("models", "verify"),
    ("models", "search", "qwen"),  # goes on with the catalogue, and says that the hub was not asked
    ("models", "show", "maker/Nothing-GGUF"),
    ("models", "download", "maker/Nothing-GGUF"),
    ("cloud", "providers"),
    ("cloud", "models", "attic"),
    ("cloud", "spent"),
    ("ledger",),
    ("doctor",),
)
BRIEF = frozenset({"search", "ask", "cloud", "ledger"})
"""The commands that are given where there is no time."""
LONGEST_WINDOW_S = 240.0  # then it is closed and another opened
GOOD = ("refused", "exit 0")
REFUSED = "the offline switch is on"
OPENS = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"


def say(step: str, outcome: str) -> None:
    """One step was taken."""
    print(json.dumps([step, outcome]), flush=True)


def command(folder: Path, *words: str) -> None:
    """One command, and how it ended."""
    ran = subprocess.run(
        [*APP, *(str(folder) if word == "FOLDER" else word for word in words)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    outcome = "refused" if REFUSED in (ran.stderr + ran.stdout).casefold() else f"exit {ran.returncode}"
    say(" ".join(words), outcome if outcome in GOOD else f"{outcome}: {ran.stderr[-500:]}")


def open_socket(where: str) -> None:
    """The control: what must be seen by whoever watches, in a thread of this process or in a child of a child."""
    if where == "thread":
        thread = threading.Thread(target=exec, args=(OPENS, {}))
        thread.start()
        thread.join()
    elif where == "child":
        subprocess.run(["/bin/sh", "-c", '"$0" -c "$1"; exit 0', sys.executable, OPENS], check=True)


def main(folder: Path, seconds: float, control: str) -> None:
    """Work in rounds until the time is over: commands, then the window."""
    deadline = time.monotonic() + seconds
    places = Places.find(os.environ)
    places.make()
    TomlSettingsStore(places.settings).change(offline=True, max_answer_tokens=32, passages=3, temperature=0.0)
    papers = folder.with_name("papers of the window")
    shutil.copytree(folder, papers, dirs_exist_ok=True)
    while True:
        left = max(deadline - time.monotonic(), 0)
        if subprocess.run([*WINDOW, str(papers), str(min(left / 2, LONGEST_WINDOW_S))], check=False).returncode:
            sys.exit("The window did not work.")
        for words in COMMANDS:
            if seconds or words[0] in BRIEF or words[-1] == "qwen":
                command(folder, *words)
        open_socket(control)
        if time.monotonic() > deadline:
            break
    say("end", "done")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
