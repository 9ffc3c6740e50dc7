"""Child processes that end with us: stopped in order when we stop, and by the kernel when we are killed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from ops.checkout import ROOT, PlainError, StopAskedError, pause

GRACE_S = 10.0
POLL_S = 0.05


def how_it_ended(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    def check_alive(self) -> None:
        returncode = self.process.poll()
        if returncode is not None:
            raise PlainError(f"{self.name} ended by itself ({how_it_ended(returncode)}).")

    def wait(self) -> int:
        """Its exit code, once it has ended by itself."""
        while self.process.poll() is None:
            pause(POLL_S)
        return self.process.returncode

    def stop(self) -> None:
        """Ask, wait, then end it and whatever it left behind in its process group."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def tied_to_us(stop_signal: signal.Signals) -> list[str]:
    """A prefix that has Linux signal the child when we die, even by SIGKILL. Elsewhere the next start clears up."""
    return ["setpriv", f"--pdeathsig={stop_signal.name.removeprefix('SIG')}", "--"] if shutil.which("setpriv") else []


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    wrap: Sequence[str] = (),
    stop_signal: signal.Signals = signal.SIGTERM,
    log: Path | None = None,
) -> Iterator[Child]:
    """Run a child for as long as the block lasts, in a session of its own: Ctrl-C reaches us, and we stop it in turn.

    `wrap` enters another account or tree. The tie to us comes after it, because changing accounts unties.
    """
    with log.open("wb") if log else nullcontext() as output:
        process = subprocess.Popen(
            [*wrap, *tied_to_us(stop_signal), *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    child = Child(name, process, stop_signal)
    try:
        yield child
    finally:
        child.stop()


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
        returncode = child.wait()
    if returncode != 0:
        raise PlainError(f"{name} failed ({how_it_ended(returncode)}): see {log or 'above'}.")


def run_in_foreground(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a child that owns the terminal (it may ask, and gets Ctrl-C itself) to its end; its exit code."""
    process = subprocess.Popen([*tied_to_us(signal.SIGTERM), *command], cwd=ROOT, env=env)
    try:
        return Child(command[0], process, signal.SIGTERM).wait()
    except StopAskedError as stop:
        if stop.args != (signal.SIGINT,):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)  # after Ctrl-C it takes its leave in its own words
        raise
    finally:
        process.kill()
        process.wait()


def watch(children: Sequence[Child]) -> None:
    """Wait until one of the children ends, which is a PlainError."""
    while True:
        for child in children:
            child.check_alive()
        pause(POLL_S)
