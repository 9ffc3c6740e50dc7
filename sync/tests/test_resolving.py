"""Decisions of conflicts: an ordinary mutation that writes what the user chose, and closes the conflict with it."""

from typing import Any
from uuid import uuid4

import pytest

from sync.models import Conflict, LogEntry, Mutation
from sync.tests.devices import Json, Phone, ago, kept, lost

pytestmark = pytest.mark.django_db(transaction=True)


def decide(device: Phone, conflict: str, resolution: str, patch: Json | None = None, **values: Any) -> Json:
    body = {"resolution": resolution} | ({} if patch is None else {"patch": patch})
    return device.mutation("resolve", "conflict", conflict, body, **values)


def field_conflict(phone: Phone, tablet: Phone) -> tuple[str, str, int]:
    """(set, conflict, version of the set): the phone's 6 lost to the tablet's 4."""
    record = phone.create("set", {"exercise": phone.exercise(), "reps": 5})
    base = phone.records()["set", record]["version"]
    phone.one("update", "set", record, {"reps": 6}, base_version=base)
    result = tablet.one("update", "set", record, {"reps": 4}, base_version=base)
    assert result["status"] == "conflict", result
    return record, result["conflict_ids"][0], result["version"]


def delete_conflict(phone: Phone, tablet: Phone, *, deletion_wins: bool) -> tuple[str, str, int]:
    record = phone.create("workout", {"title": "Legs"})
    base = phone.records()["workout", record]["version"]
    early = tablet.mutation("delete", "workout", record, base_version=base)
    phone.pull()  # some milliseconds
    phone.one("update", "workout", record, {"title": "Push"}, base_version=base)
    result = tablet.push({**early, "at": ago(0)} if deletion_wins else early)[0]
    assert result["status"] == "conflict", result
    return record, result["conflict_ids"][0], result["version"]


def stands(device: Phone, entity: str, record: str) -> Json:
    change: Json = device.records()[entity, record]
    data: Json = change["data"]
    return data


def status_of(device: Phone, conflict: str) -> tuple[str, str]:
    data = stands(device, "conflict", conflict)
    return data["status"], data["resolution"]


# --- the ways to decide ---


def test_keep_closes_the_conflict_and_writes_nothing_else(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    sent = decide(phone, conflict, "keep", base_version=base)
    result = phone.push(sent)[0]
    assert (result["status"], result["error"], result["conflict_ids"]) == ("applied", None, [])
    assert (result["record"]["entity"], result["record"]["data"]["status"]) == ("conflict", "dismissed")
    assert (result["target"]["id"], result["target"]["version"]) == (record, base)
    assert result["version"] == result["record"]["version"] == base + 1
    data = stands(tablet, "conflict", conflict)
    assert (data["status"], data["resolution"], data["resolution_mutation"]) == ("dismissed", "keep", sent["id"])
    assert stands(tablet, "set", record)["reps"] == 4
    assert tablet.pull()["open_conflicts"] == 0


def test_use_lost_writes_what_lost(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    result = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["conflict_ids"]) == ("applied", [])
    assert result["target"]["data"]["reps"] == 6
    assert stands(tablet, "set", record)["reps"] == 6
    assert status_of(tablet, conflict) == ("resolved", "use_lost")
    assert {change["version"] for change in tablet.pull_all()[0] if change["id"] in (record, conflict)} == {base + 1}


def test_custom_writes_what_the_user_says(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    result = phone.push(decide(phone, conflict, "custom", {"reps": 7, "rpe": "9.0"}, base_version=base))[0]
    assert result["status"] == "applied"
    data = stands(tablet, "set", record)
    assert (data["reps"], data["rpe"]) == (7, "9.0")
    assert status_of(tablet, conflict) == ("resolved", "custom")


def test_decision_is_logged_with_its_mutation_on_record_and_conflict(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    sent = decide(phone, conflict, "use_lost", base_version=base)
    phone.push(sent)
    lines = LogEntry.objects.filter(mutation_id=sent["id"]).order_by("entity")
    assert [(str(line.record_id), line.op, line.version, line.source) for line in lines] == [
        (record, "U", base + 1, "push"),
        (conflict, "U", base + 1, "push"),
    ]
    assert str(Mutation.objects.get(mutation_id=sent["id"]).device_id) == phone.id


def test_decision_sent_again_is_a_replay(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    sent = decide(phone, conflict, "use_lost", base_version=base)
    first = phone.push(sent)[0]
    tablet.one("update", "set", record, {"reps": 9}, base_version=first["target"]["version"])
    again = phone.push(sent)[0]
    assert (again["status"], again["replayed"]) == ("applied", True)
    assert again["target"]["data"]["reps"] == 9
    assert len(phone.conflicts()) == 1


# --- what is not a decision ---


@pytest.mark.parametrize(
    ("patch", "code", "field"),
    [
        ({"resolution": "custom"}, "required", "patch.patch"),
        ({"resolution": "custom", "patch": {}}, "required", "patch.patch"),
        ({"resolution": "keep", "patch": {"reps": 1}}, "not_allowed", "patch.patch"),
        ({"resolution": "use_lost", "patch": {"reps": 1}}, "not_allowed", "patch.patch"),
        ({"resolution": "custom", "patch": {"reps": -1}}, "out_of_range", "reps"),
        ({"resolution": "custom", "patch": {"colour": "red"}}, "unknown_field", "colour"),
        ({"resolution": "custom", "patch": {"reps": -1, "colour": "red"}}, "invalid", "reps"),
        ({"resolution": "both"}, "invalid", None),
        ({"resolution": None}, "invalid", None),
        ({}, "invalid", None),
        ({"resolution": "keep", "because": "I say so"}, "invalid", None),
        ({"resolution": "custom", "patch": [1]}, "invalid", None),
        ({"resolution": {"keep": 1}}, "invalid", None),
    ],
)
def test_decision_of_a_wrong_form_is_refused_and_the_conflict_stays_open(
    phone: Phone, tablet: Phone, patch: Json, code: str, field: str | None
) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    result = phone.push(phone.mutation("resolve", "conflict", conflict, patch, base_version=base))[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", code)
    assert field is None or field in result["error"]["fields"]
    assert status_of(phone, conflict) == ("open", "")
    assert stands(phone, "set", record)["reps"] == 4


def test_only_conflicts_are_resolved(phone: Phone, tablet: Phone) -> None:
    record, _, base = field_conflict(phone, tablet)
    result = phone.one("resolve", "set", record, {"resolution": "keep"}, base_version=base)
    assert (result["status"], result["error"]["code"]) == ("rejected", "not_allowed")


def test_conflict_is_written_by_no_other_operation(phone: Phone, tablet: Phone) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    for op in ("create", "update", "delete", "restore"):
        result = phone.one(op, "conflict", conflict, {}, base_version=base)
        assert (result["status"], result["error"]["code"]) == ("rejected", "read_only")
    assert status_of(phone, conflict) == ("open", "")


def test_conflict_of_somebody_else_is_as_unknown_as_one_that_never_was(
    phone: Phone, tablet: Phone, bobs_phone: Phone
) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    theirs, none = bobs_phone.push(
        decide(bobs_phone, conflict, "use_lost", base_version=base), decide(bobs_phone, str(uuid4()), "keep")
    )
    assert {**theirs, "id": ""} == {**none, "id": ""}
    assert (theirs["status"], theirs["error"]["code"], theirs["record"]) == ("rejected", "unknown_conflict", None)
    assert status_of(phone, conflict) == ("open", "")
    assert stands(phone, "set", record)["reps"] == 4


# --- every kind ---


def test_deletion_that_lost_is_carried_out(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = delete_conflict(phone, tablet, deletion_wins=False)
    result = tablet.push(decide(tablet, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["target"]["deleted"]) == ("applied", True)
    assert ("workout", record) not in phone.records()
    assert status_of(phone, conflict) == ("resolved", "use_lost")


def test_edit_that_lost_to_a_deletion_comes_back_with_its_record(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = delete_conflict(phone, tablet, deletion_wins=True)
    assert ("workout", record) not in phone.records()
    result = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["conflict_ids"]) == ("applied", [])
    assert stands(tablet, "workout", record)["title"] == "Push"


@pytest.mark.parametrize("deletion_wins", [True, False])
def test_keep_leaves_a_deletion_as_it_was_decided(phone: Phone, tablet: Phone, deletion_wins: bool) -> None:  # noqa: FBT001 - a parameter of the test
    record, conflict, base = delete_conflict(phone, tablet, deletion_wins=deletion_wins)
    assert phone.push(decide(phone, conflict, "keep", base_version=base))[0]["status"] == "applied"
    assert (("workout", record) in tablet.records()) is not deletion_wins
    assert status_of(tablet, conflict) == ("dismissed", "keep")


def test_custom_on_a_deleted_record_brings_it_back(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = delete_conflict(phone, tablet, deletion_wins=True)
    result = phone.push(decide(phone, conflict, "custom", {"title": "Pull"}, base_version=base))[0]
    assert result["status"] == "applied"
    assert stands(tablet, "workout", record)["title"] == "Pull"


def test_work_below_a_deleted_parent_comes_back_with_the_parent(phone: Phone, tablet: Phone) -> None:
    workout = phone.create("workout", {"title": "Legs"})
    exercise = phone.exercise(workout=workout)
    records = phone.records()
    base = records["exercise", exercise]["version"]
    early = tablet.mutation("update", "exercise", exercise, {"notes": "deep"}, base_version=base)
    phone.one("delete", "workout", workout, base_version=phone.pull()["version"])
    result = tablet.push(early)[0]
    conflict = result["conflict_ids"][0]
    assert stands(phone, "conflict", conflict)["kind"] == "parent"
    answer = tablet.push(decide(tablet, conflict, "use_lost", base_version=result["version"]))[0]
    assert (answer["status"], answer["target"]["deleted"]) == ("applied", False)
    now = phone.records()
    assert now["exercise", exercise]["data"]["notes"] == "deep"
    assert ("workout", workout) in now
    assert status_of(phone, conflict) == ("resolved", "use_lost")


def missing_conflict(phone: Phone, op: str = "update") -> tuple[str, str]:
    record = str(uuid4())
    result = phone.one(op, "workout", record, {"title": "Legs"} if op == "update" else {})
    assert result["status"] == "conflict", result
    return record, result["conflict_ids"][0]


def test_lost_values_of_a_record_that_is_gone_want_a_new_record(phone: Phone) -> None:
    record, conflict = missing_conflict(phone)
    for resolution, patch in (("use_lost", None), ("custom", {"title": "Push"})):
        result = phone.push(decide(phone, conflict, resolution, patch))[0]
        assert (result["status"], result["error"]["code"], result["target"]) == ("rejected", "record_missing", None)
    assert status_of(phone, conflict) == ("open", "")
    phone.create("workout", lost(stands(phone, "conflict", conflict)))
    assert phone.push(decide(phone, conflict, "keep"))[0]["status"] == "applied"
    assert status_of(phone, conflict) == ("dismissed", "keep")
    assert ("workout", record) not in phone.records()


def test_lost_values_reach_a_record_that_has_come_meanwhile(phone: Phone, tablet: Phone) -> None:
    record, conflict = missing_conflict(phone)
    tablet.one("create", "workout", record, {"notes": "late"})
    base = phone.records()["workout", record]["version"]
    result = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert result["status"] == "applied"
    data = stands(phone, "workout", record)
    assert (data["title"], data["notes"]) == ("Legs", "late")


def test_deletion_of_what_is_gone_is_closed_by_wanting_it(phone: Phone) -> None:
    _, conflict = missing_conflict(phone, "delete")
    assert phone.push(decide(phone, conflict, "use_lost"))[0]["status"] == "applied"
    assert status_of(phone, conflict) == ("resolved", "use_lost")


def rule_conflict(phone: Phone, tablet: Phone) -> tuple[str, str, int]:
    """The tablet's start lies behind the end that the phone has set."""
    record = phone.create("workout", {"status": "in_progress", "started_at": "2026-03-01T10:00:00Z"})
    base = phone.records()["workout", record]["version"]
    done = {"status": "completed", "ended_at": "2026-03-01T11:00:00Z"}
    assert phone.one("update", "workout", record, done, base_version=base)["status"] == "applied"
    late = {"started_at": "2026-03-01T12:00:00Z"}
    result = tablet.one("update", "workout", record, late, base_version=base)
    assert result["status"] == "conflict", result
    return record, result["conflict_ids"][0], result["version"]


def test_rule_conflict_says_which_rule(phone: Phone, tablet: Phone) -> None:
    _, conflict, _ = rule_conflict(phone, tablet)
    data = stands(phone, "conflict", conflict)
    assert (data["kind"], data["code"]) == ("rule", "ends_before_start")
    assert data["detail"] == Conflict.objects.get(pk=conflict).detail != ""
    assert lost(data) == {"started_at": "2026-03-01T12:00:00.000000Z", "time_zone": "UTC"}
    assert kept(data) == {"started_at": "2026-03-01T10:00:00.000000Z", "time_zone": "UTC"}


def test_lost_values_that_break_the_rule_still_are_refused_and_the_conflict_stays_open(
    phone: Phone, tablet: Phone
) -> None:
    record, conflict, base = rule_conflict(phone, tablet)
    result = tablet.push(decide(tablet, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", "ends_before_start")
    assert status_of(phone, conflict) == ("open", "")
    both = {"started_at": "2026-03-01T12:00:00Z", "ended_at": "2026-03-01T13:00:00Z"}
    assert tablet.push(decide(tablet, conflict, "custom", both, base_version=base))[0]["status"] == "applied"
    assert stands(phone, "workout", record)["started_at"] == "2026-03-01T12:00:00.000000Z"
    assert status_of(phone, conflict) == ("resolved", "custom")


def test_contested_decision_that_breaks_a_rule_makes_no_second_conflict(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = rule_conflict(phone, tablet)
    phone.one("update", "workout", record, {"notes": "hot"}, base_version=base)
    result = tablet.push(decide(tablet, conflict, "use_lost", base_version=base))[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", "ends_before_start")
    assert len(phone.conflicts()) == 1


def test_record_that_was_made_twice_has_lost_nothing(phone: Phone, tablet: Phone) -> None:
    planned = {"planned_on": "2026-11-20", "title": "Legs"}
    phone.create("workout", planned)
    second = str(uuid4())
    conflict = tablet.one("create", "workout", second, planned)["conflict_ids"][0]
    base = phone.records()["workout", second]["version"]
    refused = phone.push(decide(phone, conflict, "use_lost", base_version=base))[0]
    assert (refused["status"], refused["error"]["code"]) == ("rejected", "not_allowed")
    assert phone.push(decide(phone, conflict, "keep", base_version=base))[0]["status"] == "applied"
    assert status_of(phone, conflict) == ("dismissed", "keep")
    assert ("workout", second) in phone.records()


# --- two decisions, a newer write, groups ---


@pytest.mark.parametrize("order", ["in order", "late"])
@pytest.mark.parametrize(
    "decisions",
    [
        (("keep",), ("use_lost",), (6, 4)),
        (("use_lost",), ("keep",), (4, 6)),
        (("custom", {"reps": 7}), ("use_lost",), (6, 7)),
        (("use_lost",), ("custom", {"reps": 7}), (7, 6)),
        (("keep",), ("custom", {"reps": 7}), (7, 4)),
        (("custom", {"reps": 7}), ("keep",), (4, 7)),
    ],
)
def test_of_two_decisions_the_later_stands_and_the_other_is_named(
    phone: Phone, tablet: Phone, order: str, decisions: Any
) -> None:
    first, second, (value, loser) = decisions
    record, conflict, base = field_conflict(phone, tablet)
    one = decide(phone, conflict, *first, base_version=base, at=ago(0))
    phone.pull()  # some milliseconds
    two = decide(tablet, conflict, *second, base_version=base, at=ago(0))
    pushes = [(phone, one), (tablet, two)] if order == "in order" else [(tablet, two), (phone, one)]
    results = [device.push(sent)[0] for device, sent in pushes]
    assert [r["status"] for r in results] == ["applied", "conflict"]
    assert stands(phone, "set", record)["reps"] == value
    named = stands(phone, "conflict", results[1]["conflict_ids"][0])
    assert (named["kind"], lost(named), kept(named)) == ("field", {"reps": loser}, {"reps": value})
    assert (named["winner_mutation"], named["loser_mutation"]) == (two["id"], one["id"])
    closed = stands(phone, "conflict", conflict)
    assert (closed["resolution"], closed["resolution_mutation"]) == (second[0], two["id"])
    assert sorted(c["status"] for c in phone.conflicts()) == sorted([closed["status"], "open"])


@pytest.mark.parametrize("resolution", ["keep", "use_lost"])
def test_two_equal_decisions_are_one(phone: Phone, tablet: Phone, resolution: str) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    first = phone.push(decide(phone, conflict, resolution, base_version=base))[0]
    second = tablet.push(decide(tablet, conflict, resolution, base_version=base))[0]
    assert (first["status"], second["status"], second["conflict_ids"]) == ("applied", "noop", [])
    assert second["version"] == first["version"]
    assert len(phone.conflicts()) == 1


def test_device_may_change_its_mind(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    results = phone.push(
        decide(phone, conflict, "keep", base_version=base), decide(phone, conflict, "use_lost", base_version=base)
    )
    assert [r["status"] for r in results] == ["applied", "applied"]
    assert stands(tablet, "set", record)["reps"] == 6
    assert status_of(tablet, conflict) == ("resolved", "use_lost")
    seen = phone.push(decide(phone, conflict, "keep", base_version=base))[0]
    assert (seen["status"], stands(tablet, "set", record)["reps"]) == ("applied", 6)
    assert len(phone.conflicts()) == 1


def test_who_has_seen_the_decision_decides_anew(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    version = phone.push(decide(phone, conflict, "keep", base_version=base))[0]["version"]
    sent = decide(tablet, conflict, "use_lost", base_version=base)
    result = tablet.push(sent, ack_version=version)[0]
    assert (result["status"], result["conflict_ids"]) == ("applied", [])
    assert stands(phone, "set", record)["reps"] == 6


def test_two_opposite_decisions_about_a_deletion(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = delete_conflict(phone, tablet, deletion_wins=True)
    phone.push(decide(phone, conflict, "use_lost", base_version=base))
    result = tablet.push(decide(tablet, conflict, "keep", base_version=base))[0]
    assert result["status"] == "conflict"
    assert ("workout", record) not in phone.records()
    assert phone.conflicts()[-1]["kind"] == "delete"


def test_decision_merges_with_a_newer_write(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    sent = decide(phone, conflict, "use_lost", base_version=base)
    tablet.one("update", "set", record, {"reps": 9}, base_version=base, at=ago(0))
    result = phone.push({**sent, "at": ago(0)})[0]
    assert result["status"] == "conflict"
    assert stands(phone, "set", record)["reps"] == 6
    assert lost(stands(phone, "conflict", result["conflict_ids"][0])) == {"reps": 9}
    assert status_of(phone, conflict) == ("resolved", "use_lost")


def test_keep_leaves_a_newer_write_alone(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    tablet.one("update", "set", record, {"reps": 9}, base_version=base)
    result = phone.push(decide(phone, conflict, "keep", base_version=base))[0]
    assert (result["status"], result["target"]["data"]["reps"]) == ("applied", 9)


def test_group_of_decisions_is_all_or_nothing(phone: Phone, tablet: Phone) -> None:
    one, conflict, base = field_conflict(phone, tablet)
    group = str(uuid4())
    bad = phone.push(
        decide(phone, conflict, "use_lost", base_version=base, group=group),
        decide(phone, str(uuid4()), "keep", group=group),
    )
    assert [r["error"]["code"] for r in bad] == ["group_failed", "unknown_conflict"]
    assert (status_of(phone, conflict), stands(phone, "set", one)["reps"]) == (("open", ""), 4)
    good = phone.push(
        decide(phone, conflict, "use_lost", base_version=base, group=group),
        phone.mutation("update", "set", one, {"notes": "both"}, base_version=base, group=group),
    )
    assert [r["status"] for r in good] == ["applied", "applied"]
    assert (stands(phone, "set", one)["reps"], stands(phone, "set", one)["notes"]) == (6, "both")


def test_decision_waits_for_a_record_that_waits(phone: Phone, tablet: Phone) -> None:
    record, conflict = missing_conflict(phone)
    waiting = tablet.mutation("create", "set", record, {"exercise": str(uuid4())})
    assert tablet.push(waiting)[0]["status"] == "deferred"
    result = phone.push(decide(phone, conflict, "use_lost"))[0]
    assert (result["status"], result["error"]["code"]) == ("rejected", "record_missing")


def test_number_of_queries_does_not_grow_with_the_decisions(
    phone: Phone, tablet: Phone, django_assert_max_num_queries: Any
) -> None:
    found = [field_conflict(phone, tablet) for _ in range(4)]
    with django_assert_max_num_queries(40):
        phone.push(*(decide(phone, conflict, "use_lost", base_version=base) for _, conflict, base in found))
    assert {status_of(phone, conflict) for _, conflict, _ in found} == {("resolved", "use_lost")}
