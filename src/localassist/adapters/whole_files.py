"""Small files that are replaced whole: a crash or a full disk at any moment leaves the one before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Put a text, on the disk when this returns, in the place of a file; folders that are missing are made.

    It is written beside the file under a hidden name of its own, so that two who write do not mix. Raises `OSError`,
    which leaves nothing behind.
    """
    scratch = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.stem}-", delete=False
        ) as file:
            scratch = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except OSError:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        raise
