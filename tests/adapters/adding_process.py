"""A process that adds files to a list of model files, for tests that let several do so at once."""

import sys
from pathlib import Path

from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.domain.models import ModelFile


def main() -> None:
    path, name, count = sys.argv[1:]
    remembered = RememberedFiles(Path(path))
    for number in range(int(count)):
        remembered.add(ModelFile(f"{name}{number}", f"/{name}{number}.gguf", 1))


if __name__ == "__main__":
    main()
