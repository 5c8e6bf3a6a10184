"""Asks several questions about the samples, each as `localassist ask --json` would, in one process.

The libraries of the embedder take seconds to import; this way they are imported once for all questions.
"""

import os
import sys

from localassist import app
from localassist.adapters.places import Places
from localassist.cli import running


def main() -> None:
    samples, *questions = sys.argv[1:]
    os.environ.update(app.LIBRARY_SWITCHES)
    house = app.App(Places.find(os.environ), lambda _name: {})
    for question in questions:
        if running.run(["ask", "--docs", samples, "--json", question], house):
            sys.exit(1)
    house.close()


if __name__ == "__main__":
    main()
