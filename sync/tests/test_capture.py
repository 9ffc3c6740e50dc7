"""Capture: whoever changes a synced row, and by which way, it is in the next pull, under one version a transaction."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import give_reason
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from lib import wire
from lib.rendering import rendering_of
from lib.tests.factories import as_id, example_of, make
from lib.wire import CATALOGUE
from lib.writes import writing
from sync.models import Head, LogEntry, Record
from sync.tests.devices import Json, Phone
from training.models import Exercise, Measurement, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)


class Tail:
    """What the next pull brings."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        _, self.cursor = phone.pull_all()

    def changes(self) -> list[Json]:
        changes, self.cursor = self.phone.pull_all(self.cursor)
        return changes

    def documents(self) -> dict[str, Json]:
        """By id; None for a tombstone."""
        return {change["id"]: change["data"] for change in self.changes()}


@pytest.fixture
def tail(phone: Phone) -> Tail:
    return Tail(phone)


def version_of(user: User) -> int:
    return int(Head.objects.get(user=user).version)


def sql(statement: str, **params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def document_of(row: Any) -> Json:
    found: Json = orjson.loads(Record.objects.get(entity=row.wire.code, id=row.pk).data)
    return found


# --- every way to write ---


def test_document_holds_every_field_in_its_wire_form(alice: User, phone: Phone) -> None:
    canonical = make_canonical()
    workout = make(
        Workout,
        alice,
        started_at=dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC),
        status="in_progress",
        time_zone="Europe/Berlin",
    )
    exercise = make(Exercise, alice, workout=as_id(workout), exercise_type=as_id(canonical), position=1.5)
    row = make(
        Set, alice, exercise=as_id(exercise), load_kg=Decimal("82.55"), typed_load=Decimal(182), typed_load_unit="lb"
    )
    records = phone.records()
    assert records["workout", as_id(workout)]["data"] == {
        "title": "Push day",
        "status": "in_progress",
        "planned_on": None,
        "started_at": "2026-03-01T23:30:00.000000Z",
        "ended_at": None,
        "time_zone": "Europe/Berlin",
        "local_date": "2026-03-02",
        "notes": "",
    }
    data = records["set", as_id(row)]["data"]
    assert (data["exercise"], data["load_kg"], data["typed_load"], data["reps"], data["completed_at"]) == (
        as_id(exercise),
        "82.55",
        "182.000",
        5,
        None,
    )
    assert records["exercise", as_id(exercise)]["data"]["position"] == 1.5


def test_document_is_the_same_whatever_the_session_is_set_to(alice: User) -> None:
    row = make(Measurement, alice, measured_at=dt.datetime(2026, 3, 1, 7, tzinfo=dt.UTC))
    sql("SET TIME ZONE 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'; UPDATE training_measurement SET notes = 'x'")
    sql("SET TIME ZONE 'UTC'; RESET datestyle")
    document = document_of(row)
    assert (document["measured_at"], document["local_date"], document["value"]) == (
        "2026-03-01T07:00:00.000000Z",
        "2026-03-01",
        "82.500",
    )


def test_api_writes_are_pulled(phone: Phone, tail: Tail) -> None:
    created = phone.api.post("/api/v1/workouts/", {"title": "Push"}).json()
    assert tail.documents()[created["id"]]["title"] == "Push"
    phone.api.patch(f"/api/v1/workouts/{created['id']}/", {"title": "Pull"})
    assert tail.documents()[created["id"]]["title"] == "Pull"
    phone.api.delete(f"/api/v1/workouts/{created['id']}/")
    assert tail.documents() == {created["id"]: None}
    sources = LogEntry.objects.filter(record_id=created["id"]).values_list("source", "op")
    assert list(sources.order_by("version")) == [("api", "I"), ("api", "U"), ("api", "D")]


def test_api_batch_is_one_version(phone: Phone, tail: Tail, alice: User) -> None:
    before = version_of(alice)
    phone.api.post("/api/v1/workouts/batch/", {"items": [{"title": f"Day {n}"} for n in range(5)]})
    assert {change["version"] for change in tail.changes()} == {before + 1} == {version_of(alice)}


def test_admin_form_is_pulled(alice: User, charlie: User, client: Any, tail: Tail) -> None:
    row = make(Measurement, alice)
    tail.changes()
    give_reason(charlie, alice)
    client.force_login(charlie)
    url = reverse("admin:training_measurement_change", args=[row.pk])
    form = {
        "user": str(alice.pk),
        "kind": "body_weight",
        "value": "81.000",
        "measured_at_0": "2026-03-01",
        "measured_at_1": "07:00:00",
        "time_zone": "UTC",
        "notes": "by the curator",
    }
    response = client.post(url, form, secure=True)
    assert response.status_code == 302, response.content
    assert tail.documents()[as_id(row)]["notes"] == "by the curator"
    assert LogEntry.objects.filter(record_id=row.pk).latest("version").source == "admin"
    client.post(reverse("admin:training_measurement_delete", args=[row.pk]), {"post": "yes"}, secure=True)
    assert tail.documents() == {as_id(row): None}


def test_queryset_update_is_pulled(alice: User, tail: Tail) -> None:
    rows = [make(Workout, alice) for _ in range(3)]
    tail.changes()
    Workout.objects.filter(user=alice).update(title="All the same")
    assert {as_id(row): "All the same" for row in rows} == {k: v["title"] for k, v in tail.documents().items()}


def test_bulk_create_and_bulk_update_are_pulled(alice: User, tail: Tail) -> None:
    rows = Workout.objects.bulk_create([Workout(user=alice, title=f"{n}") for n in range(3)])
    changes = tail.changes()
    assert {change["id"]: change["data"]["title"] for change in changes} == {as_id(row): row.title for row in rows}
    assert len({change["version"] for change in changes}) == 1
    for row in rows:
        row.title += "!"
    Workout.objects.bulk_update(rows, ["title"])
    assert sorted(v["title"] for v in tail.documents().values()) == ["0!", "1!", "2!"]


def test_raw_sql_is_pulled(alice: User, tail: Tail) -> None:
    key = uuid4()
    sql(
        """INSERT INTO training_workout (id, user_id, created_at, updated_at, title, status, time_zone, notes)
           VALUES (%(id)s, %(user)s, now(), now(), 'By hand', 'planned', 'UTC', '')""",
        id=key,
        user=alice.pk,
    )
    assert tail.documents()[str(key)]["title"] == "By hand"
    sql("UPDATE training_workout SET title = 'Changed' WHERE id = %(id)s", id=key)
    assert tail.documents()[str(key)]["title"] == "Changed"
    sql("DELETE FROM training_workout WHERE id = %(id)s", id=key)
    assert tail.documents() == {str(key): None}
    ops = LogEntry.objects.filter(record_id=key).order_by("version").values_list("op", "source")
    assert list(ops) == [("I", "sql"), ("U", "sql"), ("D", "sql")]


def test_upsert_by_sql_is_pulled(alice: User, tail: Tail) -> None:
    row = make(Workout, alice, title="Old")
    tail.changes()
    sql(
        """INSERT INTO training_workout (id, user_id, created_at, updated_at, title, status, time_zone, notes)
           SELECT id, %(user)s, now(), now(), 'new', 'planned', 'UTC', '' FROM unnest(ARRAY[%(id)s, %(new)s]::uuid[]) AS id
           ON CONFLICT (id) DO UPDATE SET title = 'Upserted'""",
        id=row.pk,
        new=uuid4(),
        user=alice.pk,
    )
    assert sorted(v["title"] for v in tail.documents().values()) == ["Upserted", "new"]


@pytest.mark.parametrize("hard", [True, False])
def test_deletion_of_a_parent_is_pulled_for_all_below(alice: User, tail: Tail, hard: bool) -> None:  # noqa: FBT001 - a parameter of the test
    workout = make(Workout, alice)
    exercise = make(Exercise, alice, workout=as_id(workout))
    sets = [make(Set, alice, exercise=as_id(exercise)) for _ in range(2)]
    other = make(Exercise, alice)
    tail.changes()
    before = version_of(alice)
    found: Any = Workout.objects.filter(pk=workout.pk)
    assert found.delete() if hard else found.tombstone()
    changes = tail.changes()
    assert {c["id"] for c in changes} == {as_id(row) for row in (workout, exercise, *sets)}
    assert {(c["version"], c["deleted"], c["data"]) for c in changes} == {(before + 1, True, None)}
    assert not Record.objects.get(id=other.pk).deleted


def test_row_of_the_library_belongs_to_nobodys_pull(alice: User, tail: Tail) -> None:
    canonical = make_canonical()
    ExerciseType.objects.filter(pk=canonical.pk).update(name="Other")
    canonical.delete()
    assert tail.changes() == []
    assert not LogEntry.objects.filter(record_id=canonical.pk).exists()


def test_account_can_be_deleted_with_all_that_belongs_to_it(alice: User, bob: User) -> None:
    exercise = make(Exercise, alice, workout=as_id(make(Workout, alice)))
    make(Set, alice, exercise=as_id(exercise))
    kept = make(Workout, bob)
    alice.delete()
    assert list(Workout.objects.values_list("pk", flat=True)) == [kept.pk]
    for model in (Head, Record, LogEntry):
        assert set(model.objects.values_list("user_id", flat=True)) == {bob.pk, CATALOGUE}


# --- versions ---


def test_transaction_is_one_version_whatever_it_does(alice: User, tail: Tail) -> None:
    before = version_of(alice)
    with writing(user=alice, source="job"):
        workout = make(Workout, alice)
        Workout.objects.filter(pk=workout.pk).update(title="Twice")
        make(Measurement, alice)
        sql("UPDATE training_workout SET notes = 'three times'")
    changes = tail.changes()
    assert {c["version"] for c in changes} == {before + 1}
    assert next(c["data"] for c in changes if c["entity"] == "workout")["notes"] == "three times"
    assert LogEntry.objects.filter(record_id=workout.pk).count() == 1
    assert LogEntry.objects.get(record_id=workout.pk).source == "job"


def test_two_users_in_one_transaction_each_have_their_version(alice: User, bob: User) -> None:
    standing = {user.pk: version_of(user) for user in (alice, bob)}
    with transaction.atomic():
        for user in (alice, bob, alice, bob):
            make(Workout, user)
    assert {user.pk: version_of(user) for user in (alice, bob)} == {key: v + 1 for key, v in standing.items()}


def test_equal_content_moves_nothing(alice: User, tail: Tail) -> None:
    row = make(Workout, alice)
    tail.changes()
    before = (version_of(alice), LogEntry.objects.count())
    Workout.objects.filter(pk=row.pk).update(title=row.title)
    row.save()
    Workout.objects.filter(pk=row.pk).update(updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Workout.objects.none().update(title="x")
    sql("UPDATE training_workout SET title = title")
    assert ((version_of(alice), LogEntry.objects.count()), tail.changes()) == (before, [])


def test_column_that_stays_on_the_server_moves_nothing(alice: User, tail: Tail) -> None:
    row = make(ExerciseType, alice)
    tail.changes()
    ExerciseType.objects.filter(pk=row.pk).update(status="retired")
    assert tail.changes() == []


def test_rollback_gives_the_number_back(alice: User) -> None:
    before = version_of(alice)
    with transaction.atomic():
        make(Workout, alice)
        assert version_of(alice) == before + 1
        transaction.set_rollback(True)
    assert version_of(alice) == before
    make(Workout, alice)
    assert version_of(alice) == before + 1


def test_rollback_to_a_savepoint_gives_the_number_back(alice: User) -> None:
    before = version_of(alice)
    with transaction.atomic():
        with transaction.atomic():
            lost = make(Workout, alice)
            transaction.set_rollback(True)
        assert version_of(alice) == before
        row = make(Workout, alice)
    assert version_of(alice) == before + 1 == Record.objects.get(id=row.pk).version
    assert not Record.objects.filter(id=lost.pk).exists()


def test_versions_have_no_gaps(alice: User) -> None:
    for number in range(6):
        if number % 2:
            make(Workout, alice)
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                make(Workout, alice, status="planned", started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    found = LogEntry.objects.filter(user=alice).values_list("version", flat=True)
    assert sorted(set(found)) == list(range(1, version_of(alice) + 1))


def test_time_rises_with_the_version(alice: User) -> None:
    for _ in range(20):
        make(Workout, alice)
    times = list(Record.objects.filter(user=alice).order_by("version").values_list("modified_ms", flat=True))
    assert times == sorted(set(times))


# --- what may not be ---


def test_id_never_changes(alice: User) -> None:
    row = make(Workout, alice)
    with pytest.raises(IntegrityError, match="never change"):
        Workout.objects.filter(pk=row.pk).update(id=uuid4())


def test_owner_never_changes(alice: User, bob: User) -> None:
    row = make(Workout, alice)
    with pytest.raises(IntegrityError, match="never change"):
        Workout.objects.filter(pk=row.pk).update(user=bob)


def test_ids_do_not_swap(alice: User) -> None:
    first, second = make(Workout, alice, title="1"), make(Workout, alice, title="2")
    swap = "UPDATE training_workout SET title = CASE id WHEN %(a)s THEN '2' ELSE '1' END WHERE id IN (%(a)s, %(b)s)"
    sql(swap, a=first.pk, b=second.pk)
    assert (document_of(first)["title"], document_of(second)["title"]) == ("2", "1")


# --- the log ---


def test_log_rebuilds_every_state(alice: User, phone: Phone) -> None:
    """What a line found is what the line before it left: so any earlier state can be had back."""
    workout = phone.create("workout", {"title": "0"})
    states = [document_of(Workout.objects.get(pk=workout))]
    for number in range(1, 6):
        base = version_of(alice)
        match number % 3:
            case 0:
                phone.one("update", "workout", workout, {"title": f"{number}"}, base_version=base)
            case 1:
                phone.api.patch(f"/api/v1/workouts/{workout}/", {"title": f"{number}"})
            case 2:
                sql("UPDATE training_workout SET title = %(title)s", title=f"{number}")
        states.append(document_of(Workout.objects.get(pk=workout)))
    lines = LogEntry.objects.filter(record_id=workout).order_by("version", "n")
    found = [None if line.before is None else orjson.loads(line.before) for line in lines]
    assert found == [None, *states[:-1]]


def test_records_are_what_the_tables_hold(alice: User, phone: Phone) -> None:
    for entity in wire.entities():
        if entity.wire.creatable and entity.name != "conflict":
            make(entity.model, alice)
    phone.one("update", "workout", str(uuid4()), {"title": "Ghost"})
    for entity in wire.entities():
        with connection.cursor() as cursor:
            rendering, table = rendering_of(entity.model), f"{entity.table} AS t"
            cursor.execute(f"SELECT id, {rendering.document('t')} FROM {table} WHERE {rendering.visible('t')}")
            rendered: dict[UUID, str] = dict(cursor.fetchall())
        assert rendered == dict(Record.objects.filter(entity=entity.code).values_list("id", "data"))
        assert rendered, entity.name


def test_tombstone_keeps_its_document(alice: User) -> None:
    row = make(Workout, alice, title="Gone")
    Workout.objects.filter(pk=row.pk).tombstone()
    assert Record.objects.get(id=row.pk).deleted
    assert document_of(row)["title"] == "Gone"


def test_every_entity_is_captured_by_sql_alone(alice: User) -> None:
    for entity in wire.entities():
        if not entity.wire.creatable:
            continue
        row = make(entity.model, alice)
        before = Record.objects.get(entity=entity.code, id=row.pk)
        entity.model._default_manager.filter(pk=row.pk).update(**dict(example_of(entity.model).patch))
        assert Record.objects.get(entity=entity.code, id=row.pk).version == before.version + 1, entity.name
        sql(f"DELETE FROM {entity.table} WHERE id = %(id)s", id=row.pk)
        assert Record.objects.get(entity=entity.code, id=row.pk).deleted, entity.name
