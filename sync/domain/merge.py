"""The three-way merge of one record: registers, the newest write wins, and what loses is named.

Each field of a document is a register, and so is whether the record is deleted. A mutation writes some registers on top
of the version that its device had seen. Writes of others since then are its rivals. Without a rival a value is taken;
between rivals the later stamp wins, and every different value that loses is reported, never dropped. Sets are merged by
what was added and removed. The result does not depend on the order in which mutations arrive.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DELETED = "_deleted"  # the register that says whether a record is deleted


@dataclass(frozen=True, order=True, slots=True)
class Stamp:
    """Total order of writes: effective time (Unix ms), then the device, then its own count."""

    eff_ms: int
    device: str
    seq: int


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a record, as the log remembers it."""

    version: int
    stamp: Stamp
    values: Mapping[str, Any]  # the registers that it wrote; for a set, what the device sent
    before: Mapping[str, Any]  # the registers that it found
    mutation_id: str | None
    logged_ms: int


@dataclass(frozen=True, slots=True)
class Side:
    """Whose value it is, and since when."""

    value: Any
    at_ms: int
    device_id: str | None
    mutation_id: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that does not stand, beside the one that does."""

    name: str
    base: Any
    kept: Side
    lost: Side


@dataclass(frozen=True, slots=True)
class Merged:
    taken: dict[str, Any]  # registers that the mutation writes, with the values that shall stand
    losses: tuple[Loss, ...]
    contested: bool  # whether others wrote the record since the base


def effective_ms(*, at_ms: int, skew_ms: int, now_ms: int, floor_ms: int) -> int:
    """When a write counts as made: its device's word, corrected by the clock's skew, never in the future, and never before
    what the device had seen. Clocks are clamped, not refused: a wrong one neither rules nor is locked out.
    """
    return max(floor_ms, min(at_ms + skew_ms, now_ms))


def foreign_writes(writes: Sequence[Write], *, base_version: int, stamp: Stamp) -> list[Write]:
    """What was written since the base by anybody but this device before this mutation."""
    return [
        w
        for w in writes
        if w.version > base_version and not (w.stamp.device == stamp.device and w.stamp.seq < stamp.seq)
    ]


def merge(
    *,
    patch: Mapping[str, Any],
    stamp: Stamp,
    mutation_id: str,
    base_version: int,
    current: Mapping[str, Any],
    writes: Sequence[Write],
    set_fields: Collection[str],
) -> Merged:
    """Merges a patch of registers into the current ones.

    writes: the record's log since the base, oldest first. Source: docs/sync.md, "The merge".
    """
    foreign = foreign_writes(writes, base_version=base_version, stamp=stamp)
    ours = _side_maker(stamp, mutation_id)
    taken: dict[str, Any] = {}
    losses: list[Loss] = []
    for name, value in patch.items():
        rivals = [w for w in foreign if name in w.values]
        if name in set_fields:
            base = _set_base(name, writes, rivals, base_version=base_version, stamp=stamp)
            taken[name] = value if base is None else merge_sets(base=base, ours=value, theirs=current.get(name) or [])
            continue
        wins, lost = _contest(name, value, stamp, rivals, ours(value))
        losses += lost
        if wins:
            taken[name] = value
    return Merged(taken=taken, losses=tuple(losses), contested=bool(foreign))


def merge_sets(*, base: Collection[str], ours: Collection[str], theirs: Collection[str]) -> list[str]:
    """What either side added is in, what either side removed is out. No add and no removal is lost."""
    added = set(ours) - set(base)
    removed = set(base) - set(ours)
    return sorted((set(theirs) | added) - removed)


def _contest(name: str, value: Any, stamp: Stamp, rivals: list[Write], ours: Side) -> tuple[bool, list[Loss]]:
    """(whether our value is taken, what loses)."""
    if not rivals:
        return True, []
    top = max(rivals, key=lambda w: w.stamp)
    base = rivals[0].before.get(name)
    if top.values[name] == value:
        return stamp > top.stamp, []  # the same value: only a newer clock is worth remembering
    if top.stamp > stamp:
        return False, [Loss(name, base, kept=side_of(top, name), lost=ours)]
    different = [w for w in rivals if w.values[name] != value]
    return True, [Loss(name, base, kept=ours, lost=side_of(w, name)) for w in different]


def side_of(write: Write, name: str) -> Side:
    return Side(write.values.get(name), write.stamp.eff_ms, write.stamp.device or None, write.mutation_id)


def _side_maker(stamp: Stamp, mutation_id: str) -> Any:
    return lambda value: Side(value, stamp.eff_ms, stamp.device or None, mutation_id)


def _set_base(
    name: str, writes: Sequence[Write], rivals: list[Write], *, base_version: int, stamp: Stamp
) -> Collection[str] | None:
    """The set that the device changed: what it wrote itself last, else what stood before the first rival; None: as it is."""
    if not rivals:
        return None
    own = [
        w
        for w in writes
        if w.version > base_version and w.stamp.device == stamp.device and w.stamp.seq < stamp.seq and name in w.values
    ]
    found: Collection[str] = own[-1].values[name] if own else rivals[0].before.get(name) or []
    return found
