"""A key is where keys are kept and on its way to whom it is for: in nothing that is written, said or handed on."""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from e2e.commands import SAMPLES, Home
from provider_server import Answer, chunk, completion, error, event, listed, running
from secret_service import PASSWORD, session, with_secret_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provider_server import ProviderServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what children are told is read from Linux's /proc"),
]

PROCESS = Path(__file__).with_name("canary_process.py")
KEY = "sk-canary-Qm7yJ0xTz4VhW9rB2cKd"
AS_IT_MAY_STAND = {
    "as it is": KEY.encode(),
    "in UTF-16": KEY.encode("utf-16-le"),
    "in UTF-32": KEY.encode("utf-32-le"),
    "in hexadecimal": KEY.encode().hex().encode(),
    "backwards": KEY[::-1].encode(),
    "in an address": quote(KEY, safe="").encode(),
    **{f"in base64, {skipped} bytes on": base64.b64encode(KEY[skipped:].encode())[:-4] for skipped in range(3)},
}
HAS_A_CORE = "core"


def found_in(content: bytes) -> list[str]:
    """How the key stands in some bytes."""
    return [name for name, form in AS_IT_MAY_STAND.items() if form in content]


def found_below(*folders: Path) -> list[str]:
    """The files in which the key stands, and in which names."""
    files = [path for folder in folders for path in folder.rglob("*")]
    held = [f"{path} {how}" for path in files if path.is_file() for how in found_in(path.read_bytes())]
    return held + [str(path) for path in files if found_in(str(path).encode())]


def told(process_id: str) -> bytes:
    """What a process was started with; b"" for one that is gone."""
    try:
        return b"".join(Path(f"/proc/{process_id}/{what}").read_bytes() for what in ("environ", "cmdline"))
    except OSError:
        return b""


def echoing() -> list[Answer]:
    """Answers of a server that says the key again in everything that goes wrong, and then stays well."""
    words = f"Traceback: wrong header Authorization: Bearer {KEY}"
    begun = [event(chunk({"role": "assistant", "content": "Sixty "}))]
    return [
        error(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "type": KEY, "code": KEY}}),
        error(500, {"error": {"message": words}}, x_request_id=KEY),
        Answer([*begun, event({"error": {"message": words, "code": 502, "metadata": {"raw": KEY}}})]),
        Answer(begun, cut=True),
        error(403, [{"error": {"message": words, "status": KEY}}]),
        error(401, {"detail": words}),
        listed({"id": "big"}),
        Answer(completion("Fine.")),
    ]


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    """Whom the key is for."""
    with running(*echoing()) as made:
        yield made


def let_it_leave_cores() -> None:
    """As a developer has it: what crashes leaves an image of its memory, here in the folder it stands in."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def cores_lie_where_it_died() -> bool:
    """Whether the system writes such images as plain files, and lets us ask for them."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").strip()
    return pattern == HAS_A_CORE and resource.getrlimit(resource.RLIMIT_CORE)[1] != 0


@pytest.mark.parametrize(
    ("kept", "death"),
    [
        pytest.param("for this run", "abort"),
        pytest.param("for this run", "fault", marks=pytest.mark.soak),
        pytest.param("lasting", "abort", marks=[pytest.mark.soak, with_secret_service]),
        pytest.param("lasting", "fault", marks=[pytest.mark.soak, with_secret_service]),
    ],
)
def test_the_key_is_nowhere_after_a_run_in_which_all_went_wrong(
    tmp_path: Path, home: Path, server: ProviderServer, kept: str, death: str
) -> None:
    stood, user = tmp_path / "stood", tmp_path / "user"
    stood.mkdir()
    with session(user, PASSWORD) if kept == "lasting" else nullcontext({"DBUS_SESSION_BUS_ADDRESS": ""}) as own:
        environment = Home(home).environment(TMPDIR=str(stood), **own)
        ran = subprocess.Popen(
            [sys.executable, str(PROCESS), server.address, str(SAMPLES), death],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=stood,
            env=environment,
            preexec_fn=let_it_leave_cores,  # noqa: PLW1509  as long as it takes, no other thread runs here
        )
        assert ran.stdin
        assert ran.stdout
        ran.stdin.write(f"{KEY}\n".encode())
        ran.stdin.flush()
        said = b""
        for line in ran.stdout:
            said += line
            if line.startswith(b"children"):
                break
        else:
            raise AssertionError(ran.communicate()[1][-4000:].decode())
        children = said.split()[said.split().index(b"children") + 1 :]
        handed_on = b"".join(told(number.decode()) for number in (*children, str(ran.pid).encode()))
        after, complained = ran.communicate(b"\n", timeout=60)
    assert ran.returncode < 0, "it was to die"
    assert children
    assert handed_on
    assert kept.encode() in said
    assert [asked.headers["Authorization"] for asked in server.asked][:4] == [f"Bearer {KEY}"] * 4, "it was to be used"
    assert not found_in(said + after + complained)
    assert not found_in(handed_on)
    assert (home / "logs" / "crash.log").read_text(encoding="utf-8"), "its death was to be written down"
    assert not found_below(home, stood, user)
    assert not list(stood.glob("core*"))


def test_a_key_that_is_somewhere_is_found(tmp_path: Path) -> None:
    for number, form in enumerate(AS_IT_MAY_STAND.values()):
        (tmp_path / f"{number}").write_bytes(b"\0" * 999 + form + b"\xff")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / KEY).write_bytes(b"")
    held = found_below(tmp_path)
    assert {line.rpartition("/")[2].split()[0] for line in held} == {*map(str, range(len(AS_IT_MAY_STAND))), KEY}
    with subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "API_KEY": KEY}
    ) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(b"there\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"there\n"  # it runs by now
        assert found_in(told(str(child.pid)))
        child.stdin.close()


@pytest.mark.skipif(not cores_lie_where_it_died(), reason="this system keeps images of crashed programs elsewhere")
def test_an_image_of_memory_would_have_been_found(tmp_path: Path) -> None:
    dies = f"import os, json; key = json.loads({json.dumps(json.dumps(list(KEY)))}); key = ''.join(key); os.abort()"
    subprocess.run([sys.executable, "-c", dies], check=False, cwd=tmp_path, preexec_fn=let_it_leave_cores)
    assert "as it is" in "".join(found_below(tmp_path))
