"""A move of the models killed at any moment loses none, and ends whole when it is asked for again."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from moving_process import shelf_of

from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.domain.models import ModelFile
from model_homes import sha256, write

PROCESS = Path(__file__).with_name("moving_process.py")


def furnish(home: Path, count: int, size: int) -> dict[str, str]:
    """Models of random bytes, all listed; their hashes by name."""
    remembered = RememberedFiles(home / "models.json")
    hashes = {}
    for number in range(count):
        data = random.Random(number).randbytes(size)
        path = write(home / "models" / f"maker-{number}" / f"m{number}.gguf", data)
        remembered.add(ModelFile(f"m{number}", str(path), size))
        hashes[f"m{number}"] = sha256(data)
    return hashes


def move_and_kill(home: Path, target: Path, lines: int, seconds: float) -> bool:
    """Run the move and kill it so many lines of progress and seconds later; whether it ended before."""
    with subprocess.Popen(
        [sys.executable, str(PROCESS), str(home), str(target)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for number, _ in enumerate(child.stdout):
            if number >= lines:
                time.sleep(seconds)  # not to wait for something: the moment of the kill is drawn
                child.kill()
        child.wait(60)
    return child.returncode == 0


def listed(home: Path) -> dict[str, str]:
    """The hashes of the files that are listed just now, as somebody who starts the app finds them."""
    shelf = shelf_of(home)
    shelf.finish_move()
    files = RememberedFiles(home / "models.json").added()
    return {file.name: sha256(Path(file.path).read_bytes()) for file in files}


def killed_until_done(home: Path, target: Path, hashes: dict[str, str], draw: random.Random, steps: int) -> int:
    kills = 0
    while not move_and_kill(home, target, draw.randrange(steps), draw.random() * 0.01):
        kills += 1
        assert listed(home) == hashes, f"after kill {kills}"
        if shelf_of(home).folder == str(target):
            break
        steps += 5
    assert listed(home) == hashes
    assert shelf_of(home).folder == str(target)
    assert not (home / "models").exists()
    assert not [path for path in target.rglob("*") if path.is_file() and path.suffix != ".gguf"]
    return kills


def kill_moves(tmp_path: Path, kills: int, draw: random.Random, steps: int) -> None:
    """Move one home after the other, each until it ends, and kill so often in all; how often is not left to chance."""
    done = number = 0
    while done < kills:
        home = tmp_path / f"home {number}"
        hashes = furnish(home, 4, 500_000)
        done += killed_until_done(home, tmp_path / f"disk {number}", hashes, draw, steps)
        number += 1
    print(f"killed {done} times in {number} moves")


@pytest.mark.slow
def test_a_killed_move_loses_nothing(tmp_path: Path) -> None:
    kill_moves(tmp_path, 4, random.Random(7), 20)


@pytest.mark.slow
def test_kills_around_the_switch_lose_nothing(tmp_path: Path) -> None:
    for number in range(6):
        home, target = tmp_path / f"home {number}", tmp_path / f"disk {number}"
        hashes = furnish(home, 4, 10_000)
        move_and_kill(home, target, 8, number * 0.002)
        assert listed(home) == hashes, f"killed {number * 2} ms after the copies"


@pytest.mark.soak
def test_two_hundred_killed_moves_lose_nothing(tmp_path: Path) -> None:
    kill_moves(tmp_path, 200, random.Random(11), 45)
