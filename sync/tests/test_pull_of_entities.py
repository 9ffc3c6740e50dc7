"""The pull of some entities, for engines that replicate by collection: each set has a cursor of its own."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.tests.factories import make_canonical, make_muscle
from config.tests.contract import SchemaClient, check_error
from lib import wire
from lib.tests.factories import as_id, make
from sync.domain import lifetimes
from sync.models import Head, Record
from sync.services.upkeep.retention import purge
from sync.tests.devices import PULL, STATUS, Json, Phone
from sync.tests.test_pull import digest_of, place, tree
from sync.tests.test_twins import log_planned_day
from training.models import Exercise, Measurement, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = [entity.name for entity in wire.entities()]


def page_of(phone: Phone, *entities: str, **query: Any) -> Json:
    asked = {name: value for name, value in query.items() if value is not None}
    response = phone.api.get(PULL, {"entities": ",".join(entities), **asked} if entities else asked)
    assert response.status_code == 200, response.content
    page: Json = response.json()
    return page


def all_of(phone: Phone, *entities: str, cursor: str | None = None, limit: int = 1000) -> tuple[list[Json], Json]:
    """(changes of all pages, the last page)"""
    page = page_of(phone, *entities, cursor=cursor, limit=limit)
    changes: list[Json] = page["changes"]
    while page["has_more"]:
        page = page_of(phone, *entities, cursor=page["cursor"], limit=limit)
        changes += page["changes"]
    return changes, page


def stands(user: User, entities: Iterable[str]) -> dict[str, int]:
    codes = [wire.codes()[name] for name in entities]
    return {str(r.id): r.version for r in Record.objects.filter(user=user, entity__in=codes)}


# --- what it brings ---


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_pull_of_entities_brings_all_of_them_and_nothing_else(phone: Phone, alice: User, bob: User, limit: int) -> None:
    for user in (alice, bob):
        tree(user)
        make(Measurement, user)
    make(Workout, alice).delete()
    whole, _ = phone.pull_all()
    changes, last = all_of(phone, "set", "workout", limit=limit)
    assert changes == [change for change in whole if change["entity"] in ("set", "workout")]
    assert changes == sorted(changes, key=place)
    assert (last["entities"], last["version"]) == (["workout", "set"], Head.objects.get(user=alice).version)
    assert "entities" not in phone.pull()


def test_pull_of_entities_by_post_and_by_repeated_names_is_the_same(phone: Phone, alice: User) -> None:
    tree(alice)
    changes = page_of(phone, "set", "exercise")["changes"]
    assert {change["entity"] for change in changes} == {"exercise", "set"}
    posted = phone.api.post(PULL, {"entities": ["exercise", "set", "set"]}).json()
    assert (posted["changes"], posted["entities"]) == (changes, ["exercise", "set"])
    assert phone.api.get(f"{PULL}?entities=set&entities=exercise").json()["changes"] == changes
    assert phone.api.post(PULL, {"entities": None}).json()["changes"] == phone.pull()["changes"]


def test_library_can_be_pulled_by_entities(phone: Phone) -> None:
    make_canonical(), make_muscle("glutes")
    page = page_of(phone, "muscle", scope="catalog")
    assert [change["data"]["slug"] for change in page["changes"]] == ["glutes"]
    check_error(phone.api.get(PULL, {"entities": "muscle"}), 400, "unknown_entity", "entities")
    check_error(phone.api.get(PULL, {"entities": "workout", "scope": "catalog"}), 400, "unknown_entity", "entities")


@pytest.mark.parametrize("names", ["sauna", "", "workout,", "Workout", "workout, set", "workout\x00", "," * 200])
def test_entities_that_are_none_are_refused(phone: Phone, names: str) -> None:
    response = phone.api.get(PULL, {"entities": names})
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "entities")


@pytest.mark.parametrize("names", [[], "workout", [5], [None], {"workout": 1}, [["workout"]], 5])
def test_entities_of_a_wrong_type_are_refused(phone: Phone, names: Any) -> None:
    response = phone.api.post(PULL, {"entities": names})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"].startswith("entities")


def test_time_stands_for_all_entities(phone: Phone) -> None:
    check_error(
        phone.api.get(PULL, {"entities": "workout", "since": "2026-03-01T10:00:00Z"}), 400, "invalid", "entities"
    )


# --- its cursor ---


@pytest.mark.parametrize("others", [(), ("set",), ("workout", "exercise", "set")])
def test_cursor_is_refused_for_entities_that_it_is_not_of(phone: Phone, alice: User, others: tuple[str, ...]) -> None:
    tree(alice)
    cursor = page_of(phone, "workout", "exercise")["cursor"]
    asked = {"entities": ",".join(others)} if others else {}
    response = phone.api.get(PULL, {"cursor": cursor, **asked})
    check_error(response, 400, "cursor_invalid", "cursor")
    assert "workout, exercise" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("limit", [2, 1000])
def test_cursor_of_more_entities_goes_on_for_fewer(phone: Phone, alice: User, limit: int) -> None:
    """Whoever has a whole state has it of each entity. The new cursor is of these alone."""
    workout, _, _ = tree(alice)
    begun = phone.pull(limit=limit)
    Workout.objects.filter(pk=workout.pk).update(title="later")
    held = {change["id"]: change["version"] for change in begun["changes"] if change["entity"] in ("workout", "set")}
    changes, last = all_of(phone, "workout", "set", cursor=begun["cursor"])
    held |= {change["id"]: change["version"] for change in changes}
    assert held == stands(alice, ["workout", "set"])
    assert page_of(phone, "set", cursor=last["cursor"])["changes"] == []
    check_error(phone.api.get(PULL, {"cursor": last["cursor"]}), 400, "cursor_invalid", "cursor")


def test_cursor_of_a_whole_pull_is_as_it_was(phone: Phone, alice: User) -> None:
    """Those that devices hold today have no entities in them."""
    tree(alice)
    _, cursor = phone.pull_all()
    make(Workout, alice)
    assert [change["entity"] for change in phone.pull(cursor)["changes"]] == ["workout"]


def test_snapshot_of_entities_says_so_until_it_ends(phone: Phone, alice: User) -> None:
    tree(alice)
    first = page_of(phone, "set", limit=2)
    second = page_of(phone, "set", limit=2, cursor=first["cursor"])
    third = page_of(phone, "set", limit=2, cursor=second["cursor"])
    assert [page["mode"] for page in (first, second, third)] == ["snapshot", "snapshot", "delta"]
    assert [page["has_more"] for page in (first, second, third)] == [True, False, False]


def test_entities_without_changes_come_as_far_as_all_others(phone: Phone, alice: User) -> None:
    cursor = page_of(phone, "measurement")["cursor"]
    tree(alice)
    page = page_of(phone, "measurement", cursor=cursor)
    assert (page["changes"], page["has_more"], page["version"]) == ([], False, Head.objects.get(user=alice).version)
    assert page["cursor"] != cursor


def test_cursor_of_entities_is_reset_by_what_was_purged_after_it(phone: Phone, alice: User) -> None:
    whole = phone.pull()["cursor"]
    stale, quiet = page_of(phone, "workout")["cursor"], page_of(phone, "measurement", "set")["cursor"]
    make(Workout, alice).delete()
    fresh = page_of(phone, "set")["cursor"]
    running = page_of(phone, "workout", "set", limit=1)["cursor"]
    assert purge(at=timezone.now() + lifetimes.TOMBSTONE).tombstones == 1
    check_error(phone.api.get(PULL, {"cursor": stale, "entities": "workout"}), 410, "resync_required")
    assert page_of(phone, "set", cursor=fresh)["changes"] == []
    assert page_of(phone, "measurement", "set", cursor=quiet)["mode"] == "delta"
    check_error(phone.api.get(PULL, {"cursor": whole}), 410, "resync_required")
    assert page_of(phone, "workout", "set", cursor=running)["has_more"] is False


def test_cursor_of_entities_proves_to_a_restored_server_what_was_seen(phone: Phone, alice: User) -> None:
    tree(alice)
    page = page_of(phone, "set")
    Head.objects.filter(user=alice).update(version=1)
    answer = phone.post(phone.mutation("create", "workout", str(uuid4())), cursor=page["cursor"])
    check_error(answer, 409, "epoch_changed")


# --- what its device may say that it has seen ---


def test_smallest_version_of_the_sets_makes_no_conflict_of_what_was_seen(phone: Phone, tablet: Phone) -> None:
    """The tablet replicates by collection. Most of its collections have nothing; none of them holds it back."""
    log_planned_day(phone)
    seen = {name: page_of(tablet, name)["version"] for name in NAMES}
    _, results = log_planned_day(tablet, ack_version=min(seen.values()))
    assert {result["status"] for result in results} == {"applied"}


def test_set_that_is_behind_holds_back_what_the_device_says(phone: Phone, tablet: Phone) -> None:
    seen = {name: page_of(tablet, name)["version"] for name in NAMES}
    log_planned_day(phone)
    seen |= {name: page_of(tablet, name)["version"] for name in NAMES if name != "workout"}
    _, results = log_planned_day(tablet, ack_version=min(seen.values()))
    assert [result["status"] for result in results] == ["conflict", "applied", "applied"]
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["unique"]


def test_deletion_with_the_smallest_version_names_what_was_not_seen(phone: Phone, tablet: Phone) -> None:
    """The tablet has pulled the workout anew, but not the set below it that somebody has added."""
    workout, _ = log_planned_day(phone)
    seen = {name: page_of(tablet, name)["version"] for name in NAMES}
    (exercise,) = Exercise.objects.all()
    phone.create("set", {"exercise": as_id(exercise), "reps": 3})
    seen["workout"] = page_of(tablet, "workout")["version"]
    base = min(seen.values())
    tablet.push(tablet.mutation("delete", "workout", workout, base_version=base), ack_version=base)
    assert [conflict["kind"] for conflict in phone.conflicts()] == ["parent"]


# --- to compare ---


def test_digest_of_entities_is_theirs(phone: Phone, alice: User) -> None:
    tree(alice)
    changes, last = all_of(phone, "exercise", "set")
    status = phone.api.get(STATUS, {"entities": "exercise,set"}).json()
    assert (status["digest"], status["version"]) == (digest_of(changes), last["version"])
    assert phone.api.get(STATUS).json()["digest"].keys() > {"exercise", "set"}
    check_error(phone.api.get(STATUS, {"entities": "sauna"}), 400, "unknown_entity", "entities")


@pytest.mark.parametrize("found", [1, 30])
def test_pull_of_entities_takes_the_same_queries_for_one_and_for_many(
    phone: Phone, alice: User, found: int, django_assert_num_queries: Any
) -> None:
    """The session (1); BEGIN, isolation, COMMIT (3); the view and the page (2)."""
    make(Workout, alice)
    for _ in range(found):
        make(Measurement, alice)
    with django_assert_num_queries(6):
        assert len(page_of(phone, "measurement")["changes"]) == found


# --- the law ---

MODELS: list[Any] = [Workout, Exercise, Set, Measurement]
step = st.tuples(st.sampled_from(["make", "change", "delete", "restore"]), st.integers(0, 3), st.integers(0, 9))


def live(user: User, steps: Iterable[tuple[str, int, int]]) -> None:
    """Somebody writes, each time in a transaction of its own."""
    for what, kind, number in steps:
        model = MODELS[kind]
        rows = list(model.objects.filter(user=user).order_by("created_at", "id"))
        if what == "make" or not rows:
            make(model, user)
            continue
        row = model.objects.filter(pk=rows[number % len(rows)].pk)
        if what == "change":
            row.update(notes=str(number))
        elif what == "delete":
            row.tombstone()
        else:
            row.update(deleted_at=None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pulls_of_the_sets_of_any_partition_hold_together_what_a_whole_pull_holds(
    phone: Phone, api: SchemaClient, alice: User, data: st.DataObject
) -> None:
    owner = data.draw(st.lists(st.integers(0, 2), min_size=len(NAMES), max_size=len(NAMES)), label="set of each entity")
    sets = [[name for name, of in zip(NAMES, owner, strict=True) if of == n] for n in set(owner)]
    held: list[dict[str, Json]] = [{} for _ in sets]
    cursors: list[str | None] = [None] * len(sets)

    def pull(n: int, limit: int) -> bool:
        page = page_of(phone, *sets[n], cursor=cursors[n], limit=limit)
        if page["mode"] == "snapshot" and cursors[n] is None:
            held[n].clear()
        held[n].update({change["id"]: change for change in page["changes"]})
        cursors[n] = page["cursor"]
        assert {change["entity"] for change in page["changes"]} <= set(sets[n])
        return bool(page["has_more"])

    for _ in range(data.draw(st.integers(1, 4), label="rounds")):
        live(alice, data.draw(st.lists(step, max_size=4)))
        for n in data.draw(st.lists(st.sampled_from(range(len(sets))), max_size=3), label="pages"):
            pull(n, data.draw(st.integers(1, 3), label="limit"))
    for n in range(len(sets)):
        while pull(n, data.draw(st.integers(1, 50), label="limit")):
            pass
    whole, _ = phone.pull_all()
    assert {i: change for of_set in held for i, change in of_set.items()} == {change["id"]: change for change in whole}
    for n, names in enumerate(sets):
        status = api.get(STATUS, {"entities": ",".join(names)}).json()
        assert digest_of(list(held[n].values())) == status["digest"]
