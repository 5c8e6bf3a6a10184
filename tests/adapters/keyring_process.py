"""Does one thing with the system's keyring and prints what came of it, as JSON.

Arguments: "set", "get" or "delete", a name, and for "set" a secret (from standard input, so that no list of processes
shows it).
"""

import json
import sys

from localassist.adapters.secrets import KeyringSecrets
from localassist.domain.errors import LocalAssistError

SECONDS = 5.0


def main(verb: str, name: str) -> object:
    """What the keyring says."""
    secrets = KeyringSecrets(seconds=SECONDS)
    match verb:
        case "backend":
            return secrets.backend()
        case "set":
            return secrets.set(name, sys.stdin.read())
        case "get":
            return secrets.get(name)
        case "delete":
            return secrets.delete(name)
    raise ValueError(verb)


if __name__ == "__main__":
    try:
        print(json.dumps({"value": main(*sys.argv[1:])}))
    except LocalAssistError as error:
        print(json.dumps({"error": error.message, "hint": error.hint}))
