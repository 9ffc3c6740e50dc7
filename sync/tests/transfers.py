"""For the tests of snapshots, export and import: a life worth keeping, and the ways out and in."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from catalog.models import ExerciseType
from config.tests.contract import SchemaClient
from sync.models import Record
from sync.services.states import importing
from sync.tests.devices import Json, Phone, ago, exercise_type

EXPORT, IMPORT, SNAPSHOT, SNAPSHOTS = (
    "/api/v1/export",
    "/api/v1/import",
    "/api/v1/sync/snapshot",
    "/api/v1/sync/snapshots",
)


def live(phone: Phone, user: User) -> dict[str, str]:
    """One of each, with values that are easily spoilt on the way. Gives the ids."""
    standing = Record.objects.get(user=user, entity=10)
    tastes = {"weight_unit": "lb", "height_m": "1.83", "time_zone": "Europe/Berlin"}
    phone.one("update", "settings", str(standing.id), tastes, base_version=standing.version)
    private = phone.create(
        "exercise_type", {"name": 'Zercher "squat"\n\\', "names": {"de": "Kniebeuge ☃"}, "aliases": ["Z"]}
    )
    workout = phone.create(
        "workout",
        {
            "title": "Push day",
            "status": "completed",
            "started_at": "2026-03-01T10:00:00.123456Z",
            "ended_at": "2026-03-01T11:00:00Z",
            "notes": "a\u2028b\ttab \x7f",
        },
    )
    metadata = {"seat": 3.5, "großer Griff": ["☃", None, True], "10": -2}
    of_mine = phone.create(
        "exercise", {"exercise_type": private, "workout": workout, "position": 1.5, "metadata": metadata}
    )
    of_all = phone.create("exercise", {"exercise_type": exercise_type(), "workout": workout, "superset_group": 2})
    sets = {
        "heavy": phone.create(
            "set", {"exercise": of_mine, "reps": 5, "load_kg": "100.00", "rpe": "8.5", "side": "left"}
        ),
        "typed": phone.create(
            "set", {"exercise": of_all, "typed_load": "225.000", "typed_load_unit": "lb", "load_kg": "102.06"}
        ),
    }
    weight = phone.create(
        "measurement", {"kind": "body_weight", "value": "82.500", "measured_at": "2026-03-01T07:00:00Z"}
    )
    gone = phone.create("workout", {"title": "a mistake"})
    phone.one("delete", "workout", gone, base_version=Record.objects.get(id=gone).version)
    return {
        "exercise_type": private,
        "workout": workout,
        "of_mine": of_mine,
        "of_all": of_all,
        **sets,
        "measurement": weight,
        "gone": gone,
    }


def contested(phone: Phone, tablet: Phone, set_id: str) -> None:
    """Leaves a conflict."""
    base = Record.objects.get(id=set_id).version
    mine = phone.mutation("update", "set", set_id, {"reps": 6}, base_version=base, at=ago(2))
    theirs = tablet.mutation("update", "set", set_id, {"reps": 4}, base_version=base, at=ago(1))
    phone.push(mine)
    assert tablet.push(theirs)[0]["status"] == "conflict"


def documents(user: User) -> dict[tuple[int, str], Json]:
    """All that is live, by entity and id."""
    rows = Record.objects.filter(user=user, deleted=False)
    return {(row.entity, str(row.id)): orjson.loads(row.data) for row in rows}


def contents(user: User) -> list[str]:
    """The same without ids: what an account holds, whatever its rows are called."""
    ids = {str(row.id) for row in Record.objects.filter(user=user)}
    library = {str(pk) for pk in ExerciseType.objects.filter(user=None).values_list("pk", flat=True)}

    def nameless(value: Any) -> Any:
        return "?" if isinstance(value, str) and value in ids - library else value

    return sorted(
        json.dumps([entity, {name: nameless(value) for name, value in document.items()}], sort_keys=True)
        for (entity, _), document in documents(user).items()
    )


def body_of(response: Any) -> bytes:
    assert response.status_code == 200, getattr(response, "content", response)
    return b"".join(response.streaming_content)


def lines_of(content: bytes) -> list[Json]:
    assert content.endswith(b"\n") or not content
    return [json.loads(line) for line in content.split(b"\n")[:-1]]


def exported(api: SchemaClient, **query: str) -> bytes:
    return body_of(api.get(EXPORT, query))


def unzipped(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def sent(api: SchemaClient, content: bytes, mode: str = "merge", **values: str) -> Any:
    """The answer to an import as a form."""
    body = {"import_id": str(uuid4()), "mode": mode, **values, "file": SimpleUploadedFile("backup.zip", content)}
    return api.post(IMPORT, body, format="multipart")


def bare(api: SchemaClient, url: str, content: Any, content_type: str, **headers: Any) -> Any:
    """The answer to a body that is a file and nothing else."""
    return api.generic("POST", url, content, content_type=content_type, **headers)


def imported(api: SchemaClient, content: bytes, mode: str = "merge", **values: str) -> Json:
    """How the import stands once a worker has done it."""
    response = sent(api, content, mode, **values)
    assert response.status_code == 202, response.content
    return finished(api, response.json()["import_id"])


def finished(api: SchemaClient, import_id: str) -> Json:
    importing.run(import_id=UUID(import_id), clock=timezone.now)
    found: Json = api.get(f"{IMPORT}/{import_id}").json()
    return found


def counted(job: Json) -> dict[str, int]:
    """What the report says that is not nothing."""
    names = ("created", "updated", "deleted", "noop", "conflicts", "rejected_total")
    return {name: job["report"][name] for name in names if job["report"][name]}


def snapshot_lines(
    *records: Json, schema_version: int = 1, count: int | None = None, epoch: str | None = None
) -> bytes:
    """A file of the lines of a snapshot, made by hand."""
    count = len(records) if count is None else count
    begin = {"type": "begin", "schema_version": schema_version, "count": count, "epoch": epoch}
    lines = [begin, *records, {"type": "end", "count": count}]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def record_line(entity: str, data: Json, record_id: str | None = None, minutes: float = 5, **values: Any) -> Json:
    return {
        "type": "record",
        "entity": entity,
        "id": record_id or str(uuid4()),
        "last_modified_at": ago(minutes),
        "data": data,
        **values,
    }
