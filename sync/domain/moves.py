"""What a deletion deletes without its author knowing that it hangs there: what others have moved below the record.

That includes what the deleting device itself had written, if the mover did not know it: it was not written
for the place from which it is deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.domain.merge import SEEN, Write, writes_since
from sync.domain.records import Edit, EntityRules, Key, RecordState
from sync.domain.tree import parents_of

Unseen = Mapping[Key, Sequence[Write]]  # by others, since the base of a deletion


@dataclass(frozen=True)
class Gone:
    """A record that is deleted with another one, and what was done on it unseen."""

    state: RecordState
    works: Sequence[Write]  # in the order of the log
    loser: Write  # what somebody else did: on the record, or on what it hangs on


def with_seen(rules: EntityRules, edit: Edit, state: RecordState, taken: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an edit writes; of a move also on what it was made."""
    moves = state.exists and not rules.parents.keys().isdisjoint(taken)
    return {**taken, SEEN: edit.base_version} if moves else taken


def gone_unseen(rules: Mapping[str, EntityRules], below: Sequence[RecordState], unseen: Unseen) -> list[Gone]:
    """What was worked on unseen below a deleted record, parents before their children."""
    movers: dict[Key, Write] = {}
    found: list[Gone] = []
    for state in below:
        foreign = unseen.get(state.key, ())
        inherited = (movers[key] for key in parents_of(rules[state.key[0]], state) if key in movers)
        mover = _last_move(rules[state.key[0]], state)
        mover = mover if mover in foreign else next(inherited, None)
        if mover is not None:
            movers[state.key] = mover
        works = [*foreign] if mover is None else [*_unknown_to(mover, state, foreign)]
        if works:
            found.append(Gone(state, works, foreign[-1] if foreign or mover is None else mover))
    return found


def _last_move(rules: EntityRules, state: RecordState) -> Write | None:
    return next((w for w in reversed(state.writes) if not rules.parents.keys().isdisjoint(w.values)), None)


def _unknown_to(mover: Write, state: RecordState, foreign: Sequence[Write]) -> list[Write]:
    since = writes_since(state.writes, base_version=seen_by(mover))
    return [w for w in state.writes if w in foreign or (w in since and w.says_alive)]


def seen_by(mover: Write) -> int:
    """The version up to which the author of a move had seen the record: what no device wrote had seen everything."""
    seen: int = mover.values.get(SEEN, mover.version)
    return seen
