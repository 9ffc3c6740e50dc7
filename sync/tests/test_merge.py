"""The rules of the merge, one record at a time."""

from collections.abc import Mapping
from typing import Any

import pytest

from sync.domain.merge import ALONG, DELETED, Merged, Stamp, Write, effective_ms, foreign_writes, merge, merge_sets

BASE = 5
BEFORE: dict[str, Any] = {"reps": 6, "notes": "base", "tags": ["bar", "grip"], DELETED: False}


def rival(device: str, eff_ms: int, values: Mapping[str, Any], **more: Any) -> Write:
    seq = more.pop("seq", 1)
    version = more.pop("version", BASE + 1)
    before = more.pop("before", BEFORE)
    name = more.pop("mutation_id", f"{device}{seq}")
    return Write(version, Stamp(eff_ms, device, seq), values, before, name, eff_ms, **more)


def merged(patch: Mapping[str, Any], *writes: Write, eff_ms: int = 100, device: str = "me", seq: int = 9) -> Merged:
    current = dict(BEFORE)
    for write in writes:
        current |= {name: value for name, value in write.values.items() if name != ALONG}
    return merge(
        patch=patch,
        stamp=Stamp(eff_ms, device, seq),
        mutation_id=f"{device}{seq}",
        base_version=BASE,
        current=current,
        writes=writes,
        set_fields={"tags"},
    )


def test_value_without_a_rival_is_taken() -> None:
    result = merged({"reps": 8})
    assert (result.taken, result.losses, result.contested) == ({"reps": 8}, (), False)


def test_value_beside_the_write_of_another_field_is_taken() -> None:
    result = merged({"reps": 8}, rival("other", 200, {"notes": "theirs"}))
    assert (result.taken, result.losses, result.contested) == ({"reps": 8}, (), True)


def test_value_that_the_device_had_seen_is_no_change() -> None:
    assert merged({"reps": 6}).taken == {}
    assert merged({"reps": 6}, rival("other", 50, {"reps": 8})).taken == {}


def test_value_that_the_device_goes_back_to_is_a_change() -> None:
    own = rival("me", 90, {"reps": 8}, seq=1)
    assert merged({"reps": 6}, own).taken == {"reps": 6}


def test_value_that_the_device_goes_back_to_after_a_loss_is_a_change() -> None:
    theirs = rival("other", 95, {"reps": 7})
    lost = rival("me", 90, {}, seq=1, version=BASE + 2, lost={"reps": 8})
    result = merged({"reps": 6}, theirs, lost)
    assert result.taken == {"reps": 6}
    assert [(loss.base, loss.lost.value) for loss in result.losses] == [(8, 7)]


def test_later_of_two_values_stands_and_the_other_is_named() -> None:
    result = merged({"reps": 8}, rival("other", 50, {"reps": 10}))
    assert result.taken == {"reps": 8}
    loss = result.losses[0]
    assert (loss.name, loss.base) == ("reps", 6)
    assert (loss.kept.value, loss.kept.at_ms, loss.kept.device_id, loss.kept.mutation_id) == (8, 100, "me", "me9")
    assert (loss.lost.value, loss.lost.at_ms, loss.lost.device_id, loss.lost.mutation_id) == (10, 50, "other", "other1")


def test_earlier_of_two_values_is_not_taken_but_named() -> None:
    result = merged({"reps": 8, "notes": "mine"}, rival("other", 150, {"reps": 10}))
    assert (result.taken, result.lost) == ({"notes": "mine"}, {"reps": 8})
    assert [(loss.kept.value, loss.lost.value) for loss in result.losses] == [(10, 8)]


def test_equal_values_lose_nothing() -> None:
    assert merged({"reps": 8}, rival("other", 50, {"reps": 8})).taken == {"reps": 8}
    later = merged({"reps": 8}, rival("other", 150, {"reps": 8}))
    assert (later.taken, later.losses) == ({}, ())


def test_ties_fall_to_the_device_with_the_greater_id() -> None:
    assert merged({"reps": 8}, rival("aaa", 100, {"reps": 10})).taken == {"reps": 8}
    assert merged({"reps": 8}, rival("zzz", 100, {"reps": 10})).taken == {}


def test_only_the_standing_rival_loses() -> None:
    """The one below it lost to it, and was named then."""
    result = merged({"reps": 8}, rival("a", 50, {"reps": 10}), rival("b", 60, {"reps": 11}, version=BASE + 2))
    assert [loss.lost.mutation_id for loss in result.losses] == ["b1"]


def test_rival_is_named_once_however_often_the_device_writes() -> None:
    theirs = rival("other", 50, {"reps": 10})
    own = rival("me", 90, {"reps": 7}, seq=1, version=BASE + 2)
    result = merged({"reps": 8}, theirs, own)
    assert (result.taken, result.losses) == ({"reps": 8}, ())


def test_same_device_is_never_its_own_rival() -> None:
    own = rival("me", 100, {"reps": 7}, seq=1)
    result = merged({"reps": 8}, own)
    assert (result.taken, result.losses, result.contested) == ({"reps": 8}, (), False)


def test_late_mutation_does_not_undo_what_its_device_wrote_after_it() -> None:
    later = rival("me", 100, {"reps": 9}, seq=20)
    result = merged({"reps": 8, "notes": "mine"}, later, seq=9)
    assert (result.taken, result.losses) == ({"notes": "mine"}, ())


def test_what_was_seen_is_no_rival() -> None:
    seen = rival("other", 900, {"reps": 10}, version=BASE)
    assert merged({"reps": 8}, seen).taken == {"reps": 8}
    assert foreign_writes([seen], base_version=BASE, stamp=Stamp(1, "me", 1)) == []


def test_device_that_never_saw_the_record_writes_whatever_it_says() -> None:
    created = Write(6, Stamp(50, "other", 1), {"reps": 6}, {}, "other1", 50)
    result = merge(
        patch={"reps": 6, "notes": ""},
        stamp=Stamp(100, "me", 1),
        mutation_id="me1",
        base_version=0,
        current={"reps": 6, "notes": "", DELETED: False},
        writes=(created,),
        set_fields=(),
    )
    assert result.taken == {"reps": 6, "notes": ""}


# --- deletion is a register like any other ---


def test_edit_later_than_a_deletion_brings_back() -> None:
    result = merged({"reps": 8, DELETED: False}, rival("other", 50, {DELETED: True}))
    assert result.taken == {"reps": 8, DELETED: False}
    assert [(loss.name, loss.lost.value) for loss in result.losses] == [(DELETED, True)]


def test_edit_earlier_than_a_deletion_is_written_into_the_deleted_record() -> None:
    result = merged({"reps": 8, DELETED: False}, rival("other", 150, {DELETED: True}))
    assert (result.taken, result.lost) == ({"reps": 8}, {DELETED: False})


def test_deletion_earlier_than_an_edit_loses() -> None:
    result = merged({DELETED: True}, rival("other", 150, {"reps": 8, DELETED: False}))
    assert (result.taken, [loss.lost.value for loss in result.losses]) == ({}, [True])


def test_edit_that_changes_nothing_does_not_bring_back() -> None:
    assert merged({"reps": 6, DELETED: False}, rival("other", 50, {DELETED: True})).taken == {}


def test_deletion_with_a_parent_is_nobodys_word_on_the_record() -> None:
    along = rival("other", 150, {ALONG: True})
    result = merged({"reps": 8, DELETED: False}, along)
    assert (result.taken, result.losses) == ({"reps": 8, DELETED: False}, ())
    assert merged({DELETED: True}, along).taken == {DELETED: True}


# --- sets ---


def test_sets_keep_every_add_and_every_removal() -> None:
    assert merge_sets(base=["a", "b"], ours=["a", "c"], theirs=["a", "b", "d"]) == ["a", "c", "d"]


def test_set_without_a_rival_is_taken_as_it_is() -> None:
    assert merged({"tags": ["x"]}).taken == {"tags": ["x"]}


@pytest.mark.parametrize("eff_ms", [50, 150])
def test_set_merges_by_what_each_side_changed(eff_ms: int) -> None:
    theirs = rival("other", eff_ms, {"tags": ["bar", "grip", "band"]})
    result = merged({"tags": ["bar"]}, theirs)
    assert (result.taken, result.losses) == ({"tags": ["band", "bar"]}, ())


def test_set_of_a_device_builds_on_what_it_sent_before() -> None:
    """It takes out what it had put in itself, and does not take out what it never saw."""
    own = rival("me", 90, {"tags": ["bar", "grip", "mine"]}, seq=1)
    theirs = rival("other", 95, {"tags": ["bar", "grip", "band"]}, version=BASE + 2)
    current = ["band", "bar", "grip", "mine"]
    result = merge(
        patch={"tags": ["bar", "grip"]},
        stamp=Stamp(100, "me", 2),
        mutation_id="me2",
        base_version=BASE,
        current={**BEFORE, "tags": current},
        writes=(own, theirs),
        set_fields={"tags"},
    )
    assert result.taken == {"tags": ["band", "bar", "grip"]}


def test_removal_does_not_take_out_what_another_device_put_in_too() -> None:
    own = rival("me", 90, {"tags": ["bar", "grip", "band"]}, seq=1)
    theirs = rival("other", 95, {"tags": ["bar", "grip", "band"]}, version=BASE + 2)
    assert merged({"tags": ["bar", "grip"]}, own, theirs).taken == {"tags": ["band", "bar", "grip"]}


# --- clocks ---


@pytest.mark.parametrize(
    ("at_ms", "skew_ms", "floor_ms", "expected"),
    [
        (500, 0, 0, 500),
        (5_000, 0, 0, 1_000),  # a clock ahead: never in the future
        (5_000, -4_700, 0, 300),  # corrected by what the device's clock was off by
        (10, 0, 400, 400),  # a clock behind: never before what it had seen
        (-62_135_596_800_000, 0, 0, 0),
        (253_402_300_799_999, 0, 0, 1_000),
    ],
)
def test_clock_is_clamped(at_ms: int, skew_ms: int, floor_ms: int, expected: int) -> None:
    assert effective_ms(at_ms=at_ms, skew_ms=skew_ms, now_ms=1_000, floor_ms=floor_ms) == expected
