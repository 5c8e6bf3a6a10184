"""Reads a folder into the database of a home until it is killed, telling each step on a line."""

import sys
from pathlib import Path

from ingest_room import IngestRoom
from localassist.domain.stopping import Stop

if __name__ == "__main__":
    room = IngestRoom(Path(sys.argv[1]))
    print("ready", flush=True)
    for event in room.ingest([sys.argv[2]], "notes", Stop()):
        print(type(event).__name__, flush=True)
