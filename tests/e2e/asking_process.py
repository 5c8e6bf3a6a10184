"""Asks several questions about a folder, each as `localassist ask --json` (`--quotes`) would, in one process.

The libraries of the embedder take seconds to import; this way they are imported once for all questions.
"""

import os
import sys

from localassist import app, process
from localassist.adapters.places import Places
from localassist.cli import running


def main() -> None:
    quotes = ["--quotes"] if "--quotes" in sys.argv else []
    folder, *questions = (argument for argument in sys.argv[1:] if argument not in quotes)
    os.environ.update(process.LIBRARY_SWITCHES)
    house = app.App(Places.find(os.environ), lambda _name: {})
    for question in questions:
        if running.run(["ask", *quotes, "--docs", folder, "--json", question], house):
            sys.exit(1)
    house.close()


if __name__ == "__main__":
    main()
