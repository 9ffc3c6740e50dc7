import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ops import processes
from ops.checkout import ROOT, PlainError
from ops.processes import Child, finish, run_in_foreground, running, wait_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PATIENCE_S = 5.0


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_running_child_ends_with_its_block() -> None:
    with running("sleeper", SLEEP) as child:
        assert child.process.poll() is None
    assert child.process.returncode == -signal.SIGTERM


def test_running_ends_what_the_child_left_behind(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with running("parent", ["sh", "-c", f"sleep 60 & echo $! > '{note}'; exit 0"]) as child:
        wait_for(child.process)
        grandchild = int(note.read_text())
        assert psutil.pid_exists(grandchild)
    assert is_gone(grandchild)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="only Linux's setpriv ties a child to us")
def test_running_child_ends_when_its_parent_is_killed() -> None:
    tell = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
    code = f"from ops.processes import *\nwith running('the child', {tell!r}) as child: wait_for(child.process)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert is_gone(child)


def look_after(child: Child, *, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < deadline
        child.look_after()
        time.sleep(0.01)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LONGEST_PAUSE_S", 0.05)


def test_check_alive_names_the_child_that_ended() -> None:
    with running("the failure", ["sh", "-c", "exit 3"]) as child:
        wait_for(child.process)
        with pytest.raises(PlainError, match=r"^the failure ended by itself \(exit code 3\)\.$"):
            child.check_alive()


@pytest.mark.usefixtures("soon")
def test_killed_child_is_started_again_with_a_line_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with running("the victim", SLEEP) as child:
        first = child.process.pid
        os.kill(first, signal.SIGKILL)
        look_after(child, until=lambda: child.process.pid != first)
        assert child.process.poll() is None
    assert capsys.readouterr().out == (
        "dropset: the victim ended by itself (killed by SIGKILL). It is started again in 0.05 s.\n"
    )
    assert is_gone(child.process.pid)


@pytest.mark.usefixtures("soon")
def test_child_that_ends_well_is_started_again_as_well(tmp_path: Path) -> None:
    """A job worker whose connections were ended exits with 0."""
    log = tmp_path / "log"
    with running("the worker", ["sh", "-c", "echo started"], log=log) as child:
        look_after(child, until=lambda: log.read_text() == "started\n" * 3)


def test_child_that_ends_at_once_is_started_later_and_later(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(300))
    with running("the failure", ["false"]) as child, monkeypatch.context() as patched:
        patched.setattr(processes, "monotonic", lambda: float(next(clock)))
        for _ in range(100):
            child.process.wait()
            child.look_after()
    pauses = re.findall(r"again in (\S+) s", capsys.readouterr().out)
    assert pauses[:7] == ["1", "2", "4", "8", "16", "30", "30"]


@pytest.mark.usefixtures("soon")
def test_what_a_dead_child_left_behind_is_gone_before_the_next_one_starts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running("parent", ["sh", "-c", "sleep 60 & echo $!; exit 1"], log=log) as child:
        look_after(child, until=lambda: log.read_text().count("\n") == 2)
        first, _ = log.read_text().split()
        assert is_gone(int(first))


def test_finish_writes_the_log_and_names_it_after_failure(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(PlainError, match=f"^the step failed \\(exit code 4\\): see {log}\\.$"):
        finish("the step", ["sh", "-c", "echo why; exit 4"], log=log)
    assert log.read_text() == "why\n"


def test_run_in_foreground_gives_the_exit_code() -> None:
    assert run_in_foreground(["sh", "-c", 'exit "$CODE"'], {**os.environ, "CODE": "5"}) == 5
