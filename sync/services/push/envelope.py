"""From the bytes of a push to checked edits. What is wrong with one mutation refuses that one; the others go on."""

import hashlib
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from lib import patches, wire
from lib.errors import ClientTooOld, DomainError, TooLarge
from lib.upcasting import FIRST, UpcastError, schema_version, upcast
from sync.domain import shapes, unreadable
from sync.domain.groups import group_failed
from sync.domain.records import DEFERRED, REJECTED, Edit, Key, Refusal
from sync.domain.times import to_ms
from sync.services.push.resolving import RESOLVE, checked_decision, refusal_of


class Malformed(DomainError):
    """The body is not a push envelope."""

    code = "malformed"


class Item(msgspec.Struct, frozen=True):
    """One mutation as it came. `id` is the device's, as it wrote it; `stored_as` is its key in sync_mutation, also where
    `id` is no UUID.
    """

    id: Any
    stored_as: str
    seq: int
    raw: bytes
    sha256: str
    edit: Edit | None
    refusal: Refusal | None = None
    status: str = REJECTED  # what the refusal makes of it
    key: Key | None = None  # of the record that it names, where it names one
    group: str | None = None
    made_under: int = FIRST  # the schema version
    id_is_of_content: bool = False  # then two of one id say the same


class Read(NamedTuple):
    """JSON that was sent: as far as it can be read, and what is wrong with it."""

    content: Any
    refusal: Refusal | None = None
    digest: str | None = None  # of the text, where the content is not all that it says


def parse_envelope(body: bytes) -> shapes.PushEnvelope:
    """Raises TooLarge, Malformed or ClientTooOld."""
    if len(body) > shapes.MAX_BODY_BYTES:
        raise TooLarge(f"A push holds at most {shapes.MAX_BODY_BYTES} bytes. Send fewer mutations at once.")
    envelope = _read_envelope(body)
    if envelope.protocol != shapes.PROTOCOL:
        raise ClientTooOld(f"This server speaks protocol {shapes.PROTOCOL}.")
    if (envelope.mutations is msgspec.UNSET) == (envelope.records is msgspec.UNSET):
        raise Malformed("The body is not a push envelope: it needs mutations or records.")
    if len(envelope.sent) > shapes.MAX_MUTATIONS:
        raise TooLarge(
            f"A push holds at most {shapes.MAX_MUTATIONS} mutations. Send them in several.",
            attr="records" if envelope.mutations is msgspec.UNSET else "mutations",
        )
    return envelope


def _read_envelope(body: bytes) -> shapes.PushEnvelope:
    try:
        body.decode()
        envelope = msgspec.json.decode(body, type=shapes.PushEnvelope)
    except msgspec.ValidationError as error:
        raise _malformed(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # maybe only of one mutation
        return _read_in_parts(body)
    maybe_twice = body.count(b'"mutations"') + body.count(b'"records"') > 1
    return _read_in_parts(body) if maybe_twice else envelope


def _read_in_parts(body: bytes) -> shapes.PushEnvelope:
    """Each mutation as it was sent, whether it can be read or not; all beside them must be JSON."""
    try:
        head, lists = _in_parts(body.strip(unreadable.BLANK))
        head.decode()
        return replace(msgspec.json.decode(head, type=shapes.PushEnvelope), **lists)
    except (ValueError, RecursionError) as error:  # ValueError: also DecodeError and UnicodeDecodeError
        raise _malformed(error) from error


def _in_parts(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """The envelope without its lists, and what is in these. Raises ValueError."""
    beside: list[bytes] = []
    lists: dict[str, Any] = {}
    for part in unreadable.parts(body):
        name, value = unreadable.member(part.text) or ("", b"")
        if name in lists:
            raise ValueError(f"it says {name} twice")
        if name in ("mutations", "records") and value.startswith(b"["):
            lists[name] = [msgspec.Raw(element) for element in unreadable.elements(value)]
        else:
            beside.append(part.text)
    return body[:1] + b",".join(beside) + body[-1:], lists


def _malformed(error: Exception) -> Malformed:
    return Malformed(f"The body is not a push envelope: {error}")


def parse_items(envelope: shapes.PushEnvelope) -> list[Item]:
    """One item for each mutation. A group that holds one of a wrong form is refused as a whole; one that holds one of a
    newer client waits as a whole. What waits holds back the later ones of its record.
    """
    items = _as_their_groups([_parse_item(bytes(raw), envelope) for raw in envelope.sent])
    if any(item.status == DEFERRED for item in items):
        while (held := _as_their_groups(_held_back(items))) != items:
            items = held
    return items


def _as_their_groups(items: list[Item]) -> list[Item]:
    grouped = [item for item in items if item.refusal is not None and item.group is not None]
    outcomes = {item.group: (item.refusal, DEFERRED) for item in grouped if item.status == DEFERRED}
    outcomes |= {item.group: (group_failed(item.stored_as), REJECTED) for item in grouped if item.status == REJECTED}
    return [_as_its_group(item, *outcomes.get(item.group, (None, ""))) for item in items]


def _as_its_group(item: Item, refusal: Refusal | None, status: str) -> Item:
    decided = item.edit is None and item.status in (REJECTED, status)
    if refusal is None or decided:
        return item
    return replace(item, edit=None, refusal=refusal, status=status)


def _held_back(items: list[Item]) -> list[Item]:
    """Taken before the ones that wait, they might break a rule that holds with them."""
    waiting: set[Key | None] = set()
    held: list[Item] = []
    for item in items:
        waits = item.edit is not None and item.key in waiting
        held.append(
            replace(item, edit=None, refusal=_server_too_old("An earlier one of this record"), status=DEFERRED)
            if waits
            else item
        )
        if held[-1].status == DEFERRED:
            waiting.add(item.key)
    return held


def _parse_item(raw: bytes, envelope: shapes.PushEnvelope) -> Item:
    content, refusal, digest = read(raw)
    if refusal is not None:
        return refused_item(raw, envelope.device_id, content, refusal, digest)
    return item_of(raw, content, envelope)


def read(raw: bytes) -> Read:
    fault = unreadable.fault(raw)
    if fault is not None:
        refusal = Refusal("malformed", fault)
        try:
            raw.decode()
            return Read(msgspec.json.decode(raw), refusal)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Read(unreadable.readable_members(raw), refusal, hashlib.sha256(raw).hexdigest())
    content = msgspec.json.decode(raw)
    if len(raw) > shapes.MAX_MUTATION_BYTES:
        return Read(content, Refusal("too_large", f"A mutation holds at most {shapes.MAX_MUTATION_BYTES} bytes."))
    return Read(content)


def item_of(raw: bytes, content: Any, envelope: shapes.PushEnvelope) -> Item:
    """A mutation whose JSON has been read."""
    device_id = envelope.device_id
    if _is_of_newer_client(content, envelope):
        return replace(refused_item(raw, device_id, content, _server_too_old()), status=DEFERRED)
    try:
        mutation = msgspec.convert(content, shapes.MutationIn)
        made_under = _made_under(mutation.schema_version, envelope)
        edit = _edit(mutation, made_under=made_under)
    except msgspec.ValidationError as error:
        return refused_item(raw, device_id, content, Refusal("invalid", str(error)))
    except patches.PatchError as error:
        return refused_item(raw, device_id, content, refusal_of(error))
    digest = digest_of(content)
    return Item(
        content["id"], edit.id, edit.seq, raw, digest, edit, key=edit.key, group=edit.group, made_under=made_under
    )


def says_the_same(item: Item, written: bytes) -> bool:
    """Whether what was written under the same id says what this one says, in another writing."""
    if not item.id_is_of_content:
        return bool(_meaning(item.raw, item.made_under) == _meaning(written, item.made_under))
    content = read(written).content
    return item.key is not None and isinstance(content, dict) and content.get("entity") == item.key[0]


def _meaning(raw: bytes, made_under: int) -> Any:
    """What is the same in all writings of a mutation. Of one that is refused, only its form is known."""
    content, refusal, _ = read(raw)
    if refusal is not None:
        return raw
    content = _without_base(_whole(content))
    try:
        mutation = msgspec.convert(content, shapes.MutationIn)
        made_under = made_under if mutation.schema_version is None else mutation.schema_version
        return _edit(mutation, made_under=made_under)
    except msgspec.ValidationError:
        return content
    except patches.PatchError:
        entity = wire.entities_by_name().get(mutation.entity)
        patch = {name: _value(entity, name, value) for name, value in mutation.patch.items()}
        return replace(mutation, schema_version=None, patch=patch)


def _value(entity: wire.Entity | None, name: str, value: Any) -> Any:
    """In the form that documents have, where the entity has such a field."""
    try:
        return value if entity is None else patches.check_patch(entity, {name: value})[name]
    except patches.PatchError:
        return value


def _whole(value: Any) -> Any:
    """JSON does not know two kinds of numbers: 1.0 says 1."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _whole(item) for name, item in value.items()}
        case list():
            return [_whole(item) for item in value]
    return value


def _made_under(schema_version: int | None, envelope: shapes.PushEnvelope) -> int:
    return envelope.schema_version if schema_version is None else schema_version


def _is_of_newer_client(content: Any, envelope: shapes.PushEnvelope) -> bool:
    """Whether this server cannot know what it means. It only has to say which record it is about."""
    if not isinstance(content, dict) or (
        "schema_version" not in content and _made_under(None, envelope) <= schema_version()
    ):
        return False
    try:
        named = msgspec.convert(content, _Named)
    except msgspec.ValidationError:
        return False
    return _made_under(named.schema_version, envelope) > schema_version()


class _Named(msgspec.Struct):
    """What stays the same in every schema version."""

    id: UUID
    seq: shapes.Seq
    entity: str
    record_id: UUID
    op: str
    schema_version: shapes.Count | None = None


def _server_too_old(what: str = "This") -> Refusal:
    return Refusal(
        "server_too_old",
        f"{what} was made under a newer schema version; this server knows {schema_version()}. Keep it and send it again.",
    )


def _edit(mutation: shapes.MutationIn, *, made_under: int) -> Edit:
    entity = wire.entities_by_name().get(mutation.entity)
    if entity is None:
        raise patches.PatchError({"entity": ("unknown_entity", f"There is no entity {mutation.entity!r}.")})
    return Edit(
        id=wire.uuid_text(mutation.id),
        seq=mutation.seq,
        key=(entity.name, wire.uuid_text(mutation.record_id)),
        op=mutation.op,
        base_version=mutation.base_version,
        at_ms=to_ms(mutation.at),
        patch=_patch(entity, mutation, made_under),
        group=None if mutation.group is None else wire.uuid_text(mutation.group),
    )


def _patch(entity: wire.Entity, mutation: shapes.MutationIn, made_under: int) -> dict[str, Any]:
    if mutation.op == RESOLVE:
        return checked_decision(entity, msgspec.convert(mutation.patch, shapes.Decision), made_under=made_under)
    if mutation.op in ("delete", "restore"):
        return {}
    try:
        return patches.check_patch(entity, upcast(entity.name, mutation.patch, from_version=made_under))
    except UpcastError as error:
        raise patches.PatchError({"patch": ("invalid", str(error))}) from error


def refused_item(raw: bytes, device_id: UUID, content: Any, refusal: Refusal, digest: str | None = None) -> Item:
    """digest: where it is not that of the content."""
    content = content if isinstance(content, dict) else {}
    given = shown(content.get("id"))
    digest = digest or (digest_of(content) if content else hashlib.sha256(raw).hexdigest())
    stored_as = _uuid(given) or str(uuid5(device_id, digest))  # the same broken mutation again finds the same line
    key, group = _key(content), _uuid(content.get("group"))
    return Item(given, stored_as, _count(content.get("seq")), raw, digest, None, refusal, key=key, group=group)


def shown(given: Any) -> str | int | None:
    """What should be an id, as the answer repeats it: as it was sent. None for what no answer can hold."""
    small = isinstance(given, int) and -(2**63) <= given < 2**63
    return given if small or isinstance(given, str) else None


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


def digest_of(content: Any) -> str:
    """Of the content, whatever the order of its keys and its white space. Not of the version that it was made on: a device
    corrects that after the server was restored.
    """
    return hashlib.sha256(msgspec.json.encode(_without_base(content), order="sorted")).hexdigest()


def _without_base(content: Any) -> Any:
    return {k: v for k, v in content.items() if k != "base_version"} if isinstance(content, dict) else content
