"""Child processes die in many ways; the parent turns each into one exception and goes on."""

import os
import socket  # noqa: TID251  a listener for the child to miss
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from localassist.adapters import children
from localassist.adapters.children import ChildDied, ChildPool, Death, Limits
from localassist.domain.errors import DocumentError, Stopped
from localassist.domain.stopping import Stop

TASKS = Path(__file__).parent / "child_tasks"
LIMITS = Limits(seconds=20, memory_bytes=2_000_000_000, output_bytes=1_000_000)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="limits by the system are POSIX's")


@pytest.fixture
def pool(monkeypatch):
    """A pool whose children also find the tasks of these tests."""
    start = (
        f"import localassist.adapters as room; room.__path__.append({str(TASKS)!r})\n"
        "from localassist.adapters.child_main import main; raise SystemExit(main())"
    )
    monkeypatch.setattr(children, "command", lambda: [sys.executable, "-P", "-c", start])
    pool = ChildPool()
    yield pool
    pool.close()


def call(pool, task, limits=LIMITS, stop=None, **arguments):
    return pool.call(f"behaving:{task}", arguments, limits, stop or Stop())


def died(pool, task, limits=LIMITS, **arguments):
    with pytest.raises(ChildDied) as caught:
        call(pool, task, limits, **arguments)
    return caught.value


def is_gone(pid):
    """Whether a process ended; a zombie that nobody collected yet has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        threading.Event().wait(0.005)


def test_values_and_bytes_come_back_whole(pool):
    value = {"text": "Zwölf \u202e\0 ✓ \udcff", "numbers": [1, 2.5, None, True]}
    reply = call(pool, "echo", value=value)
    assert (reply.value, reply.blob) == (value, b"blob")


def test_a_worker_is_reused_and_replaced_in_time(pool, monkeypatch):
    monkeypatch.setattr(children, "_CALLS_A_WORKER", 2)
    pids = [call(pool, "count_calls").value for _ in range(3)]
    assert [count for _, count in pids] == [1, 2, 1]
    assert pids[0][0] == pids[1][0] != pids[2][0]


def test_what_libraries_print_or_read_does_not_touch_the_messages(pool):
    assert call(pool, "print_noise").value == ""
    assert call(pool, "echo", value=1).value == 1


@posix_only
def test_a_crash_names_the_signal_and_holds_no_text(pool):
    death = died(pool, "crash", secret="secret text of the document")
    assert death.kind is Death.CRASH
    assert "SIGSEGV" in death.detail
    assert "secret" not in death.detail
    assert call(pool, "echo", value=1).value == 1


def test_a_child_that_leaves_counts_as_a_crash(pool):
    assert died(pool, "leave").kind is Death.CRASH


def test_an_unexpected_error_names_its_place_and_holds_no_text(pool):
    death = died(pool, "fail_unexpectedly")
    assert death.kind is Death.CRASH
    assert "ValueError" in death.detail
    assert "behaving.py" in death.detail
    assert "secret" not in death.detail


def test_a_sentence_for_people_travels(pool):
    with pytest.raises(DocumentError) as caught:
        call(pool, "complain")
    assert (caught.value.message, caught.value.hint) == ("a.pdf is damaged.", "Save it again.")


@pytest.mark.parametrize("task", ["spin", "hang"])
def test_the_clock_ends_it(pool, tmp_path, task):
    arguments = {"marker": str(tmp_path / "pid")} if task == "hang" else {}
    started = time.monotonic()
    assert died(pool, task, Limits(0.7, 2_000_000_000, 1000), **arguments).kind is Death.TIME
    assert time.monotonic() - started < 10


@posix_only
def test_memory_is_bounded(pool):
    assert died(pool, "eat_memory", Limits(20, 400_000_000, 1000)).kind is Death.MEMORY
    assert call(pool, "echo", value=1).value == 1


def test_too_long_an_answer_is_refused(pool):
    assert died(pool, "answer_at_length", size=LIMITS.output_bytes + 1).kind is Death.OUTPUT


def test_a_child_that_lies_about_its_length_is_not_believed(pool):
    assert died(pool, "lie_about_length").kind is Death.OUTPUT


def test_a_child_that_sends_rubbish_counts_as_crashed(pool):
    assert died(pool, "answer_rubbish").kind is Death.CRASH


@posix_only
def test_a_task_cannot_fill_the_disk(pool, tmp_path):
    with pytest.raises(ChildDied):
        call(pool, "write_file", path=str(tmp_path / "big"), size=LIMITS.output_bytes + 100_000)
    assert (tmp_path / "big").stat().st_size <= LIMITS.output_bytes


def test_a_task_has_no_network(pool):
    with socket.create_server(("127.0.0.1", 0)) as server:
        ends = call(pool, "connect", port=server.getsockname()[1]).value
    assert set(ends.values()) == {"a child process has no network"}


@posix_only
def test_a_sealed_task_starts_no_programs_and_still_has_threads(pool, monkeypatch):
    sealed = ChildPool(sealed=True)
    ends, threads_work = call(sealed, "start_programs").value
    many = call(sealed, "open_many").value
    sealed.close()
    assert threads_work
    assert many == "refused"
    if sys.platform != "linux":
        ends = {name: end for name, end in ends.items() if not name.startswith("native")}
    assert set(ends.values()) == {"refused"}


def test_a_task_sees_a_bare_environment(pool, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in call(pool, "show_environment").value.values()


def test_libraries_in_a_child_report_nothing_to_their_makers(pool):
    assert call(pool, "show_environment").value["ORT_DISABLE_TELEMETRY"] == "1"


def test_a_stop_kills_at_once_with_all_it_started(pool, tmp_path):
    marker, stop = tmp_path / "pid", Stop()

    def stop_when_running():
        wait_for(lambda: marker.exists() and marker.read_text())
        stop.request()

    watcher = threading.Thread(target=stop_when_running)
    watcher.start()
    with pytest.raises(Stopped):
        call(pool, "hang_with_grandchild", stop=stop, marker=str(marker))
    watcher.join()
    wait_for(lambda: is_gone(int(marker.read_text())))
    assert call(pool, "echo", value=1).value == 1


def test_a_stop_ends_the_wait_for_a_free_process(pool, tmp_path):
    marker, first, second = tmp_path / "pid", Stop(), Stop()
    ends = []

    def occupy():
        with pytest.raises(Stopped):
            call(pool, "hang", stop=first, marker=str(marker))
        ends.append("first")

    busy = threading.Thread(target=occupy)
    busy.start()
    wait_for(marker.exists)
    timer = threading.Timer(0.1, second.request)
    timer.start()
    with pytest.raises(Stopped):
        call(pool, "echo", stop=second, value=1)
    assert ends == []
    first.request()
    busy.join()


def test_closing_ends_a_busy_call_and_refuses_the_next(pool, tmp_path):
    marker = tmp_path / "pid"

    def close_when_running():
        wait_for(marker.exists)
        pool.close()

    closer = threading.Thread(target=close_when_running)
    closer.start()
    with pytest.raises(Stopped):
        call(pool, "hang", marker=str(marker))
    closer.join()
    with pytest.raises(Stopped):
        call(pool, "echo", value=1)


def test_a_process_that_starts_while_the_pool_closes_is_ended(pool, monkeypatch):
    def start_and_close(**how):
        worker = start(**how)
        pool.close()
        return worker

    start = children._Worker
    monkeypatch.setattr(children, "_Worker", start_and_close)
    with pytest.raises(Stopped):
        call(pool, "echo", value=1)


def test_a_child_that_tells_too_much_is_cut_short(pool):
    assert len(died(pool, "tell_much").detail) < 5_000
    with pytest.raises(DocumentError) as caught:
        call(pool, "complain_at_length")
    assert len(caught.value.message) < 5_000


def test_several_askers_share_the_processes(pool):
    wide = ChildPool(2)
    pids = []

    def ask():
        pids.extend(call(wide, "count_calls").value[0] for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wide.close()
    assert len(pids) == 40
    assert len(set(pids)) <= 2


@posix_only
def test_a_process_killed_while_idle_is_replaced(pool):
    pid = call(pool, "count_calls").value[0]
    os.kill(pid, 9)
    wait_for(lambda: is_gone(pid))
    assert call(pool, "count_calls").value[1] == 1


def test_the_real_command_starts_a_child_that_imports_nothing_heavy():
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", *children.command()[1:]],
        input=b"",
        capture_output=True,
        timeout=60,
        check=True,
    )
    imported = finished.stderr.decode()
    assert "localassist.adapters.child_main" in imported
    for heavy in ("PySide6", "numpy", "apsw", "httpx2", "pypdfium2", "asyncio"):
        assert heavy not in imported


def test_a_child_ends_when_its_parent_is_gone(tmp_path):
    program = (
        "import os, sys\n"
        "from localassist.adapters.children import ChildPool, Limits\n"
        "from localassist.domain.stopping import Stop\n"
        "pool = ChildPool()\n"
        "try: pool.call('child_messages:nothing', {}, Limits(20, 2_000_000_000, 1000), Stop())\n"
        "except Exception: pass\n"
    )
    check = "import time\nworker = pool._start(); print(worker._process.pid, flush=True); os._exit(9)\n"
    finished = subprocess.run([sys.executable, "-c", program + check], capture_output=True, timeout=60, check=False)
    wait_for(lambda: is_gone(int(finished.stdout)))


def test_a_folder_with_modules_of_its_own_is_not_trusted(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    pool = ChildPool()
    with pytest.raises(ChildDied) as caught:
        pool.call("child_messages:nothing", {}, LIMITS, Stop())
    pool.close()
    assert "AttributeError" in caught.value.detail


@posix_only
def test_the_children_of_a_patient_pool_stand_back(pool):
    patient = ChildPool(patient=True)
    try:
        usual = pool.call("priority:niceness", {}, LIMITS, Stop()).value
        assert patient.call("priority:niceness", {}, LIMITS, Stop()).value >= min(usual + 5, 19)
    finally:
        patient.close()
