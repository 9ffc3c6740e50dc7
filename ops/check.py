"""`make check`: every static check, each named as it runs; all run, whatever fails. `make schema`: the API's schema."""

import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.checkout import ROOT, STATE, environment, program
from ops.database import database
from ops.postgres import THROW_AWAY
from ops.processes import run_in_foreground

SCHEMA = ROOT / "docs" / "openapi.yaml"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"  # it has no `python -m`
FRESH_SCHEMA = STATE / "openapi.yaml"
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Check:
    name: str
    run: Callable[[Environment], bool]


def python(*arguments: str) -> Callable[[Environment], bool]:
    """A check that is a Python module or script: it passes when it exits with 0."""

    def run(env: Environment) -> bool:
        return run_in_foreground([sys.executable, *arguments], env) == 0

    return run


def write_schema(path: Path) -> Callable[[Environment], bool]:
    return python("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(path))


def schema_is_current(env: Environment) -> bool:
    if not write_schema(FRESH_SCHEMA)(env):
        return False
    if SCHEMA.exists() and SCHEMA.read_bytes() == FRESH_SCHEMA.read_bytes():
        return True
    print(f"{SCHEMA.relative_to(ROOT)} is not what the code says: run `make schema` and commit it.", flush=True)
    return False


CHECKS = (
    Check("ruff check", python("-m", "ruff", "check", ".")),
    Check("ruff format", python("-m", "ruff", "format", "--check", ".")),
    Check("lengths", python("-m", "ops.lengths")),
    Check("import layers", python("-c", LINT_IMPORTS)),
    Check("templates", python("-m", "djlint", "templates", "--lint", "--quiet")),
    Check("types", python("-m", "mypy", ".")),
    Check("migrations", python("manage.py", "makemigrations", "--check", "--dry-run")),
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


def run_all(env: Environment) -> dict[str, bool]:
    passed = {}
    for check in CHECKS:
        print(f"\n== {check.name}", flush=True)
        since = time.monotonic()
        passed[check.name] = check.run(env)
        verdict = "ok" if passed[check.name] else "FAILED"
        print(f"-- {check.name}: {verdict} ({time.monotonic() - since:.1f} s)", flush=True)
    return passed


def main() -> int:
    with database("postgres-check", THROW_AWAY) as base:
        env = production_like(base.url)
        if "--write-schema" in sys.argv:
            return 0 if write_schema(SCHEMA)(env) else 1
        passed = run_all(env)
    failed = [name for name, good in passed.items() if not good]
    print(f"\n{len(passed) - len(failed)} of {len(passed)} checks passed.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    program(main)
