"""The shapes of the sync endpoints for the OpenAPI schema. The msgspec types are the ones that check; these are for readers."""

from typing import Any, get_args

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from sync.domain import shapes
from sync.enums import MutationStatus

UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
VERSION = {"type": "integer", "minimum": 0}
SEQ = {"type": "integer", "minimum": 1}
SCOPES = list(get_args(shapes.Scope))
SCOPE = OpenApiParameter(
    "scope", str, enum=SCOPES, default="user", description="`catalog`: the library, which is the same for everybody."
)
OPS = ["create", "update", "delete", "restore", "resolve"]


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


RECORD = _object(
    ["entity", "id", "version", "deleted", "last_modified_at", "data"],
    entity={"type": "string"},
    id=UUID,
    version=VERSION,
    deleted={"type": "boolean"},
    last_modified_at=TIME,
    data={"type": ["object", "null"], "additionalProperties": True},
)
MUTATION = _object(
    ["id", "seq", "entity", "record_id", "op", "at"],
    id=UUID,
    seq=SEQ,
    entity={"type": "string"},
    record_id=UUID,
    op={"type": "string", "enum": OPS},
    base_version=VERSION | {"default": 0},
    at=TIME,
    patch={"type": "object", "additionalProperties": True},
    group=_nullable(UUID),
    schema_version=VERSION,
)
WHOLE_RECORD = _object(
    ["entity", "id", "last_modified_at"],
    entity={"type": "string"},
    id=UUID,
    last_modified_at=TIME,
    data={"type": ["object", "null"], "additionalProperties": True},
    deleted={"type": "boolean", "default": False},
    schema_version=VERSION,
)
PUSH = {
    "application/json": _object(
        ["device_id", "instance_token", "client_now"],
        protocol={"type": "integer", "default": shapes.PROTOCOL},
        schema_version=VERSION,
        device_id=UUID,
        instance_token={"type": "string"},
        epoch=_nullable(UUID),
        client_now=TIME,
        ack_version=VERSION
        | {"default": 0, "description": "Of the last whole pull. One that was never given out: 409 `version_unknown`."},
        cursor=_nullable({"type": "string", "description": "Of the last pull: proves what the device has seen."}),
        last_synced_at=_nullable(TIME),
        mutations={"type": "array", "maxItems": shapes.MAX_MUTATIONS, "items": MUTATION},
        records={"type": "array", "maxItems": shapes.MAX_MUTATIONS, "items": WHOLE_RECORD},
    )
}
ERROR = _object(
    ["code", "detail", "fields"], code={"type": "string"}, detail={"type": "string"}, fields={"type": "object"}
)
RESULT = _object(
    ["id", "status", "version", "replayed", "record", "conflict_ids", "error"],
    id={"description": "as it was sent"},
    status={"type": "string", "enum": list(MutationStatus.values)},
    version={"type": ["integer", "null"]},
    replayed={"type": "boolean"},
    record=_nullable(RECORD),
    conflict_ids={"type": "array", "items": UUID},
    error=_nullable(ERROR),
    entity={"description": "of a whole record that was sent"},
    record_id={"description": "of a whole record that was sent"},
    index=VERSION | {"description": "only where the id could not be read: the place in what was sent, from 0"},
    target=_nullable(RECORD),  # of `resolve`: the record that the conflict is about
)
PUSHED = _object(
    ["epoch", "version", "server_time", "clock_skew_ms", "results"],
    epoch=UUID,
    version=VERSION,
    server_time=TIME,
    clock_skew_ms={"type": "integer"},
    results={"type": "array", "items": RESULT},
)
ENTITIES = {"type": "array", "items": {"type": "string"}, "minItems": 1}
ENTITIES_PARAMETER = OpenApiParameter(
    "entities", ENTITIES, explode=False, description="Only these, separated by commas; all if left out."
)
PULL = {
    "application/json": _object(
        [],
        scope={"type": "string", "enum": SCOPES, "default": "user"},
        entities=_nullable(ENTITIES | {"description": "Only these; all if left out."}),
        cursor=_nullable({"type": "string"}),
        since=_nullable(TIME),
        limit={"type": "integer", "minimum": 1, "maximum": shapes.MAX_PULL_PAGE, "default": shapes.DEFAULT_PULL_PAGE},
        device_id=_nullable(UUID),
    )
}
PULL_PARAMETERS = [
    SCOPE,
    ENTITIES_PARAMETER,
    OpenApiParameter("cursor", str, description="Of the last answer; none for a snapshot."),
    OpenApiParameter(
        "since",
        OpenApiTypes.DATETIME,
        description="Instead of a cursor, for clients that only know times: the `timestamp` of the last answer.",
    ),
    OpenApiParameter("limit", int, description=f"1 to {shapes.MAX_PULL_PAGE}, {shapes.DEFAULT_PULL_PAGE} if left out."),
    OpenApiParameter("device_id", OpenApiTypes.UUID),
]
PULLED = _object(
    [
        *["epoch", "mode", "version", "server_time", "timestamp", "schema_version", "changes", "cursor", "has_more"],
        *["last_seq", "open_conflicts"],
    ],
    epoch=UUID,
    mode={"type": "string", "enum": ["delta", "snapshot"]},
    version=VERSION,
    server_time=TIME,
    timestamp=TIME,
    schema_version=VERSION,
    changes={"type": "array", "items": RECORD},
    cursor={"type": "string"},
    has_more={"type": "boolean"},
    last_seq=VERSION,
    open_conflicts=VERSION,
    entities=ENTITIES | {"description": "what was asked for, if not everything: the page is about nothing else"},
)
STATUS_PARAMETERS = [
    SCOPE,
    ENTITIES_PARAMETER,
    OpenApiParameter("device_id", OpenApiTypes.UUID, description="to learn what is known of this device"),
    OpenApiParameter(
        "epoch",
        OpenApiTypes.UUID,
        description="one that the device knew; the answer says up to which version it is the same as the present one",
    ),
]
STATUS = _object(
    [
        *["epoch", "version", "min_version", "schema_version", "limits", "digest", "device", "open_conflicts"],
        *["stream_url", "shared_version"],
    ],
    epoch=UUID,
    version=VERSION,
    min_version=VERSION,
    schema_version=VERSION,
    limits=_object(
        list(shapes.limits()),
        **{name: {"type": "integer", "example": value} for name, value in shapes.limits().items()},
    ),
    digest={
        "type": "object",
        "additionalProperties": _object(["count", "sum"], count=VERSION, sum={"type": "string"}),
    },
    device=_nullable(_object(["last_seq", "acked_version"], last_seq=VERSION, acked_version=VERSION)),
    open_conflicts=VERSION,
    stream_url={"type": "string", "format": "uri"},
    shared_version=_nullable(VERSION),
)
PUSH_EXAMPLES = [
    OpenApiExample(
        "one set, edited offline",
        {
            "protocol": 1,
            "device_id": "6f1b9c4e-6c8b-4a52-9a5e-0d2f5a9b7c11",
            "instance_token": "made-once-on-this-device",
            "client_now": "2026-11-20T16:50:01.120Z",
            "mutations": [
                {
                    "id": "0c1f7d52-97a3-4f7e-8a3a-3d1c5c1b2a90",
                    "seq": 1841,
                    "entity": "set",
                    "record_id": "77aa1f0e-52f0-4c2e-8f1a-9d0c7b6a5e43",
                    "op": "update",
                    "base_version": 790,
                    "at": "2026-11-20T07:12:44.031Z",
                    "patch": {"reps": 8, "load_kg": "82.50"},
                }
            ],
        },
        request_only=True,
    ),
    OpenApiExample(
        "one whole record, of a client that only knows times",
        {
            "protocol": 1,
            "device_id": "6f1b9c4e-6c8b-4a52-9a5e-0d2f5a9b7c11",
            "instance_token": "made-once-on-this-device",
            "client_now": "2026-11-20T16:50:01.120Z",
            "last_synced_at": "2026-11-20T06:30:00.000000Z",
            "records": [
                {
                    "entity": "measurement",
                    "id": "77aa1f0e-52f0-4c2e-8f1a-9d0c7b6a5e43",
                    "last_modified_at": "2026-11-20T07:12:44.031Z",
                    "data": {"kind": "body_weight", "value": "82.500", "measured_at": "2026-11-20T07:12:00.000000Z"},
                }
            ],
        },
        request_only=True,
    ),
]
