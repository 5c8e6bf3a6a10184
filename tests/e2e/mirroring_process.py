"""Mirrors the collections of a home until it is killed, telling each step on a line."""

import sys
from pathlib import Path

from localassist.domain.stopping import Stop
from mirror_room import Room

if __name__ == "__main__":
    for event in Room(Path(sys.argv[1])).mirror(Stop()):
        print(type(event).__name__, flush=True)
