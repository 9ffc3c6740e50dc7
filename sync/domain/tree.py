"""Parents and children among the records of a push.

A record counts as deleted while it is deleted itself or anything above it is. What went along with a parent comes back
along with it.
"""

from collections import defaultdict
from collections.abc import Mapping

from sync.domain.merge import DELETED, Stamp, Write
from sync.domain.records import EntityRules, Key, RecordState

States = Mapping[Key, RecordState]


def parents_of(rules: EntityRules, state: RecordState) -> list[Key]:
    document = state.document
    if not document or not rules.parents:
        return []
    return [(entity, value) for field, entity in rules.parents.items() if (value := document.get(field)) is not None]


class Tree:
    """Finds what is above and below a record: it remembers who ever was whose child, and asks the states who is now."""

    def __init__(self, rules: Mapping[str, EntityRules], states: States) -> None:
        self._rules = rules
        self._children: dict[Key, set[Key]] = defaultdict(set)
        for state in states.values():
            self.add(state)

    def add(self, state: RecordState) -> None:
        for parent in self.parents(state):
            self._children[parent].add(state.key)

    def parents(self, state: RecordState) -> list[Key]:
        return parents_of(self._rules[state.key[0]], state)

    def below(self, key: Key, states: States) -> list[RecordState]:
        """Every loaded record below `key`, parents before their children."""
        found: list[RecordState] = []
        frontier = [key]
        while frontier:
            children = [
                states[child]
                for parent in frontier
                for child in sorted(self._children[parent])
                if child in states and states[child].exists and parent in self.parents(states[child])
            ]
            found += children
            frontier = [state.key for state in children]
        return found

    def above(self, state: RecordState, states: States) -> list[RecordState]:
        """Every loaded record above `state`, the topmost first."""
        found: list[RecordState] = []
        frontier = [state]
        while frontier:
            frontier = [states[parent] for child in frontier for parent in self.parents(child) if parent in states]
            found = frontier + found
        return found

    def has_deleted_parent(self, state: RecordState, states: States) -> bool:
        return any(parent in states and states[parent].deleted for parent in self.parents(state))


def deletion_of(state: RecordState) -> Write | None:
    """The write that deleted a record itself, if the log still knows."""
    return next((w for w in reversed(state.writes) if w.values.get(DELETED) is True), None)


def deletion_stamp(state: RecordState) -> Stamp:
    """Since when a deleted record is deleted; as the server saw it where the log no longer knows."""
    write = deletion_of(state)
    return write.stamp if write is not None else Stamp(state.modified_ms, "", 0)
