"""Which parents work speaks for. Whoever works on a record says that it is there, and so are its parents.

While a move is not known to all, a record hangs on several parents: on the one that a worker saw, and on those that others
gave it meanwhile. Work speaks for each of them, so that it does not matter what arrives first. What speaks for a parent on
which the record does not hang, or no longer, is kept in that parent's log.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from sync.domain.merge import DELETED, VOICES, Stamp, Write, foreign_writes, is_earlier_own, writes_since
from sync.domain.records import Edit, EntityRules, Key, RecordState
from sync.domain.tree import Tree, deletion_of, deletion_stamp

States = Mapping[Key, RecordState]
Works = Sequence[tuple[RecordState, list[Write]]]  # of each record what was done on it


def heard(state: RecordState) -> list[Write]:
    """Work on records that hang elsewhere, and that speaks for this one all the same."""
    return [_voice(*line) for w in state.writes for line in w.values.get(VOICES, ())]


def kept_as(state: RecordState, voices: Iterable[Write]) -> dict[str, Any]:
    """The register of which `heard` reads them: of each device the latest, unless the log holds it already."""
    known = {w.stamp for w in heard(state)}
    latest = {w.stamp.device: w for w in sorted(voices, key=lambda w: w.stamp)}
    lines = [
        [w.version, w.logged_ms, w.stamp.eff_ms, w.stamp.device, w.stamp.seq, w.mutation_id, w.touch]
        for w in latest.values()
        if w.stamp not in known
    ]
    return {VOICES: lines} if lines else {}


def _voice(*line: Any) -> Write:
    version, logged_ms, eff_ms, device, seq, mutation_id, touch = line
    return Write(version, Stamp(eff_ms, device, seq), {DELETED: False}, {}, mutation_id, logged_ms, touch=touch)


def has_history(*records: RecordState) -> bool:
    """Whether anybody may have moved one of them: nearly always nobody wrote anything unseen."""
    return any(s.writes for s in records)


def as_voice(write: Write) -> Write:
    """What a write says for the parents."""
    return replace(write, values={DELETED: False}, before={}, lost={})


def loudest(state: RecordState, voices: Iterable[Write]) -> Write | None:
    """The latest work that a record's deletion does not outlive; what its author did before is theirs to delete."""
    since, deletion = deletion_stamp(state), deletion_of(state)
    later = [w for w in voices if w.stamp > since and (deletion is None or not is_earlier_own(w, deletion.stamp))]
    return max(later, key=lambda w: w.stamp, default=None)


class Voices:
    """Finds what speaks for which parents, for the edits of one device."""

    def __init__(self, rules: Mapping[str, EntityRules], tree: Tree, *, seen_version: int) -> None:
        self._rules, self._tree, self._seen_version = rules, tree, seen_version

    def against(self, edit: Edit, stamp: Stamp, records: Iterable[RecordState]) -> list[Write]:
        """What is kept in the logs of these records and speaks against an earlier deletion."""
        since = [w for s in records for w in foreign_writes(heard(s), base_version=edit.base_version, stamp=stamp)]
        return [w for w in since if w.stamp > stamp]

    def moved_along(self, edit: Edit, stamp: Stamp, names: Collection[str], states: States) -> Works:
        """What had been done on a record that is moved, and below it, unseen by all. names: what the edit writes."""
        state = states.get(edit.key)
        if state is None or not state.exists or self._rules[edit.key[0]].parents.keys().isdisjoint(names):
            return []
        found: list[tuple[RecordState, list[Write]]] = []
        for s in (state, *self._tree.below(edit.key, states)):
            works = [w for w in s.writes if w.says_alive] + heard(s)
            found.append((s, writes_since(works, base_version=edit.base_version)))
        return found

    def carried(self, works: Works, parent: Key) -> list[Write]:
        """What of this speaks for the parent; who moved the record elsewhere spoke for that."""
        if not works:
            return []
        (moved, own), *below = works
        fields = self._rules[moved.key[0]].parents
        words = [({(entity, _word(w, name)) for name, entity in fields.items() if _says(w, name)}, w) for w in own]
        return [w for named, w in words if not named or parent in named] + [w for _, of_one in below for w in of_one]

    def elsewhere(
        self, edit: Edit, stamp: Stamp, states: States, *, before: RecordState, works: Works
    ) -> dict[Key, list[Write]]:
        """What speaks for parents on which the record does not hang, or no longer: for each, the topmost first."""
        own = as_voice(states[edit.key].writes[-1])
        hangs_on = {s.key for s in self._tree.above(states[edit.key], states)}
        spoken = {key: [own, *self.carried(works, key)] for key in self._spoken_for(edit, stamp, states)}
        left = {key: self.carried(works, key) for key in self._tree.parents(before) if key in states}
        return {key: voices for key, voices in (spoken | left).items() if voices and key not in hangs_on}

    def _spoken_for(self, edit: Edit, stamp: Stamp, states: States) -> list[Key]:
        """Each parent of the record and theirs, the topmost first."""
        found: list[Key] = []
        frontier = [edit.key]
        while frontier:
            named = [key for child in frontier for key in self._parents(states[child], edit, stamp) if key in states]
            frontier = list(dict.fromkeys(named))
            found = frontier + found
        return found

    def _parents(self, state: RecordState, edit: Edit, stamp: Stamp) -> Iterator[Key]:
        """The parents for the author of an edit, of the record or below it: the one that they name or saw, and those that
        others gave it unseen.
        """
        since = foreign_writes(state.writes, base_version=edit.base_version, stamp=stamp)
        if state.key != edit.key:
            since = [w for w in since if self._is_unseen(w, stamp)]
        for field, entity in self._rules[state.key[0]].parents.items():
            itself = state.key == edit.key and field in edit.patch
            named = [edit.patch[field]] if itself else _named(field, state, since, edit, stamp)
            yield from ((entity, value) for value in named if value is not None)

    def _is_unseen(self, write: Write, stamp: Stamp) -> bool:
        return write.touch or write.version > self._seen_version or write.logged_ms > stamp.eff_ms


def _named(field: str, state: RecordState, since: Sequence[Write], edit: Edit, stamp: Stamp) -> list[Any]:
    own = [w for w in state.writes if is_earlier_own(w, stamp) and w.version > edit.base_version and _says(w, field)]
    found = next((w.before.get(field) for w in since if field in w.values), (state.document or {}).get(field))
    return [_word(own[-1], field) if own else found, *(_word(w, field) for w in since if _says(w, field))]


def _says(write: Write, field: str) -> bool:
    return field in write.values or field in write.lost


def _word(write: Write, field: str) -> Any:
    return write.values.get(field, write.lost.get(field))
