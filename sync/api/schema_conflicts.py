"""The shapes of the conflict and rejected endpoints for the OpenAPI schema; sync/domain/shapes.py has what checks."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from lib.pagination import PARAMETERS
from sync.api.schema import MUTATION, PUSHED, RECORD, SEQ, TIME, UUID, VERSION
from sync.domain import shapes
from sync.enums import ConflictKind, ConflictStatus, Resolution

__all__ = ["PUSHED"]

TEXT = {"type": "string"}
LINK = {"type": ["string", "null"], "format": "uri"}
ANY: dict[str, Any] = {}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _all(**properties: Any) -> dict[str, Any]:
    return _object(list(properties), **properties)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


def _page(item: dict[str, Any]) -> dict[str, Any]:
    return _all(next=LINK, previous=LINK, results={"type": "array", "items": item})


SIDE = _all(value=ANY, at=TIME, device_id=_nullable(UUID), mutation_id=_nullable(UUID))
CONFLICT = _all(
    id=UUID,
    entity=TEXT,
    record_id=UUID,
    kind={"type": "string", "enum": list(ConflictKind.values)},
    record_version=VERSION,
    record=_nullable(RECORD),
    status={"type": "string", "enum": list(ConflictStatus.values)},
    created_at=TIME,
    fields={"type": "array", "items": _all(name=TEXT, base=ANY, kept=SIDE, lost=SIDE)},
    winner_mutation=_nullable(UUID),
    loser_mutation=_nullable(UUID),
    code=TEXT,
    detail=TEXT,
    resolution={"type": "string", "enum": ["", *Resolution.values]},
    resolution_mutation=_nullable(UUID),
)
CONFLICTS = _page(CONFLICT)
STALE = {  # conflict_stale names the conflicts; the other refusals of a push do not
    "allOf": [
        {"$ref": "#/components/schemas/Error"},
        _object([], conflicts={"type": "array", "items": CONFLICT}),
    ]
}
CONFLICT_PARAMETERS = [
    *PARAMETERS,
    OpenApiParameter("status", str, enum=ConflictStatus.values),
    OpenApiParameter("kind", str, enum=ConflictKind.values),
    OpenApiParameter("entity", str),
    OpenApiParameter("record_id", OpenApiTypes.UUID),
    OpenApiParameter("ordering", str, enum=["-created_at", "created_at"]),
]
SENDER = {
    "device_id": UUID,
    "instance_token": TEXT,
    "client_now": TIME,
    "epoch": _nullable(UUID),
    "ack_version": VERSION | {"default": 0},
    "cursor": _nullable({"type": "string", "description": "Of the last pull: proves what the device has seen."}),
}
SENDER_REQUIRED = ["device_id", "instance_token", "client_now"]
DECISION = {
    "mutation_id": UUID,
    "seq": SEQ,
    "record_version": VERSION,
    "resolution": {"type": "string", "enum": list(Resolution.values)},
    "patch": {"type": ["object", "null"], "additionalProperties": True},
    "at": _nullable(TIME),
}
DECISION_REQUIRED = ["mutation_id", "seq", "record_version", "resolution"]


def _body(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"application/json": _object([*SENDER_REQUIRED, *required], **SENDER, **properties)}


def _many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": shapes.MAX_MUTATIONS, "items": item}


RESOLVE = _body(DECISION_REQUIRED, **DECISION)
RESOLVE_MANY = _body(["items"], items=_many(_object(["conflict_id", *DECISION_REQUIRED], conflict_id=UUID, **DECISION)))
REPAIR = _body(["mutation"], mutation=MUTATION)
_KEPT = _all(
    mutation_id=UUID,
    device_id=UUID,
    seq=VERSION,
    entity=_nullable(TEXT),
    record_id=_nullable(TEXT),
    op=_nullable(TEXT),
    status={"type": "string", "enum": ["rejected", "deferred"]},
    received_at=TIME,
    error=_nullable(_all(code=TEXT, detail=TEXT, fields={"type": "object"})),
    payload=ANY,
    settled_at=_nullable(TIME),
    repaired_by=_nullable(UUID),
)
REJECTED = _object(
    _KEPT["required"],
    **_KEPT["properties"],
    payload_text=TEXT
    | {"description": "Only for what is not valid JSON: its text. `payload` is what can be read of it."},
)
REJECTED_PAGE = _page(REJECTED)
DISCARD = {"application/json": _all(mutation_ids=_many(UUID))}
DISCARDED = _all(discarded={"type": "integer", "minimum": 0})

_SENT_BY = {
    "device_id": "6f1b9c4e-6c8b-4a52-9a5e-0d2f5a9b7c11",
    "instance_token": "made-once-on-this-device",
    "client_now": "2026-11-20T16:50:01.120Z",
}
_DECIDED = {
    "mutation_id": "4dce0aa5-346a-4646-bcca-82127d3b882b",
    "seq": 1850,
    "record_version": 815,
    "resolution": "custom",
    "patch": {"reps": 9},
}
_CONFLICT_ID = "ca98fa75-cc29-4abe-8695-b099992e51da"
RESOLVE_EXAMPLES = [OpenApiExample("neither of the two", {**_SENT_BY, **_DECIDED}, request_only=True)]
RESOLVE_MANY_EXAMPLES = [
    OpenApiExample(
        "one of several", {**_SENT_BY, "items": [{"conflict_id": _CONFLICT_ID, **_DECIDED}]}, request_only=True
    )
]
REPAIR_EXAMPLES = [
    OpenApiExample(
        "a load that was typed wrong",
        {
            **_SENT_BY,
            "mutation": {
                "id": "0c1f7d52-97a3-4f7e-8a3a-3d1c5c1b2a91",
                "seq": 1842,
                "entity": "set",
                "record_id": "77aa1f0e-52f0-4c2e-8f1a-9d0c7b6a5e43",
                "op": "update",
                "base_version": 790,
                "at": "2026-11-20T07:12:44.031Z",
                "patch": {"load_kg": "82.50"},
            },
        },
        request_only=True,
    )
]
DISCARD_EXAMPLES = [
    OpenApiExample("two of them", {"mutation_ids": [_DECIDED["mutation_id"], _CONFLICT_ID]}, request_only=True)
]
