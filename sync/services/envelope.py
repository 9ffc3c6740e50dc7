"""From the bytes of a push to checked edits. What is wrong with one mutation refuses that one; the others go on."""

import dataclasses
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec

from lib import wire
from lib.errors import ClientTooOld, DomainError, TooLarge
from sync.domain import shapes
from sync.domain.plan import group_failed
from sync.domain.records import Edit, Key, Refusal

MAX_DEPTH = 64


class Malformed(DomainError):
    """The body is not a push envelope."""

    code = "malformed"


@dataclass(frozen=True)
class Item:
    """One mutation as it came. `id` is the device's; `stored_as` is its key in sync_mutation, also where `id` is no UUID."""

    id: Any
    stored_as: str
    seq: int
    raw: bytes
    sha256: str
    edit: Edit | None
    refusal: Refusal | None = None
    key: Key | None = None  # of the record that it names, where it names one
    group: str | None = None


def to_ms(time: dt.datetime) -> int:
    """Unix milliseconds, whole."""
    return int((time - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(milliseconds=1))


def parse_envelope(body: bytes) -> shapes.PushEnvelope:
    """Raises TooLarge, Malformed or ClientTooOld."""
    if len(body) > shapes.MAX_BODY_BYTES:
        raise TooLarge(f"A push holds at most {shapes.MAX_BODY_BYTES} bytes. Send fewer mutations at once.")
    try:
        body.decode()
        envelope = msgspec.json.decode(body, type=shapes.PushEnvelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"The body is not a push envelope: {error}") from error
    if envelope.protocol != shapes.PROTOCOL:
        raise ClientTooOld(f"This server speaks protocol {shapes.PROTOCOL}.")
    if len(envelope.mutations) > shapes.MAX_MUTATIONS:
        raise TooLarge(
            f"A push holds at most {shapes.MAX_MUTATIONS} mutations. Send them in several.", attr="mutations"
        )
    return envelope


def parse_items(envelope: shapes.PushEnvelope) -> list[Item]:
    """One item for each mutation. A group that holds one of a wrong form is refused as a whole."""
    items = [_parse_item(bytes(raw), envelope.device_id) for raw in envelope.mutations]
    failed = {item.group: item.stored_as for item in items if item.refusal is not None and item.group is not None}
    return [
        dataclasses.replace(item, edit=None, refusal=group_failed(failed[item.group]))
        if item.edit is not None and item.group in failed
        else item
        for item in items
    ]


def _parse_item(raw: bytes, device_id: UUID) -> Item:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        return _refused(raw, device_id, {}, Refusal("malformed", f"Not JSON: {error}"))
    known = content if isinstance(content, dict) else {}
    if len(raw) > shapes.MAX_MUTATION_BYTES:
        limit = f"A mutation holds at most {shapes.MAX_MUTATION_BYTES} bytes."
        return _refused(raw, device_id, known, Refusal("too_large", limit))
    try:
        mutation = msgspec.convert(content, shapes.MutationIn)
        edit = _edit(mutation)
    except msgspec.ValidationError as error:
        return _refused(raw, device_id, known, Refusal("invalid", str(error)))
    except wire.PatchError as error:
        fields = {name: detail for name, (_, detail) in error.fields.items()}
        codes = sorted({code for code, _ in error.fields.values()})
        refusal = Refusal(codes[0] if len(codes) == 1 else "invalid", "Some fields are wrong.", fields)
        return _refused(raw, device_id, known, refusal)
    return Item(edit.id, edit.id, edit.seq, raw, _digest(content), edit, key=edit.key, group=edit.group)


def _edit(mutation: shapes.MutationIn) -> Edit:
    entity = wire.entities_by_name().get(mutation.entity)
    if entity is None:
        raise wire.PatchError({"entity": ("unknown_entity", f"There is no entity {mutation.entity!r}.")})
    patch = {} if mutation.op in ("delete", "restore") else wire.check_patch(entity, mutation.patch)
    wild = {name: ("invalid", "Too deep, or a number too large.") for name in patch if not _is_storable(patch[name])}
    if wild:
        raise wire.PatchError(wild)
    return Edit(
        id=str(mutation.id),
        seq=mutation.seq,
        key=(entity.name, str(mutation.record_id)),
        op=mutation.op,
        base_version=mutation.base_version,
        at_ms=to_ms(mutation.at),
        patch=patch,
        group=None if mutation.group is None else str(mutation.group),
    )


def _is_storable(value: Any, depth: int = 0) -> bool:
    """Whether every encoder on the way can hold it: free JSON may nest without end, and its numbers grow."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return depth < MAX_DEPTH and all(_is_storable(item, depth + 1) for item in items)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _refused(raw: bytes, device_id: UUID, content: dict[str, Any], refusal: Refusal) -> Item:
    given = content.get("id")
    digest = _digest(content) if content else hashlib.sha256(raw).hexdigest()
    stored_as = _uuid(given) or str(uuid5(device_id, digest))  # the same broken mutation again finds the same line
    key, group = _key(content), _uuid(content.get("group"))
    return Item(given, stored_as, _count(content.get("seq")), raw, digest, None, refusal, key, group)


def _key(content: dict[str, Any]) -> Key | None:
    entity, record_id = content.get("entity"), _uuid(content.get("record_id"))
    known = isinstance(entity, str) and entity in wire.entities_by_name()
    return (str(entity), record_id) if known and record_id is not None else None


def _uuid(value: Any) -> str | None:
    try:
        return str(UUID(value))
    except (ValueError, TypeError, AttributeError):
        return None


def _count(value: Any) -> int:
    """The number of a mutation whose form is wrong; 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62 else 0


def _digest(content: Any) -> str:
    """Of the content, whatever the order of its keys and its white space."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
