"""Everything of a user as a file, out and in."""

from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from lib.parsers import FileParser, check_announced, parameters
from lib.ratelimits import check_limit
from sync.api import files
from sync.api import transfer_schema as schema
from sync.api.views import SyncView
from sync.enums import ImportMode
from sync.models import Import
from sync.services.states import exporting, transfers
from sync.services.states.importing import Report
from sync.services.states.tables import export_tables


class ExportRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    format: Literal["json", "csv"] = "json"
    log: bool = False


class ImportRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    import_id: UUID
    mode: Literal["merge", "replace", "dry_run"]
    dry_run_of: Literal["merge", "replace"] = "merge"


class ExportView(SyncView):
    permission_classes = [IsAuthenticated]  # one's data are one's own, verified or not
    content_negotiation_class = files.AnyAccept

    @extend_schema(
        operation_id="export",
        parameters=[
            OpenApiParameter(
                "format", enum=["json", "csv"], default="json", description="Tables for spreadsheets: `csv`."
            ),
            OpenApiParameter("log", bool, description="With the log of all changes. Not of tables."),
        ],
        responses=schema.ZIP_FILE,
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Everything of the user: a ZIP with one file of JSON lines for each entity, and a manifest; or with one table each."""
        asked = parameters(request.query_params.dict(), ExportRequest)
        check_limit(request, group="export", rate="20/h", key=str(self.user.pk))
        at = timezone.now()
        if asked.format == "csv":
            if asked.log:
                raise ValidationError({"log": [ErrorDetail("The log is no table. Ask for it as JSON.", "invalid")]})
            tables = export_tables(user=self.user, at=at)
            return files.given(tables, content_type=files.ZIP, name=f"dropset-tables-{at:%Y-%m-%d}.zip")
        archive = exporting.export(user=self.user, at=at, with_log=asked.log)
        return files.given(archive, content_type=files.ZIP, name=f"dropset-{at:%Y-%m-%d}.zip")


class ImportsView(SyncView):
    parser_classes = [MultiPartParser, FileParser]

    @extend_schema(
        operation_id="import_create",
        request=schema.IMPORT,
        parameters=schema.IMPORT_PARAMETERS,
        responses={202: schema.JOB},
        examples=schema.JOB_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Takes an export, or the lines of a snapshot. The same import again is answered with how it stands."""
        check_announced(request, limit=transfers.MAX_UPLOAD_BYTES)
        check_limit(request, group="import", rate="30/h", key=str(self.user.pk))
        values, file, name = files.taken(request, limit=transfers.MAX_UPLOAD_BYTES)
        with file:
            asked = parameters(values, ImportRequest)
            job = transfers.upload(
                user=self.user,
                import_id=asked.import_id,
                mode=ImportMode(asked.mode),
                dry_run_of=ImportMode(asked.dry_run_of),
                file=file,
                file_name=name,
                at=timezone.now(),
            )
        return Response(job_of(job), status=status.HTTP_202_ACCEPTED)


class ImportView(SyncView):
    @extend_schema(operation_id="import_retrieve", responses={200: schema.JOB}, examples=schema.JOB_EXAMPLES)
    def get(self, request: Request, import_id: UUID) -> Response:
        """How far it is, and what became of it."""
        return Response(job_of(transfers.import_of(user=self.user, import_id=import_id)))


def job_of(job: Import) -> dict[str, Any]:
    return {
        "import_id": job.pk,
        "mode": job.mode,
        "dry_run_of": job.plan if job.mode == ImportMode.DRY_RUN else None,
        "state": job.state,
        "file_name": job.file_name,
        "size_bytes": job.size_bytes,
        "snapshot_id": job.snapshot_id,
        "undo_snapshot_id": job.undo_id,
        "progress": {"done": job.done, "total": job.total},
        "report": asdict(Report()) | job.report,
        "error": job.error,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
