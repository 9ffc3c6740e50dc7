"""Parents and children among the records of a push: what a deletion takes with it, and what a later edit brings back."""

from collections.abc import Iterator, Mapping

from sync.domain.merge import DELETED, Stamp, Write
from sync.domain.records import EntityRules, Key, RecordState

States = Mapping[Key, RecordState]


def parents_of(rules: EntityRules, state: RecordState) -> Iterator[Key]:
    for field, entity in rules.parents.items():
        value = (state.document or {}).get(field)
        if value is not None:
            yield entity, value


def descendants_of(key: Key, states: States, rules: Mapping[str, EntityRules]) -> list[RecordState]:
    """Every loaded record below `key`, parents before their children."""
    found: list[RecordState] = []
    frontier = {key}
    while frontier:
        below = [
            state
            for state in states.values()
            if state.exists and not frontier.isdisjoint(parents_of(rules[state.key[0]], state))
        ]
        found += below
        frontier = {state.key for state in below}
    return found


def deletion_of(state: RecordState) -> Write | None:
    """The write that deleted a record, if it is deleted and the log still knows."""
    if not state.deleted:
        return None
    return next((w for w in reversed(state.writes) if w.values.get(DELETED) is True), None)


def deletion_stamp(state: RecordState) -> Stamp:
    """Since when a deleted record is deleted; as the server saw it where the log no longer knows."""
    write = deletion_of(state)
    return write.stamp if write is not None else Stamp(state.modified_ms, "", 0)


def deleted_ancestors(key: Key, states: States, rules: Mapping[str, EntityRules]) -> list[RecordState]:
    """The deleted records above `key`, the topmost first."""
    found: list[RecordState] = []
    frontier = [key]
    while frontier:
        above = [
            states[parent]
            for child in frontier
            if child in states
            for parent in parents_of(rules[child[0]], states[child])
            if parent in states and states[parent].deleted
        ]
        found = above + found
        frontier = [state.key for state in above]
    return found


def deleted_with(root: RecordState, states: States, rules: Mapping[str, EntityRules]) -> list[RecordState]:
    """The descendants that went in the same deletion as their root."""
    stamp = deletion_stamp(root)
    return [s for s in descendants_of(root.key, states, rules) if s.deleted and deletion_stamp(s) == stamp]
