"""A day of the planner on two phones that are offline: what docs/planner.md says comes of it. Nothing is lost."""

from typing import Any

import pytest

from accounts.models import Settings, User
from config.tests.contract import SchemaClient
from dropset_client import Device
from planner.models import Completion
from sync.tests.devices import kept, lost
from sync.tests.test_day_on_two_phones import end, phones  # noqa: F401 - a fixture
from sync.tests.test_devices_end_to_end import Open, ann, open_device, settle  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY, THURSDAY = "2026-12-01", "2026-12-03"
Phones = tuple[Device, Device]


def block_on(device: Device, other: Device, **values: Any) -> str:
    """One that both phones know."""
    block = device.create(
        "schedule_block",
        {"title": "Clean", "weekdays": ["tuesday"], "starts_at": "09:00", "ends_at": "10:00", **values},
    )
    settle(device, other)
    return block


def one(device: Device, entity: str) -> Any:
    (record,) = device.list(entity)
    return record


def test_block_that_both_ticked_is_done_once(phones: Phones) -> None:  # noqa: F811 - a fixture
    tick = {"block": block_on(*phones), "day": TUESDAY}
    made = [device.create("completion", tick) for device in phones]
    assert end(*phones) == []
    assert (made[0], made[1]) == (one(phones[1], "completion").id, one(phones[0], "completion").id)
    assert Completion.objects.count() == 1


def test_ticks_that_say_different_things_merge_by_field(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    tick = {"block": block_on(*phones), "day": TUESDAY}
    early, late = (
        {"completed_at": f"2026-12-01T0{h}:00:00.000000Z", "time_zone": z} for h, z in ((8, "UTC"), (9, "Asia/Tokyo"))
    )
    phone.create("completion", tick | early | {"notes": "Windows too."})
    tablet.create("completion", tick | late | {"count": 2})
    (conflict,) = end(*phones)
    done = one(tablet, "completion")
    assert [done[name] for name in ("count", "notes", *late)] == [2, "Windows too.", *late.values()]
    assert lost(conflict) == early, "the moment and its zone are one register"


def test_top_three_merge_by_place_and_keep_both_texts_of_one(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    day = {"day": TUESDAY}
    phone.create("top_three_item", day | {"place": 1, "title": "Bank"})
    phone.create("top_three_item", day | {"place": 2, "title": "Tax"})
    tablet.create("top_three_item", day | {"place": 2, "title": "Dentist"})
    tablet.create("top_three_item", day | {"place": 3, "title": "Run"})
    (conflict,) = end(*phones)
    titles = {record["place"]: record["title"] for record in phone.list("top_three_item")}
    assert titles == {1: "Bank", 2: "Dentist", 3: "Run"}
    assert (kept(conflict), lost(conflict)) == ({"title": "Dentist"}, {"title": "Tax"})


def test_block_moved_on_one_and_ticked_on_the_other_is_done_on_its_new_day(
    phones: Phones,  # noqa: F811
    ann: User,  # noqa: F811
) -> None:
    phone, tablet = phones
    block = block_on(*phones)
    phone.create("block_exception", {"block": block, "day": TUESDAY, "moved_to": THURSDAY})
    tablet.create("completion", {"block": block, "day": TUESDAY})
    assert end(*phones) == []
    api = SchemaClient()
    api.force_authenticate(ann)
    days = {day: api.get("/api/v1/planner/day/", {"date": day}).json()["day"]["blocks"] for day in (TUESDAY, THURSDAY)}
    assert days[TUESDAY] == []
    assert [(shown["day"], shown["moved"], shown["completion"]["status"]) for shown in days[THURSDAY]] == [
        (TUESDAY, True, "done")
    ]


def test_day_that_both_changed_keeps_what_each_said(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    day = {"block": block_on(*phones), "day": TUESDAY}
    phone.create("block_exception", day | {"moved_to": THURSDAY})
    tablet.create("block_exception", day | {"cancelled": True})
    assert end(*phones) == []
    assert [one(phone, "block_exception")[name] for name in ("cancelled", "moved_to")] == [True, THURSDAY]


def test_mechanism_of_one_key_is_one_and_keeps_both_texts(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    phone.create("mechanism", {"key": "late", "condition": "It is ten.", "action": "Phone away."})
    tablet.create("mechanism", {"key": "late", "condition": "It is ten.", "action": "Lights out."})
    (conflict,) = end(*phones)
    assert one(phone, "mechanism")["action"] == "Lights out."
    assert lost(conflict) == {"action": "Phone away."}


def test_zone_changed_on_one_phone_and_times_on_the_other_are_not_mixed(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    block = block_on(*phones)
    phone.update("schedule_block", block, {"time_zone": "Asia/Tokyo"})
    tablet.update("schedule_block", block, {"starts_at": "07:00", "ends_at": "07:30"})
    (conflict,) = end(*phones)
    stands = one(phone, "schedule_block")
    assert [stands[name] for name in ("starts_at", "ends_at", "time_zone")] == ["07:00", "07:30", ""]
    assert lost(conflict) == {"starts_at": "09:00", "ends_at": "10:00", "time_zone": "Asia/Tokyo"}


def test_tick_stays_on_its_day_when_the_athlete_moves_to_another_zone(phones: Phones, ann: User) -> None:  # noqa: F811
    phone, tablet = phones
    tick = {"block": block_on(*phones), "day": TUESDAY}
    phone.create("completion", tick)
    Settings.objects.filter(user=ann).update(time_zone="Pacific/Kiritimati")
    tablet.create("completion", tick)
    assert end(*phones) == []
    assert one(tablet, "completion")["day"] == TUESDAY


def test_what_was_unticked_can_be_ticked_again_on_either_phone(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    tick = {"block": block_on(*phones), "day": TUESDAY}
    made = phone.create("completion", tick | {"notes": "First."})
    settle(*phones)
    phone.delete("completion", made)
    settle(*phones)
    assert list(tablet.list("completion")) == []
    assert tablet.create("completion", tick) == made
    assert end(*phones) == []
    assert (one(phone, "completion").id, one(phone, "completion")["notes"]) == (made, "")


def test_unticked_on_one_and_worked_on_later_on_the_other_comes_back(phones: Phones) -> None:  # noqa: F811
    phone, tablet = phones
    made = phone.create("completion", {"block": block_on(*phones), "day": TUESDAY})
    settle(*phones)
    phone.delete("completion", made)
    tablet.update("completion", made, {"notes": "And the cellar."})
    (conflict,) = end(*phones)
    assert conflict["kind"] == "delete"
    assert one(phone, "completion")["notes"] == "And the cellar."


def test_weekdays_that_both_added_are_both_there(phones: Phones) -> None:  # noqa: F811
    block = block_on(*phones)
    for device, day in zip(phones, ("friday", "sunday"), strict=True):
        device.update("schedule_block", block, {"weekdays": ["tuesday", day]})
    assert end(*phones) == []
    assert one(phones[0], "schedule_block")["weekdays"] == ["friday", "sunday", "tuesday"]
