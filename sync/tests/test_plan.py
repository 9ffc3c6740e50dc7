"""The planner: what becomes of the mutations of a push, and of what hangs together."""

import itertools
from typing import Any

import pytest

from sync.domain.merge import DELETED
from sync.domain.records import APPLIED, CONFLICT, DEFERRED, MERGED, NOOP, REJECTED, Edit, Key, Planned, PlannedConflict
from sync.tests.planning import START_MS, Server

WORKOUT = ("workout", "w")
EXERCISE = ("exercise", "e")
OTHER = ("exercise", "other")
SET = ("set", "s")
NEW = ("set", "new")

_ids = itertools.count(1)


def edit(key: Key, op: str, *, at: int = 100, base: int = 1, group: str | None = None, **patch: Any) -> Edit:
    number = next(_ids)
    return Edit(f"m{number}", number, key, op, base, at, patch, group)


@pytest.fixture
def server() -> Server:
    """A workout with two exercises, one of them with a set, all at version 1."""
    made = Server()
    made.now_ms = 50
    made.push(
        "base",
        edit(WORKOUT, "create", base=0),
        edit(EXERCISE, "create", base=0, workout="w"),
        edit(OTHER, "create", base=0, workout="w"),
        edit(SET, "create", base=0, exercise="e"),
    )
    made.now_ms = START_MS
    return made


def only(planned: Planned) -> PlannedConflict:
    assert len(planned.conflicts) == 1, planned.conflicts
    return planned.conflicts[0]


def lost(conflict: PlannedConflict) -> dict[str, Any]:
    return {loss.name: loss.lost.value for loss in conflict.losses}


def kept(conflict: PlannedConflict) -> dict[str, Any]:
    return {loss.name: loss.kept.value for loss in conflict.losses}


# --- statuses ---


def test_edit_is_applied(server: Server) -> None:
    planned = server.one("a", edit(SET, "update", a=5))
    assert (planned.status, server.value(SET, "a"), server.states[SET].version) == (APPLIED, 5, 2)


def test_edit_beside_another_is_merged(server: Server) -> None:
    server.one("a", edit(SET, "update", a=5))
    planned = server.one("b", edit(SET, "update", b=6))
    assert (planned.status, server.value(SET, "a"), server.value(SET, "b")) == (MERGED, 5, 6)


def test_edit_of_what_stands_is_a_noop_without_a_version(server: Server) -> None:
    planned = server.one("a", edit(SET, "update", a=0))
    assert (planned.status, planned.writes, server.version) == (NOOP, (), 1)


def test_edit_to_what_another_wrote_is_a_noop_that_remembers_its_clock(server: Server) -> None:
    server.one("a", edit(SET, "update", a=5, at=100))
    planned = server.one("b", edit(SET, "update", a=5, at=300))
    assert (planned.status, [w.op for w in planned.writes], server.states[SET].version) == (NOOP, ["T"], 2)
    third = server.one("c", edit(SET, "update", a=7, at=200))
    assert (third.status, server.value(SET, "a")) == (CONFLICT, 5)


def test_edit_without_content_is_a_noop(server: Server) -> None:
    assert server.one("a", edit(SET, "update")).status == NOOP


def test_two_edits_of_one_device_on_one_base_never_conflict(server: Server) -> None:
    first, second = server.push("a", edit(SET, "update", a=5, at=300), edit(SET, "update", a=6, at=200))
    third = server.one("a", edit(SET, "update", a=7, at=100))
    assert [p.status for p in (first, second, third)] == [APPLIED, APPLIED, APPLIED]
    assert server.value(SET, "a") == 7


def test_edit_that_the_device_had_seen_is_beaten_whatever_the_clocks_say(server: Server) -> None:
    server.one("a", edit(SET, "update", a=5, at=START_MS + 10**9))
    planned = server.one("b", edit(SET, "update", a=6, at=3, base=2))
    assert (planned.status, server.value(SET, "a")) == (APPLIED, 6)


def test_clock_ahead_wins_no_longer_than_it_takes(server: Server) -> None:
    server.one("a", edit(SET, "update", a=5, at=10**12))
    server.now_ms += 1
    planned = server.one("b", edit(SET, "update", a=6, at=START_MS + 1))
    assert (planned.status, server.value(SET, "a")) == (CONFLICT, 6)


def test_skewed_clock_is_corrected(server: Server) -> None:
    server.one("a", edit(SET, "update", a=5, at=500))
    planned = server.push("b", edit(SET, "update", a=6, at=100_600), skew_ms=-100_000)[0]
    assert planned.writes[0].write.stamp.eff_ms == 600
    assert server.value(SET, "a") == 6


# --- creations ---


def test_creation_fills_in_the_defaults(server: Server) -> None:
    planned = server.one("a", edit(NEW, "create", base=0, exercise="e", a=3))
    assert planned.status == APPLIED
    assert server.states[NEW].document == {"a": 3, "b": 0, "notes": "", "tags": [], "exercise": "e"}


def test_creation_without_a_required_field_is_rejected(server: Server) -> None:
    planned = server.one("a", edit(NEW, "create", base=0, a=3))
    assert planned.status == REJECTED
    assert planned.refusal is not None
    assert (planned.refusal.code, list(planned.refusal.fields)) == ("required", ["exercise"])


def test_creation_twice_is_merged_and_defaults_of_one_do_not_beat_the_other(server: Server) -> None:
    server.one("a", edit(NEW, "create", base=0, exercise="e", a=3, at=200))
    planned = server.one("b", edit(NEW, "create", base=0, exercise="e", b=4, at=100))
    assert (planned.status, server.value(NEW, "a"), server.value(NEW, "b")) == (MERGED, 3, 4)


def test_creation_under_an_id_of_somebody_else_is_rejected(server: Server) -> None:
    server.taken = frozenset({NEW})
    planned = server.one("a", edit(NEW, "create", base=0, exercise="e"))
    assert planned.status == REJECTED
    assert planned.refusal is not None
    assert planned.refusal.code == "id_taken"


@pytest.mark.parametrize("op", ["update", "delete", "restore"])
def test_edit_of_a_record_that_is_not_there_creates_nothing_and_keeps_its_values(server: Server, op: str) -> None:
    planned = server.one("a", edit(NEW, op, a=3) if op == "update" else edit(NEW, op))
    assert planned.status == CONFLICT
    assert only(planned).kind == "missing"
    assert lost(only(planned)) == ({"a": 3} if op == "update" else {DELETED: op == "delete"})
    assert NEW not in server.states


# --- what may not be written ---


@pytest.mark.parametrize("op", ["create", "update", "delete", "restore"])
def test_read_only_entity_is_refused(server: Server, op: str) -> None:
    planned = server.one("a", edit(("conflict", "c"), op))
    assert (planned.status, planned.refusal and planned.refusal.code) == (REJECTED, "read_only")


@pytest.mark.parametrize("op", ["create", "delete"])
def test_singleton_is_neither_made_nor_deleted(server: Server, op: str) -> None:
    planned = server.one("a", edit(("settings", "s"), op))
    assert (planned.status, planned.refusal and planned.refusal.code) == (REJECTED, "not_allowed")


# --- order inside of a push ---


def test_child_before_its_parent_in_one_push_is_applied(server: Server) -> None:
    planned = server.push(
        "a",
        edit(("set", "s2"), "create", base=0, exercise="e2"),
        edit(("set", "s2"), "update", base=0, a=9),
        edit(("exercise", "e2"), "create", base=0, workout="w2"),
        edit(("workout", "w2"), "create", base=0),
    )
    assert [p.status for p in planned] == [APPLIED] * 4
    assert server.value(("set", "s2"), "a") == 9


def test_child_of_an_unknown_parent_waits_and_so_do_its_edits(server: Server) -> None:
    planned = server.push(
        "a",
        edit(NEW, "create", base=0, exercise="nowhere"),
        edit(NEW, "update", base=0, a=9),
        edit(SET, "update", a=4),
    )
    assert [p.status for p in planned] == [DEFERRED, DEFERRED, APPLIED]
    assert NEW not in {key for key, state in server.states.items() if state.exists}


def test_reference_to_a_shared_row_needs_no_record(server: Server) -> None:
    assert server.one("a", edit(EXERCISE, "update", exercise_type="shared")).status == APPLIED
    assert server.one("a", edit(EXERCISE, "update", exercise_type="unknown")).status == DEFERRED


def test_group_is_all_or_nothing(server: Server) -> None:
    good = edit(SET, "update", a=5, group="g")
    bad = edit(NEW, "create", base=0, group="g")
    alone = edit(SET, "update", b=7)
    planned = server.push("a", good, bad, alone)
    assert [p.status for p in planned] == [REJECTED, REJECTED, APPLIED]
    assert [p.refusal and p.refusal.code for p in planned] == ["group_failed", "required", None]
    assert (server.value(SET, "a"), server.value(SET, "b")) == (0, 7)


def test_group_waits_as_a_whole(server: Server) -> None:
    planned = server.push(
        "a", edit(SET, "update", a=5, group="g"), edit(NEW, "create", base=0, exercise="nowhere", group="g")
    )
    assert [p.status for p in planned] == [DEFERRED, DEFERRED]
    assert server.value(SET, "a") == 0


def test_group_whose_parent_was_deleted_for_good_waits_no_more(server: Server) -> None:
    """It waited for its parent, which came and left for good meanwhile. What it creates and edits is told, and not awaited."""
    server.awaited, server.purged = frozenset({NEW}), frozenset({("exercise", "gone")})
    planned = server.push(
        "a", edit(NEW, "create", base=0, exercise="gone", group="g"), edit(NEW, "update", base=0, a=5, group="g")
    )
    assert [(p.status, only(p).kind) for p in planned] == [(CONFLICT, "missing"), (CONFLICT, "missing")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_group_takes_its_members_in_any_order(server: Server, order: tuple[int, ...]) -> None:
    """A child may come before its parent inside of a group too, and be moved below one that comes later."""
    members = [
        edit(("workout", "w2"), "create", base=0, group="g"),
        edit(("exercise", "e2"), "create", base=0, workout="w2", exercise_type="shared", group="g"),
        edit(NEW, "create", base=0, exercise="e2", group="g"),
        edit(SET, "update", exercise="e2", group="g"),
    ]
    planned = server.push("a", *(members[number] for number in order))
    assert {p.status for p in planned} == {APPLIED}
    assert (server.value(NEW, "exercise"), server.value(SET, "exercise")) == ("e2", "e2")


def test_member_of_a_group_that_waits_holds_back_the_later_ones_of_its_record(server: Server) -> None:
    planned = server.push(
        "a",
        edit(NEW, "create", base=0, exercise="e2", group="g"),
        edit(NEW, "update", base=0, a=5, group="g"),
        edit(("exercise", "e2"), "create", base=0, group="g"),
    )
    assert [p.status for p in planned] == [APPLIED] * 3
    assert server.value(NEW, "a") == 5


@pytest.mark.parametrize("middle", ["h", None])
def test_groups_that_wait_for_each_other_are_taken(server: Server, middle: str | None) -> None:
    """The set waits for an exercise that waits for a workout that the set's group makes."""
    planned = server.push(
        "a",
        edit(NEW, "create", base=0, exercise="e2", group="g"),
        edit(("workout", "w2"), "create", base=0, group="g"),
        edit(("exercise", "e2"), "create", base=0, workout="w2", group=middle),
        edit(SET, "update", a=7, group=middle),
        edit(("exercise", "other"), "update", a=8, group="i"),
    )
    assert [p.status for p in planned] == [APPLIED] * 5


def test_groups_that_wait_for_each_other_fail_together_and_no_other(server: Server) -> None:
    planned = server.push(
        "a",
        edit(("workout", "w2"), "create", base=0, group="g"),
        edit(NEW, "create", base=0, exercise="e2", group="g"),
        edit(("exercise", "e2"), "create", base=0, workout="w2", group="h"),
        edit(("conflict", "c"), "update", group="h"),
        edit(("exercise", "other"), "update", a=8, group="i"),
        edit(SET, "update", a=7, group="i"),
    )
    assert [p.status for p in planned] == [REJECTED] * 4 + [APPLIED] * 2
    assert ("workout", "w2") not in server.states


def test_refused_member_decides_over_one_that_waits(server: Server) -> None:
    """What can never be taken is said at once."""
    planned = server.push(
        "a",
        edit(NEW, "create", base=0, exercise="nowhere", group="g"),
        edit(("conflict", "c"), "update", group="g"),
    )
    assert [p.status for p in planned] == [REJECTED] * 2


def test_group_waits_for_its_parents_in_the_same_push(server: Server) -> None:
    planned = server.push(
        "a",
        edit(NEW, "create", base=0, exercise="e2", group="g"),
        edit(SET, "update", a=5, group="g"),
        edit(("exercise", "e2"), "create", base=0, workout="w"),
    )
    assert [p.status for p in planned] == [APPLIED] * 3


# --- parents and children ---


def test_deletion_takes_all_below_along(server: Server) -> None:
    planned = server.one("a", edit(WORKOUT, "delete"))
    assert planned.status == APPLIED
    assert {key for key in server.states if server.deleted(key)} == {WORKOUT, EXERCISE, OTHER, SET}
    assert {write.write.version for write in planned.writes} == {2}


def test_later_edit_of_a_child_revives_all_that_went_along(server: Server) -> None:
    deletion = server.one("a", edit(WORKOUT, "delete", at=100))
    planned = server.one("b", edit(SET, "update", a=5, at=200))
    assert planned.status == CONFLICT
    assert (only(planned).key, only(planned).kind, lost(only(planned))) == (WORKOUT, "delete", {DELETED: True})
    assert only(planned).loser == deletion.edit.id
    assert not any(server.deleted(key) for key in (WORKOUT, EXERCISE, OTHER, SET))
    assert server.value(SET, "a") == 5


def test_what_was_not_found_when_its_parent_came_back_comes_back_with_work_below(server: Server) -> None:
    server.one("a", edit(WORKOUT, "delete", at=100))
    hidden = {key: server.states.pop(key) for key in (EXERCISE, SET)}
    server.one("b", edit(OTHER, "update", at=200, a=1))
    server.states |= hidden
    server.one("c", edit(SET, "update", at=50, a=5))
    assert not any(server.deleted(key) for key in (WORKOUT, EXERCISE, OTHER, SET))


def test_earlier_edit_of_a_child_is_kept_in_it_and_named(server: Server) -> None:
    server.one("a", edit(WORKOUT, "delete", at=200))
    planned = server.one("b", edit(SET, "update", a=5, at=100))
    assert (planned.status, only(planned).kind, only(planned).key) == (CONFLICT, "parent", SET)
    assert (lost(only(planned)), kept(only(planned))) == ({"a": 5}, {"a": None})
    assert (server.deleted(SET), server.value(SET, "a")) == (True, 5)


def test_deletion_older_than_work_on_a_child_loses(server: Server) -> None:
    server.one("b", edit(SET, "update", a=5, at=200))
    planned = server.one("a", edit(WORKOUT, "delete", at=100))
    assert (planned.status, only(planned).kind, lost(only(planned))) == (CONFLICT, "delete", {DELETED: True})
    assert not any(server.deleted(key) for key in (WORKOUT, EXERCISE, OTHER, SET))


def test_deletion_later_than_unseen_work_on_a_child_names_it(server: Server) -> None:
    work = server.one("b", edit(SET, "update", a=5, at=100))
    planned = server.one("a", edit(WORKOUT, "delete", at=200))
    assert (planned.status, only(planned).kind, only(planned).key) == (CONFLICT, "parent", SET)
    assert (lost(only(planned)), only(planned).loser) == ({"a": 5}, work.edit.id)
    assert server.deleted(SET)


def test_deletion_of_what_the_device_had_pulled_is_no_conflict(server: Server) -> None:
    """The base version of a deletion is all that its device had pulled."""
    server.one("b", edit(SET, "update", a=5, at=100))
    planned = server.one("a", edit(WORKOUT, "delete", base=2, at=START_MS))
    assert (planned.status, server.deleted(SET)) == (APPLIED, True)


def test_deletion_made_before_the_device_pulled_the_work_had_not_seen_it(server: Server) -> None:
    server.one("b", edit(SET, "update", a=5, at=100))
    planned = server.push("a", edit(WORKOUT, "delete", at=START_MS), seen_version=2)[0]
    assert (planned.status, only(planned).kind) == (CONFLICT, "parent")


def test_creation_under_a_parent_deleted_before_revives_it(server: Server) -> None:
    server.one("a", edit(EXERCISE, "delete", at=100))
    planned = server.one("b", edit(NEW, "create", base=0, exercise="e", a=3, at=200))
    assert (planned.status, only(planned).key) == (CONFLICT, EXERCISE)
    assert not any(server.deleted(key) for key in (EXERCISE, SET, NEW))


def test_creation_under_a_parent_deleted_later_goes_along_and_is_named(server: Server) -> None:
    server.one("a", edit(WORKOUT, "delete", at=200))
    planned = server.push(
        "b",
        edit(("exercise", "e2"), "create", base=0, workout="w", a=3, at=100),
        edit(NEW, "create", base=0, exercise="e2", a=4, at=101),
    )
    assert [p.status for p in planned] == [CONFLICT, CONFLICT]
    assert [only(p).kind for p in planned] == ["parent", "parent"]
    assert lost(only(planned[1])) == {"exercise": "e2", "a": 4}
    assert (server.deleted(("exercise", "e2")), server.deleted(NEW), server.value(NEW, "a")) == (True, True, 4)


def test_restored_parent_brings_back_what_was_made_under_it(server: Server) -> None:
    server.one("a", edit(WORKOUT, "delete", at=200))
    server.one("b", edit(NEW, "create", base=0, exercise="e", at=100))
    planned = server.one("a", edit(WORKOUT, "restore", at=300, base=3))
    assert (planned.status, server.deleted(NEW)) == (APPLIED, False)


def test_child_deleted_for_its_own_sake_stays_deleted(server: Server) -> None:
    server.one("a", edit(SET, "delete", at=90))
    server.one("a", edit(WORKOUT, "delete", at=100))
    server.one("b", edit(WORKOUT, "update", a=1, at=200))
    assert (server.deleted(EXERCISE), server.deleted(SET)) == (False, True)


def test_child_deleted_for_its_own_sake_afterwards_stays_deleted_too(server: Server) -> None:
    server.one("a", edit(WORKOUT, "delete", at=100))
    assert server.one("c", edit(SET, "delete", at=90)).status == NOOP
    server.one("b", edit(WORKOUT, "update", a=1, at=200))
    assert (server.deleted(EXERCISE), server.deleted(SET)) == (False, True)


def test_child_that_came_back_along_may_still_be_deleted_by_an_earlier_edit(server: Server) -> None:
    """Nobody edited the set: that its workout was revived says nothing of it."""
    server.one("a", edit(WORKOUT, "delete", at=100))
    server.one("b", edit(WORKOUT, "update", a=1, at=300))
    assert server.one("c", edit(SET, "delete", at=200)).status == APPLIED


def test_child_moved_away_survives_a_later_deletion_of_its_parent(server: Server) -> None:
    server.one("base", edit(("workout", "w2"), "create", base=0))
    server.one("a", edit(WORKOUT, "delete", at=200))
    planned = server.one("b", edit(EXERCISE, "update", workout="w2", at=100))
    assert (planned.status, server.deleted(EXERCISE), server.deleted(SET)) == (MERGED, False, False)
    assert (server.deleted(WORKOUT), server.deleted(OTHER)) == (True, True)


def test_child_moved_under_a_deleted_parent_revives_it(server: Server) -> None:
    server.one("base", edit(("workout", "w2"), "create", base=0))
    server.one("a", edit(("workout", "w2"), "delete", base=2, at=100))
    planned = server.one("b", edit(EXERCISE, "update", workout="w2", at=START_MS))
    assert (planned.status, only(planned).kind, server.deleted(("workout", "w2"))) == (CONFLICT, "delete", False)


def test_device_that_deletes_and_goes_on_has_no_conflict_with_itself(server: Server) -> None:
    planned = server.push(
        "a",
        edit(WORKOUT, "delete", at=100),
        edit(SET, "restore", at=200),
        edit(NEW, "create", base=0, exercise="e", at=300),
    )
    assert [p.status for p in planned] == [APPLIED, APPLIED, APPLIED]
    assert not any(server.deleted(key) for key in (WORKOUT, EXERCISE, SET, NEW))


def test_group_that_fails_takes_back_its_deletions(server: Server) -> None:
    planned = server.push(
        "a", edit(WORKOUT, "delete", group="g"), edit(("conflict", "c"), "update", group="g"), edit(SET, "update", a=1)
    )
    assert [p.status for p in planned] == [REJECTED, REJECTED, APPLIED]
    assert not server.deleted(WORKOUT)


def test_lonely_device_with_a_wild_clock_has_no_conflict(server: Server) -> None:
    for number, at in enumerate((10**12, -(10**9), 500, 10**9, 0)):
        server.one("a", edit(SET, "update", a=number + 1, at=at, base=server.states[SET].version))
        server.now_ms += 1
    assert (server.conflicts(), server.value(SET, "a")) == ([], 5)


def test_touch_of_another_device_does_not_make_an_edit_newer(server: Server) -> None:
    """It left the version as it was, so that nobody can tell whether the device had seen it."""
    server.one("b", edit(SET, "update", a=1, at=100))
    server.one("a", edit(EXERCISE, "delete", at=90))
    server.one("c", edit(EXERCISE, "update", a=5, at=300))
    planned = server.one("d", edit(EXERCISE, "update", a=6, at=200))
    assert (planned.status, planned.writes[0].write.stamp.eff_ms, server.value(EXERCISE, "a")) == (CONFLICT, 200, 5)


def test_restore_of_what_went_along_outlives_an_earlier_deletion(server: Server) -> None:
    """The set was gone already when its exercise was deleted; the device that restores it had seen it go all the same."""
    server.one("c", edit(SET, "delete", at=101))
    server.push("a", edit(EXERCISE, "delete", at=101), edit(SET, "restore", at=103))
    assert (server.deleted(EXERCISE), server.deleted(SET)) == (False, False)


def test_restore_that_changed_nothing_outlives_an_earlier_deletion(server: Server) -> None:
    """Its own deletion had lost, so the restore only touched the workout: it is the later word all the same."""
    server.one("a", edit(SET, "update", a=2, at=102))
    server.push("c", edit(WORKOUT, "delete", at=100), edit(WORKOUT, "restore", at=105))
    planned = server.one("b", edit(WORKOUT, "delete", at=103))
    assert (planned.status, server.deleted(WORKOUT)) == (CONFLICT, False)


def test_restore_of_what_was_seen_deleted_is_later_by_any_clock(server: Server) -> None:
    """At the same millisecond the device id would decide; but who restores a record has seen that it was deleted."""
    server.one("z", edit(WORKOUT, "delete", at=START_MS))
    planned = server.one("a", edit(SET, "restore", at=0, base=server.version))
    assert (planned.status, server.deleted(WORKOUT), server.deleted(SET)) == (APPLIED, False, False)


# --- what others move meanwhile ---

SECOND = ("workout", "w2")


@pytest.fixture
def moving(server: Server) -> Server:
    """The same with a second workout, all seen by every device."""
    server.now_ms = 60
    server.one("base", edit(SECOND, "create", base=0))
    server.now_ms = START_MS
    return server


def test_work_speaks_for_the_parent_that_it_saw(moving: Server) -> None:
    moving.one("b", edit(EXERCISE, "update", base=2, workout="w2", at=100))
    moving.one("a", edit(WORKOUT, "delete", base=2, at=200))
    planned = moving.push("c", edit(SET, "update", base=2, a=5, at=300), seen_version=2)[0]
    assert (planned.status, only(planned).kind, only(planned).key) == (CONFLICT, "delete", WORKOUT)
    assert (moving.deleted(WORKOUT), moving.value(EXERCISE, "workout"), moving.value(SET, "a")) == (False, "w2", 5)


def test_work_of_who_had_seen_the_move_speaks_for_the_new_parent_alone(moving: Server) -> None:
    moving.one("b", edit(EXERCISE, "update", base=2, workout="w2", at=100))
    moving.one("a", edit(WORKOUT, "delete", base=2, at=200))
    planned = moving.push("c", edit(SET, "update", base=2, a=5, at=START_MS), seen_version=4)[0]
    assert (planned.status, moving.deleted(WORKOUT), moving.deleted(SET)) == (APPLIED, True, False)


def test_work_speaks_for_the_parent_that_its_record_is_given(moving: Server) -> None:
    """The move is older than the deletion of where it leads to, but the work that it takes there is not."""
    work = moving.one("c", edit(SET, "update", base=2, a=5, at=300))
    deletion = moving.one("a", edit(SECOND, "delete", base=2, at=200))
    planned = moving.one("b", edit(EXERCISE, "update", base=2, workout="w2", at=100))
    assert (only(planned).kind, only(planned).key) == ("delete", SECOND)
    assert (only(planned).winner, only(planned).loser) == (work.edit.id, deletion.edit.id)
    assert not any(moving.deleted(key) for key in (SECOND, EXERCISE, SET))


def test_parent_that_was_left_remembers_work_until_a_later_deletion(moving: Server) -> None:
    work = moving.one("c", edit(SET, "update", base=2, a=5, at=300))
    moving.one("b", edit(EXERCISE, "update", base=2, workout="w2", at=100))
    refused = moving.one("a", edit(WORKOUT, "delete", base=2, at=200))
    assert (only(refused).winner, moving.deleted(WORKOUT)) == (work.edit.id, False)
    assert moving.one("d", edit(WORKOUT, "delete", base=2, at=400)).status == APPLIED
    assert (moving.deleted(WORKOUT), moving.deleted(EXERCISE)) == (True, False)


def test_move_by_who_had_seen_the_work_leaves_nothing_behind(moving: Server) -> None:
    """The one case in which the order decides: a deletion that came before the move would have been refused."""
    moving.one("c", edit(SET, "update", base=2, a=5, at=300))
    moving.push("b", edit(EXERCISE, "update", base=3, workout="w2", at=START_MS), seen_version=3)
    planned = moving.one("a", edit(WORKOUT, "delete", base=2, at=200))
    assert (planned.status, moving.deleted(WORKOUT)) == (APPLIED, True)
    assert (moving.deleted(EXERCISE), moving.deleted(SET), moving.value(SET, "a")) == (False, False, 5)


def test_move_under_a_parent_deleted_later_names_all_that_goes_out_of_sight(moving: Server) -> None:
    moving.one("c", edit(SET, "update", base=2, a=5, at=101))
    moving.one("c", edit(EXERCISE, "update", base=2, notes="x", at=102))
    moving.one("a", edit(SECOND, "delete", base=2, at=200))
    planned = moving.one("b", edit(EXERCISE, "update", base=2, workout="w2", at=100))
    told = {conflict.key: lost(conflict) for conflict in planned.conflicts}
    assert told == {EXERCISE: {"workout": "w2", "notes": "x"}, SET: {"a": 5}}
    assert (moving.deleted(EXERCISE), moving.deleted(SET)) == (True, True)
