"""One day of the planner, edited by two phones offline: whatever they do and in whatever order it arrives, the same stands in the
end, and every value stands, is in a conflict, or was taken back by who said it. By the rules of the real entities.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.merge import DELETED
from sync.domain.records import Edit, Key
from sync.services.push.rules import entity_rules
from sync.tests.planning import START_MS, Order, Server, arrivals, check_same_end, said

DAY = "2026-12-01"
BLOCK, HABIT = ("schedule_block", "b"), ("habit", "h")
OF_BLOCK, OF_HABIT = (
    ("completion", "of block"),
    ("completion", "of habit"),
)  # their ids follow: both phones make the same
FIRST, SECOND = ("top_three_item", "1"), ("top_three_item", "2")
MOVED = ("block_exception", "e")
LOGS = {"A": ("log_entry", "a"), "B": ("log_entry", "b")}  # their ids do not
ABOUT: Mapping[Key, Mapping[str, Any]] = {  # what a record is about, which nobody changes
    OF_BLOCK: {"block": "b", "day": DAY},
    OF_HABIT: {"habit": "h", "day": DAY},
    FIRST: {"day": DAY, "place": 1},
    SECOND: {"day": DAY, "place": 2},
    MOVED: {"block": "b", "day": DAY},
    **{log: {"day": DAY} for log in LOGS.values()},
}
SAYS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "completion": {"status": ["done", "skipped"], "count": [1, 2], "notes": ["", "tired"]},
    "top_three_item": {"title": ["bank", "tax"], "done": [False, True]},
    "block_exception": {"cancelled": [False, True], "moved_to": [None, "2026-12-03", "2026-12-04"]},
    "log_entry": {"text": ["slept well", "slept badly"], "mood": [None, 2, 4]},
}
STANDING = (OF_HABIT, FIRST)  # before the phones go offline
Act = tuple[str, Key, str, int, int]  # device, record, field (or "delete"), number of a value, time


def begun(key: Key) -> dict[str, Any]:
    """A record as its maker first writes it."""
    return {**ABOUT[key], **{name: values[0] for name, values in SAYS[key[0]].items()}}


class Phone:
    """What its user sees, and what they did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.edits: list[Edit] = []
        self.shown: dict[Key, dict[str, Any]] = {key: begun(key) for key in STANDING}
        self.buried: set[Key] = set()

    def act(self, key: Key, name: str, number: int, at_ms: int) -> None:
        key = LOGS[self.name] if key[0] == "log_entry" else key
        shown = self.shown.get(key)
        if name == "delete":
            if shown is not None:
                del self.shown[key]
                self.buried.add(key)
                self._say("delete", key, {}, at_ms)
            return
        values = SAYS[key[0]].get(name, [])
        value = values[number % len(values)] if values else None
        if shown is None:
            made = begun(key) | ({name: value} if values else {})
            self._say("create", key, made, at_ms)
            self.shown[key] = made
        elif values and shown[name] != value:
            self._say("update", key, {name: value}, at_ms)
            shown[name] = value

    def _say(self, op: str, key: Key, patch: dict[str, Any], at_ms: int) -> None:
        number = len(self.edits) + 1
        base = 1 if key in STANDING else 0
        self.edits.append(Edit(f"{self.name}{number}", number, key, op, base, at_ms, dict(patch)))


acts = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from([*ABOUT]),
        st.sampled_from(["delete", *(name for fields in SAYS.values() for name in fields)]),
        st.integers(0, 2),
        st.integers(100, 106),
    ),
    min_size=2,
    max_size=7,
)


def base() -> Server:
    server = Server(entity_rules())
    server.now_ms = 50
    made: list[tuple[Key, dict[str, Any]]] = [
        (BLOCK, {"weekdays": ["tuesday"]}),
        (HABIT, {"starts_on": DAY}),
        *((key, begun(key)) for key in STANDING),
    ]
    server.push("base", *(Edit(f"base{n}", n, key, "create", 0, 10, patch) for n, (key, patch) in enumerate(made, 1)))
    server.now_ms = START_MS
    return server


def outcomes(done: list[Act]) -> list[tuple[Order, Server]]:
    phones = {name: Phone(name) for name in "AB"}
    for device, *act in done:
        phones[device].act(*act)  # type: ignore[arg-type]  # the rest of an Act
    return arrivals({name: phone.edits for name, phone in phones.items()}, base)


def registers_of(edit: Edit) -> set[str]:
    return {DELETED} if edit.op == "delete" else set(edit.patch)


def value_of(edit: Edit, name: str) -> Any:
    return edit.op == "delete" if name == DELETED else edit.patch[name]


def is_accounted_for(server: Server, order: Order, edit: Edit, name: str) -> bool:
    value, state = value_of(edit, name), server.states[edit.key]
    told = [(loss.name, loss.lost.value) for c in server.conflicts() if c.key == edit.key for loss in c.losses]
    in_sight = (
        name == DELETED or not state.deleted or (DELETED, False) in told
    )  # deleted, though somebody wanted it there
    if (state.registers[name] == value and in_sight) or (name, value) in told:
        return True
    agreed = [(d, e) for d, e in order if e.key == edit.key and name in registers_of(e) and value_of(e, name) == value]
    return any(is_taken_back(order, d, e, name) or is_echo(order, d, e, name) for d, e in agreed)


def is_taken_back(order: Order, device: str, edit: Edit, name: str) -> bool:
    own = [e for d, e in order if d == device and e.key == edit.key]
    later = own[own.index(edit) + 1 :]
    return any(name in registers_of(e) or e.op == "delete" or (name == DELETED and e.op == "create") for e in later)


def is_echo(order: Order, device: str, edit: Edit, name: str) -> bool:
    """What is made again says what its phone had seen before, and the phone never said otherwise: that is no claim."""
    own = [e for d, e in order if d == device and e.key == edit.key and name in e.patch]
    said_until_then = {e.patch[name] for e in own[: own.index(edit) + 1]} if name != DELETED else set()
    return edit.key in STANDING and said_until_then == {begun(edit.key).get(name)}


@settings(max_examples=300, deadline=None)
@given(acts)
def test_both_phones_end_with_the_same_day_in_whatever_order_it_arrives(done: list[Act]) -> None:
    check_same_end(outcomes(done))


@settings(max_examples=300, deadline=None)
@given(acts)
def test_every_value_of_the_day_stands_or_is_told(done: list[Act]) -> None:
    for order, server in outcomes(done):
        assert [p.refusal for p in server.planned if p.refusal is not None] == [], said(order)
        for _, edit in order:
            for name in registers_of(edit):
                assert is_accounted_for(server, order, edit, name), f"{edit.id} {name}\n{said(order)}"
