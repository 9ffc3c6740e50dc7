"""The three-way merge of one record: registers, the newest write wins, and what loses is named.

Each field of a document is a register, and so is whether the record is deleted. A mutation writes some registers on top
of the version that its device had seen. Writes of others since then are its rivals. Without a rival a value is taken;
between rivals the later stamp wins, and every different value that loses is reported, never dropped. Sets are merged by
what was added and removed. The result does not depend on the order in which mutations arrive.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

DELETED = "_deleted"  # the register that says whether a record is deleted for its own sake
ALONG = "_deleted_along"  # whether it went with what it hangs on; never contested, since nobody said so of the record
VOICES = "_voices"  # in the log: work on records that hang elsewhere and yet speaks for this one
SEEN = "_seen"  # in the log, of a move: the version on which its device made it
NO_FIELDS = {DELETED, ALONG, VOICES, SEEN}  # registers of a record that are not part of its document
LOST = "_lost"  # in the log: beside the registers that a mutation took, those that it did not win
UNKNOWN = object()


class Stamp(msgspec.Struct, frozen=True, order=True):
    """Total order of writes: effective time (Unix ms), then the device, then its own count."""

    eff_ms: int
    device: str
    seq: int


class Write(msgspec.Struct, frozen=True):
    """One write of a record, as the log remembers it."""

    version: int
    stamp: Stamp
    values: Mapping[str, Any]  # the registers that it wrote; for a set, what the device sent
    before: Mapping[str, Any]  # the registers that it found
    mutation_id: str | None
    logged_ms: int
    lost: Mapping[str, Any] = {}  # what the device sent too, and did not win
    touch: bool = False  # all stood already: it made no version, so that nobody has seen it

    @property
    def says_gone(self) -> bool:
        return bool(self.values.get(DELETED) or self.values.get(ALONG))

    @property
    def says_alive(self) -> bool:
        """Whether somebody worked on the record, and thereby on what it hangs on."""
        return self.values.get(DELETED, self.lost.get(DELETED)) is False


class Side(msgspec.Struct, frozen=True):
    """Who wrote the value, and when."""

    value: Any
    at_ms: int
    device_id: str | None
    mutation_id: str | None


class Loss(msgspec.Struct, frozen=True):
    """A value that lost, with the one that was kept."""

    name: str
    base: Any
    kept: Side
    lost: Side


class Merged(msgspec.Struct, frozen=True):
    taken: dict[str, Any]  # registers that the mutation writes, with the values that shall stand
    lost: dict[str, Any]  # registers that it wanted to write
    losses: tuple[Loss, ...]
    bases: dict[str, Any]  # what the device had seen of each register that it changes, where that is known
    contested: bool  # whether others wrote the record since the base


def effective_ms(*, at_ms: int, skew_ms: int, now_ms: int, floor_ms: int) -> int:
    """When a write counts as made: its device's word, corrected by the clock's skew, never in the future, and never
    before what the device had seen. Clocks are clamped, not refused: a wrong one neither rules nor is locked out.
    """
    return max(floor_ms, min(at_ms + skew_ms, now_ms))


def writes_since(writes: Sequence[Write], *, base_version: int) -> list[Write]:
    """What a device that holds the base cannot have seen: later versions, and what touched the base without a version."""
    return [w for w in writes if w.version > base_version or (w.touch and w.version == base_version)]


def foreign_writes(writes: Sequence[Write], *, base_version: int, stamp: Stamp) -> list[Write]:
    """What was written since the base, except by this device before this mutation."""
    return [w for w in writes_since(writes, base_version=base_version) if not is_earlier_own(w, stamp)]


def merge(
    *,
    patch: Mapping[str, Any],
    stamp: Stamp,
    mutation_id: str,
    base_version: int,
    current: Mapping[str, Any],
    writes: Sequence[Write],
    set_fields: Collection[str],
    decided: bool = False,
) -> Merged:
    """Merges a patch of registers into the current ones. A value that equals what the device had seen is not a change,
    unless its user decided so.

    writes: the record's log since the base, oldest first. Source: docs/sync.md, "The merge".
    """
    history = _History(writes, base_version, stamp, current)
    alone = base_version > 0 and not writes  # nobody wrote since: so are nearly all
    bases = {name: current.get(name, UNKNOWN) if alone else history.base(name) for name in patch}
    stated = decided or patch.keys() == {DELETED}  # who deletes or restores says so, whatever it had seen
    changes = {
        n: value for n, value in patch.items() if stated or bases[n] != value or (not alone and history.has_own(n))
    }
    if len(patch) > 1 and DELETED in patch:
        changes = _said_alive(patch, changes, bases)
    if alone:
        taken = {n: sorted(value) if n in set_fields else value for n, value in changes.items()}
        return Merged(taken, {}, (), _known(bases), contested=False)
    taken = {}
    losses: list[Loss] = []
    for name, value in changes.items():
        if history.is_superseded(name):
            continue
        base = None if bases[name] is UNKNOWN else bases[name]
        if name in set_fields:
            kept = history.added_by_others(name)
            taken[name] = merge_sets(base=base or [], ours=value, theirs=current.get(name) or [], kept=kept)
            continue
        ours = Side(value, stamp.eff_ms, stamp.device or None, mutation_id)
        wins, loss = _contest(name, ours, stamp, history, base)
        losses += [loss] if loss is not None else []
        if wins:
            taken[name] = value
    return Merged(
        taken=taken,
        lost={name: value for name, value in changes.items() if name not in taken},
        losses=tuple(losses),
        bases=_known(bases),
        contested=bool(history.foreign),
    )


def seen_value(
    name: str, *, stamp: Stamp, base_version: int, current: Mapping[str, Any], writes: Sequence[Write]
) -> Any:
    """What a device had seen of a register; UNKNOWN if it had never seen the record."""
    return _History(writes, base_version, stamp, current).base(name)


def _said_alive(patch: Mapping[str, Any], changes: dict[str, Any], bases: Mapping[str, Any]) -> dict[str, Any]:
    """Editing a record says that it is there; sending what stands does not."""
    edited = not changes.keys() <= {DELETED} or bases[DELETED] is True
    return {**changes, DELETED: patch[DELETED]} if edited else {}


def _known(bases: Mapping[str, Any]) -> dict[str, Any]:
    return {name: base for name, base in bases.items() if base is not UNKNOWN}


def merge_sets(
    *, base: Collection[str], ours: Collection[str], theirs: Collection[str], kept: Collection[str] = ()
) -> list[str]:
    """What either side added is in, what either side removed is out.

    A removal takes back only what its device had seen: `kept` is what others added meanwhile.
    """
    added = set(ours) - set(base)
    removed = set(base) - set(ours)
    return sorted((set(theirs) | added) - (removed - set(kept)))


@dataclass(frozen=True)
class _History:
    """What happened to the record since a device had seen it, as one mutation of this device sees it."""

    writes: Sequence[Write]
    base_version: int
    stamp: Stamp
    current: Mapping[str, Any]

    @cached_property
    def foreign(self) -> list[Write]:
        return foreign_writes(self.writes, base_version=self.base_version, stamp=self.stamp)

    def rivals(self, name: str) -> list[Write]:
        return [w for w in self.foreign if name in w.values]

    def base(self, name: str) -> Any:
        """What the device had seen: what it sent last itself, or what stood before others wrote, or what stands."""
        own = self._own(name)
        return _said(own[-1], name) if own else self._before(name, self.foreign)

    def has_own(self, name: str) -> bool:
        """Whether the device has written it since: then what it writes now is a change, not an echo of what it had seen."""
        return bool(self._own(name))

    def _own(self, name: str) -> list[Write]:
        return [w for w in self._since if is_earlier_own(w, self.stamp) and _touches(w, name)]

    def origin(self, name: str) -> Any:
        """What stood at the base version."""
        return self._before(name, self._since)

    def _before(self, name: str, writes: Sequence[Write]) -> Any:
        if self.base_version == 0:
            return UNKNOWN  # it had never seen the record
        first = next((w for w in writes if name in w.values or (name == DELETED and ALONG in w.values)), None)
        return self.current.get(name, UNKNOWN) if first is None else first.before.get(name, UNKNOWN)

    @cached_property
    def _since(self) -> list[Write]:
        return writes_since(self.writes, base_version=self.base_version)

    def is_superseded(self, name: str) -> bool:
        """Whether a later write of the same device came before this one. That is not a conflict."""
        return any(
            w.stamp.device == self.stamp.device
            and w.stamp.seq > self.stamp.seq
            and (name in w.values or name in w.lost)
            for w in self.writes
        )

    def is_answered(self, name: str, rival: Write) -> bool:
        """Whether an earlier mutation of this device has won over the rival, and said so."""
        since = self.writes[list(self.writes).index(rival) + 1 :]
        return any(
            is_earlier_own(w, self.stamp) and w.values.get(name, UNKNOWN) not in (UNKNOWN, rival.values[name])
            for w in since
        )

    def added_by_others(self, name: str) -> set[str]:
        """What some other device put into a set, and has not taken out again."""
        origin = self.origin(name)
        base = set() if origin is UNKNOWN else set(origin or [])
        added: dict[str, set[str]] = {}
        sent: dict[str, set[str]] = {}
        for w in self.rivals(name):
            device, now = w.stamp.device, set(w.values[name])
            before = sent.get(device, base) if device else set(w.before.get(name) or [])
            added[device] = (added.get(device, set()) & now) | (now - before)
            sent[device] = now
        return set().union(*added.values())


def is_earlier_own(write: Write, stamp: Stamp) -> bool:
    return write.stamp.device == stamp.device and write.stamp.seq < stamp.seq


def _touches(write: Write, name: str) -> bool:
    return name in write.values or name in write.lost or (name == DELETED and ALONG in write.values)


def _said(write: Write, name: str) -> Any:
    """What a device's own write says about a register, even if it lost; not what was deleted with a parent."""
    return write.lost[name] if name in write.lost else write.values.get(name, UNKNOWN)


def _contest(name: str, ours: Side, stamp: Stamp, history: _History, base: Any) -> tuple[bool, Loss | None]:
    """(whether our value is taken, what loses). Rivals below the topmost have lost to it already."""
    top = max(history.rivals(name), key=lambda w: w.stamp, default=None)
    if top is None:
        return True, None
    if top.values[name] == ours.value:
        return stamp > top.stamp, None  # the same value: only a newer clock is worth remembering
    if top.stamp > stamp:
        return False, Loss(name, base, kept=side_of(top, name), lost=ours)
    return True, None if history.is_answered(name, top) else Loss(name, base, kept=ours, lost=side_of(top, name))


def side_of(write: Write, name: str) -> Side:
    return Side(write.values.get(name), write.stamp.eff_ms, write.stamp.device or None, write.mutation_id)
