"""How others miss changes: cursors that pass them, pages that skip them, states that stay half old."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from config.tests.contract import SchemaClient
from dropset_client import Device
from lib.tests.factories import as_id, make, make_many
from sync.domain import lifetimes
from sync.models import Head, Record
from sync.services.upkeep.retention import purge
from sync.tests.devices import PULL, STATUS, Phone
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

INSERT = """
    INSERT INTO training_workout (id, user_id, created_at, updated_at, title, status, time_zone, notes)
    VALUES (%s, %s, now(), now(), '', 'planned', 'UTC', '')
"""
Beside = Callable[[], psycopg.Connection]


def ids(changes: list[dict[str, Any]]) -> list[str]:
    return [change["id"] for change in changes]


def test_f1_change_that_commits_later_is_not_passed_by_the_cursor(phone: Phone, alice: User, beside: Beside) -> None:
    """A writer that has its version holds the head until it commits: nobody can commit a later version before."""
    _, cursor = phone.pull_all()
    slow, quick, first, second = beside(), beside(), uuid4(), uuid4()
    slow.execute(INSERT, [first, alice.pk])
    quick.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        quick.execute(INSERT, [second, alice.pk])
    changes, cursor = phone.pull_all(cursor)
    assert changes == []
    slow.commit()
    quick.rollback()
    quick.execute(INSERT, [second, alice.pk])
    quick.commit()
    assert ids(phone.pull_all(cursor)[0]) == [str(first), str(second)]


def test_f2_old_transaction_neither_hides_changes_nor_stalls_others(phone: Phone, alice: User, beside: Beside) -> None:
    """A transaction with the older number writes last, and gets the later version. Until then it is in nobody's way."""
    _, cursor = phone.pull_all()
    old, young, first, second = beside(), beside(), uuid4(), uuid4()
    old.execute("SELECT pg_current_xact_id()")
    young.execute(INSERT, [first, alice.pk])
    young.commit()
    changes, cursor = phone.pull_all(cursor)
    assert ids(changes) == [str(first)]
    old.execute(INSERT, [second, alice.pk])
    old.commit()
    assert ids(phone.pull_all(cursor)[0]) == [str(second)]


@pytest.mark.parametrize("limit", [1, 7])
def test_f3_changes_of_one_moment_are_all_delivered_once(phone: Phone, alice: User, limit: int) -> None:
    """Twenty rows of one statement share their version and their time, to the microsecond."""
    _, cursor = phone.pull_all()
    made = [as_id(row) for row in make_many(Workout, alice, 20)]
    assert sorted(ids(phone.pull_all(cursor, limit)[0])) == sorted(made)


def test_f3_client_that_only_knows_times_gets_all_of_a_moment(phone: Phone, alice: User) -> None:
    since = phone.pull()["timestamp"]
    made = {as_id(row) for row in make_many(Workout, alice, 20)}
    seen: set[str] = set()
    while True:
        page = phone.api.get(PULL, {"since": since, "limit": 7}).json()
        seen |= set(ids(page["changes"]))
        if not page["has_more"]:
            break
        since = page["timestamp"]
    assert made <= seen


def test_f4_rows_that_move_up_between_pages_are_met_again(phone: Phone, alice: User) -> None:
    rows = [make(Workout, alice, title="old") for _ in range(6)]
    page = phone.pull(limit=3)
    base = {change["id"]: change for change in page["changes"]}
    Workout.objects.filter(pk__in=[rows[0].pk, rows[5].pk]).update(title="new")  # one that was sent, one that was not
    changes, _ = phone.pull_all(page["cursor"], limit=3)
    base |= {change["id"]: change for change in changes}
    found = {record_id: change["data"]["title"] for record_id, change in base.items() if change["entity"] == "workout"}
    assert found == {as_id(row): "new" if row in (rows[0], rows[5]) else "old" for row in rows}


def age_everything(days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_record SET modified_ms = modified_ms - %s", [days * 86_400_000])


def test_f5_purge_does_not_reset_a_running_snapshot(phone: Phone, alice: User) -> None:
    rows = make_many(Workout, alice, 6)
    Workout.objects.filter(pk=rows[0].pk).update(deleted_at=timezone.now())
    make_many(Workout, alice, 6)
    page = phone.pull(limit=2)
    assert purge(at=timezone.now() + lifetimes.TOMBSTONE).tombstones == 1
    assert Head.objects.get(user=alice).min_version > page["changes"][-1]["version"]
    changes, cursor = phone.pull_all(page["cursor"], limit=2)
    live = Record.objects.filter(user=alice, deleted=False).count()
    assert len({change["id"] for change in [*page["changes"], *changes] if not change["deleted"]}) == live
    assert phone.pull(cursor)["changes"] == []


def test_f6_snapshot_replaces_what_the_device_held(open_device: Callable[..., Device], alice: User) -> None:
    """Else a record whose tombstone has been purged would stay on the device for ever."""
    device = open_device("away")
    row = make(Workout, alice, title="deleted meanwhile")
    device.sync()
    queued = device.create("workout", {"title": "written meanwhile"})
    Workout.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
    age_everything(lifetimes.TOMBSTONE.days + 1)
    purge(at=timezone.now())
    report = device.sync()
    assert "resync_required" in report.healed
    assert [record.id for record in device.list("workout")] == [queued]
    assert device.verify().is_equal


def test_f18_time_that_a_client_invented_is_widened(phone: Phone, api: SchemaClient) -> None:
    """A phone whose clock is a day ahead asks for what changed since tomorrow."""
    workout = phone.create("workout")
    tomorrow = (timezone.now() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert workout in ids(api.get(PULL, {"since": tomorrow}).json()["changes"])


def test_f21_device_that_diverged_is_found_out_and_healed(
    open_device: Callable[..., Device], alice: User, tmp_path: Path
) -> None:
    """Something went wrong on the device, and no error told of it: its store lacks a record."""
    make_many(Workout, alice, 5)
    device = open_device("diverged", tmp_path / "store.db")
    device.sync()
    queued = device.create("workout", {"title": "not sent yet"})
    with sqlite3.connect(tmp_path / "store.db") as store:
        store.execute("DELETE FROM record WHERE id = (SELECT id FROM record WHERE entity = 'workout' LIMIT 1)")
    store.close()
    report = device.sync(verify=True)
    assert (report.repaired, len(device.list("workout"))) == (True, 6)
    assert queued in {record.id for record in device.list("workout")}
    assert device.verify().is_equal


def test_f26_device_that_comes_seldom_gets_what_changed_and_no_snapshot(phone: Phone, tablet: Phone) -> None:
    """What a device that is waited for has not seen does not leave, so its cursor stays good."""
    workout = phone.create("workout")
    _, cursor = tablet.pull_all()
    tablet.push(ack_version=tablet.pull()["version"])
    phone.one("delete", "workout", workout, base_version=2)
    age_everything(100)
    purge(at=timezone.now())
    page = tablet.pull(cursor)
    assert (page["mode"], [(c["id"], c["deleted"]) for c in page["changes"]]) == ("delta", [(workout, True)])


def test_f27_limits_are_told_before_and_with_the_refusal(phone: Phone, api: SchemaClient) -> None:
    limits = api.get(STATUS).json()["limits"]
    too_many = [phone.mutation("create", "workout", str(uuid4())) for _ in range(limits["mutations"] + 1)]
    refused = phone.post(*too_many)
    assert (refused.status_code, str(limits["mutations"]) in refused.json()["errors"][0]["detail"]) == (413, True)
    too_long = phone.post(phone.mutation("create", "workout", str(uuid4())), padding="x" * limits["body_bytes"])
    assert (too_long.status_code, str(limits["body_bytes"]) in too_long.json()["errors"][0]["detail"]) == (413, True)
    assert not Workout.objects.exists()
    assert {r["status"] for r in phone.push(*too_many[: limits["mutations"]])} == {"applied"}
