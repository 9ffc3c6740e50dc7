"""A shared entity with children: what is canonical comes and goes as a whole, and nobody gets at what is not theirs."""

import threading
from contextlib import closing
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.shared import CATALOGUE
from lib.tests.factories import as_id, make
from lib.tests.refusals import refused
from lib.writes import Catalogue, writing
from specimens.models import Plan, PlanDay, PlanSlot
from specimens.tests.forms import changed
from specimens.tests.trees import Library, make_tree, set_status
from sync.models import LogEntry, Record
from sync.tests.devices import Phone
from sync.tests.transfers import exported, imported
from training.models import Set

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = [("plan", False), *[("plan_day", False)] * 2, *[("plan_slot", False)] * 4]
GONE = [(entity, True) for entity, _ in WHOLE]


@pytest.fixture
def library(api: SchemaClient) -> Library:
    return Library(api)


# --- canonical: a draft, published, withdrawn ---


def test_draft_is_known_to_nobody(library: Library, phone: Phone) -> None:
    tree = make_tree()
    assert (library.pull(), phone.pull()["changes"][1:]) == ([], [])
    assert not Record.objects.filter(id__in=tree.ids).exists()
    assert not LogEntry.objects.filter(record_id__in=tree.ids).exists()


def test_publishing_a_draft_brings_its_children_in_one_version(library: Library) -> None:
    tree = make_tree()
    set_status(tree, "published")
    assert library.pull() == WHOLE
    assert library.ids == tree.ids
    assert library.records[as_id(tree.slots[0])] == {
        "day": as_id(tree.days[0]), "exercise": None, "reps": 5, "notes": "",
    }  # fmt: skip
    assert len(set(Record.objects.filter(id__in=tree.ids).values_list("version", flat=True))) == 1


def test_tree_that_is_published_when_it_is_made_is_there(library: Library) -> None:
    tree = make_tree(status="published")
    library.pull()
    assert library.ids == tree.ids


def test_withdrawing_takes_the_children_and_publishing_again_brings_them(library: Library) -> None:
    tree, other = make_tree(status="published"), make_tree(status="published")
    library.pull()
    set_status(tree, "draft")
    assert library.pull() == GONE
    assert library.ids == other.ids
    set_status(tree, "published")
    assert library.pull() == WHOLE


def test_child_that_was_deleted_itself_stays_away_when_its_plan_is_published(library: Library) -> None:
    tree = make_tree()
    PlanDay.objects.filter(pk=tree.days[0].pk).tombstone()
    set_status(tree, "published")
    library.pull()
    assert library.ids == {as_id(row) for row in (tree.plan, tree.days[1], *tree.slots[2:])}


@pytest.mark.parametrize("hard", [False, True])
def test_deleting_a_canonical_plan_takes_its_children(library: Library, hard: bool) -> None:  # noqa: FBT001 - pytest's
    tree = make_tree(status="published")
    library.pull()
    if hard:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM specimens_plan WHERE id = %s", [tree.plan.pk])
    else:
        Plan.objects.filter(pk=tree.plan.pk).tombstone()
    assert sorted(library.pull()) == sorted(GONE)
    assert library.ids == set()
    assert not PlanSlot.objects.live().exists()


def test_child_that_is_added_or_moved_is_as_visible_as_its_new_parent(library: Library) -> None:
    public, draft = make_tree(status="published"), make_tree()
    library.pull()
    PlanSlot.objects.create(day=draft.days[0])
    assert library.pull() == []
    added = PlanSlot.objects.create(day=public.days[0])
    assert library.pull() == [("plan_slot", False)]
    PlanDay.objects.filter(pk=public.days[0].pk).update(plan=draft.plan)
    assert library.pull() == [("plan_day", True), *[("plan_slot", True)] * 3]
    PlanDay.objects.filter(pk=public.days[0].pk).update(plan=public.plan)
    library.pull()
    assert library.ids == {*public.ids, as_id(added)}


def test_child_that_is_put_below_what_is_deleted_is_deleted_too(library: Library) -> None:
    tree = make_tree(status="published")
    PlanDay.objects.filter(pk=tree.days[0].pk).tombstone()
    PlanSlot.objects.filter(pk=tree.slots[2].pk).update(day=tree.days[0])
    late = PlanSlot(day=tree.days[0])
    late.save(force_insert=True)
    library.pull()
    assert library.ids == {as_id(row) for row in (tree.plan, tree.days[1], tree.slots[3])}
    assert not PlanSlot.objects.live().filter(day=tree.days[0]).exists()


def test_visibility_cannot_be_written(library: Library) -> None:
    tree = make_tree()
    PlanDay.objects.filter(user=None).update(parent_visible=True)
    PlanSlot.objects.update(parent_visible=True)
    assert library.pull() == []
    day = PlanDay.objects.get(pk=tree.days[0].pk)
    day.parent_visible = True
    day.save()
    assert not PlanDay.objects.get(pk=day.pk).visible


def test_change_of_a_draft_makes_no_version(library: Library) -> None:
    make_tree(status="published")
    library.pull()
    draft = make_tree()
    PlanDay.objects.filter(plan=draft.plan).update(title="Other")
    PlanSlot.objects.filter(day__plan=draft.plan).delete()
    assert library.pull() == []


def test_children_that_are_added_while_the_plan_is_published_come_with_it(library: Library) -> None:
    """Whoever is first: without a lock between them the day would stay hidden."""
    tree = make_tree()
    begun, failures = threading.Event(), list[BaseException]()

    def add() -> None:
        with closing(connections["default"]):
            try:
                with transaction.atomic():
                    PlanDay.objects.create(plan=tree.plan, title="Late")
                    begun.set()
                    PlanSlot.objects.create(day=tree.days[0])
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

    thread = threading.Thread(target=add)
    thread.start()
    assert begun.wait(10)
    set_status(tree, "published")
    thread.join()
    assert failures == []
    library.pull()
    assert len(library.ids) == len(tree.ids) + 2


# --- what the database refuses ---


def test_child_of_what_is_not_its_owners_is_refused(alice: User, bob: User) -> None:
    canonical, alices = make_tree().plan.pk, make_tree(alice).plan.pk
    for user, plan in ((None, uuid4()), (None, alices), (alice, canonical), (bob, alices), (alice, uuid4())):
        with refused("specimens_planday_plan_same_owner"):
            PlanDay.objects.create(user=user, plan_id=plan)


def test_child_cannot_be_moved_to_what_is_not_its_owners(alice: User, bob: User) -> None:
    canonical, alices, bobs = make_tree(), make_tree(alice), make_tree(bob)
    for mine, others in ((canonical, alices), (alices, canonical), (alices, bobs)):
        with refused("specimens_planslot_day_same_owner"):
            PlanSlot.objects.filter(pk=mine.slots[0].pk).update(day=others.days[0])


def test_canonical_row_does_not_become_private(alice: User) -> None:
    make(Plan, alice), Plan.objects.create(title="Canonical", status="published")
    for before, after in ((None, alice), (alice, None)):
        with refused("id_and_owner_never_change"):
            Plan.objects.filter(user=before).update(user=after)


def test_canonical_slot_cannot_name_a_private_type(alice: User) -> None:
    tree = make_tree()
    private = make(ExerciseType, alice)
    with refused("specimens_planslot_exercise_own_or_shared"):
        PlanSlot.objects.filter(pk=tree.slots[0].pk).update(exercise=private)
    PlanSlot.objects.filter(pk=tree.slots[0].pk).update(exercise=make_canonical())


# --- who sees and who writes ---


def test_private_tree_is_its_users_alone(alice: User, bob: User, phone: Phone, bobs_phone: Phone) -> None:
    mine, bobs, canonical = make_tree(alice), make_tree(bob), make_tree(status="published")
    assert {record_id for _, record_id in phone.records()} >= mine.ids
    assert not {record_id for _, record_id in phone.records()} & (bobs.ids | canonical.ids)
    assert not {record_id for _, record_id in bobs_phone.records()} & mine.ids
    shown = Library(bobs_phone.api)
    shown.pull()
    assert shown.ids == canonical.ids


def test_list_of_each_level_holds_ones_own_rows_alone(alice: User, bob: User, api: SchemaClient) -> None:
    mine = make_tree(alice)
    make_tree(bob), make_tree(status="published")
    for url, rows in (("plans", [mine.plan]), ("plan-days", mine.days), ("plan-slots", mine.slots)):
        found = api.get(f"/api/v1/specimens/{url}/").json()["results"]
        assert {row["id"] for row in found} == {as_id(row) for row in rows}


def test_usable_is_what_is_published_and_ones_own(alice: User, bob: User) -> None:
    mine, _, draft, public = make_tree(alice), make_tree(bob), make_tree(), make_tree(status="published")
    gone = make_tree(status="published")
    Plan.objects.filter(pk=gone.plan.pk).tombstone()
    for model in (Plan, PlanDay, PlanSlot):
        found = {as_id(row) for row in model.objects.usable_by(alice)}
        assert found == {pk for pk in mine.ids | public.ids if model.objects.filter(pk=pk).exists()}
        assert not found & draft.ids


def test_clients_cannot_hang_rows_on_a_canonical_plan(phone: Phone, api: SchemaClient) -> None:
    public, draft = make_tree(status="published"), make_tree()
    before = Record.objects.count()
    response = api.post("/api/v1/specimens/plan-days/", {"plan": as_id(public.plan)})
    check_error(response, 400, "does_not_exist", "plan")
    check_error(api.post("/api/v1/specimens/plan-days/", {"plan": as_id(draft.plan)}), 400, "does_not_exist", "plan")
    for tree in (public, draft):  # as with an id that nobody knows
        assert phone.one("create", "plan_day", str(uuid4()), {"plan": as_id(tree.plan)})["status"] == "deferred"
    results = phone.push(
        phone.mutation("update", "plan", as_id(public.plan), {"title": "Mine"}),
        phone.mutation("delete", "plan_day", as_id(public.days[0])),
        phone.mutation("create", "plan_slot", as_id(public.slots[0]), {"day": as_id(public.days[0])}),
    )
    assert [result["status"] for result in results] == ["conflict", "conflict", "rejected"]
    assert Record.objects.exclude(entity=900).count() == before
    assert PlanDay.objects.live().count() == 4


# --- a private tree is an owned tree ---


def test_private_tree_comes_in_any_order(phone: Phone) -> None:
    plan, day, slot = (str(uuid4()) for _ in range(3))
    results = phone.push(
        phone.mutation("create", "plan_slot", slot, {"day": day, "reps": 3}),
        phone.mutation("create", "plan_day", day, {"plan": plan}),
        phone.mutation("create", "plan", plan, {"title": "Mine"}),
    )
    assert results[-1]["status"] == "applied"
    assert {("plan", plan), ("plan_day", day), ("plan_slot", slot)} <= phone.records().keys()
    assert PlanSlot.objects.get().visible


def test_private_tree_is_deleted_and_restored_as_a_whole(phone: Phone, alice: User) -> None:
    tree = make_tree(alice)
    seen = phone.pull()["version"]
    phone.one("delete", "plan", as_id(tree.plan), base_version=seen)
    assert not {record_id for _, record_id in phone.records()} & tree.ids
    phone.one("restore", "plan", as_id(tree.plan), base_version=seen + 1)
    assert {record_id for _, record_id in phone.records()} >= tree.ids
    assert PlanSlot.objects.live().count() == 4


@pytest.mark.parametrize("way", ["rest", "sql"])
def test_private_plan_takes_its_children_whoever_deletes_it(
    phone: Phone, api: SchemaClient, alice: User, way: str
) -> None:
    tree = make_tree(alice)
    if way == "rest":
        assert api.delete(f"/api/v1/specimens/plans/{tree.plan.pk}/").status_code == 204
        assert PlanSlot.objects.count() == 4
    else:
        Plan.objects.filter(pk=tree.plan.pk).delete()
    assert not {record_id for _, record_id in phone.records()} & tree.ids
    assert not PlanSlot.objects.live().exists()


def test_private_rows_merge_and_conflict_like_owned_ones(phone: Phone, tablet: Phone, alice: User) -> None:
    tree = make_tree(alice)
    slot = as_id(tree.slots[0])
    seen = phone.pull()["version"]
    phone.one("update", "plan_slot", slot, {"reps": 6}, base_version=seen)
    merged = tablet.one("update", "plan_slot", slot, {"notes": "slowly"}, base_version=seen)
    lost = tablet.one("update", "plan_slot", slot, {"reps": 7}, base_version=seen)
    assert (merged["status"], lost["status"]) == ("merged", "conflict")
    data = phone.records()["plan_slot", slot]["data"]
    assert (data["notes"], data["reps"]) == ("slowly", 7)
    assert phone.conflicts()[0]["fields"][0]["lost"]["value"] == 6


def test_edit_brings_back_the_tree_that_was_deleted_meanwhile(phone: Phone, tablet: Phone, alice: User) -> None:
    tree = make_tree(alice)
    seen = phone.pull()["version"]
    phone.one("delete", "plan", as_id(tree.plan), base_version=seen)
    tablet.one("update", "plan_slot", as_id(tree.slots[0]), {"reps": 9}, base_version=seen)
    back = {record_id for _, record_id in phone.records()}
    assert back >= {as_id(tree.plan), as_id(tree.days[0]), as_id(tree.slots[0])}


# --- what it costs ---


def test_update_of_a_private_plan_asks_nothing_of_canonical_ones(alice: User) -> None:
    """Its children are looked up by their parent's id, of which there is an index."""
    make_tree(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename IN ('specimens_planday', 'specimens_planslot')")
        found = " ".join(line for (line,) in cursor.fetchall())
    assert "(plan_id)" in found
    assert "(day_id)" in found


def test_curator_edits_under_the_head_of_the_catalogue(library: Library) -> None:
    tree = make_tree(status="published")
    library.pull()
    with writing(user=Catalogue(), source="admin"):
        PlanSlot.objects.filter(pk=tree.slots[0].pk).update(reps=1)
    assert library.pull() == [("plan_slot", False)]
    assert list(LogEntry.objects.filter(record_id=tree.slots[0].pk).values_list("op", "source")) == [
        ("I", "admin"),
        ("U", "admin"),
    ]


# --- the admin ---


def test_curator_publishes_in_the_admin(client: Client, charlie: User, library: Library) -> None:
    client.force_login(charlie)
    tree = make_tree()
    assert changed(client, tree.plan, status="published").status_code == 302
    assert library.pull() == WHOLE
    assert set(LogEntry.objects.filter(record_id__in=tree.ids).values_list("user", "source")) == {(CATALOGUE, "admin")}


def test_admin_shows_at_its_field_what_a_canonical_row_cannot_hang_on(
    client: Client, charlie: User, alice: User
) -> None:
    client.force_login(charlie)
    canonical, private = make_tree(), make_tree(alice)
    for user, plan in (("", private.plan), (alice.pk, canonical.plan)):
        answer = changed(client, PlanDay(), user=user, plan=plan.pk, position=1)
        assert answer.status_code == 200
        assert "plan" in answer.context["adminform"].form.errors
    assert changed(client, PlanDay(), user="", plan=canonical.plan.pk, position=1).status_code == 302


# --- out and in again ---


def test_account_is_deleted_with_its_trees(alice: User) -> None:
    make_tree(alice), make_tree(status="published")
    alice.delete()
    assert set(PlanSlot.objects.values_list("user", flat=True)) == {None}


def test_import_keeps_shared_ids_by_what_they_name(
    phone: Phone, api: SchemaClient, bobs_api: SchemaClient, alice: User, bob: User
) -> None:
    """The `exercise` of a set is one of the user's own, that of a slot may be a type for all: both are in the same file."""
    tree = make_tree(alice)
    PlanSlot.objects.filter(pk=tree.slots[0].pk).update(exercise=make_canonical("plank"))
    performed = phone.exercise()
    phone.create("set", {"exercise": performed, "reps": 5})
    job = imported(bobs_api, exported(api))
    assert job["state"] == "done", job
    slots = PlanSlot.objects.filter(user=bob).order_by("day__position", "reps")
    assert [row.exercise and row.exercise.slug for row in slots] == ["plank", None, None, None]
    assert not {as_id(row) for row in slots} & tree.ids
    taken = Set.objects.get(user=bob)
    assert (taken.exercise.user_id, taken.exercise.exercise_type.user_id) == (bob.pk, None)
