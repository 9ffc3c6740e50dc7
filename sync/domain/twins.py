"""Two records for one thing: two devices made them, and neither knew of the other. Both are kept, and the user is told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sync.domain.merge import DELETED, Stamp, Write, foreign_writes
from sync.domain.records import EntityRules, Key, RecordState

States = Mapping[Key, RecordState]


class Twins:
    """Finds the records that say the same in the fields that tell things of their kind apart."""

    def __init__(self, rules: Mapping[str, EntityRules], states: States, *, seen_version: int) -> None:
        self._rules, self._seen_version = rules, seen_version
        self._keys: dict[tuple[object, ...], list[Key]] = defaultdict(list)
        for key in sorted(key for key in states if rules[key[0]].distinct):
            self._keys[self._thing(states[key])].append(key)

    def unseen(self, state: RecordState, states: States, stamp: Stamp) -> Iterator[tuple[RecordState, Write]]:
        """Live ones that say so since a write of another device, which this one had not pulled."""
        thing = self._thing(state)
        if state.deleted or len(thing) == 1 or None in thing:
            return
        names = {*self._rules[state.key[0]].distinct, DELETED}
        for twin in (states[key] for key in self._keys.get(thing, ()) if key != state.key):
            if twin.deleted or self._thing(twin) != thing:
                continue
            since = foreign_writes(twin.writes, base_version=self._seen_version, stamp=stamp)
            write = next((w for w in since if w.says_alive and not names.isdisjoint(w.values)), None)
            if write is not None:
                yield twin, write

    def _thing(self, state: RecordState) -> tuple[object, ...]:
        fields = self._rules[state.key[0]].distinct
        return state.key[0], *((state.document or {}).get(name) for name in fields)
