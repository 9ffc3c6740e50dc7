"""The form of a file that is imported: an export (ZIP), or the lines of a snapshot.

The whole file is checked before anything is written, and its lines are set aside by entity, so that parents come before
children. Little of it is in memory: the ids, and a block of each file.
"""

import dataclasses
import datetime as dt
import hashlib
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from typing import IO, Any, Self
from uuid import UUID

import msgspec

from lib import wire
from lib.upcasting import schema_version
from sync.domain.shapes import Count, Time
from sync.domain.times import to_ms
from sync.services.states import archives
from sync.services.states.archives import BLOCK_BYTES, Archive, FileProblem

MAX_RECORDS = 500_000
MAX_CONTENT_BYTES = 512 * 1024 * 1024  # unpacked
MAX_LINE_BYTES = 1024 * 1024
RECORDS, MANIFEST = "records/", "manifest.json"
BESIDE_RECORDS = {MANIFEST, "mutations.ndjson", "log.ndjson"}  # for people: an import leaves them alone


class Begin(msgspec.Struct, tag="begin", tag_field="type"):
    schema_version: Count
    count: Count
    epoch: UUID | None = None


class RecordLine(msgspec.Struct, tag="record", tag_field="type"):
    entity: str
    id: UUID
    last_modified_at: Time
    data: dict[str, Any]
    version: Count = 0
    deleted: bool = False


class End(msgspec.Struct, tag="end", tag_field="type"):
    count: Count


class ManifestFile(msgspec.Struct):
    name: str
    bytes: Count
    sha256: str


class Manifest(msgspec.Struct):
    schema_version: Count
    files: list[ManifestFile]
    epoch: UUID | None = None


LINES = msgspec.json.Decoder(Begin | RecordLine | End)


@dataclasses.dataclass(frozen=True)
class Row:
    entity: str
    id: str
    version: int
    at: dt.datetime
    data: dict[str, Any]
    number: int  # in the order in which rows are imported
    size: int  # of its line, in bytes
    deleted: bool = False  # and readable still, for the logs that name it

    @property
    def at_ms(self) -> int:
        return to_ms(self.at)


class Contents:
    """The rows of a checked file, parents before children. To be closed: they lie in temporary files."""

    def __init__(self) -> None:
        self.epoch: str | None = None
        self.schema_version = schema_version()
        self.ids: dict[str, set[bytes]] = {}
        self._spools: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for spool in self._spools.values():
            spool.close()

    @property
    def total(self) -> int:
        return sum(len(found) for found in self.ids.values())

    def rows(self, *, skip: int = 0) -> Iterator[Row]:
        number = 0
        for entity in wire.entities():
            spool = self._spools.get(entity.name)
            if spool is None:
                continue
            spool.seek(0)
            for line in spool:
                number += 1
                if number > skip:
                    found = LINES.decode(line)
                    assert isinstance(found, RecordLine)
                    yield _row(found, number, len(line))

    def documents(self, entity: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Of the rows of one entity: their ids, and what they hold."""
        spool = self._spools.get(entity)
        if spool is not None:
            spool.seek(0)
            for line in spool:
                found = LINES.decode(line)
                assert isinstance(found, RecordLine)
                yield str(found.id), found.data

    def add(self, record: RecordLine, line: bytes) -> None:
        """Raises ValueError with what is wrong."""
        if record.entity not in wire.entities_by_name():
            raise ValueError(f"There is no entity {record.entity!r}.")
        if record.deleted and not wire.entities_by_name()[record.entity].wire.stays_readable:
            raise ValueError("An import cannot have deleted records.")
        _check_time(record.last_modified_at)
        ids = self.ids.setdefault(record.entity, set())
        if record.id.bytes in ids:
            raise ValueError(f"{record.entity} {record.id} occurs in the file twice.")
        if self.total >= MAX_RECORDS:
            raise ValueError(f"A file holds at most {MAX_RECORDS} records.")
        ids.add(record.id.bytes)
        if record.entity not in self._spools:
            self._spools[record.entity] = tempfile.SpooledTemporaryFile(max_size=MAX_LINE_BYTES)  # noqa: SIM115 - closed by __exit__
        self._spools[record.entity].write(line + b"\n")


def _check_time(at: dt.datetime) -> None:
    try:
        at.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("last_modified_at must be in the years 1 to 9999, in UTC.") from error


def _row(found: RecordLine, number: int, size: int) -> Row:
    return Row(
        found.entity, str(found.id), found.version, found.last_modified_at, found.data, number, size, found.deleted
    )


def read(file: Any) -> Contents:
    """Checks the whole file. Raises FileProblem."""
    contents = Contents()
    try:
        start = file.peek(len(archives.MARK)) if hasattr(file, "peek") else b""
        if start.startswith(archives.MARK):
            with archives.opened(file) as archive:
                _read_archive(archive, contents)
        else:
            _read_lines(file, contents)
    except BaseException:
        contents.__exit__()
        raise
    return contents


# --- lines ---


def _read_lines(file: Any, contents: Contents) -> None:
    reader = _Lines(file, None)
    first = next(reader, b"")
    begin = _decoded(first, reader) if first else None
    if not isinstance(begin, Begin):
        raise FileProblem(
            "not_an_export", "This is not an export: it is not a ZIP, and its first line is not a begin line.", line=1
        )
    _check_schema(begin.schema_version, contents)
    contents.epoch = None if begin.epoch is None else str(begin.epoch)
    for line in reader:
        found = _decoded(line, reader)
        if isinstance(found, End):
            _check_end(found, begin, contents, reader)
            return
        if isinstance(found, Begin):
            raise FileProblem("malformed", "A second begin.", line=reader.number)
        _add(found, line, contents, reader)
    raise FileProblem("incomplete", "The last line is missing: the file was cut off.", line=reader.number)


def _check_end(end: End, begin: Begin, contents: Contents, reader: "_Lines") -> None:
    if not end.count == begin.count == contents.total:
        counted = f"{contents.total} records; the first line says {begin.count}, the last one {end.count}."
        raise FileProblem("incomplete", f"The file holds {counted}", line=reader.number)
    if next(reader, None) is not None:
        raise FileProblem("malformed", "Something follows the last line.", line=reader.number)


def _check_schema(found: int, contents: Contents) -> None:
    if found > schema_version():
        detail = f"The file has schema version {found}; this server knows {schema_version()}. Update the server first."
        raise FileProblem("schema_too_new", detail)
    contents.schema_version = found


def _decoded(line: bytes, reader: "_Lines") -> Begin | RecordLine | End:
    try:
        found: Begin | RecordLine | End = LINES.decode(line)
        line.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem(
            "malformed", f"Not a line of an export: {error}", file=reader.name, line=reader.number
        ) from error
    return found


def _add(found: Begin | RecordLine | End, line: bytes, contents: Contents, reader: "_Lines") -> None:
    if not isinstance(found, RecordLine):
        raise FileProblem("malformed", "Not a record.", file=reader.name, line=reader.number)
    try:
        contents.add(found, line)
    except ValueError as error:
        raise FileProblem("malformed", str(error), file=reader.name, line=reader.number) from error


class _Lines:
    """The lines of a file, however long it is; one at a time is in memory."""

    def __init__(self, file: Any, name: str | None, *, spent: int = 0) -> None:
        self.file, self.name = file, name
        self.number = 0
        self.size = 0
        self.spent = spent  # bytes of the files before
        self.digest = hashlib.sha256()
        self._lines = self._split()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._lines)

    def _split(self) -> Iterator[bytes]:
        rest = b""
        while block := self.file.read(BLOCK_BYTES):
            self._count(block)
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield self._next(line)
            if len(rest) > MAX_LINE_BYTES:
                raise FileProblem(
                    "too_large", f"A line holds at most {MAX_LINE_BYTES} bytes.", file=self.name, line=self.number + 1
                )
        if rest:
            yield self._next(rest)

    def _next(self, line: bytes) -> bytes:
        self.number += 1
        return line.rstrip(b"\r")

    def _count(self, block: bytes) -> None:
        self.size += len(block)
        self.digest.update(block)
        if self.spent + self.size > MAX_CONTENT_BYTES:
            raise FileProblem("too_large", f"Unpacked, a file holds at most {MAX_CONTENT_BYTES} bytes.", file=self.name)


# --- the ZIP ---


def _read_archive(archive: Archive, contents: Contents) -> None:
    if archive.size > MAX_CONTENT_BYTES:
        raise FileProblem("too_large", f"Unpacked, a file holds at most {MAX_CONTENT_BYTES} bytes.")
    manifest = _manifest(archive)
    _check_schema(manifest.schema_version, contents)
    contents.epoch = None if manifest.epoch is None else str(manifest.epoch)
    _check_names(archive.names, [named.name for named in manifest.files])
    spent = 0
    for named in manifest.files:
        if named.name.startswith(RECORDS):
            spent += _read_member(archive, named, contents, spent)


def _check_names(found: Collection[str], named: Collection[str]) -> None:
    """Nothing in the file is passed over silently, and nothing is read twice."""
    unknown = [name for name in named if name not in found]
    if unknown:
        raise FileProblem("incomplete", "The manifest names a file that is not there.", file=unknown[0])
    again = [name for name, count in Counter(named).items() if count > 1]
    if again:
        raise FileProblem("malformed", "The manifest names this file twice.", file=again[0])
    unnamed = {name for name in found if name.startswith(RECORDS)} - set(named)
    if unnamed:
        raise FileProblem("malformed", "The manifest does not name this file.", file=min(unnamed))
    strange = {name for name in found if not name.startswith(RECORDS)} - BESIDE_RECORDS
    if strange:
        raise FileProblem("malformed", "An export has no file of this name.", file=min(strange))


def _manifest(archive: Archive) -> Manifest:
    found = archive.content(MANIFEST, limit=MAX_LINE_BYTES) if MANIFEST in archive.names else None
    if found is None:
        raise FileProblem("not_an_export", f"This is not an export: it has no {MANIFEST}.")
    try:
        return msgspec.json.decode(found, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileProblem("malformed", f"Not a manifest: {error}", file=MANIFEST) from error


def _read_member(archive: Archive, named: ManifestFile, contents: Contents, spent: int) -> int:
    """Gives its size."""
    with archive.opened(named.name) as file:
        reader = _Lines(file, named.name, spent=spent)
        for line in reader:
            _add(_decoded(line, reader), line, contents, reader)
    if (reader.size, reader.digest.hexdigest()) != (named.bytes, named.sha256):
        raise FileProblem("incomplete", "The file is not the one that the manifest describes.", file=named.name)
    return reader.size
