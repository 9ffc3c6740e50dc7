"""`make check`: every static check, side by side; all run, whatever fails. `make schema`: the API's schema."""

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ops.checkout import ROOT, STATE, environment, program
from ops.database import database
from ops.postgres import THROW_AWAY
from ops.processes import running
from ops.suite import worker_count

SCHEMA = ROOT / "docs" / "openapi.yaml"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"  # it has no `python -m`
FRESH_SCHEMA = STATE / "openapi.yaml"
Environment = Mapping[str, str]
Run = Callable[[Environment, Path], bool]


@dataclass(frozen=True)
class Check:
    """run: whether it passes, in this environment; what it says goes into the file."""

    name: str
    run: Run


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    said: str
    took_s: float


def python(*arguments: str) -> Run:
    """A check that is a Python module or script: it passes when it exits with 0."""

    def run(env: Environment, log: Path) -> bool:
        with running(arguments[-1], [sys.executable, *arguments], env=env, log=log) as child:
            return child.process.wait() == 0

    return run


def write_schema(path: Path) -> Run:
    return python("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(path))


def schema_is_current(env: Environment, log: Path) -> bool:
    if not write_schema(FRESH_SCHEMA)(env, log):
        return False
    if SCHEMA.exists() and SCHEMA.read_bytes() == FRESH_SCHEMA.read_bytes():
        return True
    log.write_text(f"{SCHEMA.relative_to(ROOT)} is not what the code says: run `make schema` and commit it.\n")
    return False


CHECKS = (
    Check("types", python("-m", "mypy", ".")),  # the longest
    Check("ruff check", python("-m", "ruff", "check", ".")),
    Check("ruff format", python("-m", "ruff", "format", "--check", ".")),
    Check("lengths", python("-m", "ops.lengths")),
    Check("import layers", python("-c", LINT_IMPORTS)),
    Check("templates", python("-m", "djlint", "templates", "--lint", "--quiet")),
    Check("migrations", python("manage.py", "makemigrations", "--check", "--dry-run", "--settings=specimens.settings")),
    Check("deployment", python("manage.py", "check", "--deploy", "--fail-level", "WARNING")),
    Check("API schema", schema_is_current),
)


def production_like(url: str) -> dict[str, str]:
    """What `check --deploy` judges: settings as an operator would set them, not the developer's."""
    return environment(
        DATABASE_URL=url,
        DEBUG="false",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="dropset.example",
        BASE_URL="https://dropset.example",
    )


def run_one(check: Check, env: Environment) -> Result:
    since = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        passed = check.run(env, Path(log.name))
        said = Path(log.name).read_text(errors="replace")
    return Result(check.name, passed, said, time.monotonic() - since)


def run_all(env: Environment) -> list[Result]:
    """As many at once as there are processors, each told of when it ends."""
    results = []
    with ThreadPoolExecutor(worker_count()) as pool:
        for future in as_completed([pool.submit(run_one, check, env) for check in CHECKS]):
            results.append(done := future.result())
            verdict = "ok" if done.passed else "FAILED"
            print(f"\n== {done.name}\n{done.said}-- {done.name}: {verdict} ({done.took_s:.1f} s)", flush=True)
    return results


def main() -> int:
    with database("postgres-check", THROW_AWAY) as base:
        env = production_like(base.url)
        if "--write-schema" in sys.argv:
            done = run_one(Check("schema", write_schema(SCHEMA)), env)
            print(done.said, end="", flush=True)
            return 0 if done.passed else 1
        results = run_all(env)
    failed = [done.name for done in results if not done.passed]
    print(f"\n{len(results) - len(failed)} of {len(results)} checks passed.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    program(main)
