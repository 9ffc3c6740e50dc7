"""At most one live record may claim certain values: one default gym, one note for a day.

Two devices that each make one offline cannot know of each other. The later claim holds. The other record stays, with all that
hangs on it, but gives way in one field: a flag is taken down, a day is emptied. A conflict of kind `unique` keeps what it gave
up; nothing is refused.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from sync.domain.merge import Loss, Side, Stamp, Write, is_earlier_own
from sync.domain.records import Edit, EntityRules, Key, PlannedConflict, PlannedWrite, RecordState, Single

States = Mapping[Key, RecordState]
Thing = tuple[object, ...]


class Singles:
    """Finds who else claims what a record claims."""

    def __init__(self, rules: Mapping[str, EntityRules], states: States) -> None:
        self._rules = rules
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
    single: Single, state: RecordState, rival: RecordState, edit: Edit, stamp: Stamp
) -> tuple[RecordState, PlannedConflict | None]:
    """Which of them gives way to the other by an edit of the first, and what is told of it: nothing where one device made both
    claims, or where the edit was made in sight of the other one. That its device has pulled the other claim by now says
    nothing of that: who sees it when they claim, takes it down themselves.
    """
    ours, theirs = claims_of(single, state), claims_of(single, rival)
    is_known = bool(theirs) and all(_is_in_sight(claim, edit, stamp) for claim in theirs)
    if not ours or (theirs and _holds(theirs[0], ours[0], is_known=is_known and ours[0].mutation_id == edit.id)):
        holding, losing, gives_way = theirs, ours, state
        is_known = is_known and all(claim.version <= edit.base_version for claim in ours)  # it comes back, and was seen
    else:
        holding, losing, gives_way = ours, theirs, rival
    kept = holding[0] if holding else None
    lost = next((claim for claim in losing if not _is_of_one_device(claim, kept)), None)
    is_told = not is_known and (lost is not None or not losing)
    return gives_way, _gave_way(single, gives_way, kept=kept, lost=lost) if is_told else None


def _is_in_sight(claim: Write, edit: Edit, stamp: Stamp) -> bool:
    """A device knows its own earlier claims, and who decides a conflict the one that has won there."""
    if edit.closes is not None and claim.mutation_id == edit.closes.winner:
        return claim.version <= edit.closes.shown_version
    return is_earlier_own(claim, stamp)


def _holds(claim: Write, ours: Write, *, is_known: bool) -> bool:
    """Whether the claim stands against ours."""
    if _is_of_one_device(claim, ours):
        return claim.stamp.seq > ours.stamp.seq
    return not is_known and claim.stamp > ours.stamp


def _is_of_one_device(one: Write, other: Write | None) -> bool:
    return other is not None and one.stamp.device == other.stamp.device != ""


def thing_of(single: Single, state: RecordState) -> Thing | None:
    """What the record claims; None where it claims nothing."""
    values = [(state.document or {}).get(name) for name in single.fields]
    return (state.key[0], *single.fields, *values) if is_claim(values) else None


def is_claim(values: Iterable[object]) -> bool:
    return all(value is not None and value is not False for value in values)


def claims_of(single: Single, state: RecordState) -> list[Write]:
    """The write by which the record came to claim it, as far as the log knows, and those that said it again; the newest
    first.
    """
    document = state.document or {}
    spoken = (w for w in reversed(state.writes) if not w.values.keys().isdisjoint(single.fields))
    return list(
        itertools.takewhile(lambda w: all(w.values.get(n, document[n]) == document[n] for n in single.fields), spoken)
    )


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
