"""Where the program starts: a child process is told apart before anything else is imported."""

import sys
from typing import Any


def main() -> int:
    """Run the app, the command that was given, or a child process's loop; gives the exit code."""
    if sys.argv[1:2] == ["--child"]:
        from localassist.adapters import child_main

        return child_main.main()
    from localassist import app

    return app.main(sys.argv[1:], _run_benchmark)


def _run_benchmark(name: str) -> dict[str, Any]:
    from localassist.bench import report

    return report.run(name)


if __name__ == "__main__":
    sys.exit(main())
