"""The whole state at once, and states that are kept to go back to."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from lib.compression import chosen_coding, compressed
from lib.pagination import PARAMETERS, Pagination
from lib.parsers import FileParser, OrjsonParser, check_announced, parameters
from lib.ratelimits import check_limit
from sync.api import files
from sync.api import transfer_schema as schema
from sync.api.transfer import job_of
from sync.api.views import SyncView
from sync.enums import ImportMode, SnapshotKind
from sync.models import Snapshot
from sync.services.states import snapshots, transfers

Name = Annotated[str, msgspec.Meta(max_length=100, pattern="^[^\x00]*$")]


class MakeRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: UUID | None = None
    name: Name = ""


class SealedRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]
    id: UUID | None = None
    name: Name = ""


class RestoreRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    import_id: UUID
    mode: Literal["merge", "replace", "dry_run"] = "replace"
    dry_run_of: Literal["merge", "replace"] = "replace"


class StateView(SyncView):
    content_negotiation_class = files.AnyAccept

    @extend_schema(operation_id="sync_snapshot", responses=schema.STATE_FILE)
    def get(self, request: Request) -> HttpResponseBase:
        """All live records as lines of JSON: begin, records, end. Without its last line it is to be thrown away."""
        known = "If-None-Match" in request.headers
        standing = files.standing(request, snapshots.tag_of(self.user)) if known else None
        if standing is not None:
            return standing
        check_limit(request, group="snapshot", rate="60/h", key=str(self.user.pk))
        coding, _ = chosen_coding(request.headers.get("Accept-Encoding", ""))
        tag, lines = snapshots.whole_state(user=self.user, packed=lambda blocks: compressed(blocks, coding))
        return files.given(lines, content_type=files.NDJSON, tag=tag, coding=coding)


class SnapshotsView(SyncView):
    parser_classes = [OrjsonParser, MultiPartParser, FileParser]

    @extend_schema(operation_id="sync_snapshots_list", parameters=PARAMETERS, responses={200: schema.SNAPSHOTS})
    def get(self, request: Request) -> Response:
        """The kept states, newest first."""
        pagination = Pagination()
        page = pagination.paginate_queryset(Snapshot.objects.filter(user=self.user), request, view=self)
        return pagination.get_paginated_response([_shown(found) for found in page])

    @extend_schema(
        operation_id="sync_snapshots_create",
        request=schema.MAKE,
        parameters=schema.MAKE_PARAMETERS,
        responses={201: schema.SNAPSHOT},
        examples=schema.MAKE_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Keeps the present state, under a name; or, with a file, what a device encrypted."""
        check_announced(request, limit=snapshots.MAX_SEALED_BYTES)
        check_limit(request, group="snapshots", rate="60/h", key=str(self.user.pk))
        made = self._named(request) if _is_json(request) else self._sealed(request)
        return Response(_shown(made), status=status.HTTP_201_CREATED)

    def _named(self, request: Request) -> Snapshot:
        asked = parameters(request.data, MakeRequest)
        return snapshots.save(
            user=self.user, kind=SnapshotKind.NAMED, name=asked.name, snapshot_id=asked.id, at=timezone.now()
        )

    def _sealed(self, request: Request) -> Snapshot:
        values, file, _ = files.taken(request, limit=snapshots.MAX_SEALED_BYTES)
        with file:
            asked = parameters(values, SealedRequest)
            if not file.size:
                raise ValidationError({"file": [ErrorDetail("The file is empty.", "required")]})
            return snapshots.save_sealed(
                user=self.user,
                name=asked.name,
                sha256=asked.sha256,
                content=file,
                snapshot_id=asked.id,
                at=timezone.now(),
            )


class SnapshotView(SyncView):
    @extend_schema(operation_id="sync_snapshots_retrieve", responses={200: schema.SNAPSHOT})
    def get(self, request: Request, snapshot_id: UUID) -> Response:
        return Response(_shown(snapshots.snapshot_of(user=self.user, snapshot_id=snapshot_id)))

    @extend_schema(operation_id="sync_snapshots_destroy", responses={204: None})
    def delete(self, request: Request, snapshot_id: UUID) -> Response:
        snapshots.snapshot_of(user=self.user, snapshot_id=snapshot_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContentView(SyncView):
    content_negotiation_class = files.AnyAccept

    @extend_schema(operation_id="sync_snapshots_content", responses=schema.CONTENT_FILE)
    def get(self, request: Request, snapshot_id: UUID) -> HttpResponseBase:
        """The state as lines of JSON; what a device encrypted, as it came. Its SHA-256 is the ETag."""
        check_limit(request, group="snapshot", rate="60/h", key=str(self.user.pk))
        found = snapshots.snapshot_of(user=self.user, snapshot_id=snapshot_id)
        tag = f'"{found.sha256}"'
        standing = files.standing(request, tag)
        if standing is not None:
            return standing
        content_type = files.BYTES if found.kind == SnapshotKind.CLIENT else files.NDJSON
        return files.given(snapshots.content_of(found), content_type=content_type, tag=tag)


class RestoreView(SyncView):
    @extend_schema(
        operation_id="sync_snapshots_restore",
        request=schema.RESTORE,
        responses={202: schema.JOB},
        examples=[*schema.RESTORE_EXAMPLES, *schema.JOB_EXAMPLES],
    )
    def post(self, request: Request, snapshot_id: UUID) -> Response:
        """Makes the kept state the present one, as an import: ordinary changes, which all devices pull."""
        check_limit(request, group="import", rate="30/h", key=str(self.user.pk))
        found = snapshots.snapshot_of(user=self.user, snapshot_id=snapshot_id)
        asked = parameters(request.data, RestoreRequest)
        job = transfers.restore(
            user=self.user,
            import_id=asked.import_id,
            mode=ImportMode(asked.mode),
            dry_run_of=ImportMode(asked.dry_run_of),
            snapshot=found,
            at=timezone.now(),
        )
        return Response(job_of(job), status=status.HTTP_202_ACCEPTED)


def _is_json(request: Request) -> bool:
    """Whatever follows it, such as a charset."""
    return (request.content_type or "").partition(";")[0].strip().lower() == "application/json"


def _shown(found: Snapshot) -> dict[str, Any]:
    return {
        "id": found.pk,
        "kind": found.kind,
        "name": found.name,
        "created_at": found.created_at,
        "epoch": found.epoch,
        "version": found.version,
        "schema_version": found.schema_version,
        "counts": found.counts,
        "size_bytes": found.size_bytes,
        "stored_bytes": found.stored_bytes,
        "sha256": found.sha256,
        "restorable": found.kind != SnapshotKind.CLIENT,
    }
