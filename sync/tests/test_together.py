"""Fields that mean something only together are one register: of two devices the value of one stands, never half of each."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.sqlfiles import load_sql
from lib.tests.factories import as_id, make
from sync.models import Conflict
from sync.tests.devices import Json, Phone, ago, an_hour_passes, kept, lost
from training.models import Exercise, Measurement, Set

pytestmark = pytest.mark.django_db(transaction=True)

HUNDRED_KG = {"load_kg": "100.00", "typed_load": "100.000", "typed_load_unit": "kg"}
POUNDS = {"load_kg": "102.06", "typed_load": "225.000", "typed_load_unit": "lb"}
HEAVIER = {"load_kg": "105.00", "typed_load": "105.000", "typed_load_unit": "kg"}
EMPTIED = {"typed_load": None, "typed_load_unit": ""}


@pytest.fixture
def watch(api: SchemaClient, alice: User) -> Phone:
    """Has made what the other devices have seen."""
    return Phone(api, alice)


@pytest.fixture
def loaded(watch: Phone, alice: User) -> tuple[str, int]:
    """A set of 100 kg, and the version at which every device has seen it."""
    set_id = watch.create("set", {"exercise": watch.exercise(), **HUNDRED_KG})
    an_hour_passes(alice)
    return set_id, watch.pull()["version"]


@pytest.fixture
def devices(phone: Phone, tablet: Phone) -> list[Phone]:
    return [phone, tablet]


def standing(phone: Phone, set_id: str) -> Json:
    data = phone.records()["set", set_id]["data"]
    return {name: data[name] for name in HUNDRED_KG}


def changed(values: Json) -> Json:
    """What a client sends: only what is not as it was."""
    return {name: value for name, value in values.items() if HUNDRED_KG[name] != value}


@pytest.mark.parametrize("is_first_later", [True, False])
@pytest.mark.parametrize(("first", "second"), [(HEAVIER, POUNDS), (POUNDS, HEAVIER)])
def test_of_two_devices_the_later_load_stands_as_a_whole(
    devices: list[Phone], loaded: tuple[str, int], first: Json, second: Json, *, is_first_later: bool
) -> None:
    set_id, base = loaded
    for device, values, minutes in zip(devices, (first, second), (15, 20 if is_first_later else 10), strict=True):
        device.one("update", "set", set_id, changed(values), base_version=base, at=ago(minutes))
    stands, lies = (first, second) if is_first_later else (second, first)
    assert standing(devices[0], set_id) == stands
    (conflict,) = devices[0].conflicts()
    assert (kept(conflict), lost(conflict)) == (stands, lies)
    assert {field["name"]: field["base"] for field in conflict["fields"]} == HUNDRED_KG


def test_lost_load_is_given_back_as_a_whole(phone: Phone, tablet: Phone, loaded: tuple[str, int]) -> None:
    set_id, base = loaded
    tablet.one("update", "set", set_id, POUNDS, base_version=base, at=ago(20))
    phone.one("update", "set", set_id, changed(HEAVIER), base_version=base, at=ago(10))
    conflict = Conflict.objects.get()
    decision = {"resolution": "use_lost"}
    phone.one("resolve", "conflict", as_id(conflict), decision, base_version=phone.pull()["version"])
    assert standing(phone, set_id) == POUNDS


def test_edit_of_another_field_meets_no_rival(phone: Phone, tablet: Phone, loaded: tuple[str, int]) -> None:
    set_id, base = loaded
    tablet.one("update", "set", set_id, POUNDS, base_version=base)
    assert phone.one("update", "set", set_id, {"reps": 5}, base_version=base)["status"] == "merged"
    assert phone.conflicts() == []


def test_own_edits_of_parts_follow_each_other(phone: Phone, loaded: tuple[str, int]) -> None:
    """What a patch leaves out is as its device saw it: with its own earlier edits."""
    set_id, base = loaded
    results = phone.push(
        phone.mutation("update", "set", set_id, POUNDS, base_version=base),
        phone.mutation("update", "set", set_id, {"load_kg": "104.33", "typed_load": "230"}, base_version=base),
    )
    assert [result["status"] for result in results] == ["applied", "applied"]
    assert standing(phone, set_id) == {"load_kg": "104.33", "typed_load": "230.000", "typed_load_unit": "lb"}


def test_new_set_may_be_changed_in_parts_before_anybody_has_seen_it(phone: Phone) -> None:
    exercise, set_id = phone.exercise(), "0190b2a4-8f00-7000-8000-000000000001"
    phone.push(
        phone.mutation("create", "set", set_id, {"exercise": exercise, **HUNDRED_KG}),
        phone.mutation("update", "set", set_id, {"load_kg": "105", "typed_load": "105"}),
    )
    assert standing(phone, set_id) == HEAVIER


def test_load_alone_empties_what_was_typed_and_says_so(phone: Phone, loaded: tuple[str, int]) -> None:
    set_id, base = loaded
    result = phone.one("update", "set", set_id, {"load_kg": "80"}, base_version=base)
    assert result["status"] == "merged", "the record is not what the device expects"
    assert {name: result["record"]["data"][name] for name in HUNDRED_KG} == {"load_kg": "80.00", **EMPTIED}
    assert phone.conflicts() == []


@pytest.mark.parametrize(
    "patch",
    [
        {"typed_load_unit": "lb"},
        {"typed_load": "105"},
        {"load_kg": "105", "typed_load": "106"},
        {"load_kg": None, "typed_load": "100"},
        {"load_kg": "100", "typed_load": "100", "typed_load_unit": "lb"},
    ],
)
def test_load_that_is_not_what_was_typed_is_refused(
    api: SchemaClient, phone: Phone, loaded: tuple[str, int], patch: Json
) -> None:
    set_id, base = loaded
    result = phone.one("update", "set", set_id, patch, base_version=base)
    assert (result["status"], result["error"]["code"]) == ("rejected", "load_not_as_typed")
    check_error(api.patch(f"/api/v1/sets/{set_id}/", patch), 400, "load_not_as_typed", "non_field_errors")
    assert standing(phone, set_id) == HUNDRED_KG


@pytest.mark.parametrize("load_kg", ["102.05", "102.06"])
def test_load_may_be_rounded_by_any_rule(phone: Phone, loaded: tuple[str, int], load_kg: str) -> None:
    set_id, base = loaded
    assert phone.one("update", "set", set_id, {**POUNDS, "load_kg": load_kg}, base_version=base)["status"] == "applied"


def test_patch_over_rest_follows(api: SchemaClient, phone: Phone, loaded: tuple[str, int]) -> None:
    set_id, _ = loaded
    assert api.patch(f"/api/v1/sets/{set_id}/", {"load_kg": "80"}).status_code == 200
    assert standing(phone, set_id) == {"load_kg": "80.00", **EMPTIED}
    api.patch(f"/api/v1/sets/{set_id}/", POUNDS)
    api.patch(f"/api/v1/sets/{set_id}/", {"load_kg": "104.33", "typed_load": "230"})
    assert standing(phone, set_id) == {"load_kg": "104.33", "typed_load": "230.000", "typed_load_unit": "lb"}


def test_what_rest_wrote_in_part_is_lost_as_a_whole(api: SchemaClient, phone: Phone, loaded: tuple[str, int]) -> None:
    set_id, base = loaded
    api.patch(f"/api/v1/sets/{set_id}/", {"load_kg": "90", "typed_load": "90"})
    phone.one("update", "set", set_id, POUNDS, base_version=base, at=ago(-1))
    (conflict,) = phone.conflicts()
    assert standing(phone, set_id) == POUNDS
    assert lost(conflict) == {"load_kg": "90.00", "typed_load": "90.000", "typed_load_unit": "kg"}


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1])))
def test_time_and_its_zone_are_one(
    watch: Phone, phone: Phone, tablet: Phone, alice: User, order: tuple[int, ...]
) -> None:
    """Otherwise the local day would be one that neither device meant."""
    values = {"kind": "body_weight", "value": "80", "measured_at": "2026-03-01T23:30:00Z", "time_zone": "Europe/Berlin"}
    record = watch.create("measurement", values)
    an_hour_passes(alice)
    base = phone.pull()["version"]
    patches = [(phone, {"time_zone": "Asia/Tokyo"}, 20), (tablet, {"measured_at": "2026-03-01T21:30:00Z"}, 10)]
    for number in order:
        device, patch, minutes = patches[number]
        device.one("update", "measurement", record, patch, base_version=base, at=ago(minutes))
    data = phone.records()["measurement", record]["data"]
    assert (data["measured_at"][:16], data["time_zone"], data["local_date"]) == (
        "2026-03-01T21:30", "Europe/Berlin", "2026-03-01",
    )  # fmt: skip
    (conflict,) = phone.conflicts()
    assert lost(conflict) == {"measured_at": "2026-03-01T23:30:00.000000Z", "time_zone": "Asia/Tokyo"}


def test_zone_over_rest_leaves_the_time(api: SchemaClient, alice: User) -> None:
    row = make(Measurement, alice, measured_at="2026-03-01T23:30:00Z", time_zone="Europe/Berlin")
    answer = api.patch(f"/api/v1/measurements/{row.pk}/", {"time_zone": "Asia/Tokyo"}).json()
    assert (answer["measured_at"], answer["local_date"]) == ("2026-03-01T23:30:00.000000Z", "2026-03-02")


@pytest.mark.parametrize(
    ("found", "repaired"),
    [
        ((100, 100, "kg"), (100, 100, "kg")),
        ((None, 225, "lb"), (Decimal("102.06"), 225, "lb")),
        ((105, 105, "lb"), (105, None, "")),
        ((100, None, ""), (100, None, "")),
    ],
)
def test_contradictory_loads_of_before_are_repaired(alice: User, found: Any, repaired: Any) -> None:
    names = ("load_kg", "typed_load", "typed_load_unit")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE training_set DROP CONSTRAINT training_set_load_as_typed")
            row = make(Set, alice, exercise=as_id(make(Exercise, alice)), **dict(zip(names, found, strict=True)))
            cursor.execute(load_sql("training", "repair_typed_loads"))
        row.refresh_from_db()
        transaction.set_rollback(True)
    assert tuple(getattr(row, name) for name in names) == repaired
