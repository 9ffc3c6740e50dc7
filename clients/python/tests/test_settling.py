"""What the user decides: conflicts and refused changes, offline first."""

from datetime import timedelta

import pytest

from dropset_client import Device, Record
from dropset_client.errors import ConflictClosed, InvalidInput, NotRepairable, RecordMissing
from dropset_client.resolving import lost_values
from tests.account import REFUSED
from tests.conftest import Lab, converged
from tests.server import Fault


def a_conflict(lab: Lab, a: Device, b: Device, *, deleting: bool = False) -> tuple[str, Record]:
    """Title "of b" stands; "of a", or a's deletion, lost."""
    workout = a.create("workout", {"title": "Push"})
    converged(a, b)
    now = lab.world.tick(60)
    if deleting:
        a.delete("workout", workout, at=now - timedelta(seconds=20))
    else:
        a.update("workout", workout, {"title": "of a"}, at=now - timedelta(seconds=20))
    b.update("workout", workout, {"title": "of b"}, at=now - timedelta(seconds=10))
    assert converged(a, b)
    [conflict] = a.conflicts()
    return workout, conflict


def title(device: Device, workout: str) -> object:
    record = device.get("workout", workout)
    return record and record["title"]


def status(device: Device, conflict: Record) -> object:
    record = device.get("conflict", conflict.id)
    return record and record["status"]


@pytest.mark.parametrize(
    ("resolution", "patch", "shown", "closed"),
    [
        ("keep", None, "of b", "dismissed"),
        ("use_lost", None, "of a", "resolved"),
        ("custom", {"title": "of both"}, "of both", "resolved"),
    ],
)
def test_a_decision_shows_at_once_and_stands_after_the_sync(
    lab: Lab, resolution: str, patch: dict[str, object] | None, shown: str, closed: str
) -> None:
    a, b = lab.device("a"), lab.device("b")
    workout, conflict = a_conflict(lab, a, b)
    lab.world.seen.clear()
    a.resolve(conflict.id, resolution, patch)

    assert lab.world.seen == []
    assert (a.conflicts(), title(a, workout), status(a, conflict), a.pending()) == ([], shown, closed, 1)
    assert a.sync().statuses == {"applied": 1}
    assert (a.conflicts(), title(a, workout), status(a, conflict), a.pending()) == ([], shown, closed, 0)
    assert converged(a, b)
    assert (b.conflicts(), title(b, workout)) == ([], shown)


def test_what_is_sent_names_the_conflict_and_the_version_that_the_user_saw(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    workout, conflict = a_conflict(lab, a, b)
    mutation = a.resolve(conflict.id, "custom", {"title": "of both"})
    seen = a.store.base("workout", workout)

    assert (str(mutation.op), mutation.entity, mutation.record_id) == ("resolve", "conflict", conflict.id)
    assert mutation.patch == {"resolution": "custom", "patch": {"title": "of both"}}
    assert seen is not None
    assert mutation.base_version == seen.version != conflict.version


def test_between_push_and_pull_the_decision_does_not_flicker(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    workout, conflict = a_conflict(lab, a, b)
    a.resolve(conflict.id, "use_lost")
    a.push()

    assert (a.conflicts(), title(a, workout), a.pending()) == ([], "of a", 0)


def test_a_deletion_that_lost_can_be_had_back(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    workout, conflict = a_conflict(lab, a, b, deleting=True)
    assert lost_values(conflict) == {"deleted": True}
    a.resolve(conflict.id, "use_lost")

    assert a.get("workout", workout) is None
    assert converged(a, b)
    assert b.get("workout", workout) is None


def test_a_decision_about_a_record_that_moved_on_is_merged_like_any_change(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    workout, conflict = a_conflict(lab, a, b)
    lab.world.tick(60)
    b.update("workout", workout, {"title": "third"})
    b.sync()
    lab.world.tick(60)
    a.resolve(conflict.id, "use_lost")
    report = a.sync()

    assert report.statuses == {"conflict": 1}
    assert converged(a, b)
    assert title(a, workout) == "of a"
    [new] = a.conflicts()
    assert (new.id != conflict.id, lost_values(new)) == (True, {"title": "third"})
    assert status(b, conflict) == "resolved"


def test_a_conflict_is_decided_once(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    _workout, conflict = a_conflict(lab, a, b)
    b.resolve(conflict.id, "keep")
    b.sync()
    a.resolve(conflict.id, "use_lost")

    with pytest.raises(ConflictClosed):
        a.resolve(conflict.id, "keep")
    with pytest.raises(RecordMissing):
        a.resolve("nothing", "keep")
    report = a.sync()
    assert [item.reason.code for item in report.rejected] == ["conflict_closed"]
    with pytest.raises(NotRepairable):
        a.repair_rejected(report.rejected[0].mutation.id)
    assert converged(a, b)


@pytest.mark.parametrize(("resolution", "patch"), [("keep", {"title": "x"}), ("custom", None), ("maybe", None)])
def test_a_decision_that_says_two_things_is_refused(lab: Lab, resolution: str, patch: dict[str, object] | None) -> None:
    a, b = lab.device("a"), lab.device("b")
    _workout, conflict = a_conflict(lab, a, b)

    with pytest.raises(ValueError, match=r"custom resolution|maybe"):
        a.resolve(conflict.id, resolution, patch)
    assert a.pending() == 0


def refused(device: Device, *titles: str) -> list[str]:
    for name in titles:
        device.create("workout", {"title": name, "notes": REFUSED})
    device.sync()
    return [item.mutation.id for item in device.rejected()]


def test_a_repair_takes_the_refused_change_off_the_servers_list_too(lab: Lab) -> None:
    device = lab.device("a")
    [first, second] = refused(device, "first", "second")
    assert set(lab.account.refused) == {first, second}
    device.create("workout", {"title": "before"})
    device.repair_rejected(first, {"notes": "", "title": "good"})
    device.create("workout", {"title": "after"})
    device.discard_rejected(second)
    device.sync()

    assert (device.rejected(), lab.account.refused, device.pending()) == ([], {}, 0)
    assert sorted(record["title"] for record in device.list("workout")) == ["after", "before", "good"]
    assert [len(body["mutations"]) for body in lab.world.requests_to("sync/push")] == [2, 1, 1]
    assert converged(device)


def test_a_repair_that_the_server_would_refuse_for_its_form_is_not_made(lab: Lab) -> None:
    device = lab.device("a")
    [first] = refused(device, "first")

    with pytest.raises(InvalidInput, match="Did you mean title"):
        device.repair_rejected(first, {"titel": "x"})
    assert [item.mutation.id for item in device.rejected()] == [first]


def test_a_decision_that_the_server_would_refuse_for_its_form_is_not_made(lab: Lab) -> None:
    a, b = lab.device("a"), lab.device("b")
    _workout, conflict = a_conflict(lab, a, b)

    with pytest.raises(InvalidInput, match="Did you mean title"):
        a.resolve(conflict.id, "custom", {"titel": "x"})
    assert (a.pending(), [one.id for one in a.conflicts()]) == (0, [conflict.id])


def test_a_repair_whose_answer_got_lost_is_made_once(lab: Lab) -> None:
    device = lab.device("a")
    [first] = refused(device, "first")
    device.repair_rejected(first, {"notes": ""})
    lab.world.faults.append(Fault(f"sync/rejected/{first}/repair"))
    report = device.sync()

    assert (report.statuses, report.replayed) == ({"applied": 1}, 1)
    assert lab.account.refused == {}
    assert len(device.list("workout")) == 1


def test_a_repair_that_is_refused_again_takes_the_place_of_the_first(lab: Lab) -> None:
    device = lab.device("a")
    [first] = refused(device, "first")
    repaired = device.repair_rejected(first, {"title": "still bad"})
    device.sync()

    [again] = device.rejected()
    assert again.mutation.id == repaired.id
    assert set(lab.account.refused) == {repaired.id}


def test_what_the_server_does_not_know_is_repaired_by_an_ordinary_push(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.limits["mutation_bytes"] = 2000
    device.create("workout", {"notes": "b" * 3000})
    device.sync()
    [item] = device.rejected()
    device.repair_rejected(item.mutation.id, {"title": "short", "notes": ""})
    device.sync()

    assert [record["title"] for record in device.list("workout")] == ["short"]
    assert (device.rejected(), device.pending()) == ([], 0)


def test_what_was_discarded_offline_is_told_with_the_next_sync(lab: Lab) -> None:
    device = lab.device("a")
    [first] = refused(device, "first")
    device.discard_rejected(first)
    assert set(lab.account.refused) == {first}
    lab.world.faults += [Fault(f"sync/rejected/{first}", 404, code="not_found")]
    device.sync()

    assert device.store.discarded() == []
    with pytest.raises(RecordMissing):
        device.discard_rejected(first)
    assert device.store.discarded() == []
