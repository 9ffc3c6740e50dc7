"""The database that a command works on: the one in DATABASE_URL, or an embedded one of the checkout."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg

from ops.checkout import STATE, PlainError
from ops.postgres import Cluster, embedded, serve
from ops.processes import Child

CONNECT_LIMIT_S = 5
SCHEMES = ("postgres", "postgresql")
EXPECTED = "expected postgresql://user:password@host:5432/name"


@dataclass(frozen=True)
class Database:
    url: str
    children: tuple[Child, ...] = ()  # the embedded server, when it is ours to watch


def without_password(text: str, url: str) -> str:
    password = urlsplit(url).password
    return text.replace(unquote(password), "***").replace(password, "***") if password else text


def looks_right(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and parts.path.strip("/") != ""


def check_url(url: str) -> None:
    """Connect once, so that a wrong address is one line here and not a traceback of whatever connects first."""
    if not looks_right(url):
        raise PlainError(f"DATABASE_URL is not an address of a PostgreSQL server: {EXPECTED}.")
    try:
        psycopg.connect(url, connect_timeout=CONNECT_LIMIT_S).close()
    except psycopg.ProgrammingError:
        raise PlainError(f"DATABASE_URL cannot be read: {EXPECTED}; in a password, write @ as %40.") from None
    except psycopg.OperationalError as error:
        reason = without_password(" ".join(str(error).split()), url)
        raise PlainError(f"cannot use the server in DATABASE_URL: {reason}") from None


@contextmanager
def database(name: str, options: Mapping[str, str] | None = None) -> Iterator[Database]:
    """DATABASE_URL's server when it is set; otherwise an embedded one whose data lie in .dropset/<name>."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if url:
        check_url(url)
        yield Database(url)
        return
    with serve(Cluster(embedded(), STATE / name, options or {})) as server:
        yield Database(server.url(), (server.child,))
