"""Reads a file with those inside it, as the child process does, for tests of readers of containers."""

import time

from localassist.adapters.readers.dispatch import read_file
from localassist.adapters.readers.parts import Allowance, Parts


def read_whole(path, seconds=60.0, **allowed):
    """The structured text of the file at `path`; `allowed` are other bounds of the `Allowance`."""
    scratch = str(path) + "-scratch"
    return read_file(str(path), Parts(read_file, Allowance(scratch, time.monotonic() + seconds, **allowed), {}))
