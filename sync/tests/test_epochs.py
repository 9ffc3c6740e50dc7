"""A server that was restored from a backup: it is noticed, and its devices begin anew without losing what they hold."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from config.tests.contract import check_error
from lib.tests.factories import make_many
from sync.domain.shapes import PullRequest
from sync.exceptions import EpochChanged
from sync.models import Cluster, Conflict, DeviceState, Head, Mutation, PastEpoch
from sync.services.pull.pages import pull
from sync.services.upkeep import epochs
from sync.services.upkeep.epochs import VersionsLostError
from sync.tests.devices import PULL, PUSH, STATUS, Json, Phone, ago
from sync.tests.test_concurrency import at_once
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ["sync_head", "sync_record", "sync_log", "sync_mutation", "sync_device", "sync_conflict", "training_workout"]


# What such a server does; only its owner may really take the right away.
HOSTED = """
    CREATE FUNCTION hosted.pg_control_system() RETURNS TABLE (system_identifier bigint) LANGUAGE plpgsql AS $$
    BEGIN RAISE insufficient_privilege USING MESSAGE = 'permission denied for function pg_control_system'; END $$
"""


def head(user: User) -> Head:
    return Head.objects.get(user=user)


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def restored_afterwards() -> Iterator[None]:
    """What is written within is lost, as where a server goes back to its backup."""
    sql(*(f"CREATE TABLE backup_of_{table} AS TABLE {table}" for table in TABLES))
    try:
        yield
        for table in TABLES:
            columns = ", ".join(_columns(table))
            sql(
                f"ALTER TABLE {table} DISABLE TRIGGER USER",
                f"DELETE FROM {table}",
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM backup_of_{table}",
            )
    finally:
        sql(*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES))
        sql(*(f"DROP TABLE backup_of_{table}" for table in TABLES))


def _columns(table: str) -> list[str]:
    """Without those that the database computes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
            " AND table_schema = current_schema()",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


# --- what an operator does ---


def test_new_epoch_sends_every_device_back_to_a_snapshot(
    phone: Phone, bobs_phone: Phone, alice: User, bob: User
) -> None:
    phone.create("workout")
    before, cursor = head(alice), phone.pull()["cursor"]
    phone.push(ack_version=before.version)
    assert epochs.new_epoch(at=timezone.now()) == Head.objects.count()
    after = head(alice)
    assert (after.epoch != before.epoch, after.version) == (True, before.version)
    check_error(phone.api.get(PULL, {"cursor": cursor}), 409, "epoch_changed")
    mutation = phone.mutation("create", "workout", str(uuid4()))
    check_error(phone.post(mutation, epoch=str(before.epoch)), 409, "epoch_changed")
    page = phone.pull()
    assert (page["mode"], page["epoch"]) == ("snapshot", str(after.epoch))
    assert phone.api.get(STATUS).json()["epoch"] == str(after.epoch)
    assert phone.push(mutation, epoch=page["epoch"])[0]["status"] == "applied"
    assert DeviceState.objects.get(device_id=phone.id).acked_version == 0
    assert PastEpoch.objects.filter(user=bob).count() == 1


def test_new_epoch_of_one_user_leaves_the_others_alone(
    phone: Phone, bobs_phone: Phone, alice: User, bob: User, capsys: Any
) -> None:
    others = head(bob).epoch
    call_command("new_epoch", "--user", "alice@example.org")
    assert capsys.readouterr().out == "New epochs: 1.\n"
    assert (head(bob).epoch, PastEpoch.objects.get().user_id) == (others, alice.pk)
    with pytest.raises(CommandError, match="There is no user"):
        call_command("new_epoch", "--user", "nobody@example.org")


# --- what of the old history is shared ---


def shared(phone: Phone, epoch: Any) -> int | None:
    version: int | None = phone.api.get(STATUS, {"epoch": str(epoch)}).json()["shared_version"]
    return version


def test_shared_version_is_where_the_old_epoch_ended(phone: Phone, alice: User) -> None:
    old, version = head(alice).epoch, head(alice).version
    assert shared(phone, old) == version
    epochs.new_epoch(at=timezone.now())
    phone.create("workout")
    assert (shared(phone, old), shared(phone, head(alice).epoch)) == (version, version + 1)
    assert phone.api.get(STATUS).json()["shared_version"] is None
    assert shared(phone, uuid4()) == 0
    check_error(phone.api.get(STATUS, {"epoch": "first"}), 400, "invalid", "epoch")


def test_shared_version_is_the_lowest_of_all_epochs_since(phone: Phone, alice: User) -> None:
    """The first restore went back to 1, the second one to 3 of what followed: of the first epoch only 1 is left."""
    first = head(alice).epoch
    epochs.new_epoch(at=timezone.now())
    second = head(alice).epoch
    for _ in range(2):
        phone.create("workout")
    epochs.new_epoch(at=timezone.now())
    assert (shared(phone, first), shared(phone, second)) == (1, 3)


def test_nothing_is_shared_where_the_server_has_served_since(phone: Phone, alice: User) -> None:
    old = head(alice).epoch
    call_command("new_epoch", "--served")
    assert shared(phone, old) == 0


def test_epoch_of_somebody_else_is_not_known(phone: Phone, bobs_phone: Phone, bob: User) -> None:
    theirs = head(bob).epoch
    epochs.new_epoch(at=timezone.now())
    assert (shared(phone, theirs), shared(bobs_phone, theirs)) == (0, 1)


# --- the database server ---


def identity() -> tuple[str, int]:
    row = Cluster.objects.get()
    return row.system_identifier, row.timeline


def test_first_look_remembers_the_server_and_changes_nothing(phone: Phone, alice: User) -> None:
    before = head(alice).epoch
    assert epochs.check_cluster(at=timezone.now()) == 0
    assert epochs.check_cluster(at=timezone.now()) == 0
    assert (head(alice).epoch, identity()[1] >= 1) == (before, True)


@pytest.mark.parametrize("other", [{"system_identifier": "42"}, {"timeline": 0}])
def test_another_server_or_timeline_is_a_restored_one(phone: Phone, alice: User, other: Json, caplog: Any) -> None:
    epochs.check_cluster(at=timezone.now())
    now = identity()
    Cluster.objects.update(**other)
    before = head(alice).epoch
    with caplog.at_level(logging.WARNING):
        assert epochs.check_cluster(at=timezone.now()) == Head.objects.count()
    assert "These data were on server" in caplog.text
    assert (head(alice).epoch != before, identity()) == (True, now)
    assert epochs.check_cluster(at=timezone.now()) == 0


def test_data_that_were_moved_keep_their_epoch(phone: Phone, alice: User, capsys: Any) -> None:
    epochs.check_cluster(at=timezone.now())
    now, before = identity(), head(alice).epoch
    Cluster.objects.update(system_identifier="42")
    call_command("new_epoch", "--moved")
    assert capsys.readouterr().out == "New epochs: 0.\n"
    call_command("new_epoch", "--if-restored")
    assert (head(alice).epoch, identity()) == (before, now)


def test_server_that_does_not_say_who_it_is_is_left_alone(phone: Phone, alice: User, capsys: Any, caplog: Any) -> None:
    before = head(alice).epoch
    sql("CREATE SCHEMA hosted", HOSTED, "SET search_path = hosted, public, pg_catalog")
    try:
        with caplog.at_level(logging.WARNING):
            call_command("new_epoch", "--if-restored")
    finally:
        sql("RESET search_path", "DROP SCHEMA hosted CASCADE")
    assert (head(alice).epoch, Cluster.objects.count()) == (before, 0)
    assert capsys.readouterr().out.startswith("The database server does not identify itself")
    assert "permission denied" in caplog.text


# --- what a device finds out ---


def test_push_with_a_version_of_nobody_is_refused_and_ends_no_epoch(phone: Phone, tablet: Phone, alice: User) -> None:
    """A device in error. Its pull tells where it is, and then the same push is taken; the other device notices nothing."""
    cursor, theirs = phone.pull()["cursor"], tablet.pull()
    before = head(alice)
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "queued"})
    check_error(phone.post(mutation, epoch=str(before.epoch), ack_version=before.version + 1), 409, "version_unknown")
    assert (head(alice).epoch, head(alice).version, Workout.objects.count()) == (before.epoch, before.version, 0)
    assert (PastEpoch.objects.count(), Mutation.objects.count(), DeviceState.objects.count()) == (0, 0, 0)
    page = phone.pull(cursor)
    envelope = {"epoch": page["epoch"], "ack_version": page["version"]}
    (result,) = phone.push(mutation, **envelope)
    assert (result["status"], result["replayed"]) == ("applied", False)
    assert [change["version"] for change in tablet.pull(theirs["cursor"])["changes"]] == [result["version"]]


def test_whole_records_with_a_version_of_nobody_are_refused_too(phone: Phone, alice: User) -> None:
    before = head(alice)
    record = {"entity": "workout", "id": str(uuid4()), "last_modified_at": ago(0), "data": {"title": "whole"}}
    body = {**phone.envelope(), "records": [record], "epoch": str(before.epoch), "ack_version": before.version + 1}
    del body["mutations"]
    check_error(phone.api.post(PUSH, body), 409, "version_unknown")
    assert (head(alice).epoch, Workout.objects.count()) == (before.epoch, 0)


def test_lost_versions_that_a_push_names_first_are_proven_by_the_pull(phone: Phone, tablet: Phone, alice: User) -> None:
    with restored_afterwards():
        phone.create("workout")
        page = phone.pull()
    mutation = phone.mutation("create", "workout", str(uuid4()), {"title": "queued"})
    envelope = {"epoch": page["epoch"], "ack_version": page["version"]}
    check_error(phone.post(mutation, **envelope), 409, "version_unknown")
    assert str(head(alice).epoch) == page["epoch"]
    check_error(phone.api.get(PULL, {"cursor": page["cursor"]}), 409, "epoch_changed")
    assert str(head(alice).epoch) != page["epoch"]
    check_error(phone.post(mutation, **envelope), 409, "epoch_changed")
    assert Workout.objects.count() == 0
    assert (PastEpoch.objects.get().version, shared(tablet, page["epoch"])) == (0, 0)
    assert phone.push(mutation, epoch=phone.pull()["epoch"])[0]["status"] == "applied"


@pytest.mark.parametrize("running", [False, True])
def test_cursor_from_the_lost_time_begins_a_new_epoch(phone: Phone, alice: User, running: bool) -> None:  # noqa: FBT001 - a parameter
    with restored_afterwards():
        make_many(Workout, alice, 3)
        page = phone.pull(limit=1) if running else phone.pull()
    before = head(alice)
    check_error(phone.api.get(PULL, {"cursor": page["cursor"]}), 409, "epoch_changed")
    assert head(alice).epoch != before.epoch
    assert phone.pull()["version"] == before.version


@pytest.mark.parametrize("running", [False, True])
def test_version_that_is_given_out_again_is_noticed_by_the_cursor(
    phone: Phone,
    tablet: Phone,
    alice: User,
    running: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Others have written since, so that the server is no longer behind: but it gave out that version at another time."""
    phone.create("workout")
    with restored_afterwards():
        make_many(Workout, alice, 3)
        page = phone.pull(limit=1) if running else phone.pull()
    before = head(alice)
    for _ in range(4):
        tablet.create("workout")
    assert head(alice).version > page["version"]
    check_error(phone.api.get(PULL, {"cursor": page["cursor"]}), 409, "epoch_changed")
    assert head(alice).epoch != before.epoch
    assert PastEpoch.objects.get().version == 0


def test_push_that_brings_a_cursor_writes_nothing_on_versions_of_another_history(
    phone: Phone, tablet: Phone, alice: User
) -> None:
    """It would overwrite what its device has never seen, in the belief that it had."""
    workout = phone.create("workout", {"title": "before"})
    with restored_afterwards():
        phone.one("update", "workout", workout, {"title": "lost"}, base_version=2)
        page = phone.pull()
    tablet.one("update", "workout", workout, {"title": "since"}, base_version=2)
    assert head(alice).version == page["version"]
    mutation = phone.mutation("update", "workout", workout, {"title": "mine"}, base_version=page["version"])
    known = {"epoch": page["epoch"], "ack_version": page["version"], "cursor": page["cursor"]}
    check_error(phone.post(mutation, **known), 409, "epoch_changed")
    assert (str(head(alice).epoch) != page["epoch"], Workout.objects.get().title) == (True, "since")


def test_push_takes_the_cursor_of_any_page_of_this_history(phone: Phone, bobs_phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 3)
    cursors = [page["cursor"] for page in (phone.pull(limit=1), phone.pull())]
    make_many(Workout, alice, 3)
    for cursor in cursors:
        (result,) = phone.push(phone.mutation("create", "workout", str(uuid4())), cursor=cursor)
        assert result["status"] == "applied"
    for unreadable in ("v2.nonsense", bobs_phone.pull()["cursor"]):  # proves nothing, and holds up no queue
        assert (
            phone.push(phone.mutation("create", "workout", str(uuid4())), cursor=unreadable)[0]["status"] == "applied"
        )


def test_wrong_ack_of_a_client_without_an_epoch_proves_nothing(phone: Phone, alice: User) -> None:
    before = head(alice).epoch
    phone.push(ack_version=10**6)
    assert head(alice).epoch == before


def test_cursor_of_a_finished_page_is_never_ahead(phone: Phone, alice: User) -> None:
    before = head(alice).epoch
    cursor = None
    for _ in range(3):
        make_many(Workout, alice, 2)
        _, cursor = phone.pull_all(cursor, limit=1)
        assert phone.pull(cursor)["changes"] == []
    assert head(alice).epoch == before


def test_two_devices_that_notice_at_once_get_one_epoch(phone: Phone, tablet: Phone, alice: User) -> None:
    with restored_afterwards():
        make_many(Workout, alice, 2)
        cursor = phone.pull()["cursor"]

    def notice() -> str:
        try:
            pull(user=alice, request=PullRequest(cursor=cursor), at=timezone.now())
        except EpochChanged as error:
            return error.code
        return "nothing"

    assert at_once(notice, notice, notice) == ["epoch_changed"] * 3
    assert PastEpoch.objects.count() == 1


def test_question_that_came_too_early_changes_nothing(alice: User, phone: Phone) -> None:
    """A read that was behind its server: by the time of the second look all is there."""
    before = head(alice)
    lost = VersionsLostError(epoch=str(before.epoch), version=before.version)
    with pytest.raises(Exception, match="Try again") as caught:
        epochs.settle(user=alice, lost=lost, at=timezone.now())
    assert (getattr(caught.value, "code", None), head(alice).epoch) == ("unavailable", before.epoch)


# --- what is not lost ---


def test_queue_of_before_a_restore_applies(phone: Phone, alice: User) -> None:
    """Its numbers are above the one that the server remembers: that is not a fork."""
    with restored_afterwards():
        phone.create("workout")
        phone.create("workout")
        page = phone.pull()
    queued = phone.mutation("create", "workout", str(uuid4()), base_version=page["version"])
    assert phone.post(queued, epoch=page["epoch"], ack_version=page["version"]).status_code == 409
    assert phone.push({**queued, "base_version": 0}, epoch=phone.pull()["epoch"])[0]["status"] == "applied"


def test_mutation_whose_base_was_corrected_is_a_replay(phone: Phone, alice: User) -> None:
    """Its answer was lost before the backup was made: the server knows it, on the version that it was made on."""
    record_id = phone.create("workout")
    base = phone.pull()["version"]
    mutation = phone.mutation("update", "workout", record_id, {"title": "Once"}, base_version=base)
    phone.push(mutation)
    epochs.new_epoch(at=timezone.now())
    (again,) = phone.push({**mutation, "base_version": 0})
    assert (again["status"], again["replayed"]) == ("applied", True)


def rescued(phone: Phone, rescue: Phone, old: dict[str, Json], since: int) -> list[Json]:
    """As docs/sync.md says: each record of the old base that the server has lost, under a device of its own."""
    new = {change["id"]: change for change in phone.pull_all()[0]}
    mutations = []
    for record_id, change in sorted(old.items(), key=lambda item: item[1]["last_modified_at"]):
        there = new.get(record_id)
        same = there is not None and (there["deleted"], there["data"]) == (change["deleted"], change["data"])
        if change["version"] <= since or same or (change["deleted"] and (there is None or there["deleted"])):
            continue
        op = "delete" if change["deleted"] else "create" if there is None else "update"
        patch = {k: v for k, v in (change["data"] or {}).items() if k != "local_date"}
        values = {"base_version": since, "at": change["last_modified_at"]}
        mutations.append(rescue.mutation(op, change["entity"], record_id, patch, **values))
    return rescue.push(*mutations)


def test_devices_give_back_what_the_server_lost(phone: Phone, tablet: Phone, alice: User, api: Any) -> None:
    """Made, changed and deleted after the backup: all of it is there again, and nobody has a conflict."""
    changed, deleted = phone.create("workout", {"title": "A", "notes": "n"}), phone.create("workout")
    with restored_afterwards():
        made = phone.create("workout", {"title": "New"})
        phone.one("update", "workout", changed, {"title": "B"}, base_version=phone.pull()["version"])
        phone.one("delete", "workout", deleted, base_version=phone.pull()["version"])
        bases = [{change["id"]: change for change in device.pull_all()[0]} for device in (phone, tablet)]
        epoch = phone.pull()["epoch"]
    epochs.new_epoch(at=timezone.now())
    since = shared(phone, epoch)
    assert since == head(alice).version
    first = rescued(phone, Phone(api, alice), bases[0], since)
    assert [result["status"] for result in first] == ["applied"] * 3
    assert rescued(tablet, Phone(api, alice), bases[1], since) == []
    live = {key: change["data"] for (entity, key), change in phone.records().items() if entity == "workout"}
    assert {key: (data["title"], data["notes"]) for key, data in live.items()} == {
        changed: ("B", "n"),
        made: ("New", ""),
    }
    assert Conflict.objects.count() == 0


def test_queue_on_what_was_given_back_is_in_conflict_with_nothing(phone: Phone, alice: User, api: Any) -> None:
    record_id = phone.create("workout", {"title": "A"})
    with restored_afterwards():
        base = phone.pull()["version"]
        phone.one("update", "workout", record_id, {"title": "B"}, base_version=base)
        old = {change["id"]: change for change in phone.pull_all()[0]}
        epoch = phone.pull()["epoch"]
    queued = phone.mutation("update", "workout", record_id, {"title": "C"}, base_version=old[record_id]["version"])
    epochs.new_epoch(at=timezone.now())
    since = shared(phone, epoch) or 0
    (given_back,) = rescued(phone, Phone(api, alice), old, since)
    (result,) = phone.push({**queued, "base_version": given_back["version"]}, epoch=phone.pull()["epoch"])
    assert (result["status"], Workout.objects.get(pk=record_id).title) == ("applied", "C")


def test_unseen_edit_and_what_was_given_back_are_merged_loudly(
    phone: Phone, tablet: Phone, alice: User, api: Any
) -> None:
    """The tablet edited offline what the phone wrote in the lost time: one wins, the other stands in a conflict."""
    record_id = phone.create("workout", {"title": "A"})
    base = tablet.pull()["version"]
    with restored_afterwards():
        phone.one("update", "workout", record_id, {"title": "B"}, base_version=base, at=ago(10))
        old = {change["id"]: change for change in phone.pull_all()[0]}
        epoch = phone.pull()["epoch"]
    epochs.new_epoch(at=timezone.now())
    rescued(phone, Phone(api, alice), old, shared(phone, epoch) or 0)
    edit = tablet.mutation("update", "workout", record_id, {"title": "C"}, base_version=base)
    assert tablet.push(edit, epoch=tablet.pull()["epoch"])[0]["status"] == "conflict"
    (field,) = Conflict.objects.get().fields
    assert (field["kept"]["value"], field["lost"]["value"]) == ("C", "B")
