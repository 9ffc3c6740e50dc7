"""The pull by time, for clients that know times only: nothing is missed, whatever the pages, and it always goes on."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from config.tests.contract import check_error
from lib.sqlfiles import load_sql
from lib.tests.factories import as_id, make, make_many
from lib.writes import writing
from sync.models import Head, Record
from sync.tests.devices import PULL, Json, Phone
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

MAX_PULLS = 60
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def since(phone: Phone, time: str | None, limit: int = 1000) -> Json:
    values: Json = {"limit": limit} | ({} if time is None else {"since": time})
    response = phone.api.get(PULL, values)
    assert response.status_code == 200, response.content
    page: Json = response.json()
    return page


def in_one_version(user: User, count: int) -> list[Workout]:
    with writing(user=user, source="job"):
        return make_many(Workout, user, count)


def standing(user: User) -> dict[str, int]:
    """The version of each record that is there."""
    return {str(r.id): r.version for r in Record.objects.filter(user=user, deleted=False)}


class Naive:
    """A client that keeps a base and a time, and does not look at the cursor."""

    def __init__(self, phone: Phone, limit: int = 1000) -> None:
        self.phone, self.limit = phone, limit
        self.time: str | None = None
        self.base: dict[str, int] = {}

    def page(self) -> bool:
        page = since(self.phone, self.time, self.limit)
        if page["mode"] == "snapshot":
            self.base.clear()
        for change in page["changes"]:
            self.base[change["id"]] = change["version"]
            if change["deleted"]:
                del self.base[change["id"]]
        self.time = page["timestamp"]
        return bool(page["has_more"])

    def pull(self) -> int:
        """How many requests it took."""
        for number in range(1, MAX_PULLS):
            if not self.page():
                return number
        raise AssertionError("It goes round in circles.")


# --- what it brings ---


def test_without_a_time_it_is_a_snapshot(phone: Phone, alice: User) -> None:
    make(Workout, alice)
    page = since(phone, None)
    assert (page["mode"], page["has_more"], len(page["changes"])) == ("snapshot", False, 2)


def test_time_brings_what_changed_then_or_later(phone: Phone, alice: User) -> None:
    first, second, third = make_many(Workout, alice, 3)
    Workout.objects.filter(pk=second.pk).delete()
    times = {c["id"]: c["last_modified_at"] for c in since(phone, None)["changes"]}
    page = since(phone, times[as_id(third)])
    assert page["mode"] == "delta"
    assert [(c["id"], c["deleted"]) for c in page["changes"]] == [(as_id(third), False), (as_id(second), True)]
    just_after = (dt.datetime.fromisoformat(times[as_id(first)]) + dt.timedelta(milliseconds=1)).isoformat()
    assert [c["id"] for c in since(phone, just_after)["changes"]] == [as_id(third), as_id(second)]


def test_time_that_is_fed_back_brings_the_last_version_and_what_is_new(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 3)
    time = since(phone, None)["timestamp"]
    again = since(phone, time)
    assert (len(again["changes"]), again["timestamp"], again["has_more"]) == (1, time, False)
    new = make(Workout, alice)
    page = since(phone, time)
    assert [c["id"] for c in page["changes"]][1:] == [as_id(new)]
    assert page["timestamp"] == page["changes"][-1]["last_modified_at"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "2000-01-01T00:00:00.5-03:00"])
def test_time_before_everything_brings_everything(phone: Phone, alice: User, at: str) -> None:
    make_many(Workout, alice, 3)
    page = since(phone, at)
    assert (page["mode"], len(page["changes"])) == ("delta", 4)


def test_post_is_answered_as_get(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 3)
    time = since(phone, None)["timestamp"]
    by_post = phone.api.post(PULL, {"since": time, "limit": 1}).json()
    assert {**by_post, "server_time": None} == {**since(phone, time, 1), "server_time": None}


def test_cursor_of_an_answer_goes_on_where_it_ends(phone: Phone, alice: User) -> None:
    time = since(phone, None)["timestamp"]
    made = [as_id(row) for row in make_many(Workout, alice, 5)]
    page = since(phone, time, 2)
    assert page["has_more"]
    changes, _ = phone.pull_all(page["cursor"], limit=2)
    assert [c["id"] for c in (*page["changes"], *changes)][1:] == made


def test_times_have_microseconds_also_where_they_are_zero(phone: Phone, alice: User) -> None:
    Head.objects.filter(user=alice).update(last_ms=1_763_671_234_000)
    page = phone.api.get(PULL).content
    assert b'"timestamp":"2025-11-20T20:40:34.000000Z"' in page
    assert TIME.fullmatch(orjson.loads(page)["server_time"])


def test_brings_nobody_elses_records(phone: Phone, bobs_phone: Phone, alice: User, bob: User) -> None:
    own, theirs = make(Workout, alice), make(Workout, bob)
    page = since(phone, "2000-01-01T00:00:00Z")
    assert {c["id"] for c in page["changes"] if c["entity"] == "workout"} == {as_id(own)}
    assert as_id(theirs) not in orjson.dumps(page).decode()


# --- pages ---


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 1000])
def test_client_that_ignores_the_cursor_gets_everything(phone: Phone, alice: User, limit: int) -> None:
    in_one_version(alice, 4)
    make_many(Workout, alice, 3)
    in_one_version(alice, 7)
    client = Naive(phone, limit)
    client.pull()
    assert client.base == standing(alice)
    in_one_version(alice, 5)
    Workout.objects.filter(pk=Workout.objects.values("pk")[:1]).delete()
    client.pull()
    assert client.base == standing(alice)


def test_version_larger_than_a_page_is_not_cut(phone: Phone, alice: User) -> None:
    """An import of many rows is one version: cut, it would be fetched from its beginning for ever."""
    time = since(phone, None)["timestamp"]
    large = in_one_version(alice, 30)
    make(Workout, alice)
    page = since(phone, time, 10)
    assert {c["id"] for c in page["changes"] if c["entity"] == "workout"} == {as_id(row) for row in large}
    assert page["has_more"]
    last = since(phone, page["timestamp"], 10)
    assert (len(last["changes"]), last["has_more"]) == (31, False)


def test_client_that_ignores_the_cursor_misses_nothing_that_moves_up_meanwhile(phone: Phone, alice: User) -> None:
    rows = make_many(Workout, alice, 8)
    client = Naive(phone, limit=2)
    for row in (rows[0], rows[7], rows[3]):
        client.page()
        Workout.objects.filter(pk=row.pk).update(title="Moved")
        in_one_version(alice, 3)
    client.pull()
    assert client.base == standing(alice)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_time_of_a_page_that_cuts_a_version_brings_that_version_again(phone: Phone, alice: User, limit: int) -> None:
    """Pages by cursor cut versions; who goes on by their time gets what was cut off."""
    in_one_version(alice, 7)
    make(Workout, alice)
    page = phone.pull(limit=limit)
    seen = {c["id"] for c in page["changes"]}
    while page["has_more"]:
        page = since(phone, page["timestamp"], limit)
        seen |= {c["id"] for c in page["changes"]}
    assert seen == set(standing(alice))


# --- times that prove nothing ---


def test_time_in_the_future_is_taken_for_ten_minutes_ago(phone: Phone, alice: User) -> None:
    old, new = make_many(Workout, alice, 2)
    now = int(timezone.now().timestamp() * 1000)
    Record.objects.filter(user=alice).exclude(id=new.pk).update(modified_ms=now - 11 * 60_000)
    Record.objects.filter(id=new.pk).update(modified_ms=now - 9 * 60_000)
    for future in ("2100-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-12:00"):
        assert [c["id"] for c in since(phone, future)["changes"]] == [as_id(new)]
    assert as_id(old) not in {c["id"] for c in since(phone, "2100-01-01T00:00:00Z")["changes"]}


def test_time_of_the_server_itself_is_no_future_where_its_clock_went_back(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 6)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_record SET modified_ms = modified_ms + 7200000 WHERE user_id = %s", [alice.pk])
        cursor.execute("UPDATE sync_head SET last_ms = last_ms + 7200000 WHERE user_id = %s", [alice.pk])
    client = Naive(phone, limit=2)
    client.pull()
    assert client.base == standing(alice)


# --- what was purged ---


def purged_upto(user: User, version: int) -> None:
    Record.objects.filter(user=user, deleted=True, version__lte=version).delete()
    Head.objects.filter(user=user).update(min_version=version)


def test_time_before_a_purge_brings_a_snapshot(phone: Phone, alice: User) -> None:
    kept, gone, *_ = make_many(Workout, alice, 4)
    client = Naive(phone)
    client.pull()
    Workout.objects.filter(pk=gone.pk).delete()
    version = Head.objects.get(user=alice).version
    make(Workout, alice)
    purged_upto(alice, version)
    assert as_id(gone) in client.base
    assert since(phone, client.time)["mode"] == "snapshot"
    client.pull()
    assert client.base == standing(alice)
    assert as_id(kept) in client.base
    assert since(phone, client.time)["mode"] == "delta"


def test_time_after_a_purge_brings_what_is_new(phone: Phone, alice: User) -> None:
    rows = make_many(Workout, alice, 3)
    Workout.objects.filter(pk=rows[0].pk).delete()
    client = Naive(phone)
    client.pull()
    purged_upto(alice, Head.objects.get(user=alice).version)
    assert since(phone, client.time)["mode"] == "delta"
    make(Workout, alice)
    client.pull()
    assert since(phone, client.time)["mode"] == "delta"
    assert client.base == standing(alice)


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_snapshot_after_a_purge_comes_to_its_end_without_the_cursor(phone: Phone, alice: User, limit: int) -> None:
    """Its first pages are older than the purge, so that a client that comes back with their time looks like an old one."""
    make_many(Workout, alice, 6)
    Workout.objects.filter(pk=make(Workout, alice).pk).delete()
    version = Head.objects.get(user=alice).version
    make_many(Workout, alice, 3)
    purged_upto(alice, version)
    client = Naive(phone, limit)
    client.pull()
    assert client.base == standing(alice)


# --- what is refused ---


@pytest.mark.parametrize(
    "time",
    [
        *[
            "yesterday",
            "2026-11-20",
            "2026-11-20T10:00:00",
            "2026-11-20 10:00:00",
            "1763671234",
            "1763671234.5",
            "0",
            "",
        ],
        *["2026-13-01T00:00:00Z", "2026-11-20T25:00:00Z", "2026-11-20T10:00:00 02:00", "Z" * 65, "\x00"],
    ],
)
def test_time_that_is_none_is_refused(phone: Phone, time: str) -> None:
    check_error(phone.api.get(PULL, {"since": time}), 400, "invalid", "since")
    check_error(phone.api.post(PULL, {"since": time}), 400, "invalid", "since")


@pytest.mark.parametrize("time", [0, 1763671234, 1763671234.5, True, [], {}])
def test_time_that_is_no_text_is_refused(phone: Phone, time: Any) -> None:
    check_error(phone.api.post(PULL, {"since": time}), 400, "invalid", "since")


def test_time_and_cursor_together_are_refused(phone: Phone) -> None:
    page = phone.pull()
    response = phone.api.get(PULL, {"since": page["timestamp"], "cursor": page["cursor"]})
    check_error(response, 400, "invalid", "since")


# --- the cost ---


def test_pull_by_time_takes_the_same_queries_however_much_it_brings(
    phone: Phone, alice: User, django_assert_num_queries: Any
) -> None:
    time = since(phone, None)["timestamp"]
    # the session with its user; the head; BEGIN; the isolation; the head again; where the time lies; the page; COMMIT
    for more in (0, 1, 30):
        make_many(Workout, alice, more)
        with django_assert_num_queries(7):
            since(phone, time)


def test_beginning_is_found_in_a_few_looks(alice: User) -> None:
    """One look for each binary digit of the version, however many records there are."""
    make_many(Workout, alice, 1)
    rows = [
        Record(entity=30, id=uuid4(), user=alice, version=n, modified_ms=n * 10, deleted=False, data="{}")
        for n in range(10, 5000)
    ]
    Record.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_record")
        sql = load_sql("sync", "pull_start")
        params: Json = {"user_id": alice.pk, "since_ms": 25_000, "head": 5000, "last_ms": 10**15, "min_version": 0}
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, params)
        (plan,) = cursor.fetchone()[0]
        cursor.execute(sql, params)
        assert cursor.fetchone() == (2499, 2500, True)
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 150
