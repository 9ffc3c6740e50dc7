"""A client with versions and one that knows times only reach the same state (P14)."""

import datetime as dt
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from config.tests.contract import SchemaClient
from conftest import client_of
from lib.tests.factories import make_user
from sync.models import Record
from sync.tests.devices import Json, Phone, ago
from sync.tests.naive import Naive

pytestmark = pytest.mark.django_db(transaction=True)


FIELDS = ("title", "notes")
EDITS: st.SearchStrategy[tuple[str, int, Json]] = st.one_of(
    st.tuples(
        st.just("edit"), st.integers(0, 1), st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("0a"), min_size=1)
    ),
    st.tuples(st.just("delete"), st.integers(0, 1), st.just({})),
    st.tuples(st.just("push"), st.just(0), st.just({})),
    st.tuples(st.just("sync"), st.just(0), st.just({})),
)
STEPS = st.lists(st.tuples(st.sampled_from(["first", "second"]), EDITS), min_size=1, max_size=14)


class World:
    """Two devices of one user. The first is a client with versions in one world, and one that knows times in the other."""

    def __init__(self, *, naive: bool) -> None:
        user = make_user(f"{uuid4()}@example.org")
        api = client_of(user)
        self.ids = [str(uuid4()), str(uuid4())]
        self.second = Full(api, user)
        for record_id in self.ids:
            self.second.edit(record_id, {"title": "0", "notes": "0"})
        self.second.push_all()
        self._long_ago(user)
        self.first: Full | Half = Half(api, user) if naive else Full(api, user)
        while self.first.phone.id > self.second.phone.id:  # where times are equal, ids decide: in both worlds the same
            self.first = Half(api, user) if naive else Full(api, user)
        self.second.sync()
        self.first.sync()

    def _long_ago(self, user: User) -> None:
        """What stands was written before the times at which the edits below are made."""
        with connection.cursor() as cursor:
            for table, column in (
                ("record", "modified_ms"),
                ("log", "logged_ms"),
                ("log", "eff_ms"),
                ("head", "last_ms"),
            ):
                cursor.execute(f"UPDATE sync_{table} SET {column} = {column} - 7200000 WHERE user_id = %s", [user.pk])

    def step(self, who: str, what: tuple[str, int, Json], at: str) -> None:
        device = self.first if who == "first" else self.second
        kind, number, values = what
        record_id = self.ids[number]
        if kind == "edit":
            device.edit(record_id, values, at)
        elif kind == "delete":
            device.delete(record_id, at)
        elif kind == "push":
            device.push_all()
        else:
            device.sync()

    def state(self) -> Any:
        for device in (self.first, self.second, self.first):
            device.sync()
        return [
            (r.deleted, {name: orjson.loads(r.data)[name] for name in FIELDS})
            for r in (Record.objects.get(id=record_id) for record_id in self.ids)
        ]


class Full:
    """Patches on versions; edits of one record between two pushes become one mutation, as whole records do."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        self.phone = Phone(api, user)
        self.base: dict[str, Json] = {}
        self.queue: dict[str, Json] = {}
        self.cursor: str | None = None
        self.version = 0

    def shown(self, record_id: str) -> Json | None:
        queued = self.queue.get(record_id)
        if queued is not None and queued["op"] == "delete":
            return None
        base = self.base.get(record_id)
        if base is None or (base["deleted"] and queued is None):
            return queued and queued["patch"]
        return {**(base["data"] or {}), **(queued["patch"] if queued else {})}

    def edit(self, record_id: str, values: Json, at: str | None = None) -> None:
        shown = self.shown(record_id)
        if shown is None and record_id in self.base:
            return  # not to be seen, so not to be edited
        values = {name: value for name, value in values.items() if shown is None or shown.get(name) != value}
        if not values:
            return
        base = self.base.get(record_id, {"version": 0})
        patch = {**self.queue.get(record_id, {"patch": {}})["patch"], **values}
        self.queue[record_id] = {
            "op": "update" if record_id in self.base else "create", "base_version": base["version"], "patch": patch,
            "at": at or ago(60),
        }  # fmt: skip

    def delete(self, record_id: str, at: str) -> None:
        if self.shown(record_id) is not None:
            base = max(self.base.get(record_id, {"version": 0})["version"], self.version)
            self.queue[record_id] = {"op": "delete", "base_version": base, "patch": {}, "at": at}

    def push_all(self) -> None:
        ordered = sorted(self.queue.items(), key=lambda item: item[1]["at"])
        mutations = [
            self.phone.mutation(m["op"], "workout", record_id, m["patch"], base_version=m["base_version"], at=m["at"])
            for record_id, m in ordered
        ]
        self.phone.push(*mutations, ack_version=self.version)
        for record_id, m in ordered:  # what the user sees goes on from what was pushed, until the next pull
            base = self.base.setdefault(record_id, {"version": 0, "data": {}, "deleted": False})
            base["deleted"] = m["op"] == "delete"
            base["data"] = {**(base["data"] or {}), **m["patch"]}
        self.queue.clear()

    def sync(self) -> None:
        self.push_all()
        changes, self.cursor = self.phone.pull_all(self.cursor)
        for change in changes:
            if change["entity"] == "workout":
                self.base[change["id"]] = {name: change[name] for name in ("version", "data", "deleted")}
            self.version = max(self.version, change["version"])


class Half:
    """The same user in front of a client that knows times only."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        self.naive = self.phone = Naive(api, user)

    def edit(self, record_id: str, values: Json, at: str | None = None) -> None:
        shown = self.naive.base.get(("workout", record_id))
        if shown is None:
            return
        values = {name: value for name, value in values.items() if shown.get(name) != value}
        if values:
            self.naive.edit("workout", record_id, at, **values)

    def delete(self, record_id: str, at: str) -> None:
        if ("workout", record_id) in self.naive.base:
            self.naive.drop("workout", record_id, at)

    def push_all(self) -> None:
        self.naive.send()

    def sync(self) -> None:
        self.push_all()
        self.naive.catch_up()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_both_kinds_of_clients_reach_the_same_state(db: None, steps: list[Any]) -> None:
    worlds = World(naive=False), World(naive=True)
    begun = timezone.now() - dt.timedelta(hours=1)
    for number, (who, what) in enumerate(steps):
        at = (begun + dt.timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for world in worlds:
            world.step(who, what, at)
    assert worlds[0].state() == worlds[1].state()
