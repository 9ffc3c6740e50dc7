"""One account in the memory of the test server: records, log, results, conflicts, and the merge between them.

A plain reading of the protocol, to be read alongside the client. It keeps everything and validates little:
a patch with the notes "refuse" is rejected, a child of an unknown parent is deferred.
"""

import hashlib
import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
ORDER = [
    *("settings", "exercise_type", "program", "program_day", "program_slot", "program_set", "enrolment"),
    *("workout", "scheduled_workout", "exercise", "set", "measurement", "exercise_alias"),
    *("meal_log", "meal_log_item", "schedule_block", "completion", "conflict"),
]
PARENTS = {
    "set": {"exercise": "exercise"},
    "exercise": {"workout": "workout", "exercise_type": "exercise_type"},
    "program_day": {"program": "program"},
    "program_slot": {"day": "program_day"},
    "program_set": {"slot": "program_slot"},
    "scheduled_workout": {"enrolment": "enrolment"},
    "meal_log_item": {"meal_log": "meal_log"},
    "completion": {"block": "schedule_block"},
}
DEFAULTS: dict[str, Json] = {
    "settings": {"theme": "system"},
    "workout": {"title": "", "status": "planned", "notes": "", "local_date": None},
    "set": {"kind": "working", "reps": None, "rpe": None, "notes": ""},
}
DELETED = "deleted"
REFUSED = "refuse"  # notes that a rule of the server's forbids, of which no client knows
BENCH = "0b0c5b5e-0000-4000-8000-00000000be9c"  # an exercise type of the library
_BACKED_UP = ("version", "min_version", "rows", "log", "results", "devices", "deferred", "refused")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ApiFaultError(Exception):
    """An answer outside 2xx."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Row:
    version: int
    deleted: bool
    data: Json
    modified: str


@dataclass
class Entry:
    """One line of a record's log: who set which fields to what, and when it counts as done."""

    version: int
    device: str
    seq: int
    when: datetime
    mutation: str
    changed: Json

    @property
    def rank(self) -> tuple[datetime, str, int]:
        return self.when, self.device, self.seq


@dataclass
class DeviceRow:
    token: str
    last_seq: int = 0
    acked: int = 0
    last_when: datetime = _LONG_AGO
    revoked: bool = False


@dataclass
class Account:
    id: str
    email: str
    password: str
    now: datetime
    epoch: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: int = 0
    min_version: int = 0
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    log: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    results: dict[str, tuple[str, Json]] = field(default_factory=dict)
    devices: dict[str, DeviceRow] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    refused: dict[str, Json] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)
    library: set[str] = field(default_factory=lambda: {BENCH})

    def __post_init__(self) -> None:
        self.commit(("settings", str(uuid.uuid4())), {}, deleted=False, version=self.next_version())

    # State

    def next_version(self) -> int:
        self.version += 1
        return self.version

    def commit(self, key: tuple[str, str], changes: Json, *, deleted: bool, version: int) -> None:
        known = self.rows.get(key)
        data = {**(known.data if known else DEFAULTS.get(key[0], {})), **changes}
        self.rows[key] = Row(version, deleted, data, self.now.isoformat())

    def wire(self, key: tuple[str, str]) -> Json | None:
        row = self.rows.get(key)
        if row is None:
            return None
        return {
            "entity": key[0],
            "id": key[1],
            "version": row.version,
            "deleted": row.deleted,
            "last_modified_at": row.modified,
            "data": None if row.deleted else row.data,
        }

    def whole(self) -> list[Json]:
        """The state in one answer; without a cursor, which the server seals."""
        live = [record for key in self.rows if (record := self.wire(key)) is not None and not record["deleted"]]
        begin = {"type": "begin", "epoch": self.epoch, "version": self.version, "schema_version": 1, "count": len(live)}
        end = {"type": "end", "count": len(live), "digest": self.digest()}
        return [begin, *({"type": "record", **record} for record in live), end]

    def digest(self) -> Json:
        sums: dict[str, Json] = {}
        for (entity, record_id), row in self.rows.items():
            if not row.deleted:
                mark = hashlib.md5(f"{record_id}:{row.version}".encode()).digest()[:8]  # noqa: S324  a checksum
                entry = sums.setdefault(entity, {"count": 0, "sum": 0})
                entry["count"] += 1
                entry["sum"] = (entry["sum"] + int.from_bytes(mark, "big")) % 2**64
        return {entity: {"count": e["count"], "sum": str(e["sum"])} for entity, e in sums.items()}

    def backup(self) -> Json:
        return deepcopy({name: getattr(self, name) for name in _BACKED_UP})

    def restore_backup(self, saved: Json | None = None) -> None:
        """The database comes back from a backup: the one given, or one in which everything is there."""
        self.fall_back(saved or {})
        self.shared = {epoch: min(known, self.version) for epoch, known in self.shared.items()}
        self.shared[self.epoch] = self.version
        self.epoch = str(uuid.uuid4())

    def fall_back(self, saved: Json) -> None:
        """It comes back, and nobody tells the server."""
        for name, value in saved.items():
            setattr(self, name, deepcopy(value))

    def purge(self) -> None:
        """Forget tombstones; a device that has not seen them must start anew."""
        gone = [key for key, row in self.rows.items() if row.deleted]
        self.min_version = max([self.min_version, *(self.rows[key].version for key in gone)])
        for key in gone:
            del self.rows[key]

    # Push

    def check_device(self, device_id: str, token: str | None = None) -> DeviceRow:
        device = self.devices.get(device_id)
        if device is None:
            raise ApiFaultError(409, "device_unknown")
        if device.revoked:
            raise ApiFaultError(409, "device_revoked")
        if token is not None and device.token != token:
            raise ApiFaultError(409, "device_forked")
        return device

    def push(self, body: Json) -> Json:
        device = self.check_device(body["device_id"], body["instance_token"])
        if body["epoch"] not in (None, self.epoch):
            raise ApiFaultError(409, "epoch_changed")
        if body["epoch"] is not None and body["ack_version"] > self.version:
            raise ApiFaultError(409, "version_unknown")
        fresh = [m for m in body["mutations"] if m["id"] not in self.results and m["id"] not in self.deferred]
        if any(m["seq"] <= device.last_seq for m in fresh):
            raise ApiFaultError(409, "device_forked")
        skew = self.now - datetime.fromisoformat(body["client_now"])
        skew = skew if abs(skew) > timedelta(seconds=5) else timedelta()
        device.acked = body["ack_version"]
        results = [self._one(body["device_id"], device, m, skew) for m in body["mutations"]]
        device.last_seq = max([device.last_seq, *(m["seq"] for m in body["mutations"])])
        return {
            "epoch": self.epoch,
            "version": self.version,
            "server_time": self.now.isoformat(),
            "clock_skew_ms": int(skew.total_seconds() * 1000),
            "results": results,
        }

    def _one(self, device_id: str, device: DeviceRow, mutation: Json, skew: timedelta) -> Json:
        content = repr(sorted(item for item in mutation.items() if item[0] != "base_version"))
        if mutation["id"] in self.results:
            seen, result = self.results[mutation["id"]]
            if seen != content:
                return self._rejected(mutation, "idempotency_mismatch")
            return {**result, "replayed": True}
        result = self._decide(device_id, device, mutation, skew)
        if result["status"] == "deferred":
            self.deferred.add(mutation["id"])
        else:
            self.results[mutation["id"]] = (content, result)
        return result

    def _decide(self, device_id: str, device: DeviceRow, mutation: Json, skew: timedelta) -> Json:
        key = (mutation["entity"], mutation["record_id"])
        if mutation["patch"].get("notes") == REFUSED:
            return self._rejected(mutation, "invalid")
        if self._lacks_parent(mutation):
            return _result(mutation, "deferred", None)
        if mutation["op"] == "resolve":
            return self._resolve(device_id, device, mutation, skew)
        if key not in self.rows and mutation["op"] != "create":
            conflict = self._conflict(mutation, "missing", [])
            return _result(mutation, "conflict", self.version, conflict_ids=[conflict])
        return self._merge(key, device_id, device, mutation, skew)

    def _resolve(self, device_id: str, device: DeviceRow, mutation: Json, skew: timedelta) -> Json:
        """The conflict is closed, and what was chosen is written like any other change of the record."""
        conflict = self.rows.get(("conflict", mutation["record_id"]))
        if conflict is None or conflict.data["status"] != "open":
            return self._rejected(mutation, "conflict_closed")
        chosen = mutation["patch"]["resolution"]
        key = (conflict.data["entity"], conflict.data["record_id"])
        lost = {item["name"]: item["lost"]["value"] for item in conflict.data["fields"]}
        values = mutation["patch"]["patch"] if chosen == "custom" else lost
        result = _result(mutation, "applied", self.rows[key].version)
        if chosen != "keep":
            op = "delete" if values.pop(DELETED, False) else "update"
            change = {**mutation, "entity": key[0], "record_id": key[1], "op": op, "patch": values}
            result = self._merge(key, device_id, device, change, skew)
        status = "dismissed" if chosen == "keep" else "resolved"
        closed = ("conflict", mutation["record_id"])
        self.commit(closed, {"status": status}, deleted=False, version=self.next_version())
        return {**result, "record": self.wire(closed), "target": self.wire(key)}

    def discard(self, mutation_id: str) -> None:
        if self.refused.pop(mutation_id, None) is None:
            raise ApiFaultError(404, "not_found")

    def repair(self, mutation_id: str, body: Json) -> Json:
        replayed = body["mutation"]["id"] in self.results
        if mutation_id not in self.refused and not replayed:
            raise ApiFaultError(404, "not_found")
        answer = self.push({**body, "mutations": [body["mutation"]]})
        if answer["results"][0]["status"] != "rejected":
            self.refused.pop(mutation_id, None)
        return answer

    def _rejected(self, mutation: Json, code: str) -> Json:
        self.refused[mutation["id"]] = mutation
        error = {"code": code, "detail": f"refused: {code}", "fields": {"notes": "no"}}
        record = self.wire((mutation["entity"], mutation["record_id"]))
        return _result(mutation, "rejected", self.version, record=record, error=error)

    def _lacks_parent(self, mutation: Json) -> bool:
        for name, entity in PARENTS.get(mutation["entity"], {}).items():
            parent = mutation["patch"].get(name)
            if parent is not None and parent not in self.library and (entity, parent) not in self.rows:
                return True
        return False

    def _merge(self, key: tuple[str, str], device_id: str, device: DeviceRow, mutation: Json, skew: timedelta) -> Json:
        log = self.log.setdefault(key, [])
        base, row = mutation["base_version"], self.rows.get(key)
        floor = max([e.when for e in log if e.version <= base] + [device.last_when])
        when = max(floor, min(datetime.fromisoformat(mutation["at"]) + skew, self.now))
        device.last_when = max(when, device.last_when)
        mine = Entry(0, device_id, mutation["seq"], when, mutation["id"], {})
        foreign = [e for e in log if e.version > base and not (e.device == device_id and e.seq < mutation["seq"])]
        taken, conflicts = self._contest(mutation, mine, foreign)
        current = {**row.data, DELETED: row.deleted} if row else {}
        changes = {name: value for name, value in taken.items() if current.get(name, ...) != value}
        mine.changed = taken
        before = row.version if row else None
        mine.version = row.version if row and not changes else self.next_version()
        log.append(mine)
        if changes:
            gone = bool(changes.pop(DELETED, row.deleted if row else False))
            self.commit(key, changes, deleted=gone, version=mine.version)
            if gone:
                self._delete_below(key, mine.version)
        status = "conflict" if conflicts else "noop" if mine.version == before else "merged" if foreign else "applied"
        record = None if status == "applied" else self.wire(key)
        return _result(mutation, status, mine.version, record=record, conflict_ids=conflicts)

    def _contest(self, mutation: Json, mine: Entry, foreign: list[Entry]) -> tuple[Json, list[str]]:
        """Field by field: take ours, or keep theirs; what loses is named in a conflict."""
        patch = {**mutation["patch"], DELETED: mutation["op"] == "delete"}
        taken: Json = {}
        lost: list[Json] = []
        for name, value in patch.items():
            rivals = [e for e in foreign if name in e.changed]
            others = [e for e in rivals if e.changed[name] != value]
            top = max(rivals, key=lambda e: e.rank, default=None)
            if top is None or mine.rank > top.rank:
                taken[name] = value
                lost += [_lost(name, (value, mine), (e.changed[name], e)) for e in others]
            elif others:
                lost.append(_lost(name, (top.changed[name], top), (value, mine)))
        if not lost:
            return taken, []
        kind = "delete" if any(item["name"] == DELETED for item in lost) else "field"
        return taken, [self._conflict(mutation, kind, lost)]

    def _conflict(self, mutation: Json, kind: str, fields: list[Json]) -> str:
        conflict_id = str(uuid.uuid4())
        data = {
            "kind": kind,
            "entity": mutation["entity"],
            "record_id": mutation["record_id"],
            "fields": fields,
            "record_version": self.version,
            "status": "open",
            "created_at": self.now.isoformat(),
        }
        self.commit(("conflict", conflict_id), data, deleted=False, version=self.next_version())
        return conflict_id

    def _delete_below(self, key: tuple[str, str], version: int) -> None:
        for child, row in list(self.rows.items()):
            if key[1] in [row.data.get(name) for name in PARENTS.get(child[0], {})] and not row.deleted:
                self.commit(child, {}, deleted=True, version=version)
                self._delete_below(child, version)

    # Pull

    def page(self, cursor: Json | None, limit: int) -> Json:
        """Rows by version. A snapshot leaves out what was deleted before it began."""
        start = self.version if cursor is None else cursor["snapshot"]
        after = (0, 0, "") if cursor is None else (cursor["version"], cursor["order"], cursor["id"])
        if cursor is not None and cursor["epoch"] != self.epoch:
            raise ApiFaultError(409, "epoch_changed")
        if max(start, after[0]) > self.version:
            self.shared, self.epoch = {}, str(uuid.uuid4())
            raise ApiFaultError(409, "epoch_changed")
        if max(start, after[0]) < self.min_version:
            raise ApiFaultError(410, "resync_required")
        rows = sorted((row.version, ORDER.index(key[0]), key[1]) for key, row in self.rows.items())
        wanted = [r for r in rows if r > after]
        wanted = [r for r in wanted if r[0] > start or not self.rows[(ORDER[r[1]], r[2])].deleted] if start else wanted
        page, more = wanted[:limit], len(wanted) > limit
        last = page[-1] if more else (self.version, len(ORDER), "")
        return {
            "epoch": self.epoch,
            "mode": "snapshot" if start else "delta",
            "version": self.version,
            "server_time": self.now.isoformat(),
            "timestamp": self.now.isoformat(),
            "schema_version": 1,
            "changes": [self.wire((ORDER[order], record_id)) for _version, order, record_id in page],
            "cursor": {
                "epoch": self.epoch,
                "snapshot": start if more else 0,
                "version": last[0],
                "order": last[1],
                "id": last[2],
            },
            "has_more": more,
            "last_seq": 0,
            "open_conflicts": sum(k[0] == "conflict" and r.data["status"] == "open" for k, r in self.rows.items()),
        }


def _result(
    mutation: Json,
    status: str,
    version: int | None,
    *,
    record: Json | None = None,
    conflict_ids: list[str] | None = None,
    error: Json | None = None,
) -> Json:
    return {
        "id": mutation["id"],
        "status": status,
        "version": version,
        "replayed": False,
        "record": record,
        "conflict_ids": conflict_ids or [],
        "error": error,
    }


def _lost(name: str, kept: tuple[Any, Entry], lost: tuple[Any, Entry]) -> Json:
    def side(value: Any, entry: Entry) -> Json:
        return {
            "value": value,
            "at": entry.when.isoformat(),
            "device_id": entry.device,
            "mutation_id": entry.mutation,
        }

    return {"name": name, "base": None, "kept": side(*kept), "lost": side(*lost)}
