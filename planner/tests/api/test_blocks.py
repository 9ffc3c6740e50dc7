"""What blocks take over REST, beyond what the contract holds of every entity."""

from typing import Any

import pytest

from accounts.models import Settings, User
from config.tests.contract import SchemaClient, check_error
from lib.identity import derived_id
from lib.tests.factories import as_id, make
from planner.models import Completion, Habit, Reminder, ScheduleBlock
from planner.tests.factories import remind, tick

pytestmark = pytest.mark.django_db

BLOCKS, COMPLETIONS = "/api/v1/schedule-blocks/", "/api/v1/completions/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("starts_at", value)
            for value in ("7:00", "24:00", "07:60", "07:00:00", "07:00\n", " 07:00", "٠٧:٠٠", "0700")
        ),
        *(("colour", value) for value in ("red", "#1F6FEB", "#1f6feb0", "#12345g")),
    ],
)
def test_text_of_another_form_is_refused(api: SchemaClient, name: str, value: Any) -> None:
    response = api.post(BLOCKS, {"ends_at": "08:00", name: value})
    assert response.status_code == 400, response.content
    assert {error["attr"] for error in response.json()["errors"]} == {name}


def test_time_without_a_zone_floats_whatever_the_settings_say(api: SchemaClient, alice: User) -> None:
    Settings.objects.filter(user=alice).update(time_zone="Europe/Berlin")
    block = {"starts_at": "07:00", "ends_at": "08:00"}
    assert api.post(BLOCKS, block).json()["time_zone"] == ""
    habit = as_id(make(Habit, alice))
    assert api.post(COMPLETIONS, {"habit": habit, "day": "2026-12-01"}).json()["time_zone"] == "Europe/Berlin"


def test_times_are_patched_together(api: SchemaClient, alice: User) -> None:
    block = make(ScheduleBlock, alice, starts_at="07:00", ends_at="08:00")
    check_error(api.patch(f"{BLOCKS}{block.pk}/", {"ends_at": ""}), 400, "times_incomplete", "non_field_errors")
    assert api.patch(f"{BLOCKS}{block.pk}/", {"ends_at": "06:00"}).json()["starts_at"] == "07:00"


def test_tick_needs_no_id_and_is_made_once(api: SchemaClient, alice: User) -> None:
    habit = make(Habit, alice)
    tick = {"habit": as_id(habit), "day": "2026-12-01"}
    first, again = (api.post(COMPLETIONS, tick).json() for _ in range(2))
    assert first == again
    assert first["id"] == str(derived_id(habit.pk, "completion", "2026-12-01"))
    assert api.delete(f"{COMPLETIONS}{first['id']}/").status_code == 204
    assert api.post(COMPLETIONS, tick | {"count": 2}).json()["id"] == first["id"]
    assert [row.count for row in Completion.objects.for_user(alice)] == [2]


def test_completion_is_of_one_thing_of_ones_own(api: SchemaClient, alice: User, bob: User) -> None:
    habit, block, his = make(Habit, alice), make(ScheduleBlock, alice), make(Habit, bob)
    day = {"day": "2026-12-01"}
    check_error(
        api.post(COMPLETIONS, day | {"habit": as_id(habit), "block": as_id(block)}),
        400,
        "not_of_one",
        "non_field_errors",
    )
    check_error(api.post(COMPLETIONS, day), 400, "not_of_one", "non_field_errors")
    check_error(api.post(COMPLETIONS, day | {"habit": as_id(his)}), 400, "does_not_exist", "habit")
    assert not Completion.objects.exists()


def test_what_hangs_on_a_block_goes_with_it(api: SchemaClient, alice: User) -> None:
    block = make(ScheduleBlock, alice)
    tick(alice, block, "2026-12-01")
    remind(alice, block, minutes_before=0)
    api.delete(f"{BLOCKS}{block.pk}/")
    assert (Completion.objects.live().count(), Reminder.objects.live().count()) == (0, 0)
