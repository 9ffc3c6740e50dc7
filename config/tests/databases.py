"""The test databases: one that is migrated, the template, and a copy of it for each process that runs tests.

Migrating takes some 10 s, copying a tenth of one. A template is named by what went into it; it stays on the server, and
serves all runs until a migration changes. Copies are taken by number: the first whose lock is free, so that several runs
at once share one server, and what a killed run left behind is used again.
"""

import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection
from psycopg import sql

# Advisory locks. The first is held while a template is made, copied or dropped; of the other kind, each copy has its own.
TEMPLATES, COPIES = 726_001, 726_002
KEPT = 3  # templates: of the branches that one goes to and fro between
IMPORT = re.compile(r"^(?:import|from) ([\w.]+)", re.MULTILINE)
ROOT: Path = settings.BASE_DIR
FIXED = ("*/settings.py", "requirements.txt", "lib/timescale/*.py", "*/migrations/*.py", "*/sql/*.sql")


# --- what a template is made of ---


def sources() -> dict[str, bytes]:
    """The files that say what `migrate` makes: also what migrations import of ours."""
    found = {path for pattern in FIXED for path in ROOT.glob(pattern)}
    imported = {name for path in ROOT.glob("*/migrations/*.py") for name in IMPORT.findall(path.read_text())}
    found |= {path for name in imported for path in _files_of(name)}
    return {str(path.relative_to(ROOT)): path.read_bytes() for path in found}


def _files_of(module: str) -> Iterator[Path]:
    """Of a module of ours, or of a package all that is in it."""
    spec = importlib.util.find_spec(module)
    origin = Path(spec.origin) if spec and spec.origin else ROOT
    if origin.is_relative_to(ROOT) and ".venv" not in origin.parts:
        yield from origin.parent.glob("*.py") if origin.name == "__init__.py" else [origin]


def key_of(files: dict[str, bytes], *words: str) -> str:
    """12 hexadecimal digits. They change with each file's name and content, and with each word."""
    return hashlib.sha256(repr([sorted(files.items()), words]).encode()).hexdigest()[:12]


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


# --- the server ---


class Databases:
    """The test databases of the server in DATABASE_URL, all named after the database there. fill: makes a template."""

    def __init__(self, fill: Callable[[], None] = migrate) -> None:
        self.base: str = connection.settings_dict["NAME"]
        self._fill = fill
        self._own: Any = connection.copy()  # a connection to that database itself: it holds our locks

    def run(self, statement: str, *names: str) -> list[Any]:
        """Each {} in the statement stands for the name of a database, or of another thing."""
        with self._own.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        self._own.close()

    def exists(self, name: str) -> bool:
        return (name,) in self.run("SELECT datname FROM pg_database")

    def drop(self, name: str) -> None:
        try:
            self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        except (
            ProgrammingError
        ):  # the server cleans up in there, which only a superuser may end: this way it ends by itself
            self.run("DROP DATABASE IF EXISTS {}", name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        self.run(f"SELECT pg_advisory_lock({TEMPLATES}, 0)")
        try:
            yield
        finally:
            self.run(f"SELECT pg_advisory_unlock({TEMPLATES}, 0)")

    def template_name(self) -> str:
        version = "SELECT version(), (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb')"
        return f"template_{self.base}_{key_of(sources(), settings.TIMESCALEDB, *map(str, self.run(version)[0]))}"

    def templates(self) -> list[str]:
        """The newest first."""
        rows = self.run("SELECT datname FROM pg_database ORDER BY oid DESC")
        ours = re.compile(rf"template_{re.escape(self.base)}_[0-9a-f]{{12}}")
        return [name for (name,) in rows if ours.fullmatch(name)]

    def make_template(self, name: str) -> None:
        """It gets its name when it is whole: whoever is killed here leaves nothing half made. Then the oldest have to go."""
        new = f"template_{self.base}_new"
        self.drop(new)
        self.run("CREATE DATABASE {}", new)
        with connected_to(new):
            self._fill()
        self.run("ALTER DATABASE {} WITH ALLOW_CONNECTIONS FALSE", new)  # a session there would forbid to copy it
        self.run("ALTER DATABASE {} RENAME TO {}", new, name)
        for old in self.templates()[KEPT:]:
            self.drop(old)

    def free_name(self) -> str:
        """The first copy that nobody holds. Ours until this connection ends."""
        taken = (self.run(f"SELECT pg_try_advisory_lock({COPIES}, {number})") for number in count())
        return f"test_{self.base}_{next(number for number, got in enumerate(taken) if got == [(True,)])}"

    def new_copy(self) -> str:
        """Its name. In the place of what a killed run has left there."""
        copy = self.free_name()
        with self.locked():
            template = self.template_name()
            if not self.exists(template):
                self.make_template(template)
            self.drop(copy)
            self.run("CREATE DATABASE {} TEMPLATE {}", copy, template)
        return copy


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connections go to this database."""
    before = connection.settings_dict["NAME"]
    _leave()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        _leave()
        connection.settings_dict["NAME"] = before


def _leave() -> None:
    """No session stays behind, also none that waits to be used again: PostgreSQL renames no database under one."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of our engine


@contextmanager
def own_database() -> Iterator[None]:
    """Django is connected to a migrated database of this process's own."""
    databases = Databases()
    try:
        copy = databases.new_copy()
        with connected_to(copy):
            yield
        databases.drop(copy)
    finally:
        databases.close()
