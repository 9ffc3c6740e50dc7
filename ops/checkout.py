"""The checkout: where its state lies, who may use it now, and how our programs stop. Standard library only."""

import fcntl
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".dropset"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_INTERRUPTED = 130


class PlainError(Exception):
    """An error told in one line instead of a traceback."""


def say(text: str) -> None:
    print(f"dropset: {text}", flush=True)


def environment(defaults: Mapping[str, str] | None = None, /, **values: str) -> dict[str, str]:
    """The environment of a child that loads Django: `defaults` yield to what is set outside, `values` do not."""
    fixed = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
    fixed["MALLOC_ARENA_MAX"] = "2"  # else each thread has a heap of its own, which keeps the largest page it ever held
    outside = dict(os.environ)
    outside.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process compiles some 1,500 modules again: 5 s
    return {**(defaults or {}), **outside, **fixed, **values}


@contextmanager
def only_one(name: str, state: Path = STATE) -> Iterator[None]:
    """Hold the right to do `name` in this checkout. The system takes it back when the holder dies, however it dies."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / f"{name}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise PlainError(f"another make uses '{name}' in this checkout: stop process {holder} first.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def secret_key(state: Path = STATE) -> str:
    """This checkout's own SECRET_KEY for development: made once, readable by its owner only."""
    path = state / "secret_key"
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        new = state / "secret_key.new"
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        new.rename(path)
    return path.read_text()


class StopAskedError(Exception):
    """Ctrl-C, SIGTERM or a closed terminal (the argument): every `with` block ends, in its order."""


_stop_signals_got: list[int] = []


def _remember(signum: int, _frame: FrameType | None) -> None:
    """No more than that: an exception here could leave a lock of the standard library held (it did, in Popen.poll)."""
    _stop_signals_got.append(signum)


def pause(seconds: float) -> None:
    """Sleep. All waiting goes through here, because here, and nowhere else, a wish to stop is heard."""
    time.sleep(seconds)
    if _stop_signals_got:
        raise StopAskedError(_stop_signals_got[0])


def program(main: Callable[[], int]) -> NoReturn:
    """Run `main` as a program: Ctrl-C, SIGTERM and a closed terminal stop it cleanly; a PlainError is one line."""
    for each in STOP_SIGNALS:
        signal.signal(each, _remember)
    try:
        code = main()
    except (PlainError, OSError) as problem:  # an OSError names the file: no permission, no room, no such program
        print(f"dropset: {problem}", file=sys.stderr, flush=True)
        code = 1
    except StopAskedError:
        print("dropset: stopped.", file=sys.stderr, flush=True)
        code = EXIT_INTERRUPTED
    sys.exit(code)
