"""At most one live record may claim certain values: one default gym, one note for a day.

Two devices that each make one offline cannot know of each other. The later claim holds. The other record stays, with all that
hangs on it, but gives way in one field: a flag is taken down, a day is emptied. A conflict of kind `unique` keeps what it gave
up; nothing is refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from sync.domain.merge import Loss, Side, Write
from sync.domain.records import EntityRules, Key, PlannedConflict, PlannedWrite, RecordState, Single

States = Mapping[Key, RecordState]
Thing = tuple[object, ...]


class Singles:
    """Finds who else claims what a record claims."""

    def __init__(self, rules: Mapping[str, EntityRules], states: States, *, seen_version: int) -> None:
        self._rules, self._seen_version = rules, seen_version
        self._keys: dict[Thing, set[Key]] = defaultdict(set)
        for state in states.values():
            self.add(state)

    def add(self, state: RecordState) -> None:
        for single in self._rules[state.key[0]].singles:
            if (thing := thing_of(single, state)) is not None:
                self._keys[thing].add(state.key)

    def rivals(self, single: Single, state: RecordState, states: States) -> Iterator[RecordState]:
        """Other live records that claim the same, in the order of their ids."""
        thing = None if state.deleted else thing_of(single, state)
        for key in sorted(self._keys[thing] - {state.key}) if thing is not None else ():
            if not states[key].deleted and thing_of(single, states[key]) == thing:
                yield states[key]

    def loser(
        self, single: Single, state: RecordState, rival: RecordState
    ) -> tuple[RecordState, PlannedConflict | None]:
        """Which of them gives way, and what is told of it: nothing where the winner had seen the other's claim."""
        ours, theirs = claim_of(single, state), claim_of(single, rival)
        if ours is None or (theirs is not None and self._is_unseen(theirs, ours) and theirs.stamp > ours.stamp):
            return state, _gave_way(single, state, kept=theirs, lost=ours)
        is_told = theirs is not None and self._is_unseen(theirs, ours)
        return rival, _gave_way(single, rival, kept=ours, lost=theirs) if is_told else None

    def _is_unseen(self, claim: Write, ours: Write) -> bool:
        """Whether the author of `ours` cannot have known of the claim; a device knows its own earlier ones."""
        if claim.stamp.device == ours.stamp.device and claim.stamp.seq < ours.stamp.seq:
            return False
        return claim.touch or claim.version > self._seen_version or claim.logged_ms > ours.stamp.eff_ms


def thing_of(single: Single, state: RecordState) -> Thing | None:
    """What the record claims; None where it claims nothing."""
    values = [(state.document or {}).get(name) for name in single.fields]
    return (state.key[0], *single.fields, *values) if is_claim(values) else None


def is_claim(values: Iterable[object]) -> bool:
    return all(value is not None and value is not False for value in values)


def claim_of(single: Single, state: RecordState) -> Write | None:
    """The write by which the record came to claim it, as far as the log knows."""
    return next((w for w in reversed(state.writes) if not w.values.keys().isdisjoint(single.fields)), None)


def emptied(single: Single, state: RecordState, planned: PlannedWrite) -> tuple[RecordState, PlannedWrite]:
    """The record as it stands once its last write, which is planned, has given way."""
    name, value = single.gives_way, (state.document or {}).get(single.gives_way)
    write = planned.write
    write = replace(write, values={**write.values, name: single.empty}, lost={**write.lost, name: value})
    document = {**(state.document or {}), name: single.empty}
    return replace(state, document=document, writes=(*state.writes[:-1], write)), replace(planned, write=write)


def _gave_way(single: Single, state: RecordState, *, kept: Write | None, lost: Write | None) -> PlannedConflict:
    value = (state.document or {}).get(single.gives_way)
    sides = _side(kept, single.empty, state), _side(lost, value, state)
    loss = Loss(single.gives_way, None, *sides)
    return PlannedConflict("unique", state.key, (loss,), sides[0].mutation_id, sides[1].mutation_id)


def _side(claim: Write | None, value: Any, state: RecordState) -> Side:
    if claim is None:
        return Side(value, state.modified_ms, None, None)
    return Side(value, claim.stamp.eff_ms, claim.stamp.device or None, claim.mutation_id)
