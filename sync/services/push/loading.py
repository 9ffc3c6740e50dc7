"""What a push is planned on: the records that it names, what these hang on and what hangs on them, and their recent log."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from msgspec.structs import replace

from lib import wire
from lib.references import usable
from lib.statements import Rows, ask, fetch
from sync.domain.forgotten import with_forgotten
from sync.domain.records import Edit, Key, RecordState
from sync.domain.references import targets_of
from sync.domain.tree import parents_of
from sync.queries import keys_as_json
from sync.services.push.claims import claimants, claiming
from sync.services.push.log_lines import (
    gone_along,
    is_by_trigger,
    maybe_along,
    other_parents_of,
    seen_by_movers,
    writes_of,
)
from sync.services.push.rules import entity_rules

Patch = tuple[str, Mapping[str, Any]]  # of which entity


@dataclasses.dataclass
class Loaded:
    states: dict[Key, RecordState]
    taken: frozenset[Key]
    shared: frozenset[str]
    awaited: frozenset[Key]
    purged: frozenset[Key]


@dataclasses.dataclass(frozen=True)
class Found:
    """What was asked for, and the rows that are there."""

    keys: frozenset[Key] = frozenset()
    rows: Rows = dataclasses.field(default_factory=list)


def ask_named(edits: Sequence[Edit]) -> Callable[[], Found]:
    """The records that the edits name, within a pipeline."""
    keys = _keys_of(edits)
    if not keys:
        return Found
    rows = ask("sync", "records", keys=keys_as_json(keys))
    return lambda: Found(frozenset(keys), rows())


def load(
    *,
    user: Any,
    edits: Sequence[Edit],
    found: Found = Found(),
    seen_version: int = 0,
    seen_all: bool = False,
    log_version: int = 0,
    now_ms: int = 0,
) -> Loaded:
    """A number of queries that does not depend on the number of edits. seen_version: what their device has pulled;
    seen_all: nobody wrote anything that it did not know of when they were made; log_version: after which the log is
    complete; found: of these records, what was read under the same lock already.
    """
    loader = _Loader(user, log_version, now_ms)
    loader.take(found)
    twins = _possible_twins(user, edits)
    loader.records(_keys_of(edits) | twins)
    moved = _moved(edits, loader.states)
    above = {} if seen_all else loader.movable_parents(edits)
    loader.records({*loader.parents(moved), *above})
    loader.ancestors()
    loader.descendants({edit.key for edit in edits if edit.may_delete} | moved)
    loader.log(edits, dict.fromkeys(twins, seen_version) | above, moved)
    loader.other_parents({edit.key: edit.base_version for edit in edits} | above)
    loader.rivals(edits)
    patches = [*_patches(edits), *_taken_back(edits, loader.states)]
    loader.records(_named(patches))
    shared = _shared(user, patches, loader.states)
    awaited = _awaited(user, edits, loader.states)
    return Loaded(loader.states, frozenset(loader.taken), shared, awaited, frozenset(loader.purged))


def _keys_of(edits: Sequence[Edit]) -> set[Key]:
    """Of the records that are edited, decided on, or referred to."""
    decided = {edit.closes.key for edit in edits if edit.closes is not None}
    return {edit.key for edit in edits} | decided | _named(_patches(edits))


def _moved(edits: Sequence[Edit], states: Mapping[Key, RecordState]) -> set[Key]:
    """What gets another parent, or is given one that it may not have: all below goes with it. So may what a decision is
    about: it may go back to the parent that it had.
    """
    found = {edit.key for edit in edits if edit.closes is not None} & states.keys()
    for edit in edits:
        state = states.get(edit.key)
        given = entity_rules()[edit.key[0]].parents.keys() & edit.patch.keys() if state is not None else set()
        if state is not None and any(
            (state.document or {}).get(name) != edit.patch[name] or state.version > edit.base_version for name in given
        ):
            found.add(edit.key)
    return found


def _patches(edits: Iterable[Edit]) -> list[Patch]:
    return [(edit.key[0], edit.patch) for edit in edits]


def _taken_back(edits: Iterable[Edit], states: Mapping[Key, RecordState]) -> list[Patch]:
    """What a decision may go back to: to keep is to take back another decision."""
    decided = {edit.key for edit in edits if edit.closes is not None} & states.keys()
    return [(key[0], write.before) for key in decided for write in states[key].writes]


def _named(patches: Iterable[Patch]) -> set[Key]:
    rules = entity_rules()
    return {
        (entity, patch[field])
        for name, patch in patches
        for field, entity in rules[name].references.items()
        if patch.get(field) is not None
    }


def _possible_twins(user: Any, edits: Sequence[Edit]) -> set[Key]:
    """Live records that say the same as an edit where that most likely means one thing: as yet, in the first field."""
    found: set[Key] = set()
    for name, rules in entity_rules().items():
        field = next(iter(rules.distinct), None)
        values = {e.patch[field] for e in edits if field is not None and e.key[0] == name and e.patch.get(field)}
        if values:
            rows: Any = wire.entities_by_name()[name].model._default_manager
            same = rows.filter(user=user, deleted_at=None, **{f"{field}__in": values})
            found |= {(name, str(pk)) for pk in same.values_list("pk", flat=True)}
    return found - {edit.key for edit in edits}


def _shared(user: Any, patches: Sequence[Patch], states: Mapping[Key, RecordState]) -> frozenset[str]:
    """Which of the named references are to rows that all may use."""
    found: set[str] = set()
    for name, rules in entity_rules().items():
        fields = {f.name: f for f in wire.entities_by_name()[name].references if f.name not in rules.parents}
        for field in fields.values():
            wanted = {patch[field.name] for of, patch in patches if of == name and patch.get(field.name) is not None}
            wanted -= {key[1] for key in states if key[0] == rules.references[field.name]}
            if wanted:
                found.update(str(pk) for pk in usable(field, user).filter(pk__in=wanted).values_list("pk", flat=True))
    return frozenset(found)


def _awaited(user: Any, edits: Sequence[Edit], states: Mapping[Key, RecordState]) -> frozenset[Key]:
    """Of the edited records that are not there, those whose creation waits for what it refers to."""
    if all(edit.op == "create" or edit.key in states for edit in edits):
        return frozenset()
    missing = [edit.key[1] for edit in edits if edit.key not in states]
    return frozenset(
        (entity, record_id) for entity, record_id in fetch("sync", "awaited", user_id=user.pk, ids=missing)
    )


def _hanging() -> Iterator[tuple[wire.Entity, str, str]]:
    """Each reference to a parent: of which entity, its field, and the parent's entity."""
    for entity in wire.entities():
        for field in entity.parents:
            yield entity, field.name, entity_rules()[entity.name].parents[field.name]


class _Loader:
    def __init__(self, user: Any, log_version: int, now_ms: int) -> None:
        self.user, self.log_version, self.now_ms = user, log_version, now_ms
        self.asked: set[Key] = set()
        self.states: dict[Key, RecordState] = {}
        self.taken: set[Key] = set()
        self.purged: set[Key] = set()
        self.below: set[Key] = set()
        self.logged: set[Key] = set()

    def records(self, keys: Iterable[Key]) -> None:
        wanted = frozenset(keys) - self.asked
        if wanted:
            self.take(Found(wanted, fetch("sync", "records", keys=keys_as_json(wanted))))

    def take(self, found: Found) -> None:
        self.asked |= found.keys
        for code, record_id, owner, version, modified_ms, deleted, data in found.rows:
            key = (wire.names()[code], record_id)
            if owner != self.user.pk:
                self.taken.add(key)
            elif data is None:
                self.purged.add(key)
            else:
                self.states[key] = RecordState(key, version, deleted, orjson.loads(data), modified_ms)

    def ancestors(self) -> None:
        """Above what is deleted, up to the top, and what that refers to: an edit may bring the whole chain back."""
        while missing := self._targets_of_deleted() - self.states.keys() - self.taken:
            before = len(self.states)
            self.records(missing)
            if len(self.states) == before:
                return

    def _targets_of_deleted(self) -> set[Key]:
        rules = entity_rules()
        return {target for s in self.states.values() if s.deleted for target in targets_of(rules[s.key[0]], s)}

    def parents(self, keys: Iterable[Key]) -> set[Key]:
        return {parent for key in keys for parent in parents_of(entity_rules()[key[0]], self.states[key])}

    def movable_parents(self, edits: Sequence[Edit]) -> dict[Key, int]:
        """What the edited records hang on, and others may have moved; with the version since when."""
        found: dict[Key, int] = {}
        for edit in edits:
            hung = parents_of(entity_rules()[edit.key[0]], self.states[edit.key]) if edit.key in self.states else []
            for key in (*hung, *_named(_patches([edit]))):
                if entity_rules()[key[0]].parents:
                    found[key] = min(edit.base_version, found.get(key, edit.base_version))
        return found

    def other_parents(self, bases: Mapping[Key, int]) -> None:
        """On what the records hang for others, or hung before, as their log tells; and so on to the top."""
        while bases:
            named: dict[Key, int] = {}
            for key, base in bases.items():
                for parent in other_parents_of(self.states[key]) if key in self.states else ():
                    named[parent] = min(base, named.get(parent, base))
            known = set(self.states)
            self.records(named)
            bases = {key: base for key, base in named.items() if key in self.states.keys() - known}
            if bases:
                self.ancestors()
                self.descendants(set())
                self.log((), bases, ())

    def descendants(self, deleted_now: set[Key]) -> None:
        """Below what is, or may come to be, deleted or brought back."""
        frontier = deleted_now | {key for key, state in self.states.items() if state.deleted}
        while frontier:
            below = self._rows_below(frontier) | self._deleted_below(frontier)
            self.records(below)
            frontier = (below - self.below) & self.states.keys()
            self.below |= frontier

    def rivals(self, edits: Sequence[Edit]) -> None:
        """Who claims what at most one may, of what the edits claim, and of what may come back by them."""
        claims: list[Patch] = [(edit.key[0], {**self._document(edit.key), **edit.patch}) for edit in edits]
        claims += [(s.key[0], s.document or {}) for s in self.states.values() if s.deleted]
        found = claimants(self.user, claims)
        if found:
            self.records(found)
            self._read_log(dict.fromkeys(claiming(self.states.values()), 0), ())  # a claim may be older than any base

    def _document(self, key: Key) -> Mapping[str, Any]:
        """As it stands; of a record that is to be made, what it holds where its creation says nothing."""
        standing = self.states[key].document if key in self.states else None
        return standing or entity_rules()[key[0]].defaults

    def _rows_below(self, parents: set[Key]) -> set[Key]:
        found: set[Key] = set()
        for entity, field, target in _hanging():
            ids = [UUID(record_id) for name, record_id in parents if name == target]
            if ids:
                rows: Any = entity.model._default_manager.filter(user=self.user, **{f"{field}__in": ids})
                found |= {(entity.name, str(pk)) for pk in rows.values_list("pk", flat=True)}
        return found

    def _deleted_below(self, parents: set[Key]) -> set[Key]:
        """What SQL deleted for good along with these."""
        gone = [key for key in parents & self.states.keys() if self.states[key].deleted]
        lines = [
            {"entity": wire.codes()[name], "id": record_id, "below": entity.code, "field": field}
            for entity, field, target in _hanging()
            for name, record_id in gone
            if name == target
        ]
        if not lines:
            return set()
        rows = fetch("sync", "deleted_below", user_id=self.user.pk, above=orjson.dumps(lines).decode())
        return {(wire.names()[code], record_id) for code, record_id in rows}

    def log(self, edits: Sequence[Edit], since: Mapping[Key, int], moved: Collection[Key]) -> None:
        """The writes since each record's oldest base; of what is deleted, at least the deletion; and every touch, which no
        device has seen.
        """
        bases: dict[Key, int] = {}
        named = {edit.key for edit in edits}
        lowest = min((e.base_version for e in edits if e.may_delete or e.key in moved), default=None)
        bases |= {edit.closes.key: 0 for edit in edits if edit.closes is not None}  # every decision of a conflict
        for edit in edits:
            bases[edit.key] = min(edit.base_version, bases.get(edit.key, edit.base_version))
        for key, state in self.states.items():
            base = bases.get(key, min(state.version, since.get(key, state.version)))
            if lowest is not None and key in self.below:  # also of what the push itself edits, on a newer version
                base = min(base, lowest)
            bases[key] = min(base, state.version - 1) if state.deleted else base
        bases = {key: base for key, base in bases.items() if key not in self.logged}
        self.logged |= bases.keys()
        self._read_log(bases, named)
        self._read_log(self._unknown_to_movers(bases), named)

    def _read_log(self, bases: Mapping[Key, int], named: Collection[Key]) -> None:
        wanted = [
            {
                "entity": wire.codes()[key[0]],
                "id": key[1],
                "base": base,
                "behind": base < self.states[key].version,
                "deleted": self.states[key].deleted,
            }
            for key, base in bases.items()
            if key in self.states and (key in named or key in self.below or base < self.states[key].version)
        ]
        if not wanted:
            return
        entries: dict[Key, list[tuple[Any, ...]]] = defaultdict(list)
        for row in fetch("sync", "log_since", keys=orjson.dumps(wanted).decode()):
            entries[wire.names()[row[0]], row[1]].append(row[2:])
        for key, rows in entries.items():
            self.states[key] = replace(self.states[key], writes=writes_of(rows, self.states[key]))
        self._tell_cascades(entries)
        self._remember_forgotten(bases)

    def _unknown_to_movers(self, bases: Mapping[Key, int]) -> dict[Key, int]:
        """Of what was moved, and what hangs on it: since when its log is needed that is older than what was read."""
        found: dict[Key, int] = {}
        unseen = {key: seen_by_movers(self.states[key], bases[key]) for key in self.below & bases.keys()}
        frontier = {key: seen for key, seen in unseen.items() if seen is not None}
        while frontier:
            found |= frontier
            hanging = {key: parents_of(entity_rules()[key[0]], self.states[key]) for key in self.below - found.keys()}
            frontier = {
                key: min(found[parent] for parent in parents if parent in found)
                for key, parents in hanging.items()
                if not found.keys().isdisjoint(parents)
            }
        return {key: seen for key, seen in found.items() if key in bases and seen < bases[key]}

    def _remember_forgotten(self, bases: Mapping[Key, int]) -> None:
        for key in self.states.keys() & bases.keys() if self.log_version else ():
            self.states[key] = with_forgotten(
                self.states[key], base_version=bases[key], log_version=self.log_version, now_ms=self.now_ms
            )

    def _tell_cascades(self, keys: Iterable[Key]) -> None:
        """What a trigger deleted together with a parent, outside of a push, went along with it; also where it is back."""
        lines = [line for key in keys for line in maybe_along(self.states[key])]
        if not lines:
            return
        rows = fetch("sync", "deleted_with", lines=orjson.dumps(lines).decode())
        along = {(wire.names()[code], record_id, version) for code, record_id, version in rows}
        for key in {(name, record_id) for name, record_id, _ in along}:
            writes = [
                gone_along(w) if is_by_trigger(w) and (*key, w.version) in along else w for w in self.states[key].writes
            ]
            self.states[key] = replace(self.states[key], writes=tuple(writes))
