import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ops.checkout import ROOT, PlainError
from ops.processes import finish, run_in_foreground, running, watch

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
        child.wait()
        grandchild = int(note.read_text())
        assert psutil.pid_exists(grandchild)
    assert is_gone(grandchild)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="only Linux's setpriv ties a child to us")
def test_running_child_ends_when_its_parent_is_killed() -> None:
    tell = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
    code = f"from ops.processes import *\nwith running('the child', {tell!r}) as child: child.wait()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert is_gone(child)


def test_watch_names_the_child_that_ended() -> None:
    said = r"^the failure ended by itself \(exit code 3\)\.$"
    with (
        running("the sleeper", SLEEP) as sleeper,
        running("the failure", ["sh", "-c", "exit 3"]) as failure,
        pytest.raises(PlainError, match=said),
    ):
        watch([sleeper, failure])


def test_watch_tells_of_a_killing_signal() -> None:
    with running("the victim", SLEEP) as child:
        os.kill(child.process.pid, signal.SIGKILL)
        with pytest.raises(PlainError, match="killed by SIGKILL"):
            watch([child])


def test_finish_writes_the_log_and_names_it_after_failure(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(PlainError, match=f"^the step failed \\(exit code 4\\): see {log}\\.$"):
        finish("the step", ["sh", "-c", "echo why; exit 4"], log=log)
    assert log.read_text() == "why\n"


def test_run_in_foreground_gives_the_exit_code() -> None:
    assert run_in_foreground(["sh", "-c", 'exit "$CODE"'], {**os.environ, "CODE": "5"}) == 5
