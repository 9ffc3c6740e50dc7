"""A server without a database: the planner, with the records and their log in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from sync.domain.plan import Planner
from sync.domain.records import Edit, EntityRules, Key, Planned, PlannedConflict, RecordState, Single


def _rules(name: str, *, parents: Mapping[str, str] | None = None, **values: Any) -> EntityRules:
    parents = parents or {}
    given: dict[str, Any] = {
        "creatable": True,
        "read_only": False,
        "defaults": {"a": 0, "b": 0, "notes": "", "tags": [], **dict.fromkeys(parents)},
        "required": frozenset(),
        "set_fields": frozenset({"tags"}),
        "references": parents,
    }
    return EntityRules(name=name, parents=parents, **{**given, **values})


RULES = {
    "settings": _rules("settings", creatable=False),
    "exercise_type": _rules("exercise_type"),
    "workout": _rules("workout"),
    "exercise": _rules(
        "exercise",
        parents={"workout": "workout"},
        references={"workout": "workout", "exercise_type": "exercise_type"},
    ),
    "set": _rules("set", parents={"exercise": "exercise"}, required=frozenset({"exercise"})),
    "gym": _rules(
        "gym",
        defaults={"is_default": False, "day": None, "notes": ""},
        singles=(Single(("is_default",), "is_default", empty=False), Single(("day",), "day", empty=None)),
    ),
    "conflict": _rules("conflict", read_only=True),
}
START_MS = 1_000_000
Order = Sequence[tuple[str, Edit]]  # each with its device


class Server:
    def __init__(self, rules: Mapping[str, EntityRules] = RULES) -> None:
        self.rules = rules
        self.states: dict[Key, RecordState] = {}
        self.version = 0
        self.now_ms = START_MS
        self.last_eff_ms: dict[str, int] = {}
        self.planned: list[Planned] = []
        self.taken: frozenset[Key] = frozenset()
        self.shared: frozenset[str] = frozenset({"shared"})
        self.awaited: frozenset[Key] = frozenset()
        self.purged: frozenset[Key] = frozenset()

    def push(self, device: str, *edits: Edit, skew_ms: int = 0, seen_version: int = 0) -> list[Planned]:
        planner = Planner(
            rules=self.rules,
            states=dict(self.states),
            taken=self.taken,
            shared=self.shared,
            awaited=self.awaited,
            purged=self.purged,
            device=device,
            now_ms=self.now_ms,
            skew_ms=skew_ms,
            last_eff_ms=self.last_eff_ms.get(device, 0),
            version=self.version + 1,
            seen_version=seen_version,
        )
        planned = planner.run(edits)
        if any(not write.touch for p in planned for write in p.writes) or any(p.conflicts for p in planned):
            self.version += 1
        changed = {write.key for p in planned for write in p.writes if not write.touch}
        self.states = {
            key: replace(state, modified_ms=self.now_ms) if key in changed else state
            for key, state in planner.states.items()
        }
        self.last_eff_ms[device] = planner.last_eff_ms
        self.planned += planned
        return planned

    def one(self, device: str, edit: Edit, **values: Any) -> Planned:
        return self.push(device, edit, **values)[0]

    def conflicts(self) -> list[PlannedConflict]:
        return [conflict for p in self.planned for conflict in p.conflicts]

    def deleted(self, key: Key) -> bool:
        return self.states[key].deleted

    def value(self, key: Key, name: str) -> Any:
        return (self.states[key].document or {})[name]

    def registers(self) -> dict[Key, dict[str, Any]]:
        """What stands in the end: for each record whether it is deleted, and its fields."""
        return {key: state.registers for key, state in self.states.items() if state.exists}


def interleavings(sequences: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Every order in which what several devices did may arrive, each device's own order kept."""
    if not any(sequences):
        yield []
        return
    for number, sequence in enumerate(sequences):
        if sequence:
            rest = [*sequences[:number], sequence[1:], *sequences[number + 1 :]]
            yield from ([sequence[0], *tail] for tail in interleavings(rest))


def arrivals(edits: Mapping[str, Sequence[Edit]], begin: Callable[[], Server]) -> list[tuple[Order, Server]]:
    """The server after each order in which the edits of the devices may arrive."""
    found: list[tuple[Order, Server]] = []
    for order in interleavings([[(device, edit) for edit in own] for device, own in edits.items()]):
        server = begin()
        for device, edit in order:
            server.push(device, edit)
        found.append((order, server))
    return found


def said(order: Order) -> str:
    return "\n".join(f"{edit.id}: {edit.op} {edit.key} {dict(edit.patch)} at {edit.at_ms}" for _, edit in order)


def check_same_end(found: Sequence[tuple[Order, Server]]) -> None:
    """Whatever the order of arrival, the server holds the same."""
    (first_order, first), *others = found
    for order, server in others:
        assert server.registers() == first.registers(), f"{said(first_order)}\n--- or ---\n{said(order)}"
