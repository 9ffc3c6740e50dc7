"""At most one, from the database to the wire: two phones, REST, SQL and an import meet on one default room and one day."""

import itertools

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from accounts.tests.factories import give_reason
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from specimens.models import DayNote, Room
from specimens.tests.forms import changed
from sync.models import Conflict, DeviceState, LogEntry
from sync.tests.devices import Json, Phone, ago, an_hour_passes
from sync.tests.naive import Naive, record
from sync.tests.transfers import counted, exported, imported

pytestmark = pytest.mark.django_db(transaction=True)

ROOMS, NOTES = "/api/v1/specimens/rooms/", "/api/v1/specimens/day-notes/"
DAY = "2026-12-01"
SECOND = "0190b2a4-8f00-7000-8000-000000000009"


@pytest.fixture
def phone(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


@pytest.fixture
def tablet(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


def defaults(user: User) -> list[str]:
    return [row.title for row in Room.objects.for_user(user).filter(is_default=True)]


def given_up() -> list[tuple[str, str, object]]:
    found = Conflict.objects.filter(kind="unique")
    return [(str(c.record_id), field["name"], field["lost"]["value"]) for c in found for field in c.fields]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_phones_that_each_make_a_default_end_with_one_and_their_trees(
    phone: Phone, tablet: Phone, alice: User, order: tuple[int, int]
) -> None:
    ids: list[str] = []
    pushes: list[tuple[Phone, list[Json]]] = []
    for device, minutes in ((phone, 20), (tablet, 10)):
        room, rack = (f"0190b2a4-8f00-7000-8000-0000000000{len(pushes)}{n}" for n in (1, 2))
        ids.append(room)
        at = ago(minutes)
        pushes.append((device, [
            device.mutation("create", "room", room, {"title": f"{minutes}", "is_default": True}, at=at),
            device.mutation("create", "rack", rack, {"room": room}, at=at),
        ]))  # fmt: skip
    statuses = [result["status"] for n in order for result in pushes[n][0].push(*pushes[n][1])]
    assert set(statuses) <= {"applied", "conflict"}
    assert defaults(alice) == ["10"], "the later one"
    assert given_up() == [(ids[0], "is_default", True)]
    assert len([key for key in phone.records() if key[0] == "rack"]) == 2


def test_every_device_learns_who_gave_way(phone: Phone, tablet: Phone) -> None:
    first = phone.create("room", {"title": "one", "is_default": True}, at=ago(20))
    cursor = str(phone.pull_all()[1])
    tablet.one("create", "room", "0190b2a4-8f00-7000-8000-000000000009", {"title": "two", "is_default": True})
    changes, _ = phone.pull_all(cursor)
    found = {change["id"]: change["data"] for change in changes if change["entity"] == "room"}
    assert found[first]["is_default"] is False


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1])))
def test_one_hands_over_to_the_other_in_a_group(phone: Phone, alice: User, order: tuple[int, ...]) -> None:
    first = phone.create("room", {"title": "one", "is_default": True})
    second = phone.create("room", {"title": "two"})
    base, group = phone.pull()["version"], "0190b2a4-8f00-7000-8000-0000000000aa"
    acts = [
        phone.mutation("update", "room", first, {"is_default": False}, base_version=base, group=group),
        phone.mutation("update", "room", second, {"is_default": True}, base_version=base, group=group),
    ]
    results = phone.push(*(acts[number] for number in order), ack_version=base)
    assert {result["status"] for result in results} <= {"applied", "noop"}
    assert (defaults(alice), given_up()) == (["two"], [])


def test_days_are_exchanged_in_one_push(phone: Phone, alice: User) -> None:
    one, two = (phone.create("day_note", {"day": day}) for day in (DAY, "2026-12-02"))
    base = phone.pull()["version"]
    phone.push(
        phone.mutation("update", "day_note", one, {"day": None}, base_version=base),
        phone.mutation("update", "day_note", two, {"day": DAY}, base_version=base),
        phone.mutation("update", "day_note", one, {"day": "2026-12-02"}, base_version=base),
        ack_version=base,
    )
    assert {as_id(row): str(row.day) for row in DayNote.objects.for_user(alice)} == {one: "2026-12-02", two: DAY}


def test_note_of_a_deleted_day_is_followed_by_another_in_one_push(phone: Phone, alice: User) -> None:
    old = phone.create("day_note", {"day": DAY})
    base = phone.pull()["version"]
    results = phone.push(
        phone.mutation("delete", "day_note", old, base_version=base),
        phone.mutation("create", "day_note", "0190b2a4-8f00-7000-8000-0000000000bb", {"day": DAY}),
    )
    assert [result["status"] for result in results] == ["applied", "applied"]
    assert DayNote.objects.for_user(alice).count() == 1


def test_restored_note_gives_way_to_the_one_of_today(phone: Phone, tablet: Phone, alice: User) -> None:
    old = phone.create("day_note", {"day": DAY, "text": "old"})
    phone.one("delete", "day_note", old, base_version=phone.pull()["version"])
    tablet.create("day_note", {"day": DAY, "text": "new"}, base_version=0)
    result = phone.one("restore", "day_note", old, base_version=phone.pull()["version"])
    assert result["record"]["data"]["day"] is None
    assert {row.text: row.day for row in DayNote.objects.for_user(alice)}["old"] is None
    assert given_up() == [(old, "day", DAY)]


def test_lost_claim_is_given_back_by_a_decision(phone: Phone, tablet: Phone, alice: User) -> None:
    phone.create("room", {"title": "one", "is_default": True}, at=ago(20))
    tablet.one("create", "room", "0190b2a4-8f00-7000-8000-000000000009", {"title": "two", "is_default": True})
    base = phone.pull()["version"]
    conflict = Conflict.objects.get()
    decision = phone.mutation("resolve", "conflict", as_id(conflict), {"resolution": "use_lost"}, base_version=base)
    assert phone.push(decision, ack_version=base)[0]["status"] == "applied"
    assert defaults(alice) == ["one"]


def test_what_gives_way_at_once_has_the_version_of_its_log(phone: Phone, tablet: Phone) -> None:
    first = phone.create("room", {"title": "one"})
    base = phone.pull()["version"]
    tablet.create("room", {"title": "two", "is_default": True})
    (result,) = phone.push(
        phone.mutation("update", "room", first, {"is_default": True}, base_version=base, at=ago(5)), ack_version=base
    )
    newest = LogEntry.objects.filter(record_id=first).order_by("version").last()
    assert newest is not None
    assert (result["status"], result["version"]) == ("conflict", newest.version)
    assert phone.records()["room", first]["version"] == newest.version


def test_claim_is_as_old_as_it_is_whatever_else_the_push_says_of_its_record(
    phone: Phone, tablet: Phone, alice: User
) -> None:
    first = tablet.create("room", {"title": "one", "is_default": True}, at=ago(5))
    tablet.one("update", "room", first, {"title": "uno"}, base_version=tablet.pull()["version"])
    base = phone.pull()["version"]
    phone.push(
        phone.mutation("create", "room", SECOND, {"title": "two", "is_default": True}, at=ago(10)),
        phone.mutation("update", "room", first, {"title": "due"}, base_version=base),
    )
    assert (defaults(alice), given_up()) == (["due"], [(SECOND, "is_default", True)])


def test_record_that_gave_way_unseen_is_not_taken_for_a_word_of_its_device(
    phone: Phone, api: SchemaClient, alice: User
) -> None:
    """Who knows times only holds the old flag still, and sends it along with whatever it changes."""
    first = phone.create("room", {"title": "one", "is_default": True})
    naive = Naive(api, alice)
    naive.catch_up()
    naive.push_records(record("room", SECOND, {"title": "two", "is_default": True}))
    naive.edit("room", first, title="uno")
    naive.send()
    assert defaults(alice) == ["two"]
    assert Room.objects.get(pk=first).title == "uno"


def test_rest_takes_a_flag_over(api: SchemaClient, alice: User) -> None:
    first = api.post(ROOMS, {"title": "one", "is_default": True}).json()["id"]
    second = api.post(ROOMS, {"title": "two", "is_default": True}).json()["id"]
    assert defaults(alice) == ["two"]
    assert api.patch(f"{ROOMS}{first}/", {"is_default": True}).json()["is_default"] is True
    assert api.get(f"{ROOMS}{second}/").json()["is_default"] is False


def test_rest_refuses_a_second_note_of_a_day(api: SchemaClient) -> None:
    api.post(NOTES, {"day": DAY})
    check_error(api.post(NOTES, {"day": DAY}), 400, "only_one", "day")


def test_other_users_have_their_own(api: SchemaClient, bobs_api: SchemaClient, alice: User, bob: User) -> None:
    api.post(ROOMS, {"title": "hers", "is_default": True})
    bobs_api.post(ROOMS, {"title": "his", "is_default": True})
    assert (defaults(alice), defaults(bob)) == (["hers"], ["his"])


def test_database_refuses_two(alice: User) -> None:
    make(Room, alice, is_default=True)
    with pytest.raises(IntegrityError, match="specimens_room_default"), transaction.atomic():
        make(Room, alice, is_default=True)


def test_import_of_an_older_state_takes_no_claim_away(phone: Phone, api: SchemaClient, alice: User) -> None:
    phone.create("room", {"title": "one", "is_default": True})
    an_hour_passes(alice)
    file = exported(api)
    base = phone.pull()["version"]
    phone.one(
        "create",
        "room",
        "0190b2a4-8f00-7000-8000-000000000009",
        {"title": "two", "is_default": True},
        base_version=base,
    )
    assert defaults(alice) == ["two"]
    assert "conflicts" not in counted(imported(api, file)) or defaults(alice) == ["two"]
    assert DeviceState.objects.exists()


def test_reference_to_a_row_that_is_not_there_yet_waits(phone: Phone) -> None:
    room = "0190b2a4-8f00-7000-8000-0000000000cc"
    note = phone.mutation("create", "day_note", "0190b2a4-8f00-7000-8000-0000000000dd", {"day": DAY, "room": room})
    assert phone.push(note)[0]["status"] == "deferred"
    results = phone.push(note, phone.mutation("create", "room", room, {"title": "late"}))
    assert [result["status"] for result in results] == ["applied", "applied"]


@pytest.mark.parametrize("field", ["room", "rack"])
def test_row_that_sql_deleted_for_good_is_still_referred_to(phone: Phone, field: str) -> None:
    """Its tombstone becomes a row again, as that of a parent does."""
    room = phone.create("room", {"title": "gone soon"})
    target = room if field == "room" else phone.create("rack", {"room": room})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM specimens_rack")
        cursor.execute("DELETE FROM specimens_room")
    note = phone.create("day_note", {"day": DAY, field: target})
    assert phone.records()["day_note", note]["data"][field] == target
    assert not Room.objects.live().exists()


def test_note_that_sql_deleted_comes_back_though_what_it_refers_to_was_deleted_too(phone: Phone) -> None:
    rack = phone.create("rack", {"room": phone.create("room", {"title": "gone soon"})})
    note = phone.create("day_note", {"day": DAY, "rack": rack})
    with connection.cursor() as cursor:
        for table in ("daynote", "rack", "room"):
            cursor.execute(f"DELETE FROM specimens_{table}")
    result = phone.one("update", "day_note", note, {"text": "still here"}, base_version=phone.pull()["version"])
    assert (result["status"], phone.records()["day_note", note]["data"]["rack"]) == ("applied", rack)


@pytest.mark.parametrize("field", ["room", "rack"])
def test_deleted_row_is_still_referred_to(phone: Phone, field: str) -> None:
    room = phone.create("room", {"title": "gone soon"})
    target = room if field == "room" else phone.create("rack", {"room": room})
    note = phone.create("day_note", {"day": DAY, field: target})
    phone.one("delete", field, target, base_version=phone.pull()["version"])
    assert phone.records()["day_note", note]["data"][field] == target


def test_reference_into_somebody_elses_data_is_refused(phone: Phone, bob: User) -> None:
    room = as_id(make(Room, bob))
    result = phone.one("create", "day_note", "0190b2a4-8f00-7000-8000-0000000000dd", {"room": room})
    assert result["status"] in ("deferred", "rejected")
    assert not DayNote.objects.exists()


# --- the admin ---


def test_admin_takes_a_flag_over_and_shows_other_claims_at_their_field(
    client: Client, charlie: User, alice: User
) -> None:
    client.force_login(charlie)
    give_reason(charlie, alice)
    make(Room, alice, title="Hall", is_default=True)
    second = make(Room, alice, title="Shed", is_default=False)
    assert changed(client, second, is_default="on").status_code == 302
    assert defaults(alice) == ["Shed"]
    make(DayNote, alice, day=DAY)
    other = make(DayNote, alice, day="2026-12-02")
    answer = changed(client, other, day=DAY)
    assert answer.status_code == 200
    assert "day" in answer.context["adminform"].form.errors
    assert changed(client, other, text="Tired.").status_code == 302
