"""Schema versions: mutations of older clients are brought up to date, those of newer ones wait, documents are rendered anew."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from accounts.models import User
from catalog.tests.factories import make_canonical
from lib import upcasting, wire
from lib.operations import OWNERS_PER_BATCH, RenderAgain
from lib.tests.factories import as_id, make, make_many, make_user
from lib.upcasting import UPCASTERS, UpcastError, schema_version, upcast
from lib.wire import CATALOGUE
from sync.models import Head, LogEntry, Mutation, Record
from sync.tests.devices import PULL, STATUS, Json, Phone
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)


def renamed(patch: Json) -> Json:
    """Once, a workout had a `name`."""
    if "name" in patch:
        patch["title"] = patch.pop("name")
    return patch


def shouted(patch: Json) -> Json:
    if "title" in patch:
        patch["title"] = patch["title"].upper()
    return patch


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of a later release: schema version 3."""
    monkeypatch.setitem(UPCASTERS, ("workout", 1), renamed)
    monkeypatch.setitem(UPCASTERS, ("workout", 2), shouted)


# --- the chain ---


def test_schema_version_follows_from_the_steps(steps: None, phone: Phone) -> None:
    assert (schema_version(), upcasting.FIRST) == (3, 1)
    assert phone.pull()["schema_version"] == 3
    assert phone.api.get(STATUS).json()["schema_version"] == 3


def test_patch_goes_through_the_steps_that_it_has_not_seen(steps: None) -> None:
    patch = {"name": "legs", "notes": [1]}
    assert upcast("workout", patch, from_version=0) == {"title": "LEGS", "notes": [1]}
    assert upcast("workout", {"title": "legs"}, from_version=2) == {"title": "LEGS"}
    assert upcast("workout", {"title": "legs"}, from_version=3) == {"title": "legs"}
    assert upcast("set", patch, from_version=1) is patch
    assert patch == {"name": "legs", "notes": [1]}


def test_step_that_stumbles_over_nonsense_is_an_error_of_the_client(steps: None) -> None:
    with pytest.raises(UpcastError):
        upcast("workout", {"title": 5}, from_version=1)


# --- older clients ---


def test_mutation_of_an_older_client_is_brought_up_to_date(steps: None, phone: Phone) -> None:
    workout = str(uuid4())
    mutation = phone.mutation("create", "workout", workout, {"name": "legs"}, schema_version=1)
    (result,) = phone.push(mutation)
    assert result["status"] == "applied"
    assert phone.records()["workout", workout]["data"]["title"] == "LEGS"
    assert orjson.loads(Mutation.objects.get(mutation_id=result["id"]).payload) == mutation
    assert phone.push(mutation)[0]["replayed"]


@pytest.mark.parametrize(
    ("envelope", "mutation", "status"),
    [(1, None, "applied"), (3, None, "rejected"), (3, 1, "applied"), (1, 3, "rejected")],
)
def test_version_of_a_mutation_goes_before_that_of_its_envelope(
    steps: None, phone: Phone, envelope: int, mutation: int | None, status: str
) -> None:
    values: Json = {} if mutation is None else {"schema_version": mutation}
    sent = phone.mutation("create", "workout", str(uuid4()), {"name": "legs"}, **values)
    (result,) = phone.push(sent, schema_version=envelope)
    assert result["status"] == status


def test_envelope_without_a_version_is_of_the_first(steps: None, phone: Phone) -> None:
    envelope = phone.envelope(phone.mutation("create", "workout", str(uuid4()), {"name": "legs"}))
    del envelope["schema_version"]
    assert phone.api.post("/api/v1/sync/push", envelope).json()["results"][0]["status"] == "applied"


@pytest.mark.parametrize("patch", [{"name": 5}, {"name": "x" * 500}, {"name": None}, {"colour": "red"}])
def test_patch_that_is_wrong_when_brought_up_to_date_is_refused_and_kept_as_sent(
    steps: None, phone: Phone, patch: Json
) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()), patch, schema_version=1)
    (result,) = phone.push(mutation)
    assert result["status"] == "rejected"
    kept = Mutation.objects.get(mutation_id=result["id"])
    assert (orjson.loads(kept.payload), kept.status) == (mutation, "rejected")


def test_whole_record_of_an_older_client_is_brought_up_to_date(steps: None, phone: Phone) -> None:
    workout = str(uuid4())
    whole = {"entity": "workout", "id": workout, "last_modified_at": "2026-01-01T00:00:00Z", "data": {"name": "legs"}}
    envelope = phone.envelope(records=[{**whole, "schema_version": 1}])
    del envelope["mutations"]
    (result,) = phone.api.post("/api/v1/sync/push", envelope).json()["results"]
    assert result["status"] == "applied"
    assert phone.records()["workout", workout]["data"]["title"] == "LEGS"


# --- newer clients ---


def test_mutation_of_a_newer_client_waits(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    workout = str(uuid4())
    newer = phone.mutation("create", "workout", workout, {"mood": "fine"}, schema_version=2)
    (result,) = phone.push(newer)
    assert (result["status"], result["record"], result["error"]["code"]) == ("deferred", None, "server_too_old")
    assert not Workout.objects.exists()
    (again,) = phone.push(newer)
    assert (again["status"], again["replayed"]) == ("deferred", False)
    monkeypatch.setitem(UPCASTERS, ("measurement", 1), dict)  # the server is updated
    assert phone.push({**newer, "patch": {"title": "Legs"}})[0]["error"]["code"] == "idempotency_mismatch"
    (updated,) = phone.push(newer)
    assert (updated["status"], updated["error"]["code"]) == ("rejected", "unknown_field")


def test_mutation_that_waited_is_taken_by_an_updated_server(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    workout = str(uuid4())
    newer = phone.mutation("create", "workout", workout, {"title": "Legs"}, schema_version=2)
    child = phone.mutation("update", "workout", workout, {"notes": "Heavy"})
    assert [r["status"] for r in phone.push(newer)] == ["deferred"]
    assert [r["status"] for r in phone.push(child)] == ["deferred"]
    monkeypatch.setitem(UPCASTERS, ("measurement", 1), dict)
    assert [r["status"] for r in phone.push(newer, child)] == ["applied", "applied"]
    assert Workout.objects.get().notes == "Heavy"


@pytest.mark.parametrize(
    "values",
    [{"op": "merge_with"}, {"entity": "mood"}, {"more": 1}, {"patch": "text"}, {"at": "later"}],
)
def test_mutation_of_a_newer_client_waits_whatever_it_says(phone: Phone, values: Json) -> None:
    newer = phone.mutation("create", "workout", str(uuid4()), {}, schema_version=9) | values
    assert [r["status"] for r in phone.push(newer, phone.mutation("create", "workout", str(uuid4())))] == [
        "deferred", "applied",
    ]  # fmt: skip
    unknown = phone.mutation("update", "workout", str(uuid4()), {"title": "x"})  # reads what waits
    assert [r["status"] for r in phone.push(unknown)] == ["conflict"]


@pytest.mark.parametrize("values", [{"id": "x"}, {"seq": -1}, {"record_id": None}, {"op": 5}, {"schema_version": "9"}])
def test_what_does_not_even_name_a_record_is_refused(phone: Phone, values: Json) -> None:
    newer = phone.mutation("create", "workout", str(uuid4()), {}, schema_version=9) | values
    assert [r["status"] for r in phone.push(newer)] == ["rejected"]


def test_group_with_one_of_a_newer_client_waits_as_a_whole(phone: Phone) -> None:
    group = str(uuid4())
    old = phone.mutation("create", "workout", str(uuid4()), {}, group=group)
    new = phone.mutation("create", "workout", str(uuid4()), {}, group=group, schema_version=2)
    bad = phone.mutation("create", "workout", str(uuid4()), {"title": 5}, group=group)
    results = phone.push(old, new)
    assert [(r["status"], r["error"]["code"]) for r in results] == [("deferred", "server_too_old")] * 2
    assert not Workout.objects.exists()
    old, new = ({**m, "id": str(uuid4()), "group": group} for m in (old, new))
    results = phone.push(old, new, bad)
    assert [(r["status"], r["error"]["code"]) for r in results] == [
        ("rejected", "group_failed"), ("rejected", "group_failed"), ("rejected", "invalid"),
    ]  # fmt: skip


def test_whole_record_of_a_newer_client_waits(phone: Phone) -> None:
    whole: Json = {
        "entity": "workout",
        "id": str(uuid4()),
        "last_modified_at": "2026-01-01T00:00:00Z",
        "data": {"mood": 1},
    }
    envelope = phone.envelope(records=[whole], schema_version=2)
    del envelope["mutations"]
    (result,) = phone.api.post("/api/v1/sync/push", envelope).json()["results"]
    assert (result["status"], result["error"]["code"]) == ("deferred", "server_too_old")
    unknown = phone.mutation("update", "workout", whole["id"], {"title": "x"})
    assert [r["status"] for r in phone.push(unknown)] == ["deferred"]


# --- documents rendered anew ---


def render(
    model: str = "Workout", app: str = "training", state: ProjectState | None = None, *, back: bool = False
) -> None:
    state = state or MigrationLoader(connection).project_state()
    operation = RenderAgain(model)
    with connection.schema_editor() as editor:
        method = operation.database_backwards if back else operation.database_forwards
        method(app, editor, state, state)


def spoil(*rows: Any) -> None:
    """What the documents were before a field was added."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sync_record SET data = ((data::jsonb - 'notes') || '{\"name\": 1}')::text WHERE id = ANY(%s)",
            [[row.pk for row in rows]],
        )


def test_document_that_differs_is_rendered_and_pulled(phone: Phone, alice: User) -> None:
    old, same = make_many(Workout, alice, 2)
    whole = Record.objects.get(id=old.pk).data
    spoil(old)
    spoilt = Record.objects.get(id=old.pk).data
    cursor = phone.pull()["cursor"]
    before = Head.objects.get(user=alice)
    render()
    page = phone.pull(cursor)
    assert [(c["id"], c["version"]) for c in page["changes"]] == [(as_id(old), before.version + 1)]
    assert Record.objects.get(id=old.pk).data == whole
    assert page["timestamp"] == page["changes"][0]["last_modified_at"]
    line = LogEntry.objects.get(record_id=old.pk, version=before.version + 1)
    assert (line.op, line.before, line.patch, line.source) == ("U", spoilt, "{}", "migration")
    assert as_id(same) not in {c["id"] for c in page["changes"]}


def test_rendering_what_is_right_already_changes_nothing(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 3)
    before = list(Head.objects.order_by("pk").values()), LogEntry.objects.count()
    render()
    render(back=True)
    assert (list(Head.objects.order_by("pk").values()), LogEntry.objects.count()) == before


def test_each_owner_gets_one_version(alice: User, bob: User) -> None:
    rows = [*make_many(Workout, alice, 3), *make_many(Workout, bob, 2)]
    spoil(*rows)
    versions = {user: Head.objects.get(user=user).version for user in (alice, bob)}
    render()
    for user in (alice, bob):
        assert Head.objects.get(user=user).version == versions[user] + 1
        assert set(Record.objects.filter(user=user, entity=30).values_list("version", flat=True)) == {
            versions[user] + 1
        }


def test_edit_that_was_on_its_way_is_no_conflict(phone: Phone, alice: User) -> None:
    """Nobody wrote: the shape changed. An edit on the old version meets nobody's."""
    workout = phone.create("workout", {"title": "Legs", "notes": "Heavy"})
    base = phone.pull()["version"]
    spoil(Workout.objects.get())
    render()
    (result,) = phone.push(
        phone.mutation("update", "workout", workout, {"title": "Arms", "notes": "Light"}, base_version=base)
    )
    assert (result["conflict_ids"], result["status"]) == ([], "merged")
    assert Workout.objects.get().notes == "Light"


def test_tombstone_is_rendered_without_a_version(phone: Phone, alice: User) -> None:
    workout = make(Workout, alice, notes="Kept")
    Workout.objects.filter(pk=workout.pk).tombstone()
    spoil(workout)
    before = Head.objects.get(user=alice).version
    render()
    record = Record.objects.get(id=workout.pk)
    assert (record.deleted, orjson.loads(record.data)["notes"], Head.objects.get(user=alice).version) == (
        True,
        "Kept",
        before,
    )


def test_many_owners_come_in_batches() -> None:
    users = [make_user(f"{n}@example.org") for n in range(OWNERS_PER_BATCH + 5)]
    rows = Workout.objects.bulk_create([Workout(user=user) for user in users])
    spoil(*rows)
    render()
    assert {orjson.loads(r.data).get("notes") for r in Record.objects.filter(entity=30)} == {""}
    assert set(LogEntry.objects.filter(source="migration").values_list("version", flat=True)) == {
        Head.objects.get(user=users[0]).version
    }


def test_shared_rows_are_rendered_under_the_catalogue(api: Any) -> None:
    row = make_canonical()
    whole = Record.objects.get(id=row.pk).data
    spoil(row)
    render("ExerciseType", "catalog")
    record = Record.objects.get(id=row.pk)
    assert (record.user_id, record.version, record.data) == (CATALOGUE, 2, whole)
    (change,) = api.get(PULL, {"scope": "catalog"}).json()["changes"]
    assert change["version"] == 2


def test_document_is_rendered_with_the_columns_of_the_migration(alice: User) -> None:
    """In the middle of a chain of migrations, columns that come later are not there yet; nor are they asked for."""
    workout = make(Workout, alice, title="Legs")
    state = MigrationLoader(connection).project_state()
    state.remove_field("training", "workout", "notes")
    state.add_field("training", "workout", "mood", models.IntegerField(default=3), preserve_default=True)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE training_workout ADD COLUMN mood integer NOT NULL DEFAULT 3")
    try:
        render(state=state)
        document = orjson.loads(Record.objects.get(id=workout.pk).data)
        assert (document["mood"], document["title"], "notes" in document) == (3, "Legs", False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE training_workout DROP COLUMN mood")
    render(back=True)
    document = orjson.loads(Record.objects.get(id=workout.pk).data)
    assert list(document) == wire.entity_of(Workout).field_names
    assert Record.objects.get(id=workout.pk).version == Head.objects.get(user=alice).version


def test_operation_is_written_into_migrations() -> None:
    operation = RenderAgain("Workout")
    assert operation.deconstruct() == ("RenderAgain", ["Workout"], {})
    assert operation.describe() == "Render the documents of Workout again"
    assert operation.reversible
    state = MigrationLoader(connection).project_state()
    before = state.clone()
    operation.state_forwards("training", state)
    assert state.models["training", "workout"] == before.models["training", "workout"]
    assert apps.get_model("training", "Workout") is Workout
