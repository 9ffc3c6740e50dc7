"""One server with two users, and everything that reaches it by other ways than sync."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.test import override_settings

from accounts.models import Device
from lib.writes import writing
from sync.services.upkeep import epochs, retention
from sync.tests.proof import backups, evidence
from sync.tests.proof.clock import Clock
from sync.tests.proof.devices import BASE_URL, Network, Phone
from sync.tests.proof.people import MODELS, Key, Person, library, make_person
from sync.tests.proof.schemas import LOUD, ServerSchema, migrate

TABLES = {
    "settings": "accounts_settings",
    "exercise_type": "catalog_exercisetype",
    "workout": "training_workout",
    "exercise": "training_exercise",
    "set": "training_set",
    "measurement": "training_measurement",
    "plan": "specimens_plan",
    "plan_day": "specimens_planday",
    "plan_slot": "specimens_planslot",
    "room": "specimens_room",
    "rack": "specimens_rack",
    "day_note": "specimens_daynote",
    "meal": "nutrition_meal",
    "meal_log": "nutrition_meallog",
    "meal_log_item": "nutrition_meallogitem",
    "nutrition_target": "nutrition_nutritiontarget",
    "supplement_plan": "nutrition_supplementplan",
    "supplement_log": "nutrition_supplementlog",
    "water_log": "nutrition_waterlog",
    "conflict": "sync_conflict",
}
BELOW = {
    ("workout", "set"): (
        "DELETE FROM training_set AS s USING training_exercise AS e"
        " WHERE s.exercise_id = e.id AND e.workout_id = ANY(%s::uuid[])"
    ),
    ("workout", "exercise"): "DELETE FROM training_exercise WHERE workout_id = ANY(%s::uuid[])",
    ("exercise", "set"): "DELETE FROM training_set WHERE exercise_id = ANY(%s::uuid[])",
    ("plan", "plan_slot"): (
        "DELETE FROM specimens_planslot AS s USING specimens_planday AS d"
        " WHERE s.day_id = d.id AND d.plan_id = ANY(%s::uuid[])"
    ),
    ("plan", "plan_day"): "DELETE FROM specimens_planday WHERE plan_id = ANY(%s::uuid[])",
    ("plan_day", "plan_slot"): "DELETE FROM specimens_planslot WHERE day_id = ANY(%s::uuid[])",
    ("room", "rack"): "DELETE FROM specimens_rack WHERE room_id = ANY(%s::uuid[])",
    ("meal_log", "meal_log_item"): "DELETE FROM nutrition_meallogitem WHERE meal_log_id = ANY(%s::uuid[])",
}
# Who deletes with SQL empties what refers to it.
EMPTIED = {
    "room": [
        "UPDATE specimens_daynote SET room_id = NULL WHERE room_id = ANY(%s::uuid[])",
        (
            "UPDATE specimens_daynote AS n SET rack_id = NULL FROM specimens_rack AS r"
            " WHERE n.rack_id = r.id AND r.room_id = ANY(%s::uuid[])"
        ),
    ],
    "rack": ["UPDATE specimens_daynote SET rack_id = NULL WHERE rack_id = ANY(%s::uuid[])"],
    "meal": ["UPDATE nutrition_meallog SET meal_id = NULL WHERE meal_id = ANY(%s::uuid[])"],
    "supplement_plan": ["UPDATE nutrition_supplementlog SET plan_id = NULL WHERE plan_id = ANY(%s::uuid[])"],
}
SINGLE_RULES = ("specimens_room_default", "specimens_daynote_day", "nutrition_target_from")
RESTORING_S = 60  # a backup does not come back in the moment in which it is lost
REST = {
    "workout": "workouts",
    "exercise": "exercises",
    "set": "sets",
    "measurement": "measurements",
    "plan": "specimens/plans",
    "plan_day": "specimens/plan-days",
    "plan_slot": "specimens/plan-slots",
    "room": "specimens/rooms",
    "rack": "specimens/racks",
    "day_note": "specimens/day-notes",
    "meal": "meals",
    "meal_log": "meal-logs",
    "meal_log_item": "meal-log-items",
    "nutrition_target": "nutrition-targets",
    "supplement_plan": "supplement-plans",
    "supplement_log": "supplement-logs",
    "water_log": "water-logs",
}


@contextlib.contextmanager
def fast_server() -> Iterator[Any]:
    """The application with the middleware that the answers need, on the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with override_settings(MIDDLEWARE=["lib.middleware.RequestIdMiddleware"], RATELIMIT_ENABLE=False):
            yield WSGIHandler()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextlib.contextmanager
def one_at_most() -> Iterator[None]:
    """Over these ways the database refuses a second one, and nothing is written."""
    try:
        yield
    except IntegrityError as error:
        if not any(name in str(error) for name in SINGLE_RULES):
            raise


@dataclass(frozen=True)
class Backup:
    rows: backups.Rows
    evidence: evidence.Evidence
    purged: frozenset[Key]
    pushes: int  # how many had been answered
    schema: int


class World:
    def __init__(self, application: Any, clock: Clock, *, plans: bool, rooms: bool, diary: bool) -> None:
        self.clock = clock
        self.canonical = library()
        self.alice, self.bob = (
            make_person(self.canonical, clock, plans=plans, rooms=rooms, diary=diary) for _ in range(2)
        )
        self.network = Network(application, self.check_head)
        self.head = evidence.read_head(self.alice.user)
        self.older: evidence.Evidence | None = None
        self.bobs_content = self.content(self.bob)
        self.purged: set[Key] = set()
        self.schema = ServerSchema()
        self.unknown_pushes: set[int] = set()  # places of those that a restored server knows nothing of
        self.restores = 0

    def phone(self, name: str, person: Person | None = None) -> Phone:
        return Phone(name, person or self.alice, self.network, self.clock)

    def knows(self, phone: Phone) -> bool:
        """Whether it has registered, and no restore has taken that away."""
        return Device.objects.filter(pk=phone.store.identity().device_id).exists()

    # --- what is true after every transaction ---

    def check_head(self) -> None:
        """P4: a transaction takes one version, or none."""
        head, before = evidence.read_head(self.alice.user), self.head
        assert head.version - before.version in (0, 1), ("P4 versions in one transaction", before, head)
        assert (head.last_ms > before.last_ms) == (head.version > before.version), ("P4 times", before, head)
        self.head = head

    def evidence(self) -> evidence.Evidence:
        return evidence.read(self.alice.user).with_older(self.older)

    def content(self, person: Person) -> dict[Key, tuple[Any, ...]]:
        """What stands in the tables themselves."""
        found: dict[Key, tuple[Any, ...]] = {}
        for entity, model in MODELS.items():
            for row in model.objects.filter(user=person.user):
                found[entity, str(row.pk)] = tuple(
                    getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in ("updated_at", "search")
                )
        return found

    # --- operators ---

    def purge(self) -> None:
        """What the purge takes away was read before: the oracle still judges by it."""
        self.older = self.evidence()
        retention.purge(user=self.alice.user, at=self.now)
        self.purged |= self.older.records.keys() - evidence.read(self.alice.user).records.keys()
        self.check_head()

    def backup(self) -> "Backup":
        pushes = len(self.network.pushes)
        rows, purged = backups.dump(self.alice.user), frozenset(self.purged)
        return Backup(rows, self.evidence(), purged, pushes, self.schema.version)

    def restore(self, backup: "Backup", *, told: bool) -> None:
        """The server is as it was. What it knew since is gone, also for the oracle. told: its operator says so."""
        self.wait(RESTORING_S)
        backups.load(self.alice.user, backup.rows)
        self.older, self.purged = backup.evidence, set(backup.purged)
        self.unknown_pushes |= set(range(backup.pushes, len(self.network.pushes)))
        self.restores += 1
        self.head = evidence.read_head(self.alice.user)
        if told:
            self.tell()
        if backup.schema != self.schema.version:
            self._migrate()

    def tell(self) -> None:
        """The operator says that the server was restored."""
        epochs.new_epoch(user=self.alice.user, at=self.now)
        self.head = evidence.read_head(self.alice.user)

    def upgrade(self) -> None:
        """The next release of the server, with its migration."""
        self._migrate()

    def _migrate(self) -> None:
        self.schema.upgrade()
        self.older = None if self.older is None else self.schema.told(self.older)
        for entity in LOUD:
            migrate(entity, [self.alice.user, self.bob.user])
            self._after_sql()

    # --- other ways in ---

    def admin(self, key: Key, values: dict[str, Any]) -> None:
        with one_at_most(), writing(user=self.alice.user, source="admin"):
            row = MODELS[key[0]].objects.filter(pk=key[1], user=self.alice.user, deleted_at=None).first()
            if row is not None:
                for name, value in values.items():
                    setattr(row, name, value)
                row.save(update_fields=[*values, "updated_at"])
        self.check_head()

    def admin_delete(self, key: Key) -> None:
        with writing(user=self.alice.user, source="admin"):
            MODELS[key[0]].objects.filter(pk=key[1], user=self.alice.user).tombstone()
        self.check_head()

    def rest(self, method: str, key: Key, values: dict[str, Any] | None = None) -> int:
        url = f"{BASE_URL}/api/v1/{REST[key[0]]}/{key[1]}/"
        headers = {"Authorization": f"Bearer {self.alice.tokens.access}"}
        request = httpx.Request(method, url, json=values, headers=headers)
        return self.network.handle_request(request).status_code

    def bulk_update(self, entity: str, values: dict[str, Any]) -> None:
        """QuerySet.update over the rows of both users."""
        with one_at_most(), transaction.atomic():
            MODELS[entity].objects.filter(user__in=[self.alice.user, self.bob.user], deleted_at=None).update(**values)
        self._after_sql()

    def bulk_delete(self, key: Key) -> None:
        """Plain SQL that deletes a row for good, and one of bob's of the same kind. What hangs on it goes with it."""
        ids = [key[1], *self.bob.ids[key[0]][-1:]]
        with transaction.atomic(), connection.cursor() as cursor:
            for query in EMPTIED.get(key[0], ()):
                cursor.execute(query, [ids])
            for entity in ("set", "exercise", "plan_slot", "plan_day", "rack", "meal_log_item"):
                if (key[0], entity) in BELOW:
                    cursor.execute(BELOW[key[0], entity], [ids])
            cursor.execute(f"DELETE FROM {TABLES[key[0]]} WHERE id = ANY(%s::uuid[])", [ids])
        self._after_sql()

    def _after_sql(self) -> None:
        self.bobs_content = self.content(self.bob)
        self.check_head()

    def wait(self, seconds: float) -> None:
        self.clock.wait(seconds)

    @property
    def now(self) -> dt.datetime:
        return self.clock.now()
