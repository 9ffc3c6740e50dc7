"""Make the checkout's virtual environment and install pinned requirements: `python3 ops/venv.py requirements.txt`.

Runs before anything is installed, with whatever Python the machine has: only the standard library, and up to the
version check below only what Python 3.6 can read.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 -- this line is what an older Python gets to see
    sys.exit(f"dropset: Python 3.11 or newer is needed, and {sys.executable} is Python {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = ROOT / ".dropset"
UNFINISHED = STATE / "venv.unfinished"
ASK_VERSION = "import sys; print(*sys.version_info[:2], sep='.')"


class PlainError(Exception):
    """A reason to stop, told in one line."""


def say(text: str) -> None:
    print(f"dropset: {text}", flush=True)


def run(command: list[str], *, quiet: bool = False) -> bool:
    """Run to its end, True for success. Away from the terminal, so that Ctrl-C is ours alone, and told in one line. In the
    checkout, where paths in requirements begin.
    """
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=ROOT
    )
    try:
        return process.wait() == 0
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def venv_version() -> str:
    """The version of the Python in .venv ("3.13"); empty when there is none that runs."""
    if not PYTHON.exists():
        return ""
    return subprocess.run([PYTHON, "-c", ASK_VERSION], capture_output=True, text=True, check=False).stdout.strip()


def fingerprint(requirements: Path, version: str) -> str:
    """What an installation depends on; equal fingerprints need no new one."""
    return f"{version} {hashlib.sha256(requirements.read_bytes()).hexdigest()}"


def stamp_of(requirements: Path) -> Path:
    """The file in .venv that remembers what was installed. Gone with .venv, so the two cannot disagree."""
    return VENV / f".installed-{requirements.name}"


def is_installed(requirements: Path) -> bool:
    stamp = stamp_of(requirements)
    version = venv_version()
    return bool(version) and stamp.exists() and stamp.read_text() == fingerprint(requirements, version)


def can_make_venv() -> bool:
    """Debian splits venv and pip off its Python."""
    return run([sys.executable, "-c", "import ensurepip, venv"], quiet=True)


def install_venv_package() -> None:
    """Debian's missing part, where we may install it; otherwise one line that names it."""
    package = f"python3.{sys.version_info.minor}-venv"
    hint = f"{sys.executable} cannot make virtual environments. Install it: apt-get install {package}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PlainError(hint)
    say(f"installing {package} (this Python cannot make virtual environments without it)")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run(["apt-get", "update"], quiet=True)
    run(["apt-get", "install", "-y", "--no-install-recommends", package], quiet=True)
    if not can_make_venv():
        raise PlainError(f"{hint} (tried as root, and that failed)")


def make_venv() -> None:
    if not can_make_venv():
        install_venv_package()
    say(f"making .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
    if not run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise PlainError(f"could not make {VENV}: see above.")


def has_pip() -> bool:
    return venv_version() != "" and run([str(PYTHON), "-c", "import pip"], quiet=True)


def uv_requirement() -> str:
    """The pinned uv ("uv==0.13.8"), from the one place that pins it."""
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    return next(line.split()[0] for line in lines if line.startswith("uv=="))


def pip(*arguments: str) -> bool:
    return run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments])


def uv_installs(requirements: Path) -> bool:
    """True when uv did it. It is several times faster than pip, but reads no pip configuration (mirrors)."""
    if not pip("install", "--quiet", uv_requirement()):
        return False
    command = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "-r", str(requirements)]
    return run(command, quiet=True)


def install(requirements: Path) -> None:
    """What an interrupted installation leaves looks installed, and is not: after one, .venv is made anew."""
    anew = UNFINISHED.exists() or not has_pip()
    UNFINISHED.touch()
    if anew:
        make_venv()
    say(f"installing {requirements.name}")
    if not uv_installs(requirements) and not pip("install", "--quiet", "-r", str(requirements)):
        raise PlainError(f"could not install {requirements.name}: see above. Can the package index be reached?")
    stamp_of(requirements).write_text(fingerprint(requirements, venv_version()))
    UNFINISHED.unlink()


def ensure(requirements: Path) -> None:
    """Install when something changed. Two `make`s at once wait for each other here."""
    if is_installed(requirements):
        return
    STATE.mkdir(exist_ok=True)
    with (STATE / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(requirements):
            install(requirements)


def main() -> int:
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    try:
        for name in sys.argv[1:]:
            ensure(ROOT / name)
    except (PlainError, OSError) as problem:
        print(f"dropset: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndropset: stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
