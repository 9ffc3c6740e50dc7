"""Curators at their canonical plans, and a device that keeps what everybody may see of them."""

from typing import Any
from uuid import UUID

import httpx
import orjson
from django.db import connection, transaction

from lib.copying import private_copy
from lib.statements import execute
from lib.wire import CATALOGUE
from lib.writes import Catalogue, writing
from specimens.models import Plan, PlanDay, PlanSlot
from sync.tests.proof.devices import BASE_URL, PULL
from sync.tests.proof.people import MODELS, Key, make_plan
from sync.tests.proof.stage import CHOICES, PAUSES, PICKS, Stage
from sync.tests.proof.steps import step
from sync.tests.proof.values import EDITS
from sync.tests.proof.world import TABLES, World

Json = dict[str, Any]
ABOVE = {"plan_day": ("plan", "plan"), "plan_slot": ("day", "plan_day")}
# What there is to see of these plans: it is there, and so is all above it, and that is published.
IN_SIGHT = """
    SELECT p.id::text, json_build_object('title', p.title, 'notes', p.notes, 'status', p.status)::text
      FROM specimens_plan AS p
     WHERE p.id = ANY(%(plans)s) AND p.deleted_at IS NULL AND p.status = 'published'
     UNION ALL
    SELECT d.id::text, json_build_object('plan', p.id, 'title', d.title, 'position', d.position)::text
      FROM specimens_planday AS d JOIN specimens_plan AS p ON p.id = d.plan_id
     WHERE p.id = ANY(%(plans)s) AND p.deleted_at IS NULL AND p.status = 'published' AND d.deleted_at IS NULL
     UNION ALL
    SELECT s.id::text, json_build_object('day', d.id, 'exercise', s.exercise_id, 'reps', s.reps, 'notes', s.notes)::text
      FROM specimens_planslot AS s JOIN specimens_planday AS d ON d.id = s.day_id JOIN specimens_plan AS p ON p.id = d.plan_id
     WHERE p.id = ANY(%(plans)s) AND p.deleted_at IS NULL AND p.status = 'published' AND d.deleted_at IS NULL
       AND s.deleted_at IS NULL
"""


class Shelf:
    """Canonical plans: what curators made of them, and what a device has pulled of the catalogue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys: list[Key] = []
        self.cursor = ""
        self.base: dict[str, Json] = {}

    @property
    def plans(self) -> list[UUID]:
        return [UUID(record_id) for entity, record_id in self.keys if entity == "plan"]

    def add(self, made: dict[str, list[str]]) -> None:
        self.keys += [(entity, record_id) for entity, ids in made.items() for record_id in ids]

    def pull(self) -> None:
        query = {"scope": "catalog", "limit": "1000"} | ({"cursor": self.cursor} if self.cursor else {})
        headers = {"Authorization": f"Bearer {self.world.alice.tokens.access}"}
        request = httpx.Request("GET", f"{BASE_URL}{PULL}", params=query, headers=headers)
        page = orjson.loads(self.world.network.handle_request(request).content)
        assert not page["has_more"]
        self.cursor = page["cursor"]
        for change in page["changes"]:
            self.base.pop(change["id"], None)
            if not change["deleted"]:
                self.base[change["id"]] = change["data"]

    def check(self) -> None:
        """P16: of a canonical tree everybody holds what is published, as a whole, and nothing else."""
        self.pull()
        with connection.cursor() as cursor:
            cursor.execute(IN_SIGHT, {"plans": self.plans})
            in_sight = {record_id: orjson.loads(data) for record_id, data in cursor.fetchall()}
        own = {record_id for _, record_id in self.keys}
        held = {record_id: data for record_id, data in self.base.items() if record_id in own}
        assert held == in_sight, ("P16 another tree than is published", held, in_sight)

    def clear(self) -> None:
        """Without a trace, so that the catalogue does not grow from example to example."""
        ids = [record_id for _, record_id in self.keys]
        with transaction.atomic(), connection.cursor() as cursor:
            execute("lib", "begin_write", user_id=CATALOGUE, source="purge", patience="0")
            for table in ("specimens_planslot", "specimens_planday", "specimens_plan"):
                cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s::uuid[])", [ids])
            cursor.execute("DELETE FROM sync_record WHERE id = ANY(%s::uuid[])", [ids])
            cursor.execute("DELETE FROM sync_log WHERE record_id = ANY(%s::uuid[])", [ids])


class Curators(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf(self.world)
        self.stack.callback(self.shelf.clear)

    @step(3, which=PICKS, where=PICKS, what=CHOICES, pause=PAUSES)
    def curate(self, which: int, where: int, what: int, pause: float) -> None:
        """One thing after the other: some are pulled at once, some with the next."""
        keys = [key for key in self.shelf.keys if MODELS[key[0]].objects.filter(pk=key[1]).exists()]
        key = keys[which % len(keys)] if keys else None
        with writing(user=Catalogue(), source="admin"):
            self._curate(key, where, what)
        self.world.wait(pause)
        if where % 2:
            self.shelf.check()

    def _curate(self, key: Key | None, where: int, what: int) -> None:
        rows = None if key is None else MODELS[key[0]].objects.filter(pk=key[1])
        match what % 8:
            case 1 | 2 | 3:
                plan = Plan.objects.filter(pk__in=self.shelf.plans[where % 4 :][:1])
                plan.update(status="draft" if where // 4 % 2 else "published")
            case 4 if key and rows is not None:
                rows.update(**EDITS[key[0]][where % 4])
            case 5 if key and rows is not None:
                self._move(key, where) if where % 3 else rows.tombstone()
            case 6 if key and where % 3 == 0:
                with connection.cursor() as cursor:
                    cursor.execute(f"DELETE FROM {TABLES[key[0]]} WHERE id = %s", [key[1]])
            case 7 if key and key[0] != "plan_slot":
                self._add_below(key)
            case _:
                self.shelf.add(make_plan(None, status="published" if where % 2 else "draft"))

    def _move(self, key: Key, where: int) -> None:
        if key[0] in ABOVE:
            field, above = ABOVE[key[0]]
            model = MODELS[above]
            places = [place for entity, place in self.shelf.keys if entity == above]
            place = model.objects.filter(pk=places[where % len(places)]).first()
            if place is not None:
                MODELS[key[0]].objects.filter(pk=key[1]).update(**{field: place})

    def _add_below(self, key: Key) -> None:
        row: Any = PlanDay(plan_id=key[1]) if key[0] == "plan" else PlanSlot(day_id=key[1])
        row.save(force_insert=True)
        self.shelf.add({"plan_day" if key[0] == "plan" else "plan_slot": [str(row.pk)]})

    @step(1, which=PICKS, pause=PAUSES)
    def copy_plan(self, which: int, pause: float) -> None:
        """The user makes a plan their own, or begins anew from one of theirs."""
        usable = Plan.objects.usable_by(self.world.alice.user).filter(
            pk__in=[*self.shelf.plans, *self.world.alice.ids["plan"]]
        )
        plans = sorted(usable.values_list("pk", flat=True))
        if plans:
            user = self.world.alice.user
            copy = private_copy(model=Plan, root_id=plans[which % len(plans)], user=user, source="api")
            days = PlanDay.objects.filter(plan=copy)
            found = {"plan": [copy], "plan_day": days, "plan_slot": PlanSlot.objects.filter(day__in=days)}
            for entity, rows in found.items():
                self.world.alice.ids[entity] += [str(getattr(row, "pk", row)) for row in rows]
            self.world.check_head()
            self.foreign()
            self.world.wait(pause)
