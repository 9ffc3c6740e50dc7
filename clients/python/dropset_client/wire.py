"""The shapes that travel between a device and the server, and how Python values become JSON.

Conventions of the wire: decimals are strings ("82.50"), times are RFC 3339 in UTC with microseconds, dates are
ISO, ids are lower-case UUID strings, names are snake_case.
"""

import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from dropset_files.shared import values

PROTOCOL = 1
SCHEMA_VERSION = 1  # the shape of records this client writes; the server upgrades older ones

JsonObject = values.JsonObject
Clock = Callable[[], datetime]
NewId = Callable[[], str]

# The library that reads files writes the same.
rfc3339 = values.rfc3339
parse_rfc3339 = values.parse_rfc3339
to_wire = values.to_wire
patch_to_wire = values.patch_to_wire


class Op(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RESTORE = "restore"
    RESOLVE = "resolve"  # of a conflict; see resolving.py


class Status(StrEnum):
    APPLIED = "applied"
    MERGED = "merged"
    NOOP = "noop"
    CONFLICT = "conflict"
    DEFERRED = "deferred"
    REJECTED = "rejected"


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  this is the edge, and there is no Django here


def random_id() -> str:
    return str(uuid.uuid4())


def uuid7(now: datetime) -> str:
    """A version 7 UUID: it sorts by time, so that rows made together lie together in every index."""
    value = (int(now.timestamp() * 1000) & (2**48 - 1)) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def canonical_id(text: str) -> str:
    """As documents hold it: ids mean the same in capitals, and servers give them back as they were sent."""
    return text.lower()


compact_json: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def parse_json(text: str) -> JsonObject:
    """A JSON object; ValueError where the text is none."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  callers handle bad text in one way
    return value


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the server knows it (`pending` false) or as the app sees it (`pending`: has unsent changes)."""

    entity: str
    id: str
    version: int
    deleted: bool
    data: JsonObject | None
    last_modified_at: str | None = None
    pending: bool = False

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        return cls(
            entity=str(raw["entity"]),
            id=canonical_id(str(raw["id"])),
            version=int(raw["version"]),
            deleted=bool(raw["deleted"]),
            data=None if raw["data"] is None else dict(raw["data"]),
            last_modified_at=raw.get("last_modified_at"),
        )

    def __getitem__(self, name: str) -> Any:
        return (self.data or {})[name]

    def get(self, name: str) -> Any:
        return (self.data or {}).get(name)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change a user made, as it waits in the queue and as it is sent.

    It never changes once it is written: a resend must carry the same content, or the server could not tell a
    retry from a second mutation with a stolen id.
    """

    id: str
    seq: int
    entity: str
    record_id: str
    op: Op
    base_version: int
    at: str
    patch: JsonObject
    group: str | None = None
    schema_version: int = SCHEMA_VERSION

    def to_wire(self) -> JsonObject:
        return {
            "id": self.id,
            "seq": self.seq,
            "entity": self.entity,
            "record_id": self.record_id,
            "op": str(self.op),
            "base_version": self.base_version,
            "at": self.at,
            "patch": self.patch,
            "group": self.group,
            "schema_version": self.schema_version,
        }

    def size_bytes(self) -> int:
        return len(compact_json(self.to_wire()).encode())


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a mutation was refused for good, in the server's words."""

    code: str
    detail: str
    fields: JsonObject = field(default_factory=dict)

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        return cls(code=str(raw["code"]), detail=str(raw.get("detail", "")), fields=dict(raw.get("fields") or {}))


@dataclass(frozen=True, slots=True)
class Result:
    """The server's verdict on one mutation."""

    id: str
    status: Status
    version: int | None = None
    replayed: bool = False
    record: Record | None = None
    conflict_ids: tuple[str, ...] = ()
    error: Refusal | None = None
    target: Record | None = None  # of a resolution: what its conflict is about; `record` is the conflict then

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        record, target, error = raw.get("record"), raw.get("target"), raw.get("error")
        return cls(
            id=canonical_id(str(raw["id"])),
            status=Status(raw["status"]),
            version=None if raw.get("version") is None else int(raw["version"]),
            replayed=bool(raw.get("replayed", False)),
            record=Record.from_wire(record) if record else None,
            conflict_ids=tuple(raw.get("conflict_ids") or ()),
            error=Refusal.from_wire(error) if error else None,
            target=Record.from_wire(target) if target else None,
        )


@dataclass(frozen=True, slots=True)
class PushAnswer:
    epoch: str
    version: int
    clock_skew_ms: int
    results: dict[str, Result]
    server_time: str | None = None

    def result_of(self, mutation: Mutation) -> Result | None:
        return self.results.get(canonical_id(mutation.id))

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        results = [Result.from_wire(item) for item in raw["results"]]
        return cls(
            epoch=str(raw["epoch"]),
            version=int(raw["version"]),
            clock_skew_ms=int(raw.get("clock_skew_ms") or 0),
            results={result.id: result for result in results},
            server_time=raw.get("server_time"),
        )


@dataclass(frozen=True, slots=True)
class PullPage:
    epoch: str
    mode: str
    version: int
    schema_version: int
    changes: tuple[Record, ...]
    cursor: str
    has_more: bool
    open_conflicts: int
    server_time: str | None = None

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        return cls(
            epoch=str(raw["epoch"]),
            mode=str(raw["mode"]),
            version=int(raw["version"]),
            schema_version=int(raw.get("schema_version") or SCHEMA_VERSION),
            changes=tuple(Record.from_wire(item) for item in raw["changes"]),
            cursor=str(raw["cursor"]),
            has_more=bool(raw["has_more"]),
            open_conflicts=int(raw.get("open_conflicts") or 0),
            server_time=raw.get("server_time"),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one push may hold; the values here are the protocol's defaults until the server tells its own."""

    mutations: int = 500
    body_bytes: int = 1024 * 1024
    mutation_bytes: int = 64 * 1024
    pull_page: int = 1000

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        known = {name: int(raw[name]) for name in cls.__slots__ if raw.get(name) is not None}
        return cls(**known)

    def to_wire(self) -> JsonObject:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class EntityDigest:
    """Count and checksum of the live records of one entity (see digest.py)."""

    count: int
    sum: int


@dataclass(frozen=True, slots=True)
class ServerStatus:
    epoch: str
    version: int
    limits: Limits
    digest: dict[str, EntityDigest]
    open_conflicts: int
    stream_url: str | None = None
    shared_version: int | None = None  # only where an old epoch was asked for

    @classmethod
    def from_wire(cls, raw: JsonObject) -> Self:
        digest = {
            str(entity): EntityDigest(count=int(item["count"]), sum=int(item["sum"]))
            for entity, item in raw["digest"].items()
        }
        return cls(
            epoch=str(raw["epoch"]),
            version=int(raw["version"]),
            limits=Limits.from_wire(raw.get("limits") or {}),
            digest=digest,
            open_conflicts=int(raw.get("open_conflicts") or 0),
            stream_url=raw.get("stream_url"),
            shared_version=raw.get("shared_version"),
        )
