"""Snapshots that break off, servers that were restored, copied stores: the ways back to a whole base."""

import shutil
from datetime import timedelta
from itertools import count

import pytest

from dropset_client import Device, Progress, Record, Status
from dropset_client.errors import DeviceRevoked, EpochChanged, ProtocolError, VersionUnknown
from dropset_client.wire import PushAnswer, Result
from tests.conftest import Lab, contents, converged
from tests.server import Fault


def test_a_snapshot_in_pages_is_not_synced_before_its_end(lab: Lab) -> None:
    a = lab.device("a")
    for number in range(7):
        a.create("workout", {"title": str(number)})
    a.sync()
    lab.world.limits["pull_page"] = 3
    b = lab.device("b")
    b.store.set_limits(b.status().limits)
    seen: list[bool] = []
    b.sync(lambda _progress: seen.append(b.position().synced))

    assert seen == [False, False, True, True]
    assert a.content_hash() == b.content_hash()


def test_a_snapshot_that_was_broken_off_goes_on_from_its_page(lab: Lab) -> None:
    a = lab.device("a")
    for number in range(7):
        a.create("workout", {"title": str(number)})
    a.sync()
    lab.world.limits["pull_page"] = 3
    b = lab.device("b")
    b.store.set_limits(b.status().limits)

    def stop(_progress: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        b.sync(stop)
    assert (b.position().synced, b.position().resyncing, list(b.store.base_live())) == (False, True, [])
    b.sync()
    assert a.content_hash() == b.content_hash()
    assert sum("cursor" not in query for query in lab.world.requests_to("sync/pull")) == 2


def test_two_processes_on_one_store_leave_no_hole(lab: Lab) -> None:
    """The second one begins a snapshot of its own while the first one is in the middle of one."""
    a = lab.device("a")
    for number in range(9):
        a.create("workout", {"title": str(number)})
    a.sync()
    lab.world.limits["pull_page"] = 3
    first = lab.device("b")
    first.store.set_limits(first.status().limits)
    second = lab.device("b", login=False)

    def stop(_progress: Progress) -> None:
        raise InterruptedError

    answered = count(1)

    def meddle(step: str) -> None:
        if step == "pull.answered" and next(answered) == 3:
            with pytest.raises(InterruptedError):
                second.resync(stop)

    first.store.step = meddle
    first.sync()
    assert first.position().synced
    assert a.content_hash() == first.content_hash() == second.content_hash()
    assert first.verify().is_equal


def test_a_snapshot_replaces_whatever_is_there(lab: Lab) -> None:
    device = lab.device("a")
    device.store._records.put(Record("workout", "left over", 1, deleted=False, data={"title": "zombie"}))
    device.sync()

    assert contents(device) == []
    assert device.verify().is_equal


def test_an_answer_of_before_a_resync_does_not_touch_the_new_base(lab: Lab) -> None:
    device = lab.device("a")
    workout = device.create("workout", {"title": "Push"})
    device.sync()
    device.update("workout", workout, {"title": "Pull"})
    chunk = device.store.queued()
    late = Result(id=chunk[0].id, status=Status.APPLIED, version=999)
    device.store.store_push(chunk, PushAnswer("another epoch", 999, 0, {late.id: late}))

    assert device.pending() == 0
    record = device.store.base("workout", workout)
    assert record is not None
    assert record.version < 999


def test_a_device_away_for_too_long_starts_anew_and_keeps_its_queue(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    doomed = a.create("workout", {"title": "doomed"})
    converged(a, b)
    a.delete("workout", doomed)
    a.sync()
    lab.account.purge()
    b.create("workout", {"title": "written far away"})
    report = b.sync()

    assert report.healed == ["resync_required"]
    assert contents(b) == ["written far away"]
    assert converged(a, b)


def test_a_cursor_the_server_cannot_read_is_dropped(lab: Lab) -> None:
    device = lab.device("a")
    device.create("workout", {"title": "Push"})
    device.sync()
    lab.world.faults.append(Fault("sync/pull", 400, code="cursor_invalid"))
    report = device.sync()

    assert report.healed == ["cursor_invalid"]
    assert contents(device) == ["Push"]


def test_a_restored_server_is_read_anew(lab: Lab) -> None:
    device = lab.device("a")
    device.create("workout", {"title": "before"})
    device.sync()
    old = device.position().epoch
    lab.account.restore_backup()
    device.create("workout", {"title": "after"})
    report = device.sync()

    assert report.healed == ["epoch_changed"]
    assert device.position().epoch not in (None, old)
    assert contents(device) == ["after", "before"]
    assert converged(device)


def test_a_server_that_never_settles_on_an_epoch_is_not_asked_for_ever(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.faults += [Fault("sync/pull", 409, code="epoch_changed") for _ in range(9)]

    with pytest.raises(EpochChanged):
        device.sync()
    assert len(lab.world.faults) == 4


def test_a_device_that_names_a_version_of_nobody_is_put_right_by_a_pull(lab: Lab) -> None:
    """Its own mistake, as of a damaged store: the account's epoch stays, other devices notice nothing."""
    device, other = lab.device("a"), lab.device("b")
    device.create("workout", {"title": "before"})
    converged(device, other)
    epoch = device.position().epoch
    device.store._db.set_meta(version="1000")
    device.create("workout", {"title": "after"})
    report = device.sync()

    assert (report.healed, report.statuses, report.rescued) == (["version_unknown"], {"applied": 1}, 0)
    assert (lab.account.epoch, other.sync().healed) == (epoch, [])
    assert contents(device) == contents(other) == ["after", "before"]
    assert converged(device, other)


def test_a_server_that_never_knows_a_version_is_not_asked_for_ever(lab: Lab) -> None:
    device = lab.device("a")
    device.sync()
    device.create("workout", {"title": "waits"})
    lab.world.faults += [Fault("sync/push", 409, code="version_unknown") for _ in range(9)]

    with pytest.raises(VersionUnknown):
        device.sync()
    assert (len(lab.world.faults), device.pending()) == (4, 1)


def test_a_copied_store_becomes_another_device_and_loses_nothing(lab: Lab) -> None:
    original = lab.device("a")
    shared = original.create("workout", {"title": "in both queues"})
    original.store.close()
    shutil.copy(lab.folder / "a.db", lab.folder / "copy.db")
    original = lab.device("a", login=False)
    copy = lab.device("copy", login=False)
    original.create("workout", {"title": "of the original"})
    original.sync()
    copy.create("workout", {"title": "of the copy"})
    before = copy.store.identity()
    report = copy.sync()

    assert report.healed == ["device_forked"]
    assert copy.store.identity().device_id != before.device_id
    assert (report.statuses, report.replayed) == ({"applied": 2}, 1)
    assert [m.mutation for m in lab.account.log[("workout", shared)]] == [original.store.outcomes()[0].id]
    assert converged(original, copy)
    assert contents(copy) == ["in both queues", "of the copy", "of the original"]


def test_a_device_the_server_forgot_registers_again(lab: Lab) -> None:
    device = lab.device("a")
    device.sync()
    lab.account.devices.clear()
    device.create("workout", {"title": "Push"})
    report = device.sync()

    assert (report.healed, report.statuses) == (["device_unknown"], {"applied": 1})


def test_a_revoked_device_says_so_and_keeps_its_queue(lab: Lab) -> None:
    device = lab.device("a")
    device.sync()
    device.create("workout", {"title": "Push"})
    for row in lab.account.devices.values():
        row.revoked = True

    with pytest.raises(DeviceRevoked):
        device.sync()
    assert device.pending() == 1


def test_a_wrong_clock_is_reported(lab: Lab) -> None:
    device = Device.open(lab.folder / "late.db", lab.url, clock=lambda: lab.world.now - timedelta(hours=1))
    device.login(lab.account.email, "correct horse battery")
    device.create("workout", {"title": "Push"})
    report = device.sync()
    device.close()

    assert report.clock_skew_ms == 3_600_000


def test_a_difference_is_found_and_repaired(lab: Lab) -> None:
    device = lab.device("a")
    workout = device.create("workout", {"title": "Push"})
    device.sync()
    device.store._records.drop("workout", workout)  # a broken disk
    device.create("workout", {"title": "waiting"})
    found = device.verify()

    assert list(found.differing) == ["workout"]
    assert not found.is_equal
    device.repair()
    assert device.verify().is_equal
    assert contents(device) == ["Push", "waiting"]


def test_a_page_that_repeats_itself_is_an_error_and_not_a_loop(lab: Lab) -> None:
    device = lab.device("a")
    device.sync()
    position = device.position()
    page = (
        f'{{"epoch": "{position.epoch}", "mode": "delta", "version": 1, "changes": [],'
        f' "cursor": "{position.cursor}", "has_more": true}}'
    )
    lab.world.faults.append(Fault("sync/pull", raw=page.encode()))

    with pytest.raises(ProtocolError, match="for ever"):
        device.sync()
