"""Whole records, of clients that know times only, as the mutations that a client with versions would have sent.

What such a client had seen of a record follows from when it last pulled: the log says how the record stood then. Only what
differs from that was written by its user. Everything else is the same push.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec
import orjson
from msgspec.structs import replace

from accounts.models import User
from lib import wire
from lib.statements import fetch
from lib.upcasting import schema_version
from sync.domain.merge import DELETED, LOST
from sync.domain.records import DEFERRED, Edit, Key, Refusal
from sync.domain.shapes import PushEnvelope, RecordIn
from sync.domain.times import to_ms
from sync.models import LogEntry
from sync.queries import HeadView, decided, keys_as_json, start_of
from sync.services.heads import Head
from sync.services.pull.pages import seen_until_ms
from sync.services.push import answers
from sync.services.push.envelope import Item, digest_of, item_of, read, refused_item, shown

NAMES = {"entity": "entity", "record_id": "id"}  # in the answer, of what names a record that was sent


class Sent(msgspec.Struct, frozen=True):
    """One record as it came. `item` is the creation or deletion that it would be for a device that had never pulled."""

    item: Item
    content: Mapping[str, Any]


class Believed(msgspec.Struct, frozen=True):
    """What the device takes a record for: as it stood when it last pulled, and what it has said itself since."""

    base_version: int = 0
    values: Mapping[str, Any] = {}
    deleted: bool = False
    known: bool = False

    def after(self, edit: Edit) -> "Believed":
        gone = edit.op == "delete"
        return replace(self, values={**self.values, **edit.patch}, deleted=gone, known=True)


def parse(envelope: PushEnvelope) -> list[Sent]:
    return [_parse(bytes(raw), envelope) for raw in envelope.sent]


def items_of(
    *, user: User, envelope: PushEnvelope, sent: Sequence[Sent], head: Head, last_seq: int, at: dt.datetime
) -> tuple[list[Item], int]:
    """An item for each record, in the order in which they were modified, and the version up to which the device has seen
    everything. Called under the head's lock.

    The items are numbered in that order: a device's writes follow each other, however the records lie in the push. A
    record that comes again keeps its number.
    """
    seen_ms = None
    if envelope.last_synced_at is not None:
        seen_ms = seen_until_ms(to_ms(envelope.last_synced_at), head_ms=head.last_ms, at=at)
    seen_version = 0 if seen_ms is None else _version_at(user, head, seen_ms)
    edits = [one.item.edit for one in sent if one.item.edit is not None]
    if seen_ms is not None and any(edit.op == "delete" for edit in edits):
        seen_version = _logged_version(user, seen_version, seen_ms)
    believed = _believed(
        user=user,
        device_id=envelope.device_id,
        keys={edit.key for edit in edits},
        seen_ms=-1 if seen_ms is None else seen_ms,
        logged=seen_ms is not None and seen_version >= head.log_version,
    )
    numbers = _numbers(user, edits)
    items: list[Item] = []
    for one in (sent[place] for place in _by_time(sent)):
        edit = one.item.edit
        if edit is None:
            items.append(one.item)
            continue
        seq = numbers.get(edit.id)
        if seq is None:
            seq = last_seq = last_seq + 1
        standing = believed.get(edit.key, Believed())
        made = replace(_edit(edit, standing, seen_version), seq=seq)
        items.append(replace(one.item, edit=made, seq=seq, raw=_payload(made, one)))
        believed[edit.key] = standing.after(edit)
    return items, max(seen_version, envelope.ack_version)


def _by_time(sent: Sequence[Sent]) -> list[int]:
    return sorted(range(len(sent)), key=lambda place: edit.at_ms if (edit := sent[place].item.edit) is not None else 0)


def in_answer(sent: Sequence[Sent], results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of the items, in the order of the records, with the names by which such a client knows them."""
    found = dict(zip(_by_time(sent), results, strict=True))
    named = ({name: shown(one.content.get(sent_as)) for name, sent_as in NAMES.items()} for one in sent)
    return answers.placed([{**found[place], **names} for place, names in enumerate(named)], named_by="record_id")


# --- the form ---


def _parse(raw: bytes, envelope: PushEnvelope) -> Sent:
    content, refusal, digest = read(raw)
    content = content if isinstance(content, dict) else {}
    item = refusal or _item(raw, content, envelope)
    if isinstance(item, Refusal):
        named = {**content, "id": None, "record_id": content.get("id")}
        item = refused_item(raw, envelope.device_id, named, item, digest)
        item = replace(item, id=item.stored_as)
    return Sent(item, content)


def _item(raw: bytes, content: dict[str, Any], envelope: PushEnvelope) -> Item | Refusal:
    try:
        record = msgspec.convert(content, RecordIn)
    except msgspec.ValidationError as error:
        return Refusal("invalid", str(error))
    if record.data is None and not record.deleted:
        return Refusal("required", "Fields are missing.", {"data": "This field is required."})
    data = None if record.deleted else record.data
    mutation = {
        "id": str(_mutation_id(envelope.device_id, record, data)),
        "seq": 1,  # as good as any: it is numbered under the head's lock
        "entity": record.entity,
        "record_id": str(record.id),
        "op": "delete" if record.deleted else "create",
        "at": content["last_modified_at"],
        "patch": _without_read_only(record.entity, data or {}),
        "schema_version": record.schema_version,
    }
    item = item_of(raw, mutation, envelope)
    waits = item.edit is None and item.status == DEFERRED
    digest = digest_of({name: value for name, value in content.items() if name != "schema_version"})
    raw = msgspec.json.encode({**mutation, "seq": 0}) if waits else raw
    return replace(item, seq=0, sha256=digest, raw=raw, id_is_of_content=True)


def _mutation_id(device_id: UUID, record: RecordIn, data: Any) -> UUID:
    """The same for the same record as it was modified at this time: who sends it again sends the same mutation."""
    modified_us = (record.last_modified_at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    digest = hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()
    return uuid5(device_id, f"{record.id}:{modified_us}:{digest}")


def _without_read_only(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the server makes itself stands in whole documents too."""
    entity = wire.entities_by_name().get(name)
    made = set() if entity is None else {field.name for field in entity.fields if field.read_only}
    return {name: value for name, value in data.items() if name not in made}


# --- what it says ---


def _edit(edit: Edit, standing: Believed, seen_version: int) -> Edit:
    """Only what differs from what the device believed."""
    if edit.op == "delete":
        return replace(edit, base_version=seen_version)  # it goes with all that hangs on it
    creatable = wire.entities_by_name()[edit.key[0]].wire.creatable
    if not standing.known:
        return replace(edit, op="create" if creatable else "update")
    values = standing.values
    patch = {name: value for name, value in edit.patch.items() if name not in values or values[name] != value}
    op = "restore" if standing.deleted and not patch else "update"
    return replace(edit, op=op, base_version=standing.base_version, patch=patch)


def _payload(edit: Edit, sent: Sent) -> bytes:
    """As a client with versions would have sent it."""
    return orjson.dumps(
        {
            "id": edit.id,
            "seq": edit.seq,
            "entity": edit.key[0],
            "record_id": edit.key[1],
            "op": edit.op,
            "base_version": edit.base_version,
            "at": sent.content["last_modified_at"],
            "patch": dict(edit.patch),
            "schema_version": schema_version(),
        }
    )


# --- what it had seen ---


def _version_at(user: User, head: Head, seen_ms: int) -> int:
    view = HeadView(head.epoch, head.version, head.last_ms, head.min_version)
    return start_of(user, since_ms=seen_ms + 1, head=view).before


def _logged_version(user: User, version: int, seen_ms: int) -> int:
    """The same by the log, which also knows versions of which no record is left: a deletion wants to know it exactly."""
    lines = LogEntry.objects.filter(user=user, version__gt=version, logged_ms__lte=seen_ms).exclude(op="T")
    return lines.order_by("-version").values_list("version", flat=True).first() or version


def _numbers(user: User, edits: Iterable[Edit]) -> dict[str, int]:
    """Of those that came before."""
    return {mutation_id: known.seq for mutation_id, known in decided(user, [edit.id for edit in edits]).items()}


def _believed(*, user: User, device_id: UUID, keys: Iterable[Key], seen_ms: int, logged: bool) -> dict[Key, Believed]:
    """Of each record that is there. logged: whether the log is whole since then. One query."""
    rows = fetch("sync", "records_at", user_id=user.pk, device_id=device_id, at_ms=seen_ms, keys=keys_as_json(keys))
    return {(wire.names()[row[0]], row[1]): _standing(row[2:], logged=logged) for row in rows}


def _standing(row: Sequence[Any], *, logged: bool) -> Believed:
    version, deleted, data, unchanged, later_version, before, was_deleted, said = row
    found = Believed()
    if unchanged:
        found = Believed(version, orjson.loads(data), deleted, known=True)
    elif logged and before is not None:
        found = Believed(later_version - 1, orjson.loads(before), bool(was_deleted), known=True)
    for values in said or []:
        own = {**values, **values.get(LOST, {})}  # what gave way to another record stands in both
        fields = {name: value for name, value in own.items() if not name.startswith("_")}
        if fields and DELETED not in own:
            continue  # it gave way to another record, of which alone the device has spoken
        gone = bool(own.get(DELETED, found.deleted))
        found = replace(found, values={**found.values, **fields}, deleted=gone, known=True)
    return found
