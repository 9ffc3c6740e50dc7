"""What the server remembers of one user, read with plain SQL: the oracle judges by this, not by the server's own code."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from accounts.models import User
from sync.domain.packing import unpacked

Key = tuple[str, str]
Json = dict[str, Any]
DELETED, ALONG, VOICES, LOST, SEEN = "_deleted", "_deleted_along", "_voices", "_lost", "_seen"
ENTITIES = {
    10: "settings",
    20: "exercise_type",
    30: "workout",
    40: "exercise",
    50: "set",
    24: "kept_food",
    60: "measurement",
    110: "meal",
    114: "meal_log",
    116: "meal_log_item",
    118: "nutrition_target",
    120: "supplement_plan",
    122: "supplement_log",
    124: "water_log",
    900: "conflict",
    1010: "plan",
    1020: "plan_day",
    1030: "plan_slot",
    1110: "room",
    1120: "rack",
    1130: "day_note",
}
LOG = """
    SELECT entity, record_id::text, version, n, op, before, patch, eff_ms, logged_ms, device_id::text, seq,
           mutation_id::text, source
      FROM sync_log WHERE user_id = %s ORDER BY entity, record_id, version, n
"""
RECORDS = "SELECT entity, id::text, version, modified_ms, deleted, data FROM sync_record WHERE user_id = %s"
CONFLICTS = """
    SELECT id::text, kind, status, entity, record_id::text, record_version, fields::text, winner_mutation::text,
           loser_mutation::text FROM sync_conflict WHERE user_id = %s
"""
MUTATIONS = """
    SELECT mutation_id::text, device_id::text, seq, payload, status, result, source
      FROM sync_mutation WHERE user_id = %s
"""
HEAD = "SELECT version, last_ms, min_version, log_version, epoch::text FROM sync_head WHERE user_id = %s"


@dataclass(frozen=True)
class Entry:
    """A line of the log. `values` are the registers that it wrote; `after` is the document that it left."""

    key: Key
    version: int
    n: int
    op: str
    before: Json | None
    patch: Json | None
    eff_ms: int
    logged_ms: int
    device: str | None
    seq: int
    mutation: str | None
    source: str
    after: Json | None = None

    @property
    def values(self) -> Json:
        if self.patch is not None:
            return {name: value for name, value in self.patch.items() if name != LOST}
        return {**self.changed, DELETED: self.op == "D"}

    @property
    def changed(self) -> Json:
        """What differs in the documents, whoever said so."""
        before, after = self.before or {}, self.after or {}
        return {name: value for name, value in after.items() if name not in before or before[name] != value}

    @property
    def stamp(self) -> tuple[int, str, int]:
        return self.eff_ms, self.device or "", self.seq


@dataclass(frozen=True)
class Row:
    version: int
    modified_ms: int
    deleted: bool
    data: Json


@dataclass(frozen=True)
class Conflict:
    id: str
    kind: str
    status: str
    key: Key
    version: int
    fields: list[Json]
    winner: str | None
    loser: str | None

    def names(self, name: str, value: Any) -> bool:
        return any(f["name"] == name and f["lost"]["value"] == value for f in self.fields)


@dataclass(frozen=True)
class Sent:
    """A mutation as the server keeps it."""

    id: str
    device: str
    seq: int
    payload: Json
    status: str
    result: Json
    source: str
    held: Mapping[Key, int] | None = None  # the versions of other records that its device held when it was made

    @property
    def key(self) -> Key:
        return self.payload["entity"], self.payload["record_id"]

    @property
    def base(self) -> int:
        return int(self.payload.get("base_version", 0))

    def sees(self, entry: Entry) -> bool:
        """Whether its device held the line of another record; who knows times only has seen all up to its base."""
        seen = self.base if self.held is None else self.held.get(entry.key, 0)
        return seen >= entry.version or entry.device == self.device


@dataclass(frozen=True)
class Head:
    version: int = 0
    last_ms: int = 0
    min_version: int = 0
    log_version: int = 0
    epoch: str = ""


@dataclass
class Evidence:
    """Everything of one user. What a purge takes away is still in what was read before it."""

    head: Head
    records: dict[Key, Row]
    log: dict[tuple[Key, int, int, str | None], Entry]  # a touch may have the numbers of a line that was purged
    conflicts: dict[str, Conflict]
    mutations: dict[str, Sent]

    def with_older(self, older: "Evidence | None") -> "Evidence":
        if older is None:
            return self
        return dataclasses.replace(
            self,
            log={**older.log, **self.log},
            conflicts={**older.conflicts, **self.conflicts},
            mutations={**self.mutations, **older.mutations, **{s.id: s for s in self.mutations.values() if s.payload}},
        )

    def of(self, key: Key) -> list[Entry]:
        return [entry for entry in self.log.values() if entry.key == key]


def read(user: User) -> Evidence:
    head = read_head(user)
    records = {
        (ENTITIES[entity], record_id): Row(version, modified_ms, deleted, orjson.loads(data))
        for entity, record_id, version, modified_ms, deleted, data in rows(RECORDS, user)
    }
    conflicts = {
        row[0]: Conflict(row[0], row[1], row[2], (row[3], row[4]), row[5], orjson.loads(row[6]), row[7], row[8])
        for row in rows(CONFLICTS, user)
    }
    mutations = {
        row[0]: Sent(row[0], row[1], row[2], _json(unpacked(row[3])) or {}, row[4], _result(row[4], row[5]), row[6])
        for row in rows(MUTATIONS, user)
    }
    log = _log(user, records)
    return Evidence(head, records, log, conflicts, mutations)


def read_head(user: User) -> Head:
    found = rows(HEAD, user)
    return Head(*found[0]) if found else Head()


def _log(user: User, records: dict[Key, Row]) -> dict[tuple[Key, int, int, str | None], Entry]:
    entries = [
        Entry((ENTITIES[r[0]], r[1]), r[2], r[3], r[4], _json(r[5]), _json(r[6]), *r[7:]) for r in rows(LOG, user)
    ]
    found: dict[tuple[Key, int, int, str | None], Entry] = {}
    for number, entry in enumerate(entries):
        following = entries[number + 1] if number + 1 < len(entries) else None
        if following is not None and following.key == entry.key:
            after = following.before
        else:
            after = records[entry.key].data if entry.key in records else None
        found[entry.key, entry.version, entry.n, entry.mutation] = dataclasses.replace(entry, after=after)
    return found


def _result(status: str, text: str) -> Json:
    return _json(text) or {"status": status, "conflict_ids": [], "error": None}


def _json(text: str | None) -> Json | None:
    return orjson.loads(text) if text else None


def rows(query: str, user: User) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [user.pk])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
