"""Of what at most one record may claim: two devices make one each, and one is left, whatever arrives first."""

import itertools
from typing import Any

import pytest

from sync.domain.records import APPLIED, CONFLICT, NOOP, Edit, Key
from sync.tests.planning import START_MS, Server

FIRST, SECOND, THIRD = ("gym", "first"), ("gym", "second"), ("gym", "third")
CLAIMS: list[dict[str, Any]] = [{"is_default": True}, {"day": "2026-12-01"}]

_ids = itertools.count(1)


def edit(key: Key, op: str, at: int, base: int = 0, group: str | None = None, **patch: Any) -> Edit:
    number = next(_ids)
    return Edit(f"m{number}", number, key, op, base, at, patch, group)


@pytest.fixture
def server() -> Server:
    return Server()


def holders(server: Server, claim: dict[str, Any]) -> list[str]:
    ((name, value),) = claim.items()
    live = {key: state.registers for key, state in server.states.items() if not state.deleted}
    return sorted(key[1] for key, registers in live.items() if registers[name] == value)


def given_up(server: Server) -> list[tuple[str, str, Any]]:
    return [(c.kind, c.key[1], loss.lost.value) for c in server.conflicts() for loss in c.losses]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_three_devices_the_latest_claim_holds(server: Server, order: tuple[int, ...], claim: dict[str, Any]) -> None:
    edits = [
        edit(FIRST, "create", 100, **claim),
        edit(SECOND, "create", 300, **claim),
        edit(THIRD, "create", 200, **claim),
    ]
    for number in order:
        assert server.one(f"device {number}", edits[number]).status in (APPLIED, CONFLICT)
    assert holders(server, claim) == ["second"]
    ((_, value),) = claim.items()
    named = {(key, lost) for kind, key, lost in given_up(server) if kind == "unique"}
    assert named >= {("first", value)} or named >= {("third", value)}
    for state in server.states.values():
        assert not state.deleted


def test_loser_keeps_everything_else(server: Server) -> None:
    server.push("a", edit(FIRST, "create", 200, is_default=True, notes="mine"))
    planned = server.one("b", edit(SECOND, "create", 100, is_default=True, notes="theirs"))
    assert planned.status == CONFLICT
    assert (server.value(SECOND, "is_default"), server.value(SECOND, "notes")) == (False, "theirs")
    assert given_up(server) == [("unique", "second", True)]
    (conflict,) = planned.conflicts
    assert (conflict.loser, conflict.winner) == (planned.edit.id, server.states[FIRST].writes[0].mutation_id)


@pytest.mark.parametrize("made_at", [START_MS + 5, 0])
def test_who_sees_the_other_claim_takes_it_down_without_a_word(server: Server, made_at: int) -> None:
    """Whatever its clock says: once it is slow by more than a quarter of an hour."""
    server.push("a", edit(FIRST, "create", START_MS, is_default=True))
    server.push("b", edit(SECOND, "create", 0))
    server.now_ms = START_MS + 10
    edits = [
        edit(FIRST, "update", made_at, base=1, group="g", is_default=False),
        edit(SECOND, "update", made_at, base=2, group="g", is_default=True),
    ]
    planned = server.push("b", *edits)
    assert {p.status for p in planned} == {APPLIED}
    assert (holders(server, CLAIMS[0]), given_up(server)) == (["second"], [])


@pytest.mark.parametrize(("made_at", "holder"), [(START_MS + 5, "second"), (START_MS - 50, "first")])
def test_what_a_device_has_pulled_by_now_says_nothing_of_what_its_user_saw(
    server: Server, made_at: int, holder: str
) -> None:
    server.push("a", edit(FIRST, "create", START_MS, is_default=True))
    server.now_ms = START_MS + 10
    server.one("b", edit(SECOND, "create", made_at, is_default=True), seen_version=1)
    assert holders(server, CLAIMS[0]) == [holder]
    assert given_up(server) == [("unique", "first" if holder == "second" else "second", True)]


@pytest.mark.parametrize("restored_by", ["a", "b"])
def test_of_two_claims_of_one_device_nothing_is_told(server: Server, restored_by: str) -> None:
    server.push(
        "a",
        edit(FIRST, "create", 100, is_default=True),
        edit(FIRST, "delete", 110),
        edit(SECOND, "create", 120, is_default=True),
    )
    server.now_ms = START_MS + 10
    server.push(restored_by, edit(FIRST, "restore", START_MS + 5, base=1))
    assert (holders(server, CLAIMS[0]), server.deleted(FIRST), given_up(server)) == (["second"], False, [])


def test_device_takes_its_own_claim_over(server: Server) -> None:
    planned = server.push(
        "a", edit(FIRST, "create", 100, is_default=True), edit(SECOND, "create", 100, is_default=True)
    )
    assert [p.status for p in planned] == [APPLIED, APPLIED]
    assert (holders(server, CLAIMS[0]), given_up(server)) == (["second"], [])


def test_who_claimed_it_first_is_told_though_others_said_it_again(server: Server) -> None:
    server.push("s", edit(FIRST, "create", 100, is_default=True), edit(FIRST, "delete", 120))
    again, elsewhere = edit(FIRST, "update", 150, is_default=True), edit(SECOND, "create", 160, is_default=True)
    server.push("a", elsewhere)
    (planned,) = server.push("a", again)  # it was deferred, and comes late
    (conflict,) = (c for c in planned.conflicts if c.kind == "unique")
    assert holders(server, CLAIMS[0]) == ["second"]
    assert (conflict.key, conflict.losses[0].lost.device_id) == (FIRST, "s")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_group_that_hands_over_is_taken_in_any_order(server: Server, order: tuple[int, ...]) -> None:
    server.push("a", edit(FIRST, "create", 100, is_default=True), edit(SECOND, "create", 100))
    edits = [
        edit(FIRST, "update", 200, base=1, group="g", is_default=False),
        edit(SECOND, "update", 200, base=1, group="g", is_default=True),
    ]
    planned = server.push("a", *(edits[number] for number in order))
    assert {p.status for p in planned} <= {APPLIED, NOOP}
    assert (holders(server, CLAIMS[0]), given_up(server)) == (["second"], [])


def test_loser_may_claim_again(server: Server) -> None:
    server.push("a", edit(FIRST, "create", 200, is_default=True))
    server.push("b", edit(SECOND, "create", 100, is_default=True))
    server.now_ms = START_MS + 10
    server.one("b", edit(SECOND, "update", START_MS + 5, base=2, is_default=True), seen_version=2)
    assert holders(server, CLAIMS[0]) == ["second"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("claimed_at", [200, 400])
def test_what_comes_back_gives_way_to_a_later_claim(server: Server, order: tuple[int, ...], claimed_at: int) -> None:
    server.push("a", edit(FIRST, "create", 100, is_default=True), edit(FIRST, "delete", 150))
    acts = [
        ("b", edit(SECOND, "create", claimed_at, is_default=True)),
        ("a", edit(FIRST, "restore", 300, base=1)),
    ]
    for number in order:
        server.push(*acts[number])
    assert (holders(server, CLAIMS[0]), server.deleted(FIRST)) == (["second"], False)


def test_values_that_are_not_set_are_no_claims(server: Server) -> None:
    server.push("a", edit(FIRST, "create", 100), edit(SECOND, "create", 100, is_default=False, day=None))
    assert given_up(server) == []
