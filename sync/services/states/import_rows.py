"""What the rows of a file change in the records: each becomes a mutation, or nothing if the record says so already."""

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec
import orjson

from accounts.models import User
from lib import wire
from lib.constraints import DerivedId
from lib.identity import derived_id
from lib.texts import visible
from lib.upcasting import UpcastError, schema_version, upcast
from sync.domain.records import Key
from sync.domain.shapes import PushEnvelope
from sync.domain.times import to_ms
from sync.enums import ImportMode
from sync.models import Conflict, LogEntry, Purged, Record
from sync.services.push.envelope import Item, item_of, read, refused_item
from sync.services.push.losses import Loss, read_losses
from sync.services.push.rules import entity_rules
from sync.services.states.import_files import Contents, Row

BATCH = 5000
MAX_IGNORED = 100  # names of fields in a report; what comes beyond is counted together
MAX_NAME = 64
OTHERS = "others"


@dataclasses.dataclass(frozen=True)
class Said:
    """A row that changes something: as a mutation, and what it is counted as if it is taken."""

    row: Row
    item: Item
    counted_as: str | None  # None: with another one of the same row


class Names:
    """Under which ids the rows of a file stand here.

    Their own, as a rule. If some of them are somebody else's, all of the file get new ones; so does what was deleted for
    good, because such an id is never used again. The new ids follow from the old: a second import finds the first. Where ids
    follow from what they are about, they follow from what that is called here.
    """

    def __init__(self, user: User, contents: Contents) -> None:
        self.user = user
        self.own = _singletons(user)
        self.all_new = any(self._is_elsewhere(name, ids) for name, ids in contents.ids.items() if name not in self.own)
        self.purged = frozenset() if self.all_new else self._purged(contents)
        self.following: dict[Key, str] = {}
        for entity in wire.entities():  # parents first
            if entity.derived_id is not None:
                self.following |= self._following(entity, entity.derived_id, contents)

    def of(self, entity: str, record_id: str) -> str:
        if entity in self.own:
            return self.own[entity]
        if (entity, record_id) in self.following:
            return self.following[entity, record_id]
        if self.all_new or (entity, record_id) in self.purged:
            return str(self._new(record_id))
        return record_id

    def came_with_the_account(self, key: Key) -> tuple[int, dt.datetime]:
        """Under which version a singleton was made, and when: nobody chose what stood then, so that it is no rival."""
        born = (
            LogEntry.objects.filter(entity=wire.codes()[key[0]], record_id=key[1], op="I")
            if key[0] in self.own
            else None
        )
        found = None if born is None else born.values_list("version", "logged_ms").first()
        version, made_ms = found or (0, 0)
        return version, dt.datetime.fromtimestamp(made_ms / 1000, dt.UTC)

    def kept(self, contents: Contents) -> set[Key]:
        """The keys of all rows."""
        return {(name, self.of(name, str(UUID(bytes=raw)))) for name, ids in contents.ids.items() for raw in ids}

    def _new(self, record_id: str) -> UUID:
        return uuid5(self.user.pk, record_id)

    def _following(self, entity: wire.Entity, rule: DerivedId, contents: Contents) -> dict[Key, str]:
        references = entity_rules()[entity.name].references
        defaults = {field.name: field.default() for field in entity.writable}
        found: dict[Key, str] = {}
        for record_id, data in contents.documents(entity.name):
            named = [self.of(references[name], data[name]) for name in rule.within if _is_id(data.get(name))]
            namespace = named[0] if named else None if rule.within else str(self.user.pk)
            if namespace is not None:
                parts = (data.get(name, defaults[name]) for name in rule.by)
                found[entity.name, record_id] = str(derived_id(UUID(namespace), rule.kind, *parts))
        return found

    def _is_elsewhere(self, entity: str, ids: Iterable[bytes]) -> bool:
        """Whether somebody else has one of them, or an earlier import of this user has given them new ones."""
        code = wire.codes()[entity]
        for batch in _batches(UUID(bytes=raw) for raw in ids):
            foreign = [
                model.objects.filter(entity=code, id__in=batch).exclude(user=self.user) for model in (Record, Purged)
            ]
            renewed = Record.objects.filter(user=self.user, entity=code, id__in=[self._new(str(one)) for one in batch])
            if any(found.exists() for found in foreign) or (self._are_strange(code, batch) and renewed.exists()):
                return True
        return False

    def _are_strange(self, code: int, batch: list[UUID]) -> bool:
        """Whether none of them is known here, as it is once the other account is gone."""
        return not any(model.objects.filter(entity=code, id__in=batch).exists() for model in (Record, Purged))

    def _purged(self, contents: Contents) -> frozenset[Key]:
        found: set[Key] = set()
        for name, ids in contents.ids.items():
            for batch in _batches(UUID(bytes=raw) for raw in ids):
                gone = Purged.objects.filter(user=self.user, entity=wire.codes()[name], id__in=batch)
                found |= {(name, str(pk)) for pk in gone.values_list("id", flat=True)}
        return frozenset(found)


def _singletons(user: User) -> dict[str, str]:
    """What comes with the account: the file's row is meant for the one that is there."""
    found: dict[str, str] = {}
    for entity in wire.entities():
        if not entity.wire.creatable and not entity.wire.read_only:
            managers: Any = entity.model._default_manager
            own = managers.filter(user=user).first()
            if own is not None:
                found[entity.name] = str(own.pk)
    return found


def _batches(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    batch: list[UUID] = []
    for one in ids:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Rows:
    """Rows on their way into a user's data. `said` is called under the lock on the user's head."""

    def __init__(self, *, user: User, import_id: UUID, plan: ImportMode, contents: Contents, names: Names) -> None:
        self.user, self.import_id, self.plan, self.contents, self.names = user, import_id, plan, contents, names
        self.ignored: Counter[str] = Counter()

    def said(self, rows: Sequence[Row], *, epoch: str, at: dt.datetime) -> list[Said]:
        """Of the rows that say something, in their order. The others stand already."""
        envelope = self._envelope(at)
        shared = self._shared(rows)
        named = [(row, self._document(row, shared)) for row in rows]
        standing = self._standing((row.entity, self.names.of(row.entity, row.id)) for row in rows)
        mutations = [
            (row, mutation)
            for row, document in named
            for mutation in self._mutations(row, document, standing, epoch=epoch, at=at)
        ]
        told = self._told(
            [mutation for _, mutation in mutations if mutation["base_version"] or mutation["op"] != "create"]
        )
        found: list[Said] = []
        for row, mutation in mutations:
            if self._is_told(mutation, told):
                continue
            known = (mutation["entity"], mutation["record_id"]) in standing
            found.append(Said(row, _item(mutation, envelope), _counted_as(mutation["op"], known=known)))
        return found

    def deletions(
        self, keys: Sequence[Key], *, lacking: Collection[Key], first_seq: int, version: int, at: dt.datetime
    ) -> list[Item]:
        """Of the records that the file lacks, and that are there still. What hangs on another one of them goes along.
        version: where the data stand, of which all is known.
        """
        envelope = self._envelope(at)
        found = [
            key
            for key, standing in self._standing(keys).items()
            if not standing.deleted and not self._goes_along(key, standing, lacking)
        ]
        return [
            _item(self._content(key, "delete", {}, seq=first_seq + n, version=version, at=at), envelope)
            for n, key in enumerate(found)
        ]

    def _goes_along(self, key: Key, standing: Record, lacking: Collection[Key]) -> bool:
        document = orjson.loads(standing.data)
        parents = entity_rules()[key[0]].parents.items()
        return any((entity, document.get(field)) in lacking for field, entity in parents)

    def _envelope(self, at: dt.datetime) -> PushEnvelope:
        return PushEnvelope(
            device_id=self.import_id, instance_token="", client_now=at, mutations=[], schema_version=schema_version()
        )

    # --- the documents ---

    def _document(self, row: Row, shared: Mapping[str, frozenset[str]]) -> dict[str, Any] | None:
        """What the row holds, in today's form and under the ids of this account; None where it has no form of today."""
        entity = wire.entities_by_name()[row.entity]
        try:
            data = upcast(row.entity, row.data, from_version=self.contents.schema_version)
        except UpcastError:
            return None
        known, writable = entity.by_name, {field.name for field in entity.writable}
        self._ignore(row.entity, data.keys() - known.keys())
        document = {name: value for name, value in data.items() if name in writable}
        for name, target in entity_rules()[row.entity].references.items():
            value = document.get(name)
            if isinstance(value, str) and value not in shared[target]:
                document[name] = self.names.of(target, value)
        return document

    def _ignore(self, entity: str, names: Collection[str]) -> None:
        for name in names:
            told = f"{entity}.{visible(name[:MAX_NAME])}"
            self.ignored[told if told in self.ignored or len(self.ignored) < MAX_IGNORED else OTHERS] += 1

    def _shared(self, rows: Sequence[Row]) -> dict[str, frozenset[str]]:
        """Of each entity that is referred to: which of the named rows are shared by all, and keep their ids."""
        wanted = defaultdict[str, set[str]](set)
        for row in rows:
            for name, target in entity_rules()[row.entity].references.items():
                value = row.data.get(name)
                wanted[target] |= {value} if isinstance(value, str) and _is_uuid(value) else set()
        return {target: _shared_of(wire.entities_by_name()[target], values) for target, values in wanted.items()}

    def _standing(self, keys: Iterable[Key]) -> dict[Key, Record]:
        wanted: dict[str, list[str]] = defaultdict(list)
        for name, record_id in keys:
            wanted[name].append(record_id)
        return {
            (name, str(record.id)): record
            for name, ids in wanted.items()
            for record in Record.objects.filter(user=self.user, entity=wire.codes()[name], id__in=ids)
        }

    # --- the mutations ---

    def _mutations(
        self, row: Row, document: dict[str, Any] | None, standing: Mapping[Key, Record], *, epoch: str, at: dt.datetime
    ) -> Iterable[dict[str, Any]]:
        """None where all stands already. What is deleted and readable in the file is made and deleted."""
        key = (row.entity, self.names.of(row.entity, row.id))
        record = standing.get(key)
        if not row.deleted or record is None:
            mutation = self._mutation(row, document, standing, epoch=epoch, at=at)
            yield from [] if mutation is None else [mutation]
        if row.deleted and document is not None and (record is None or (self._replaces and not record.deleted)):
            version, made_at = (0, row.at) if record is None else (record.version, at)
            yield self._content(key, "delete", {}, seq=row.number + 1, version=version, at=made_at)

    def _mutation(
        self, row: Row, document: dict[str, Any] | None, standing: Mapping[Key, Record], *, epoch: str, at: dt.datetime
    ) -> dict[str, Any] | None:
        key = (row.entity, self.names.of(row.entity, row.id))
        if document is None:  # it is refused, with the words for it
            made = self._content(key, "create", row.data, seq=row.number, version=0, at=row.at)
            return made | {"schema_version": self.contents.schema_version}
        record = standing.get(key)
        if record is None:
            made_at = at if self._replaces else row.at
            return self._content(key, "create", document, seq=row.number, version=0, at=made_at)
        patch = self._difference(row.entity, document, orjson.loads(record.data))
        if not patch and (not record.deleted or not self._brings_back(row, record)):
            return None
        op = "update" if patch else "restore"
        if self._replaces:
            return self._content(key, op, patch, seq=row.number, version=record.version, at=at)
        if self.contents.epoch == epoch:
            return self._content(key, op, patch, seq=row.number, version=row.version, at=row.at)
        version, born_at = self.names.came_with_the_account(key)
        return self._content(key, op, patch, seq=row.number, version=version, at=max(row.at, born_at))

    @property
    def _replaces(self) -> bool:
        return self.plan == ImportMode.REPLACE

    def _brings_back(self, row: Row, record: Record) -> bool:
        """Merging, a deletion that is newer than what it deleted stands."""
        return self._replaces or row.at_ms > record.modified_ms

    def _difference(self, name: str, document: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
        """A field that a document lacks has its default; merging, it says nothing."""
        defaults = {field.name: field.default() for field in wire.entities_by_name()[name].writable}
        wanted = {**defaults, **document} if self._replaces else document
        return {name: value for name, value in wanted.items() if current.get(name, defaults[name]) != value}

    def _content(
        self, key: Key, op: str, patch: dict[str, Any], *, seq: int, version: int, at: dt.datetime
    ) -> dict[str, Any]:
        prefix = "delete:" if op == "delete" else ""
        return {
            "id": str(uuid5(self.import_id, f"{prefix}{key[0]}:{key[1]}")),
            "seq": seq,
            "entity": key[0],
            "record_id": key[1],
            "op": op,
            "base_version": version,
            "at": _time(at),
            "patch": patch,
            "schema_version": schema_version(),
        }

    # --- what was said before ---

    def _told(self, mutations: Sequence[dict[str, Any]]) -> set[str]:
        """The values that lost before, and stand in a conflict: they are not said again."""
        if self._replaces or not mutations:
            return set()
        ids = {mutation["record_id"] for mutation in mutations}
        found = Conflict.objects.filter(user=self.user, record_id__in=ids).values_list("entity", "record_id", "fields")
        return {
            _mark(entity, str(record_id), loss.name, loss.lost.value, loss.lost.at)
            for entity, record_id, fields in found
            for loss in _readable(fields)
        }

    def _is_told(self, mutation: dict[str, Any], told: set[str]) -> bool:
        values = mutation["patch"] or {"deleted": False}
        return bool(told) and all(
            _mark(mutation["entity"], mutation["record_id"], name, value, mutation["at"]) in told
            for name, value in values.items()
        )


def _counted_as(op: str, *, known: bool) -> str | None:
    """A row that is made and deleted at once was made."""
    if op == "delete":
        return "deleted" if known else None
    return "updated" if known else "created"


def _readable(fields: Any) -> list[Loss]:
    """None, where what stands in a conflict has another form: it tells nothing."""
    try:
        return read_losses(fields)
    except ValueError:
        return []


def _item(content: dict[str, Any], envelope: PushEnvelope) -> Item:
    raw = msgspec.json.encode(content)
    parsed, refusal, digest = read(raw)
    if refusal is not None:
        return refused_item(raw, envelope.device_id, content, refusal, digest)
    return item_of(raw, parsed, envelope)


def _shared_of(entity: wire.Entity, values: set[str]) -> frozenset[str]:
    if not values or not entity.is_shared:
        return frozenset()
    found = entity.model._default_manager.filter(user=None, pk__in=values).values_list("pk", flat=True)
    return frozenset(str(pk) for pk in found)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _is_uuid(value)


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _time(at: dt.datetime) -> str:
    """In whole milliseconds, as conflicts say it."""
    return dt.datetime.fromtimestamp(to_ms(at) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _mark(entity: str, record_id: str, name: str, value: Any, at: str) -> str:
    return orjson.dumps([entity, record_id, name, value, at], option=orjson.OPT_SORT_KEYS).decode()
