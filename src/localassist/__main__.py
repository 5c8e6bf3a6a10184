"""Where the program starts: a child process is told apart before anything else is imported."""

import os
import sys
from typing import Any, Final

STANDARD_ERROR: Final = 2  # the last of the numbers that systems give the standard streams


def main() -> int:
    """Run the app, the command that was given, or a child process's loop; gives the exit code."""
    if sys.argv[1:2] == ["--child"]:
        from localassist.adapters import child_main

        return child_main.main()
    _open_standard_streams()
    from localassist.cli.interrupts import end_silently_on_ctrl_c

    end_silently_on_ctrl_c()
    from localassist import app

    return app.main(sys.argv[1:], _run_benchmark)


def _open_standard_streams() -> None:
    """Where there are none: a file opened later, by an import even, would take their numbers and what is printed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STANDARD_ERROR:
        pass
    os.close(descriptor)


def _run_benchmark(name: str, model: str, data: str, chunks: int) -> dict[str, Any]:
    from localassist.bench import report

    return report.run(name, model, data, chunks)


if __name__ == "__main__":
    sys.exit(main())
