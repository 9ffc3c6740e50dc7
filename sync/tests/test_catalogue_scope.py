"""The catalogue as everybody pulls it: its own head and cursor, read-only, and only what is published."""

import threading
import time
from contextlib import closing
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import IntegrityError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from accounts.models import User
from catalog.models import (
    ExerciseType,
    Muscle,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
    SupplementInteraction,
)
from catalog.services.seeding import Act, seed
from catalog.tests.factories import make_canonical, make_equipment, make_muscle
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from lib.wire import CATALOGUE
from lib.writes import Catalogue, writing
from sync.models import Head, LogEntry, Record
from sync.tests.devices import PULL, STATUS, Json, Phone
from sync.tests.test_pull import digest_of

pytestmark = pytest.mark.django_db(transaction=True)

SCOPE = {"scope": "catalog"}
PARTS_OF_THE_LIBRARY = (
    *(ProgramWeek, ProgramDay, ProgramSlot, ProgramSet),
    *(SupplementInteraction, NutritionTemplateMeal, NutritionTemplateItem),
)


def catalogue(api: SchemaClient, **query: Any) -> Json:
    response = api.get(PULL, {**SCOPE, **query})
    assert response.status_code == 200, response.content
    page: Json = response.json()
    return page


def whole_catalogue(api: SchemaClient) -> list[Json]:
    page = catalogue(api, limit=2000)
    changes: list[Json] = page["changes"]
    while page["has_more"]:
        page = catalogue(api, limit=2000, cursor=page["cursor"])
        changes += page["changes"]
    return changes


def version() -> int:
    return Head.objects.get(pk=CATALOGUE).version


def told(page: Json) -> list[tuple[str, str, bool]]:
    return [(c["entity"], (c["data"] or {}).get("slug", ""), c["deleted"]) for c in page["changes"]]


# --- what it brings ---


def test_brings_types_muscles_and_equipment(api: SchemaClient) -> None:
    muscle, equipment = make_muscle("chest"), make_equipment("barbell")
    old = make_canonical("floor-press")
    row = make_canonical("bench-press", primary_muscles=["chest"], equipment=["barbell"], replaced_by=None)
    ExerciseType.objects.filter(pk=old.pk).update(status="retired", replaced_by=row)
    page = catalogue(api)
    by_slug = {change["data"]["slug"]: change for change in page["changes"]}
    assert by_slug["chest"]["entity"] == "muscle"
    assert by_slug["chest"]["data"] == {
        "slug": "chest", "name": muscle.name, "latin": "", "body_region": "upper", "side": "front",
    }  # fmt: skip
    assert by_slug["barbell"]["data"] == {"slug": "barbell", "name": equipment.name, "kind": "free_weight"}
    assert (by_slug["bench-press"]["entity"], by_slug["bench-press"]["id"]) == ("exercise_type", as_id(row))
    assert by_slug["bench-press"]["data"]["status"] == "published"
    assert by_slug["bench-press"]["data"]["primary_muscles"] == ["chest"]
    retired = by_slug["floor-press"]["data"]
    assert (retired["status"], retired["replaced_by"]) == ("retired", as_id(row))
    assert (page["mode"], page["last_seq"], page["open_conflicts"], page["version"]) == ("snapshot", 0, 0, version())


def test_document_of_a_type_is_that_of_a_private_one_and_more(api: SchemaClient, alice: User) -> None:
    make_canonical()
    private = make(ExerciseType, alice)
    (change,) = catalogue(api)["changes"]
    own = orjson.loads(Record.objects.get(id=private.pk).data)
    assert set(change["data"]) == {*own, "slug", "status", "replaced_by"}


def test_is_the_same_for_everybody(api: SchemaClient, bobs_api: SchemaClient) -> None:
    make_canonical()
    mine, bobs = catalogue(api), catalogue(bobs_api)
    assert {**mine, "server_time": None, "cursor": ""} == {**bobs, "server_time": None, "cursor": ""}
    make_muscle()
    assert told(catalogue(bobs_api, cursor=mine["cursor"])) == [("muscle", "chest", False)]


def test_private_types_are_not_in_it(api: SchemaClient, alice: User, bob: User) -> None:
    make_canonical()
    private = [make(ExerciseType, user) for user in (alice, bob)]
    page = orjson.dumps(catalogue(api)).decode()
    assert not any(as_id(row) in page for row in private)


def test_personal_pull_has_nothing_of_it(phone: Phone, alice: User) -> None:
    before = phone.pull()
    make_canonical()
    make_muscle()
    after = phone.pull(before["cursor"])
    assert (after["changes"], after["version"]) == ([], before["version"])
    assert {c["entity"] for c in phone.pull()["changes"]} == {"settings"}


def test_type_that_was_never_published_is_not_known(api: SchemaClient) -> None:
    page = catalogue(api)
    row = make_canonical("secret", status="draft")
    ExerciseType.objects.filter(pk=row.pk).update(name="Still secret")
    row.delete()
    assert catalogue(api, cursor=page["cursor"])["changes"] == []
    assert not Record.objects.filter(id=row.pk).exists()


def test_publishing_brings_a_type_and_unpublishing_takes_it(api: SchemaClient) -> None:
    row = make_canonical("bench-press", status="draft")
    cursor = catalogue(api)["cursor"]
    for status, deleted in (("published", False), ("retired", False), ("draft", True), ("published", False)):
        ExerciseType.objects.filter(pk=row.pk).update(status=status)
        page = catalogue(api, cursor=cursor)
        cursor = page["cursor"]
        assert [(c["id"], c["deleted"]) for c in page["changes"]] == [(as_id(row), deleted)], status
        assert page["changes"][0]["data"]["status"] == status  # also of what was withdrawn: logs may name it
    assert "".join(LogEntry.objects.filter(record_id=row.pk).order_by("version").values_list("op", flat=True)) == "IUDU"


def test_deleted_vocabulary_is_a_tombstone(api: SchemaClient) -> None:
    make_muscle("chest")
    cursor = catalogue(api)["cursor"]
    Muscle.objects.get(slug="chest").delete()
    assert told(catalogue(api, cursor=cursor)) == [("muscle", "", True)]
    make_muscle("chest", name="Chest again")
    (change,) = catalogue(api)["changes"]
    assert (change["data"]["name"], change["deleted"]) == ("Chest again", False)


def test_change_of_what_nobody_sees_brings_nothing(api: SchemaClient) -> None:
    row = make_canonical()
    before = version()
    row.save()
    Muscle.objects.update(name="None")
    assert version() == before


# --- pages, time, status ---


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_bring_everything_once(api: SchemaClient, limit: int) -> None:
    make_muscle(), make_equipment()
    for name in ("a", "b", "c"):
        make_canonical(name)
    changes: list[Json] = []
    cursor: Json = {}
    while True:
        page = catalogue(api, limit=limit, **cursor)
        changes += page["changes"]
        cursor = {"cursor": page["cursor"]}
        if not page["has_more"]:
            break
    assert sorted(c["data"]["slug"] for c in changes) == ["a", "b", "barbell", "c", "chest"]


def test_pull_by_time_works_for_it(api: SchemaClient) -> None:
    make_muscle()
    page = catalogue(api)
    make_equipment()
    assert told(catalogue(api, since=page["timestamp"])) == [
        ("muscle", "chest", False),
        ("equipment", "barbell", False),
    ]


def test_post_is_answered_as_get(api: SchemaClient) -> None:
    make_muscle()
    by_post = api.post(PULL, SCOPE).json()
    assert {**by_post, "server_time": None} == {**catalogue(api), "server_time": None}


def test_status_tells_its_version_and_digest(api: SchemaClient, phone: Phone) -> None:
    make_muscle(), make_equipment(), make_canonical("a"), make_canonical("b", status="draft")
    Muscle.objects.create(slug="gone", name="Gone", body_region="upper", side="front").delete()
    phone.create("workout")
    status = api.get(STATUS, {**SCOPE, "device_id": phone.id}).json()
    assert (status["version"], status["device"], status["open_conflicts"]) == (version(), None, 0)
    assert status["digest"] == digest_of(catalogue(api)["changes"])
    assert set(status["digest"]) == {"muscle", "equipment", "exercise_type"}


def test_cursors_of_the_two_scopes_are_not_mixed_up(phone: Phone, api: SchemaClient) -> None:
    own, shared = phone.pull()["cursor"], catalogue(api)["cursor"]
    check_error(api.get(PULL, {**SCOPE, "cursor": own}), 400, "cursor_invalid", "cursor")
    check_error(api.get(PULL, {"cursor": shared}), 400, "cursor_invalid", "cursor")


def test_cursor_of_another_epoch_is_refused(api: SchemaClient) -> None:
    make_muscle()
    cursor = catalogue(api)["cursor"]
    Head.objects.filter(pk=CATALOGUE).update(epoch=uuid4())
    check_error(api.get(PULL, {**SCOPE, "cursor": cursor}), 409, "epoch_changed")


def test_cursor_ahead_of_a_restored_server_begins_a_new_epoch(api: SchemaClient) -> None:
    make_muscle()
    before = catalogue(api)
    Head.objects.filter(pk=CATALOGUE).update(version=0)
    check_error(api.get(PULL, {**SCOPE, "cursor": before["cursor"]}), 409, "epoch_changed")
    assert catalogue(api)["epoch"] != before["epoch"]


def test_unknown_scope_is_refused(api: SchemaClient) -> None:
    for address in (PULL, STATUS):
        check_error(api.get(address, {"scope": "everything"}), 400, "invalid", "scope")
    check_error(api.post(PULL, {"scope": 1}), 400, "invalid", "scope")


def test_stranger_is_refused(anonymous: SchemaClient) -> None:
    for address in (PULL, STATUS):
        check_error(anonymous.get(address, SCOPE), 401, "not_authenticated")


def test_empty_pull_is_one_look_up(api: SchemaClient, django_assert_num_queries: Any) -> None:
    make_muscle()
    cursor = catalogue(api)["cursor"]
    with django_assert_num_queries(1):  # the session with its user, and the head
        assert catalogue(api, cursor=cursor)["changes"] == []
    make_equipment()
    with django_assert_num_queries(6):  # BEGIN; the isolation; the head again; the page; COMMIT
        catalogue(api, cursor=cursor)


# --- writing ---


def test_push_of_a_shared_row_is_refused_as_before(phone: Phone, api: SchemaClient) -> None:
    row = make_canonical(name="Bench press")
    before = version()
    results = phone.push(
        phone.mutation("create", "exercise_type", as_id(row), {"name": "Mine"}),
        phone.mutation("update", "exercise_type", as_id(row), {"name": "Mine"}),
        phone.mutation("delete", "exercise_type", as_id(row)),
        phone.mutation("update", "muscle", str(uuid4()), {"name": "Mine"}),
    )
    assert [r["status"] for r in results] == ["rejected", "conflict", "conflict", "rejected"]
    assert [r["error"] and r["error"]["code"] for r in results] == ["id_taken", None, None, "unknown_entity"]
    assert [r["record"] for r in results] == [None] * 4
    row.refresh_from_db()
    assert (row.name, row.deleted_at, version()) == ("Bench press", None, before)


def test_shared_type_can_be_logged_all_the_same(phone: Phone) -> None:
    row = make_canonical()
    before = version()
    exercise = phone.create("exercise", {"exercise_type": as_id(row)})
    assert phone.records()["exercise", exercise]["data"]["exercise_type"] == as_id(row)
    assert version() == before


def test_seeding_is_one_version_and_not_slow(api: SchemaClient) -> None:
    begun = time.process_time()
    added = seed().count(Act.ADD)
    assert time.process_time() - begun < 30  # some seconds
    assert version() == 1
    parts = sum(model.objects.count() for model in PARTS_OF_THE_LIBRARY)
    assert len(whole_catalogue(api)) == added.total() - added["foods"] + parts  # foods are searched, not pulled
    seed()
    assert version() == 1
    assert set(LogEntry.objects.filter(user_id=CATALOGUE).values_list("source", flat=True)) == {"job"}


def test_curator_writes_under_the_head_of_the_catalogue(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    row = make_canonical()
    before = Head.objects.get(user=charlie).version
    for url, model in (("exercisetype", ExerciseType), ("muscle", make_muscle()), ("equipment", make_equipment())):
        found = row if model is ExerciseType else model
        form = client.get(f"/admin/catalog/{url}/{found.pk}/change/").context["adminform"].form
        values = {name: "" if value is None else value for name, value in form.initial.items()}
        free = {n: orjson.dumps(v).decode() for n, v in values.items() if isinstance(v, dict | list) and n not in SLUGS}
        values |= free
        answer = client.post(f"/admin/catalog/{url}/{found.pk}/change/", {**values, "name": f"New {url}"})
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    lines = LogEntry.objects.filter(user_id=CATALOGUE).order_by("version").values_list("op", "source")
    assert list(lines)[-3:] == [("U", "admin")] * 3
    client.post("/admin/catalog/muscle/", {"action": "delete_selected", "_selected_action": "chest", "post": "yes"})
    assert list(LogEntry.objects.filter(user_id=CATALOGUE, op="D").values_list("source", flat=True)) == ["admin"]
    assert not Muscle.objects.exists()
    assert Head.objects.get(user=charlie).version == before


SLUGS = {"primary_muscles", "secondary_muscles", "equipment"}


def test_admin_shows_the_head_of_the_catalogue(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    make_muscle()
    page = client.get("/admin/sync/head/")
    assert b"the catalogue" in page.content
    assert client.get(f"/admin/sync/head/{CATALOGUE}/change/").status_code == 200


def test_slug_of_a_vocabulary_never_changes() -> None:
    make_muscle("chest")
    with pytest.raises(IntegrityError, match="never change"):
        Muscle.objects.filter(slug="chest").update(slug="breast")


def test_writers_of_both_kinds_of_rows_do_not_deadlock(alice: User, bob: User) -> None:
    """A statement that writes shared and private types takes the heads in order, the catalogue's first: so does everybody."""
    shared = make_canonical()
    failures: list[BaseException] = []

    def mixed(owners: list[User | None]) -> Any:
        def work(n: int) -> None:
            rows = [ExerciseType(user=user, slug=None if user else uuid4().hex, name=f"{n}") for user in owners]
            ExerciseType.objects.bulk_create(rows)

        return work

    def curator(n: int) -> None:
        with writing(user=Catalogue(), source="admin"):
            ExerciseType.objects.filter(pk=shared.pk).update(name=f"curator {n}")

    def athlete(n: int) -> None:
        with writing(user=alice, source="api"):
            make(ExerciseType, alice)
            ExerciseType.objects.filter(user=alice, name="Towel curl").update(name=f"athlete {n}")

    def run(work: Any) -> None:
        with closing(connections["default"]):
            try:
                for n in range(25):
                    work(n)
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

    works = [curator, curator, athlete, mixed([alice, None, bob]), mixed([bob, alice, None]), mixed([None, bob])]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert LogEntry.objects.filter(user_id=CATALOGUE, op="I").count() == 1 + 3 * 25


# --- rows that were there before ---


def test_rows_that_were_there_before_become_records(api: SchemaClient, alice: User) -> None:
    row = make_canonical()
    make_muscle(), make_equipment(), make_canonical("draft", status="draft")
    private = make(ExerciseType, alice)
    before = Record.objects.get(id=private.pk)
    columns = ("entity", "id", "data", "deleted")
    expected = sorted(Record.objects.filter(user_id=CATALOGUE).values_list(*columns))
    for model in (Record, LogEntry):
        model.objects.filter(user_id=CATALOGUE).delete()
    Head.objects.filter(pk=CATALOGUE).delete()
    loader = MigrationLoader(connection)
    migration = loader.get_migration("catalog", "0003_sync_engine")
    state = loader.project_state(("catalog", "0003_sync_engine"))
    for operation in migration.operations[-3:]:
        with connection.schema_editor() as editor:
            operation.database_forwards("catalog", editor, state, state)
    found = Record.objects.filter(user_id=CATALOGUE).values_list(*columns)
    assert sorted(found) == expected
    assert (row.pk in {r[1] for r in found}, len(expected)) == (True, 3)
    after = Record.objects.get(id=private.pk)
    assert (after.version, after.data) == (before.version, before.data)
    assert len(catalogue(api)["changes"]) == 3
