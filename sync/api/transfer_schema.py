"""The shapes of snapshots, export and import for the OpenAPI schema."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from sync.api.files import BYTES, NDJSON, ZIP
from sync.enums import ImportMode, ImportState, SnapshotKind

UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
COUNT = {"type": "integer", "minimum": 0}
PLANS = [ImportMode.MERGE.value, ImportMode.REPLACE.value]


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


def _full(**properties: Any) -> dict[str, Any]:
    return _object(list(properties), **properties)


COUNTS = {"type": "object", "additionalProperties": COUNT}
SNAPSHOT = _full(
    id=UUID,
    kind={"type": "string", "enum": list(SnapshotKind.values)},
    name={"type": "string"},
    created_at=TIME,
    epoch=_nullable(UUID),
    version=COUNT,
    schema_version=COUNT,
    counts=COUNTS,
    size_bytes=COUNT,
    stored_bytes=COUNT,
    sha256={"type": "string"},
    restorable={"type": "boolean"},
)
LINK = {"type": ["string", "null"], "format": "uri"}
SNAPSHOTS = _full(next=LINK, previous=LINK, results={"type": "array", "items": SNAPSHOT})
MAKE = {
    "application/json": _object([], id=UUID, name={"type": "string", "maxLength": 100}),
    "multipart/form-data": _object(
        ["sha256", "file"],
        id=UUID,
        name={"type": "string", "maxLength": 100},
        sha256={"type": "string"},
        file={"type": "string", "format": "binary"},
    ),
    BYTES: {"type": "string", "format": "binary"},
}
MAKE_PARAMETERS = [
    OpenApiParameter("id", OpenApiTypes.UUID, description="Of a sealed snapshot whose body is the file alone."),
    OpenApiParameter("name", str, description="The same."),
    OpenApiParameter("sha256", str, description="The same."),
]
RESTORE = {
    "application/json": _object(
        ["import_id"],
        import_id=UUID,
        mode={"type": "string", "enum": list(ImportMode.values), "default": ImportMode.REPLACE.value},
        dry_run_of={"type": "string", "enum": PLANS, "default": ImportMode.REPLACE.value},
    )
}
IMPORT = {
    "multipart/form-data": _object(
        ["import_id", "mode", "file"],
        import_id=UUID,
        mode={"type": "string", "enum": list(ImportMode.values)},
        dry_run_of={"type": "string", "enum": PLANS, "default": ImportMode.MERGE.value},
        file={"type": "string", "format": "binary"},
    ),
    ZIP: {"type": "string", "format": "binary"},
    NDJSON: {"type": "string", "format": "binary"},
}
IMPORT_PARAMETERS = [
    OpenApiParameter("import_id", OpenApiTypes.UUID, description="Where the body is the file alone."),
    OpenApiParameter("mode", str, enum=list(ImportMode.values), description="The same."),
    OpenApiParameter("dry_run_of", str, enum=PLANS, description="The same."),
]
REJECTED = _object(
    ["entity", "id", "code", "detail"],
    entity={"type": "string"},
    id=UUID,
    code={"type": "string"},
    detail={"type": "string"},
    fields={"type": "object"},
)
REPORT = _full(
    created=COUNT,
    updated=COUNT,
    deleted=COUNT,
    noop=COUNT,
    conflicts=COUNT,
    rejected_total=COUNT,
    rejected={"type": "array", "items": REJECTED},
    ignored_fields=COUNTS,
)
JOB = _full(
    import_id=UUID,
    mode={"type": "string", "enum": list(ImportMode.values)},
    dry_run_of=_nullable({"type": "string", "enum": PLANS}),
    state={"type": "string", "enum": list(ImportState.values)},
    file_name={"type": "string"},
    size_bytes=COUNT,
    snapshot_id=_nullable(UUID),
    undo_snapshot_id=_nullable(UUID),
    progress=_full(done=COUNT, total=COUNT),
    report=REPORT,
    error=_nullable(
        _full(
            code={"type": "string"},
            detail={"type": "string"},
            file={"type": ["string", "null"]},
            line={"type": ["integer", "null"]},
            next={"type": "string"},
        )
    ),
    created_at=TIME,
    started_at=_nullable(TIME),
    finished_at=_nullable(TIME),
)
FILE = {"type": "string", "format": "binary"}
STATE_FILE = {(200, NDJSON): FILE, 304: OpenApiResponse(description="The client has the present state.")}
CONTENT_FILE = {(200, NDJSON): FILE, (200, BYTES): FILE, 304: OpenApiResponse(description="It never changes.")}
ZIP_FILE = {(200, ZIP): FILE}
MAKE_EXAMPLES = [OpenApiExample("before a new plan", {"name": "before the new plan"}, request_only=True)]
RESTORE_EXAMPLES = [
    OpenApiExample("go back to it", {"import_id": "1c2b6c3e-94b1-4b54-a8f9-6d6a27dd3f10"}, request_only=True)
]
JOB_EXAMPLES = [
    OpenApiExample(
        "done",
        {
            "import_id": "1c2b6c3e-94b1-4b54-a8f9-6d6a27dd3f10",
            "mode": "merge",
            "dry_run_of": None,
            "state": "done",
            "file_name": "dropset-export.zip",
            "size_bytes": 4787207,
            "snapshot_id": None,
            "undo_snapshot_id": None,
            "progress": {"done": 100001, "total": 100001},
            "report": {
                "created": 100000,
                "updated": 0,
                "deleted": 0,
                "noop": 1,
                "conflicts": 0,
                "rejected_total": 0,
                "rejected": [],
                "ignored_fields": {},
            },
            "error": None,
            "created_at": "2026-11-20T16:50:01.120000Z",
            "started_at": "2026-11-20T16:50:01.310000Z",
            "finished_at": "2026-11-20T16:50:41.020000Z",
        },
        response_only=True,
    )
]
