"""The tests are tested: each bug that is planted in the code must be found, and nothing is found without one."""

from dataclasses import dataclass
from typing import Any

import pytest

from dropset_client import DropsetError
from sync.tests.proof.machine import Machine, machine_of
from sync.tests.proof.planted import BUGS
from sync.tests.proof.running import application, run  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

# How often which step is taken.
WRITING = {"edit": 10, "push": 6, "pull": 4, "sync": 2, "turn_clock": 2}
PURGING = {"edit": 6, "create": 2, "delete": 5, "push": 4, "pull": 8, "sync": 4, "purge": 4}
LEAVING = {"edit": 3, "delete": 8, "push": 3, "pull": 8, "sync": 8, "purge": 5}
TREES = {"edit": 8, "delete": 5, "restore": 4, "move": 2, "create": 2, "push": 4, "pull": 2, "sync": 6}
TIMES = {"edit": 4, "push": 4, "pull": 2, "naive_edit": 8, "naive_push": 6, "naive_pull": 6}
UPDATED = {"edit": 8, "push": 6, "pull": 4, "sync": 4, "upgrade_server": 4, "update_app": 2}
CROSSED = {"edit": 3, "cross": 5, "push": 6, "sync": 2}
TURNED = {"edit": 2, "children_first": 3, "push": 3, "sync": 4}
CLEARED = {"edit": 6, "create": 3, "other_delete": 6, "restore": 3, "push": 4, "sync": 6}
CLAIMED = {"edit": 8, "furnish": 4, "push": 6, "pull": 4, "sync": 4, "turn_clock": 1}
REFERRED = {"point": 8, "furnish": 2, "delete": 3, "push": 6, "pull": 4, "sync": 2}
RESTORED = {"edit": 4, "other_write": 4, "sync": 8, "back_up": 4, "restore_server": 6}


ARRIVING = {"other_write": 6, "pull": 10, "create": 1, "push": 1}
ONE, TREE = ("measurement",), ("workout", "exercise", "set")
ROOM, NOTE, ROOMS = ("room",), ("day_note",), ("room", "rack", "day_note")


MOST = 9  # histories. Below 10, which ones a seed means does not depend on how many they are to be


@dataclass(frozen=True)
class Family:
    """A world in which a bug shows soon, and the properties that it may break."""

    weights: dict[str, int]
    properties: tuple[str, ...]
    entities: tuple[str, ...] = ONE
    fresh: tuple[int, ...] = (0, 0, 0, 1)
    knowing_times: tuple[int, ...] = (0,)
    apps: tuple[int, ...] = (2,)
    seed: int = 1  # finds it in one of the first histories (seeking.py)
    examples: int = MOST


FAMILIES = {
    "no_dedupe": Family({**WRITING, "duplicate": 4}, ("P3",)),
    "no_clamp": Family(WRITING, ("P9",), seed=2),
    "server_loses": Family(WRITING, ("P2",), seed=3),
    "silent": Family(WRITING, ("P2",), seed=9),
    "upsert_missing": Family(PURGING, ("P7",), seed=3),
    "fixed_upto": Family(ARRIVING, ("P1", "P6"), fresh=(2, 3)),
    "gc_no_horizon": Family(PURGING, ("P1", "P6"), seed=4),
    "naive_horizon": Family(LEAVING, ("P7",), (*ONE, *TREE), seed=9),
    "snapshot_merges": Family(PURGING, ("P1", "P6"), seed=8),
    "self_conflict": Family(WRITING, ("P10",)),
    "orphans": Family(TREES, ("P6",), TREE, seed=9),
    "left_behind": Family(CLEARED, ("P6",), TREE, seed=4),
    "own_to_lose": Family(CROSSED, ("P2",), TREE, seed=3),
    "field_by_field": Family(WRITING, ("P2",)),
    "half_a_place": Family(WRITING, ("P2",), NOTE),
    "both_keep_it": Family(CLAIMED, ("P12",), ROOM),
    "gives_way_silently": Family(CLAIMED, ("P17", "P2"), ROOM, seed=10),
    "pulled_is_seen": Family(CLAIMED, ("P17", "P2"), ROOM, seed=3),
    "first_come_holds": Family(CLAIMED, ("P17", "P2"), ROOM),
    "half_in_the_log": Family(CLAIMED, ("P11", "P6", "P1"), ROOM, seed=3),
    "dangling": Family({**REFERRED, "other_delete": 4}, ("P12",), ROOMS, seed=4),
    "dropped_with_target": Family(REFERRED, ("P2",), ROOMS, seed=4),
    "upside_down": Family(TURNED, ("P12", "P1"), TREE),
    "half_groups": Family({**WRITING, "bad": 4}, ("P12",), seed=7),
    "whole_is_written": Family(TIMES, ("P14",), knowing_times=(1,)),
    "taken_as_sent": Family(UPDATED, ("P2",)),
    "nothing_is_lost": Family(RESTORED, ("P15",)),
    "numbers_are_enough": Family(RESTORED, ("P15", "P1", "P6"), seed=5),
    "withdrawn_alone": Family({"curate": 8, "edit": 1}, ("P16",), (*ONE, "plan")),
    "blind_trigger": Family({**WRITING, "other_write": 4}, ("P6",)),
}


def machine_for(family: Family, application: Any) -> type[Machine]:  # noqa: F811 - the fixture's value
    names = ("weights", "entities", "fresh", "knowing_times", "apps")
    return machine_of(application, sizes=(1, 2), **{name: getattr(family, name) for name in names})


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_planted_bug_is_found(name: str, application: Any) -> None:  # noqa: F811 - a fixture
    """And the same search finds nothing without it."""
    family = FAMILIES[name]
    machine = machine_for(family, application)
    with BUGS[name]() as hits, pytest.raises((AssertionError, DropsetError)) as found:
        run(machine, seed=family.seed, examples=family.examples, shrink=False)
    assert hits, "the planted code never ran"
    assert property_of(found.value) in family.properties, found.value
    run(machine_for(family, application), seed=family.seed, examples=machine.totals["started"], shrink=False)


def test_every_bug_is_tried() -> None:
    assert BUGS.keys() == FAMILIES.keys()


def property_of(error: BaseException) -> str:
    """The first word of what the oracle says: "P2"."""
    said = error.args[0] if error.args else ""
    text = said[0] if isinstance(said, tuple) else said
    return str(text).partition(" ")[0]
