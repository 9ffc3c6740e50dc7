"""A server that comes back from a backup, and devices that give back what it lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dropset_client import Device, Record
from dropset_client.wire import Limits
from tests.account import BENCH
from tests.conftest import Lab, contents, converged
from tests.server import Fault


def backed_up(lab: Lab, *devices: Device) -> tuple[str, str]:
    """Two workouts that the backup holds; then time goes on."""
    first = devices[0].create("workout", {"title": "kept"})
    second = devices[0].create("workout", {"title": "deleted later"})
    assert converged(*devices)
    return first, second


def base(device: Device, record_id: str) -> Record:
    found = device.store.base("workout", record_id)
    assert found is not None
    return found


def test_what_the_server_lost_is_given_back(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    kept, doomed = backed_up(lab, a, b)
    saved = lab.account.backup()
    lab.world.tick(60)
    made = a.create("workout", {"title": "made since"})
    a.update("workout", kept, {"title": "edited since"})
    a.delete("workout", doomed)
    exercise = a.create("exercise", {"workout": made, "exercise_type": BENCH})
    a.create("set", {"exercise": exercise, "reps": 5})
    a.sync()
    lab.account.restore_backup(saved)
    lab.world.tick(60)
    report = a.sync()

    assert (report.healed, report.rescued) == (["epoch_changed"], 5)
    assert contents(a) == ["edited since", "made since"]
    assert [one["reps"] for one in a.list("set")] == [5]
    assert converged(a, b)
    assert (contents(b), a.conflicts()) == (["edited since", "made since"], [])


def test_a_server_that_was_not_told_is_noticed_by_a_push(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    backed_up(lab, a, b)
    saved = lab.account.backup()
    lab.world.tick(60)
    a.create("workout", {"title": "made since"})
    a.sync()
    a.create("workout", {"title": "waiting"})
    lab.account.fall_back(saved)
    report = a.sync()

    assert (report.healed, report.rescued, a.pending()) == (["version_unknown", "epoch_changed"], 1, 0)
    assert contents(a) == ["deleted later", "kept", "made since", "waiting"]
    assert converged(a, b)
    assert (contents(b), a.conflicts()) == (contents(a), [])


def test_the_queue_survives_and_stands_on_the_new_history(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    kept, _ = backed_up(lab, a, b)
    saved = lab.account.backup()
    lab.world.tick(60)
    a.update("workout", kept, {"title": "synced and lost"})
    a.sync()
    lab.world.tick(60)
    a.update("workout", kept, {"title": "waiting"})
    waiting = a.create("workout", {"title": "new and waiting"})
    lab.account.restore_backup(saved)
    a.sync()

    assert contents(a) == ["deleted later", "new and waiting", "waiting"]
    assert (a.conflicts(), a.pending()) == ([], 0)
    assert base(a, waiting).version > 0
    assert converged(a, b)


def test_an_unanswered_change_that_the_backup_holds_is_recognised(lab: Lab) -> None:
    """Its base version is corrected, which does not make it another mutation."""
    a = lab.device("a")
    kept, _ = backed_up(lab, a)
    a.update("workout", kept, {"title": "answer lost"})
    lab.world.faults += [Fault("sync/push") for _ in range(6)]
    with pytest.raises(Exception, match="disconnected"):
        a.sync()
    lab.account.restore_backup()
    report = a.sync()

    assert (report.replayed, report.rejected, a.pending()) == (1, [], 0)
    assert contents(a) == ["answer lost", "deleted later"]


def test_work_of_another_device_is_given_back_as_such(lab: Lab) -> None:
    """b holds a's lost edit and has an older one of its own in the queue: a's wins, and b's is kept in a conflict."""
    a, b = lab.device("a"), lab.device("b")
    kept, _ = backed_up(lab, a, b)
    saved = lab.account.backup()
    now = lab.world.tick(600)
    b.update("workout", kept, {"title": "of b, unsent"}, at=now - timedelta(seconds=300))
    queued = b.store.queued()
    a.update("workout", kept, {"title": "of a"})
    a.sync()
    b.pull()
    lab.account.restore_backup(saved)
    b.sync()

    assert [one.base_version for one in queued] <= [saved["version"]]
    assert contents(b) == ["deleted later", "of a"]
    [conflict] = b.conflicts()
    assert [field["lost"]["value"] for field in conflict["fields"]] == ["of b, unsent"]
    assert converged(b, a)


def test_nothing_is_given_back_twice(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    backed_up(lab, a, b)
    saved = lab.account.backup()
    a.create("workout", {"title": "made since"})
    assert converged(a, b)
    lab.account.restore_backup(saved)

    assert [a.sync().rescued, b.sync().rescued] == [1, 0]
    assert converged(a, b)
    assert contents(b) == ["deleted later", "kept", "made since"]


def test_an_edit_of_what_another_device_gave_back_is_no_conflict(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    kept, _ = backed_up(lab, a, b)
    saved = lab.account.backup()
    lab.world.tick(60)
    a.update("workout", kept, {"title": "of a"})
    assert converged(a, b)
    lab.world.tick(60)
    b.update("workout", kept, {"title": "of b, who saw it"})
    lab.account.restore_backup(saved)
    a.sync()
    report = b.sync()

    assert (report.rescued, report.statuses, b.conflicts()) == (0, {"applied": 1}, [])
    assert converged(b, a)
    assert contents(a) == ["deleted later", "of b, who saw it"]


def test_the_device_that_gives_back_leaves_again_and_the_session_stays(lab: Lab) -> None:
    a = lab.device("a")
    backed_up(lab, a)
    saved = lab.account.backup()
    a.create("workout", {"title": "made since"})
    a.sync()
    own = a.store.identity().device_id
    lab.account.restore_backup(saved)
    a.sync()

    assert [device for device, row in lab.account.devices.items() if not row.revoked] == [own]
    a.store._db.set_meta(access="expired")
    a.sync()
    assert a.store.restoration.identity() is None


def test_a_server_that_is_restored_again_meanwhile_is_given_everything_all_the_same(lab: Lab) -> None:
    a = lab.device("a")
    backed_up(lab, a)
    saved = lab.account.backup()
    a.create("workout", {"title": "made since"})
    a.sync()
    lab.account.restore_backup(saved)
    again = iter([saved])

    def restore_once(name: str) -> None:
        if name == "rescue.stored" and (state := next(again, None)):
            lab.account.restore_backup(state)

    a.store.step = restore_once
    report = a.sync()

    assert report.healed.count("epoch_changed") == 2
    assert contents(a) == ["deleted later", "kept", "made since"]
    assert converged(a)


def test_the_user_sees_everything_while_it_is_on_its_way(lab: Lab) -> None:
    a = lab.device("a")
    backed_up(lab, a)
    saved = lab.account.backup()
    made = a.create("workout", {"title": "made since"})
    a.sync()
    before = contents(a)
    lab.account.restore_backup(saved)
    lab.world.limits["pull_page"] = 2
    a.store.set_limits(a.status().limits)
    seen: list[list[str]] = []
    a.store.step = lambda _name: seen.append(contents(a))
    a.sync()

    assert len(seen) > 8
    assert {tuple(one) for one in seen} == {tuple(before)}
    assert base(a, made).version <= lab.account.version


def test_a_child_of_what_nobody_holds_goes_to_the_user(lab: Lab) -> None:
    a = lab.device("a")
    backed_up(lab, a)
    saved = lab.account.backup()
    made = a.create("workout", {"title": "made since"})
    a.create("exercise", {"workout": made, "exercise_type": BENCH})
    a.sync()
    a.store._records.drop("workout", made)  # a broken disk
    lab.account.restore_backup(saved)
    a.sync()

    [stranded] = a.rejected()
    assert (stranded.mutation.entity, stranded.reason.code) == ("exercise", "deferred")
    assert converged(a)


def half_pulled(lab: Lab) -> tuple[Device, Device]:
    """b had pulled one page when the server was restored: it holds a's set, but not yet the exercise, which came later."""
    a, b = lab.device("a"), lab.device("b")
    backed_up(lab, a, b)
    saved = lab.account.backup()
    lab.world.tick(60)
    workout = a.create("workout", {"title": "made since"})
    exercise = a.create("exercise", {"workout": workout, "exercise_type": BENCH})
    a.create("set", {"exercise": exercise, "reps": 5})
    a.sync()
    a.update("exercise", exercise, {"notes": "edited"})
    a.sync()
    b.store.set_limits(replace(Limits(), pull_page=2))
    b.pull()
    assert [len(b.list(entity)) for entity in ("workout", "exercise", "set")] == [3, 0, 1]
    lab.account.restore_backup(saved)
    b.sync()
    return a, b


def test_a_child_is_given_back_when_another_device_has_given_back_its_parent(lab: Lab) -> None:
    a, b = half_pulled(lab)
    [stranded] = b.rejected()
    assert (stranded.mutation.entity, stranded.reason.code) == ("set", "deferred")
    assert stranded.reason.fields == {"exercise": "there was no such record"}

    assert a.sync().rescued == 2  # b has given back the workout
    report = b.sync()
    assert (report.rescued, list(b.rejected()), b.store.discarded()) == (1, [], [])
    assert [device for device, row in lab.account.devices.items() if not row.revoked] == [
        device.store.identity().device_id for device in (a, b)
    ]
    assert converged(a, b)
    assert ([one["reps"] for one in b.list("set")], b.conflicts()) == ([5], [])


def test_what_the_user_has_discarded_is_not_sent_after_all(lab: Lab) -> None:
    a, b = half_pulled(lab)
    b.discard_rejected(b.rejected()[0].mutation.id)
    a.sync()

    assert b.sync().rescued == 0


def test_a_child_waits_for_its_parent_over_another_restore(lab: Lab) -> None:
    a, b = half_pulled(lab)
    saved = lab.account.backup()
    lab.account.restore_backup(saved)
    b.sync()
    [stranded] = b.rejected()
    assert stranded.mutation.base_version <= saved["version"]

    a.sync()
    assert b.sync().rescued == 1
    assert converged(a, b)


@pytest.mark.parametrize("moment", ["rescue.answered", "rescue.stored", "pull.stored"])
def test_a_child_is_given_back_though_the_server_is_restored_again_meanwhile(lab: Lab, moment: str) -> None:
    a, b = half_pulled(lab)
    saved = lab.account.backup()
    a.sync()
    again = iter([saved])

    def restore_once(name: str) -> None:
        if name == moment and (state := next(again, None)):
            lab.account.restore_backup(state)

    b.store.step = restore_once
    b.sync()
    assert converged(b, a)
    assert ([one["reps"] for one in b.list("set")], list(b.rejected())) == ([5], [])
