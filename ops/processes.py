"""Child processes that end with us: stopped in order when we stop, and by the kernel when we are killed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import NoReturn

from ops.checkout import ROOT, PlainError, StopAskedError, pause, say

GRACE_S = 10.0
POLL_S = 0.05
STEADY_S = 60.0  # what has run for so long has started well
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


def how_it_ended(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"


def tied_to_us(stop_signal: signal.Signals) -> list[str]:
    """A prefix that has Linux signal the child when we die, even by SIGKILL. Elsewhere the next start clears up."""
    return ["setpriv", f"--pdeathsig={stop_signal.name.removeprefix('SIG')}", "--"] if shutil.which("setpriv") else []


@dataclass
class Child:
    """A process of ours.

    `wrap` enters another account or tree; the tie to us comes after it, because changing accounts unties. `before_restart`
    clears up what the last process left behind, where `stop` does not reach it.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] | None = None
    wrap: Sequence[str] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    before_restart: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] = field(init=False)
    _started_at: float = field(init=False)  # this, and what follows, by the monotonic clock
    _start_again_at: float | None = None
    _pause_s: float = FIRST_PAUSE_S

    def start(self, *, again: bool = False) -> None:
        """In a session of its own: Ctrl-C reaches us, and we stop it in turn."""
        with self.log.open("ab" if again else "wb") if self.log else nullcontext() as output:
            self.process = subprocess.Popen(
                [*self.wrap, *tied_to_us(self.stop_signal), *self.command],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._started_at, self._start_again_at = monotonic(), None

    def check_alive(self) -> None:
        returncode = self.process.poll()
        if returncode is not None:
            raise PlainError(f"{self.name} ended by itself ({how_it_ended(returncode)}).")

    def look_after(self) -> None:
        """To be called all the time: if it has ended, says so, and starts it again. Later and later, if it ends soon."""
        now = monotonic()
        if self._start_again_at is not None:
            if now >= self._start_again_at:
                self.before_restart()
                self.start(again=True)
            return
        returncode = self.process.poll()
        if returncode is None:
            return
        lasted = now - self._started_at > STEADY_S
        self._pause_s = FIRST_PAUSE_S if lasted else min(self._pause_s * 2, LONGEST_PAUSE_S)
        say(f"{self.name} ended by itself ({how_it_ended(returncode)}). It is started again in {self._pause_s:g} s.")
        self.stop()
        self._start_again_at = now + self._pause_s

    def stop(self) -> None:
        """Ask, wait, then end it and whatever it left behind in its process group."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    wrap: Sequence[str] = (),
    stop_signal: signal.Signals = signal.SIGTERM,
    log: Path | None = None,
    before_restart: Callable[[], None] = lambda: None,
) -> Iterator[Child]:
    """Run a child for as long as the block lasts."""
    child = Child(name, command, env, wrap, stop_signal, log, before_restart)
    child.start()
    try:
        yield child
    finally:
        child.stop()


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Its exit code, once it has ended by itself."""
    while process.poll() is None:
        pause(POLL_S)
    return process.returncode


def finish(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    wrap: Sequence[str] = (),
    log: Path | None = None,
) -> None:
    """Run a child to its end; anything but success is a PlainError."""
    with running(name, command, env=env, wrap=wrap, log=log) as child:
        returncode = wait_for(child.process)
    if returncode != 0:
        raise PlainError(f"{name} failed ({how_it_ended(returncode)}): see {log or 'above'}.")


def run_in_foreground(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a child that owns the terminal (it may ask, and gets Ctrl-C itself) to its end; its exit code."""
    process = subprocess.Popen([*tied_to_us(signal.SIGTERM), *command], cwd=ROOT, env=env)
    try:
        return wait_for(process)
    except StopAskedError as stop:
        if stop.args != (signal.SIGINT,):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)  # after Ctrl-C it takes its leave in its own words
        raise
    finally:
        process.kill()
        process.wait()


def keep_alive(children: Sequence[Child]) -> NoReturn:
    """Until we are asked to stop: whatever ends is started again."""
    while True:
        for child in children:
            child.look_after()
        pause(POLL_S)
