"""Lets models write in turn, a few tokens each, and prints the seconds of a token of each in every round.

The arguments are how many rounds, and path and depth (tokens read before) of each. In turn, because other programs slow
all of them alike then; on one thread each, because two that are disturbed wait for each other.
"""

import json
import sys
import time

from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.session import Session
from localassist.domain.stopping import Stop

A_TURN = 4


def main(rounds: int, models: list[tuple[str, int]]) -> None:
    """Print a list for each model."""
    sessions = []
    for path, depth in models:
        options = LoadOptions(context_length=depth + A_TURN * (rounds + 1) + 8, threads=1, use_gpu=False)
        session = Session(LoadedModel(path, options, Stop(), lambda _fraction: None))
        for start in range(0, depth, 512):
            session.read([(7 * place + 3) % 90 + 5 for place in range(start, min(start + 512, depth))])
        sessions.append(session)
    seconds: list[list[float]] = [[] for _ in sessions]
    for turn in range(rounds + 1):
        for session, found in zip(sessions, seconds, strict=True):
            began = time.perf_counter()
            for place in range(A_TURN):
                session.append(place + 5)
            if turn:  # the first one brings the model into the caches
                found.append((time.perf_counter() - began) / A_TURN)
    print(json.dumps(seconds))


arguments = sys.argv[2:]
main(int(sys.argv[1]), [(path, int(depth)) for path, depth in zip(arguments[::2], arguments[1::2], strict=True)])
