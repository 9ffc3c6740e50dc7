"""A user's whole state as lines of JSON, read at one moment, in blocks: however much it is, little of it is in memory."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Self

import orjson
from django.db import connection

from accounts.models import User
from lib import wire
from lib.sqlfiles import load_sql
from lib.upcasting import schema_version
from sync.queries import digests, names_as_json, retired_counts
from sync.services.heads import standing_head

BLOCK_BYTES = 256 * 1024
ROWS_AT_ONCE = 100
IN_MEMORY_BYTES = 1024 * 1024  # of a spool; the rest goes to a temporary file


class State:
    """A user's state at one moment. Made, and its lines read, within a consistent view."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.head = standing_head(user)
        self.digest = digests(user)
        self.retired = retired_counts(user)

    @property
    def counts(self) -> dict[str, int]:
        """Of live records."""
        return {name: found["count"] for name, found in self.digest.items()}

    def lines(self, *, cursor: str | None = None) -> Iterator[bytes]:
        """Blocks of whole lines: begin, the records, end."""
        count = sum(self.counts.values()) + sum(self.retired.values())
        head = {"epoch": self.head.epoch, "version": self.head.version, "schema_version": schema_version()}
        yield _line({"type": "begin", **head, "count": count})
        yield from records(self.user)
        end: dict[str, Any] = {"type": "end", "count": count, "digest": self.digest}
        yield _line(end if cursor is None else end | {"cursor": cursor})


def records(user: User, entity: wire.Entity | None = None) -> Iterator[bytes]:
    """Blocks of lines, one for each record that is live or stays readable, of all entities or of one."""
    readable = list(wire.readable_codes())
    return _streamed("state_lines", user_id=user.pk, entity=None if entity is None else entity.code, readable=readable)


def log(user: User) -> Iterator[bytes]:
    return _streamed("log_lines", user_id=user.pk)


def _streamed(name: str, **params: Any) -> Iterator[bytes]:
    """The lines that a query gives. PostgreSQL renders them: a row costs Python next to nothing."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw: Any = cursor.cursor  # psycopg's: Django's cannot stream
        rows = raw.stream(load_sql("sync", name), {**params, "names": names_as_json()}, binary=True, size=ROWS_AT_ONCE)
        yield from blocks_of(line.encode() for (line,) in rows)


def blocks_of(lines: Iterable[bytes]) -> Iterator[bytes]:
    gathered, size = list[bytes](), 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= BLOCK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def blocks_of_file(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _line(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)


class Spool:
    """Bytes on their way: counted, hashed if anybody asks for it, and in a temporary file if they are many."""

    def __init__(self, *, hashed: bool = False) -> None:
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed by `close`
        self.size = 0
        self._hash = hashlib.sha256() if hashed else None

    @property
    def sha256(self) -> str:
        assert self._hash is not None
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        self.file.write(block)
        self.size += len(block)
        if self._hash is not None:
            self._hash.update(block)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        """Blocks from the beginning, once: the file goes when it is read."""
        with self:
            self.file.seek(0)
            yield from blocks_of_file(self.file)

    def close(self) -> None:
        self.file.close()


def spooled(blocks: Iterable[bytes]) -> Spool:
    spool = Spool()
    try:
        for block in blocks:
            spool.write(block)
    except BaseException:
        spool.close()
        raise
    return spool
