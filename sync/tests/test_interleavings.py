"""Several devices write offline on the same base.

Whatever the order in which it arrives, the same stands in the end, and nothing is lost without a word.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.merge import DELETED
from sync.domain.records import Edit, Key
from sync.tests.planning import START_MS, Order, Server, arrivals, check_same_end, said

WORKOUT, SECOND = ("workout", "w"), ("workout", "v")
EXERCISE, OTHER, SET, NEW = ("exercise", "e"), ("exercise", "o"), ("set", "s"), ("set", "n")
ALL = [WORKOUT, SECOND, EXERCISE, OTHER, SET, NEW]
PARENTS = {EXERCISE: WORKOUT, OTHER: WORKOUT, SET: EXERCISE, NEW: EXERCISE}
HOMES = {"exercise": {"a": WORKOUT, "b": SECOND}, "set": {"a": EXERCISE, "b": OTHER}}  # where a record may be moved
TAGS = {"x", "y"}
OPS = ["update", "update", "tags", "delete", "create", "restore"]
MOVES = ["update", "update", "move", "move", "delete", "delete", "create", "restore"]

Act = tuple[str, str, Key, str, int, int]  # device, op, record, field, value, time


def acts(keys: list[Key], ops: list[str], devices: str = "ABC", most: int = 5) -> st.SearchStrategy[list[Act]]:
    act = st.tuples(
        st.sampled_from(devices),
        st.sampled_from(ops),
        st.sampled_from(keys),
        st.sampled_from("ab"),
        st.integers(0, 2),
        st.integers(100, 106),
    )
    return st.lists(act, min_size=2, max_size=most)


@dataclass
class Phone:
    """What a user can do on one device, offline: they see the base and their own changes."""

    name: str
    edits: list[Edit] = field(default_factory=list)
    gone: set[Key] = field(default_factory=set)
    tags: dict[Key, set[str]] = field(default_factory=dict)
    hangs: dict[Key, Key] = field(default_factory=lambda: dict(PARENTS))

    def act(self, op: str, key: Key, name: str, value: int, at: int) -> None:
        if op == "create":
            key = NEW
        if not self._can(op, key, name):
            return
        base = 0 if key == NEW else 1
        patch = self._patch(op, key, name, value)
        wire_op = "update" if op in ("tags", "move") else op
        self.edits.append(Edit(f"{self.name}{len(self.edits) + 1}", len(self.edits) + 1, key, wire_op, base, at, patch))

    def _can(self, op: str, key: Key, name: str) -> bool:
        has_made = any(edit.op == "create" for edit in self.edits)
        if op == "create":
            return not has_made and self.sees(EXERCISE)
        if key == NEW and not has_made:
            return False
        if op == "move":
            return self.sees(key) and key[0] in HOMES and self.sees(HOMES[key[0]][name])
        return self.sees(key) != (op == "restore")

    def above(self, key: Key) -> list[Key]:
        """The record and what it hangs on, as this device sees it."""
        return [key, *(self.above(self.hangs[key]) if key in self.hangs else [])]

    def sees(self, key: Key) -> bool:
        return self.gone.isdisjoint(self.above(key))

    def _patch(self, op: str, key: Key, name: str, value: int) -> dict[str, Any]:
        match op:
            case "delete":
                self.gone.add(key)
                return {}
            case "restore":
                self.gone -= set(self.above(key))
                return {}
            case "move":
                self.hangs[key] = HOMES[key[0]][name]
                return dict([self.hangs[key]])
            case "tags":
                shown = self.tags.setdefault(key, set(TAGS) if key == SET else set())
                shown ^= {"xyz"[value]}
                return {"tags": sorted(shown)}
            case "create":
                return {"exercise": "e", name: value}
        return {name: value}


def base() -> Server:
    server = Server()
    server.now_ms = 50
    patches: list[tuple[Key, dict[str, Any]]] = [
        (WORKOUT, {}),
        (SECOND, {}),
        (EXERCISE, {"workout": "w"}),
        (OTHER, {"workout": "w"}),
        (SET, {"exercise": "e", "tags": sorted(TAGS)}),
    ]
    server.push("base", *(Edit(f"base{n}", n, key, "create", 0, 10, p) for n, (key, p) in enumerate(patches)))
    server.now_ms = START_MS
    return server


def outcomes(done: list[Act]) -> list[tuple[Order, Server]]:
    phones = {name: Phone(name) for name in "ABC"}
    for device, *act in done:
        phones[device].act(*act)  # type: ignore[arg-type]  # the rest of an Act
    return arrivals({name: phone.edits for name, phone in phones.items()}, base)


@settings(max_examples=400, deadline=None)
@given(acts([SET], ["update", "tags", "delete", "restore"]))
def test_order_does_not_matter_for_one_record(done: list[Act]) -> None:
    check_same_end(outcomes(done))


@settings(max_examples=500, deadline=None)
@given(acts([WORKOUT, EXERCISE, OTHER, SET], OPS))
def test_order_does_not_matter_for_parents_and_children(done: list[Act]) -> None:
    check_same_end(outcomes(done))


@settings(max_examples=500, deadline=None)
@given(acts(ALL, MOVES, most=6))
def test_order_does_not_matter_for_what_is_moved(done: list[Act]) -> None:
    check_same_end(outcomes(done))


@settings(max_examples=400, deadline=None)
@given(acts(ALL, MOVES, most=6))
def test_nothing_is_lost_silently(done: list[Act]) -> None:
    check_nothing_is_lost(done)


@settings(max_examples=200, deadline=None)
@given(acts(ALL, MOVES, devices="A", most=6))
def test_lonely_device_has_no_conflict(done: list[Act]) -> None:
    for order, server in outcomes(done):
        assert server.conflicts() == [], said(order)


def check_nothing_is_lost(done: list[Act]) -> None:
    for order, server in outcomes(done):
        for device, edit in order:
            for name in registers_of(edit):
                assert is_accounted_for(server, order, device, edit, name), f"{edit.id} {name}\n{said(order)}"


def registers_of(edit: Edit) -> set[str]:
    return {DELETED} if edit.op in ("delete", "restore") else set(edit.patch) - {"tags"}


def is_accounted_for(server: Server, order: Order, device: str, edit: Edit, name: str) -> bool:
    """The value stands where the user sees it, or a device that said so took it back, or a conflict names it."""
    value = says(edit, name)
    agreed = [(d, e) for d, e in order if e.key == edit.key and says(e, name) == value]
    state = server.states[edit.key]
    stands = state.registers[name] == value and (name == DELETED or not state.deleted)
    named = {(c.key, loss.name, str(loss.lost.value)) for c in server.conflicts() for loss in c.losses}
    return (
        stands
        or (edit.op == "restore" and is_told_of(server, order, edit))
        or (edit.key, name, str(value)) in named
        or any(is_taken_back(order, d, e, name) for d, e in agreed)
        or is_echo(order, device, edit, name)
    )


def is_told_of(server: Server, order: Order, restore: Edit) -> bool:
    """A conflict names the restore, or says of what it hangs on that somebody wanted it to be there."""
    return any(
        restore.id == conflict.loser
        or (conflict.key in ever_above(order, restore.key) and loss.name == DELETED and loss.lost.value is False)
        for conflict in server.conflicts()
        for loss in conflict.losses
    )


def is_taken_back(order: Order, device: str, edit: Edit, name: str) -> bool:
    own = [e for d, e in order if d == device]
    return any(
        (later.key == edit.key and says(later, name) is not None)
        or (later.op == "delete" and later.key in ever_above(order, edit.key))
        or (later.op != "delete" and name == DELETED and edit.key in ever_above(order, later.key))
        for later in own[own.index(edit) + 1 :]
    )


def is_echo(order: Order, device: str, edit: Edit, name: str) -> bool:
    """It says what the device had seen, and the device never said otherwise."""
    own = [e for d, e in order if d == device and e.key == edit.key and name in e.patch]
    seen = PARENTS[edit.key][1] if name in ("workout", "exercise") else 0
    return edit.key != NEW and name != DELETED and all(e.patch[name] == seen for e in own[: own.index(edit) + 1])


def says(edit: Edit, name: str) -> Any:
    return edit.op == "delete" if name == DELETED else edit.patch.get(name)


def ever_above(order: Order, key: Key) -> set[Key]:
    """The record, and all that it hung on at any time, on any device."""
    patches = [edit.patch for _, edit in order if edit.key == key]
    parents = {home for homes in HOMES.values() for home in homes.values() if any(home in p.items() for p in patches)}
    if key in PARENTS:
        parents.add(PARENTS[key])
    return {key}.union(*(ever_above(order, parent) for parent in parents))
