"""What docs/sync.md promises, checked on what the server remembers. Knows nothing of how the server decides.

Each check is named after the property of docs/development.md, "The proof", that it stands for.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sync.tests.proof.evidence import ALONG, DELETED, SEEN, VOICES, Conflict, Entry, Evidence, Key, Sent
from sync.tests.proof.singles import SINGLES

SETS = {"equipment", "primary_muscles", "secondary_muscles"}
PARENTS = {
    "exercise": ("workout", "workout"),
    "set": ("exercise", "exercise"),
    "plan_day": ("plan", "plan"),
    "plan_slot": ("day", "plan_day"),
    "rack": ("room", "room"),
    "meal_log_item": ("meal_log", "meal_log"),
}
REFERENCES = {
    "day_note": {"room": "room", "rack": "rack"},
    "meal_log": {"meal": "meal"},
    "supplement_log": {"plan": "supplement_plan"},
}  # to what a record does not hang on
TOGETHER = [  # fields that are one register
    ("set", {"load_kg", "typed_load", "typed_load_unit"}),
    ("workout", {"started_at", "time_zone"}),
    ("exercise", {"performed_at", "time_zone"}),
    ("measurement", {"measured_at", "time_zone"}),
    ("day_note", {"latitude", "longitude"}),
    ("meal_log", {"eaten_at", "time_zone"}),
    ("meal_log_item", {"grams", "portion", "portion_count"}),
    ("meal_log_item", {"nutrients", "basis"}),
    ("supplement_log", {"taken_at", "time_zone"}),
    ("supplement_log", {"dose", "dose_unit"}),
    ("water_log", {"drunk_at", "time_zone"}),
]
GENERATED = {"local_date"}
COPIED = {"nutrients"}  # where nothing is said of them, the database puts what the food or the supplement holds
REGISTERS = {DELETED, ALONG, VOICES, SEEN}  # of the log, that are no fields
ACCEPTED = {"applied", "merged", "noop", "conflict"}


@dataclass(frozen=True)
class Write:
    """A mutation's word on one register."""

    mutation: Sent
    name: str
    value: Any


@dataclass
class Oracle:
    """Judges one user's evidence."""

    evidence: Evidence

    def __post_init__(self) -> None:
        self.history: dict[Key, list[Entry]] = defaultdict(list)
        for entry in sorted(self.evidence.log.values(), key=lambda e: (e.key, e.version, e.op == "T", e.n)):
            self.history[entry.key].append(entry)
        self.conflicts: dict[Key, list[Conflict]] = defaultdict(list)
        for conflict in self.evidence.conflicts.values():
            self.conflicts[conflict.key].append(conflict)
        self.order: dict[str, list[Sent]] = defaultdict(list)
        for sent in sorted(self.evidence.mutations.values(), key=lambda s: s.seq):
            self.order[sent.device].append(sent)

    # --- P2: nothing is lost silently ---

    def check_nothing_is_lost(self) -> None:
        for sent in self.evidence.mutations.values():
            if sent.status in ACCEPTED and sent.payload.get("op", "resolve") != "resolve":
                for write in words_of(sent):
                    assert self.is_accounted_for(write), ("P2 lost silently", write, self.history[sent.key])

    def is_accounted_for(self, write: Write) -> bool:
        key = write.mutation.key
        if write.name in SETS:
            return self._set_is_accounted_for(write)
        told = "deleted" if write.name == DELETED else write.name
        return (
            self._stands(key, write.name, write.value)
            or any(conflict.names(told, write.value) for conflict in self.conflicts[key])
            or self._taken_back(write)
            or self._comes_back(key, write)
            or any(self._overwritten_knowingly(entry, write) for entry in self._said(write))
        )

    def _comes_back(self, key: Key, write: Write) -> bool:
        """It stands in the tombstone, and a conflict names the deletion to its author: who undoes that has it again."""
        row = self.evidence.records.get(key)
        named = any(c.loser == write.mutation.id and c.names("deleted", value=False) for c in self.conflicts[key])
        return row is not None and row.deleted and row.data.get(write.name) == write.value and named

    def _stands(self, key: Key, name: str, value: Any) -> bool:
        row = self.evidence.records.get(key)
        if row is None:
            return name == DELETED and bool(value)  # purged, or never there
        return bool(row.deleted == value) if name == DELETED else bool(row.data.get(name) == value and not row.deleted)

    def _said(self, write: Write) -> list[Entry]:
        """The lines of the log that say the same: what the author had seen last, the mutation's own, and since then
        anybody's. A creation also says what it leaves to the defaults.
        """
        lines = [
            (e, {**(e.after or {}), **e.values} if e.op == "I" else e.values) for e in self.history[write.mutation.key]
        ]
        spoken = [(e, values[write.name]) for e, values in lines if write.name in values]
        seen = [pair for pair in spoken if pair[0].version <= write.mutation.base]
        return [e for e, value in seen[-1:] + spoken[len(seen) :] if value == write.value]

    def _taken_back(self, write: Write) -> bool:
        """The device itself spoke of it again later, or deleted or restored what it hangs on."""
        own = self.order[write.mutation.device]
        return any(
            later.seq > write.mutation.seq and later.status in ACCEPTED and self._speaks_of(later, write)
            for later in own
        )

    def _speaks_of(self, later: Sent, write: Write) -> bool:
        op, key = later.payload["op"], write.mutation.key
        if later.key == key:
            spoken = _whole(key[0], later.payload.get("patch") or {})
            return op in ("delete", "restore") or write.name == DELETED or write.name in spoken
        if op == "delete":
            return later.key in self.known_above(key, later)
        return write.name == DELETED and bool({key, *self.ever_above(key)} & {later.key, *self.ever_above(later.key)})

    def _overwritten_knowingly(self, entry: Entry, write: Write) -> bool:
        """Somebody who had seen the line wrote another value, or deleted the record."""
        later = [e for e in self.history[entry.key] if (e.version, e.n) > (entry.version, entry.n)]
        return any(self._knew_what_went(e, entry) and self._replaces(e, write) for e in later)

    def _knew_what_went(self, later: Entry, earlier: Entry) -> bool:
        """Who deletes something means what hangs on it as they know it: what others have moved there, they do not mean. Then
        it counts whether those had seen the line.
        """
        sent = self.evidence.mutations.get(later.mutation or "")
        if sent is None or not sent.payload or later.device != earlier.device or sent.key == later.key:
            return self.knew(later, earlier)
        meant = sent.payload["op"] != "delete" or sent.key in self.known_above(later.key, sent)
        return meant or any(self.knew(move, earlier) for move in self._moves(later, earlier))

    def _moves(self, later: Entry, earlier: Entry) -> Iterator[Entry]:
        """By others, of the record or of what it hangs on, between two lines."""
        for key in {later.key, *self.ever_above(later.key)}:
            name = PARENTS[key[0]][0] if key[0] in PARENTS else None
            for e in self.history[key]:
                if name in e.values and e.op != "I" and e.device != later.device and e.version <= later.version:
                    yield e

    def _replaces(self, entry: Entry, write: Write) -> bool:
        values = entry.values
        buried = entry.op == "D" and any(conflict.kind == "parent" for conflict in self.conflicts[entry.key])
        gone = bool(values.get(DELETED) or values.get(ALONG))
        if write.name == DELETED:
            return bool(gone != write.value)
        return bool(gone or buried or values.get(write.name, write.value) != write.value)

    def knew(self, later: Entry, earlier: Entry) -> bool:
        """Whether the author of a line had seen another one. The server, REST, the admin and SQL see what they write on."""
        if later.device is None or later.source == "sql" or later.mutation is None:
            return True
        if later.device == earlier.device:
            return True
        sent = self.evidence.mutations.get(later.mutation)
        if sent is None or not sent.payload:
            return True  # a purge took its content
        if self.gives_way(later):
            return sent.sees(earlier) or self._shows(sent, earlier)
        own = (s for s in self.order[sent.device] if s.key == earlier.key and s.seq <= sent.seq)
        seen = max([sent.base, *(s.base for s in own)])  # what it wrote on is known to it when it deletes what is above
        if sent.payload["op"] == "resolve" and sent.payload["record_id"] in self.evidence.conflicts:
            seen = max(seen, self.evidence.conflicts[sent.payload["record_id"]].version)  # it shows what stands
        return seen >= earlier.version

    def gives_way(self, entry: Entry) -> bool:
        """Whether it is of a record that its mutation does not speak of: another one claims what it had."""
        sent = self.evidence.mutations.get(entry.mutation or "")
        return entry.key[0] in SINGLES and sent is not None and bool(sent.payload) and self.target(sent) != entry.key

    def _shows(self, sent: Sent, entry: Entry) -> bool:
        """Whether it decides a conflict in which this line has won."""
        conflict = self.evidence.conflicts.get(sent.payload["record_id"])
        return conflict is not None and conflict.winner == entry.mutation and conflict.version >= entry.version

    def target(self, sent: Sent) -> Key | None:
        """The record that a mutation is about; of a decision that of its conflict, if that is known still."""
        if sent.payload["op"] != "resolve":
            return sent.key
        conflict = self.evidence.conflicts.get(sent.payload["record_id"])
        return None if conflict is None else conflict.key

    def ever_above(self, key: Key) -> set[Key]:
        return self._closure(key, self._ever_parents)

    def known_above(self, key: Key, deletion: Sent) -> set[Key]:
        """What the record hangs on as the device knew it that deletes something: by what it had pulled, or said itself."""
        if self.evidence.head.log_version:
            return self.ever_above(key)  # of what was pulled before, the log knows too little
        return self._closure(key, lambda k: self._known_parents(k, deletion))

    def _known_parents(self, key: Key, deletion: Sent) -> Iterator[Key]:
        if key[0] not in PARENTS:
            return
        name, entity = PARENTS[key[0]]
        documents = [e.after or {} for e in self.history[key] if e.version <= deletion.base]
        own = [s for s in self.order[deletion.device] if s.key == key and s.seq < deletion.seq]
        documents += [s.payload.get(said) or {} for s in own for said in ("patch", "whole")]
        yield from {(entity, d[name]) for d in documents if d.get(name)}

    def _closure(self, key: Key, parents: Callable[[Key], Iterable[Key]]) -> set[Key]:
        found: set[Key] = set()
        frontier = {key}
        while frontier:
            frontier = {parent for k in frontier for parent in parents(k)} - found
            found |= frontier
        return found

    def _ever_parents(self, key: Key) -> Iterator[Key]:
        if key[0] not in PARENTS:
            return
        name, entity = PARENTS[key[0]]
        documents = [e.after or {} for e in self.history[key]] + [e.before or {} for e in self.history[key]]
        documents += [s.payload.get("patch") or {} for s in self.evidence.mutations.values() if s.key == key]
        yield from {(entity, d[name]) for d in documents if d.get(name)}

    def _set_is_accounted_for(self, write: Write) -> bool:
        """What was put in is in, or was taken out by somebody, or went with the record: by who knew of it, or by name."""
        key = write.mutation.key
        row = self.evidence.records.get(key)
        if row is None or self._named(key):
            return True
        missing = set(write.value) - set(row.data.get(write.name) or [])
        if row.deleted and not self._is_told_of(write, set(write.value) - missing):
            return False
        later = [e.values[write.name] for e in self.history[key] if write.name in e.values]
        later += [s.payload["patch"][write.name] for s in self._others_on(key, write)]
        return all(any(slug not in value for value in later) for slug in missing)

    def _is_told_of(self, write: Write, slugs: set[str]) -> bool:
        """What stood in a set when its record went: by who knew of it, or by name."""
        lines = [e for e in self.history[write.mutation.key] if e.mutation == write.mutation.id]
        gone = [e for e in self.history[write.mutation.key] if e.op == "D"]
        told = {
            slug
            for conflict in self.conflicts[write.mutation.key]
            for field in conflict.fields
            if field["name"] == write.name
            for slug in field["lost"]["value"] or ()
        }
        known = all(any(self.knew(d, line) for d in gone if d.version >= line.version) for line in lines)
        return known or slugs <= told or self._taken_back(write)

    def _others_on(self, key: Key, write: Write) -> list[Sent]:
        return [
            s for s in self.evidence.mutations.values() if s.key == key and write.name in (s.payload.get("patch") or {})
        ]

    def _named(self, key: Key) -> bool:
        return any(conflict.kind in ("missing", "rule") for conflict in self.conflicts[key])

    # --- P2 and P9, line by line: who overwrites what they had not seen is later, and says so ---

    def check_overwrites(self) -> None:
        for key, entries in self.history.items():
            if key[0] != "conflict":
                for name in {name for e in entries for name in e.values} - SETS - GENERATED - REGISTERS:
                    self._check_register(key, name, entries)

    def _check_register(self, key: Key, name: str, entries: list[Entry]) -> None:
        earlier: Entry | None = None
        for later in entries:
            if name not in later.values:
                continue
            unseen = earlier is not None and earlier.op != "T" and not self.knew(later, earlier)
            if earlier is not None and unseen and later.values[name] != earlier.values[name]:
                told = any(c.names(name, earlier.values[name]) for c in self.conflicts[key])
                assert told, ("P2 overwritten silently", earlier, later)
                # The log has forgotten by whom it was, so that a tie has no order.
                forgotten = earlier.version <= self.evidence.head.log_version
                wins = later.stamp > earlier.stamp or (forgotten and later.eff_ms == earlier.eff_ms)
                assert wins, ("P2 the older write won", earlier, later)
            earlier = later

    def check_registers_are_whole(self) -> None:
        """Of fields that mean something only together, nobody writes some and leaves the others to somebody else."""
        for key, entries in self.history.items():
            for entry in entries:
                creates = entry.op == "I" or entry.before is None  # also below what is deleted, and goes along at once
                if entry.patch is not None and not creates:
                    written = {name for name in entry.patch if not name.startswith("_")}
                    assert written >= _whole(key[0], written), ("P2 half a register", entry)

    # --- P3, P4 ---

    def check_idempotency(self) -> None:
        counts = Counter((e.mutation, e.key) for e in self.evidence.log.values() if e.mutation is not None)
        twice = {pair: count for pair, count in counts.items() if count > 1}
        assert not twice, ("P3 written twice", twice)

    def check_versions(self) -> None:
        head, known = self.evidence.head, {e.version for e in self.evidence.log.values() if e.op != "T"}
        missing = set(range(max(head.log_version, head.min_version) + 1, head.version + 1)) - known
        assert not missing, ("P4 versions without a change", missing, head)
        assert max(known, default=0) <= head.version, ("P4 a version beyond the head", head)
        for key, row in self.evidence.records.items():
            assert row.version <= head.version, ("P4 a record beyond the head", key, row)

    # --- P12: a group is refused as a whole ---

    def check_groups(self) -> None:
        groups: dict[tuple[str, str], set[bool]] = defaultdict(set)
        for sent in self.evidence.mutations.values():
            if sent.payload.get("group"):
                groups[sent.device, sent.payload["group"]].add(sent.status == "rejected")
        halves = [group for group, refused in groups.items() if len(refused) > 1]
        assert not halves, ("P12 half a group", halves)

    # --- P6: what went along with a parent is there again when the parent is ---

    def check_none_is_left_behind(self) -> None:
        for key, row in self.evidence.records.items():
            if row.deleted and key[0] in PARENTS and not self._was_deleted_itself(key):
                name, entity = PARENTS[key[0]]
                above = self.evidence.records.get((entity, row.data.get(name) or ""))
                assert above is None or above.deleted, ("P6 left behind by its parent", key, self.history[key])

    def _was_deleted_itself(self, key: Key) -> bool:
        """Ever, by somebody who meant the record; or the log has forgotten."""
        gone = [e for e in self.history[key] if e.values.get(DELETED) is True]
        forgotten = self.evidence.records[key].version <= self.evidence.head.log_version
        return forgotten or any(e.mutation is not None or not self._went_with_parent(e) for e in gone)

    def _went_with_parent(self, entry: Entry) -> bool:
        name, entity = PARENTS[entry.key[0]]
        above = self.history.get((entity, (entry.before or {}).get(name) or ""), [])
        return any(e.version == entry.version and e.op == "D" for e in above)

    # --- P9 ---

    def check_times(self) -> None:
        for entry in self.evidence.log.values():
            latest = self.evidence.head.last_ms if entry.op == "T" else entry.logged_ms
            assert entry.eff_ms <= max(latest, entry.logged_ms), ("P9 later than the server's present", entry)

    # --- P10 ---

    def check_lonely(self) -> None:
        """Only for a history in which nobody but one device wrote, and nothing was purged."""
        found = [c for c in self.evidence.conflicts.values() if c.kind != "missing"]
        assert not found, ("P10 in conflict with itself", found)

    def check_own_conflicts(self) -> None:
        for conflict in self.evidence.conflicts.values():
            devices = [self._device(conflict.winner), self._device(conflict.loser)]
            same = devices[0] is not None and devices[0] == devices[1]
            assert not same, ("P10 a device in conflict with itself", conflict)

    def _device(self, mutation: str | None) -> str | None:
        sent = None if mutation is None else self.evidence.mutations.get(mutation)
        return None if sent is None else sent.device

    # --- P11 ---

    def check_replay(self) -> None:
        """Line by line the log leads to what stands."""
        for key, entries in self.history.items():
            kept = [e for e in entries if e.version > self.evidence.head.log_version]
            for earlier, later in pairwise(kept):
                if earlier.op != "T" and later.op != "T":
                    assert earlier.version <= later.version, ("P11 out of order", earlier, later)
                    goes = earlier.op != "D" and later.op == "D" and later.source == "push"
                    assert not goes or later.mutation, ("P11 a push deleted what no mutation deletes", earlier, later)
            for entry in kept:
                if entry.op != "T" and entry.after is not None and entry.patch is not None:
                    self._check_line(entry)
            row, solid = self.evidence.records.get(key), [e for e in kept if e.op != "T"]
            if row is not None and solid:
                assert row.version == solid[-1].version, ("P11 the record is not of its last line", key, row, solid[-1])
                assert row.deleted == (solid[-1].op == "D"), ("P11 deleted or not", key, row, solid[-1])

    def _check_line(self, entry: Entry) -> None:
        before, after, values = entry.before or {}, entry.after or {}, entry.patch or {}
        for name in before.keys() & after.keys() - GENERATED:
            if name in COPIED and values.get(name, before[name]) == {}:
                continue
            if name in values and name not in SETS:
                assert after[name] == values[name], ("P11 not what was written", name, entry)
            elif name not in values:
                assert after[name] == before[name], ("P11 changed without a word", name, entry)


def _whole(entity: str, names: Iterable[str]) -> set[str]:
    """With all that belongs together with one of them."""
    found = set(names)
    return found.union(*(group for of, group in TOGETHER if of == entity and not group.isdisjoint(found)))


def words_of(sent: Sent) -> Iterator[Write]:
    match sent.payload["op"]:
        case "delete":
            yield Write(sent, DELETED, value=True)
        case "restore":
            yield Write(sent, DELETED, value=False)
        case _:
            for name, value in (sent.payload.get("patch") or {}).items():
                yield Write(sent, name, value)
