"""Users with data, and what their devices push. Rows are made here, so that we and the raw SQL write the same ones."""

import copy
import datetime as dt
import itertools
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.utils import timezone

from accounts.models import Device, User
from accounts.services.devices import hash_instance_token
from accounts.services.tokens import start_session
from lib import wire
from sync.services.push.rules import entity_rules

Key = tuple[str, str]
Document = dict[str, Any]

# Of 500 mutations: how many create, update, delete. Five entities, mostly sets, as in a log of training.
MIX = {
    "create": {"exercise_type": 5, "workout": 10, "exercise": 60, "set": 160, "measurement": 15},
    "update": {"exercise_type": 5, "workout": 15, "exercise": 40, "set": 155, "measurement": 15},
    "delete": {"set": 20},
}
WHOLE = 500
SHARES = {"exercise_type": 0.01, "workout": 0.03, "exercise": 0.16, "set": 0.7, "measurement": 0.1}  # of stored rows


@dataclass(frozen=True)
class Push:
    """One push: the body for us, and for each entity the rows as they stand afterwards."""

    body: bytes
    rows: dict[str, list[Document]]
    ids: tuple[Key, ...]


@dataclass
class Athlete:
    user_id: UUID
    token: str
    device_id: UUID
    instance_token: str
    documents: dict[Key, Document] = field(default_factory=dict)  # of what lives
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # the same by entity, to choose from
    versions: dict[Key, int] = field(default_factory=dict)
    seq: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def twin(self) -> "Athlete":
        """The same user in a copy of the database: from here on each goes a way of its own."""
        return copy.deepcopy(self)

    # --- rows ---

    def new_rows(self, count: int) -> dict[str, list[Document]]:
        made: dict[str, list[Document]] = defaultdict(list)
        for entity, share in SHARES.items():
            for _ in range(max(1, round(count * share))):
                record_id, _ = self._create(entity)
                made[entity].append(self._row(entity, record_id, deleted=False))
        return made

    def _create(self, entity: str) -> tuple[str, Document]:
        record_id, patch = uuid7(), self._patch(entity)
        self.documents[entity, record_id] = {**entity_rules()[entity].defaults, **patch}
        self.ids[entity].append(record_id)
        return record_id, patch

    def _row(self, entity: str, record_id: str, *, deleted: bool) -> Document:
        document = self.documents[entity, record_id]
        values = {f.column: document[f.name] for f in wire.entities_by_name()[entity].writable}
        return {"id": record_id, "_deleted": deleted, **values}

    def _patch(self, entity: str) -> Document:
        now = _now()
        match entity:
            case "exercise_type":
                return {"name": f"Press {uuid4().hex[:8]}", "aliases": ["bench"], "category": "strength"}
            case "workout":
                return {"title": "Push day", "status": "in_progress", "started_at": now, "time_zone": "Europe/Berlin"}
            case "exercise":
                kind, workout = self._any("exercise_type"), self._any("workout")
                return {"exercise_type": kind, "workout": workout, "position": random.randint(1, 9)}
            case "set":
                load = f"{random.randint(40, 400) / 2:.2f}"
                done = {"reps": random.randint(1, 12), "load_kg": load, "rpe": "8.5", "completed_at": now}
                return {"exercise": self._any("exercise"), "position": random.randint(1, 9), **done}
            case _:
                return {"kind": "body_weight", "value": f"{random.randint(60, 99)}.250", "measured_at": now}

    def _change(self, entity: str) -> Document:
        match entity:
            case "exercise_type":
                return {"instructions": f"Press, {random.randint(1, 10**6)} times."}
            case "workout":
                return {"title": f"Day {random.randint(1, 10**6)}"}
            case "exercise":
                return {"notes": f"Slow, {random.randint(1, 10**6)} s."}
            case "set":
                return {"reps": random.randint(13, 9999), "load_kg": f"{random.randint(80, 9999)}.50"}
            case _:
                return {"value": f"{random.randint(100, 699)}.{random.randint(0, 999):03}"}

    def _any(self, entity: str) -> str:
        return random.choice(self.ids[entity])

    # --- pushes ---

    def next_push(self, size: int = WHOLE) -> Push:
        """A push of `size` mixed mutations, in the proportions of MIX."""
        mutations: list[Document] = []
        rows: dict[str, dict[str, Document]] = defaultdict(dict)
        chosen: set[Key] = set()
        for op, counts in MIX.items():
            for entity, count in counts.items():
                for _ in range(_share(count, size)):
                    mutations.append(self._mutation(op, entity, chosen))
                    record_id = mutations[-1]["record_id"]
                    rows[entity][record_id] = self._row(entity, record_id, deleted=op == "delete")
                    if op == "delete":
                        self.ids[entity].remove(record_id)
        return self._push(mutations, {entity: list(found.values()) for entity, found in rows.items()})

    def creates(self, size: int, **more: Any) -> Push:
        """A push of new sets. more: what each says besides the usual."""
        mutations = [self._mutation("create", "set", set()) for _ in range(size)]
        for mutation in mutations:
            mutation["patch"] |= more
            self.documents["set", mutation["record_id"]] |= more
        return self._push(mutations, {"set": [self._row("set", m["record_id"], deleted=False) for m in mutations]})

    def updates(self, size: int) -> Push:
        """A push that changes that many sets."""
        chosen: set[Key] = set()
        return self._push([self._mutation("update", "set", chosen) for _ in range(size)], {})

    def typed(self, schema: Document) -> tuple[str, Push]:
        """A new exercise type whose metadata fit the schema: its id, and the push that makes it."""
        record_id, patch = self._create("exercise_type")
        patch["metadata_schema"] = schema
        self.documents["exercise_type", record_id] |= patch
        return record_id, self._push([self._envelope_of("create", "exercise_type", record_id, patch)], {})

    def exercises(self, size: int, exercise_type: str, metadata: Callable[[], Document]) -> Push:
        """A push of new exercises of one type."""
        mutations: list[Document] = []
        for _ in range(size):
            record_id, patch = self._create("exercise")
            said = metadata()
            patch |= {"exercise_type": exercise_type} | ({"metadata": said} if said else {})
            self.documents["exercise", record_id] |= patch
            mutations.append(self._envelope_of("create", "exercise", record_id, patch))
        return self._push(mutations, {})

    def rest_set(self) -> Document:
        """A new set as REST takes it."""
        return {"id": uuid7(), **self._patch("set")}

    def deletes(self, entity: str, ids: list[str]) -> Push:
        mutations = [self._envelope_of("delete", entity, record_id, {}) for record_id in ids]
        return self._push(mutations, {})

    def _mutation(self, op: str, entity: str, chosen: set[Key]) -> Document:
        """No record twice in a push: raw SQL could not write that in one statement."""
        if op == "create":
            record_id, patch = self._create(entity)
        else:
            record_id = self._any(entity)
            while (entity, record_id) in chosen:
                record_id = self._any(entity)
            patch = self._change(entity) if op == "update" else {}
            self.documents[entity, record_id] |= patch
        chosen.add((entity, record_id))
        return self._envelope_of(op, entity, record_id, patch)

    def _envelope_of(self, op: str, entity: str, record_id: str, patch: Document) -> Document:
        base = self.versions.get((entity, record_id), 0)
        named = {"entity": entity, "record_id": record_id, "op": op, "base_version": base}
        return {"id": uuid7(), "seq": next(self.seq), "at": _now(), "patch": patch, **named}

    def _push(self, mutations: list[Document], rows: dict[str, list[Document]]) -> Push:
        envelope = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": str(self.device_id),
            "instance_token": self.instance_token,
            "client_now": _now(),
            "ack_version": max(self.versions.values(), default=0),
            "mutations": mutations,
        }
        return Push(orjson.dumps(envelope), rows, tuple((m["entity"], m["record_id"]) for m in mutations))

    def learn(self, push: Push, answer: Document) -> None:
        """Takes the versions that the server gave out. Raises AssertionError where it did not simply apply all."""
        statuses = {result["status"] for result in answer["results"]}
        assert statuses == {"applied"}, answer["results"][0]
        self.versions |= {key: result["version"] for key, result in zip(push.ids, answer["results"], strict=True)}


def new_athlete(name: str) -> Athlete:
    """A user with a verified address, a device and a log-in."""
    now = timezone.now()
    user = User.objects.create_user(f"{name}@benchmark.example", email_verified_at=now)
    secret = uuid4().hex
    device = Device.objects.create(
        id=uuid4(), user=user, name=name, platform="benchmark", instance_token_hash=hash_instance_token(secret)
    )
    return Athlete(user.pk, start_session(user=user, at=now).access, device.pk, secret)


def uuid7() -> str:
    """As clients make them: in the order of time, so that indexes grow at their end."""
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    tail = bytearray(os.urandom(10))
    tail[0] = 0x70 | tail[0] & 0x0F
    tail[2] = 0x80 | tail[2] & 0x3F
    return str(UUID(bytes=stamp + bytes(tail)))


def _share(count: int, size: int) -> int:
    """How many of `count` in the whole fall to a push of this size; at least one of what there is."""
    return max(1, round(count * size / WHOLE))


def _now() -> str:
    return timezone.now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
