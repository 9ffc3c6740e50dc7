"""The REST face of an owned entity: a serializer, a filter and a view set that derive from the model."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
from django.db import models
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from lib import wire
from lib.errors import IdTaken, PreconditionFailed
from lib.fields import SlugSetField, TimeZoneField
from lib.models import OwnedModel, OwnedQuerySet
from lib.openapi import OwnedAutoSchema
from lib.parsers import sent_body
from lib.patches import PatchError, check_patch
from lib.reads import RenderedReads
from lib.references import missing_references
from lib.representations import Representation, names_of, representation_of
from lib.row_rules import RowChange, faults_in, is_ruled, row_change
from lib.serializer_fields import (
    DecimalField,
    IdField,
    SlugSetSerializerField,
    TextField,
    ZonedDateTimeField,
)
from lib.singles import take_flags
from lib.together import Copied, completed, with_copies_emptied
from lib.writes import writing

Rows = list[OwnedModel]  # named here: inside the view set, `list` is an action
Values = list[dict[str, Any]]
BATCH_SIZE = 500
FIELDS_PARAMETER = OpenApiParameter(
    "fields", str, description="Only these fields, separated by commas; the answer then lacks the others."
)


class OwnedSerializer(serializers.ModelSerializer[Any]):
    """Every wire field of the entity, its id and its times; read-only where the wire is."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        SlugSetField: SlugSetSerializerField,
        models.DateTimeField: ZonedDateTimeField,
        models.DecimalField: DecimalField,
        models.UUIDField: IdField,
        models.CharField: TextField,
        models.TextField: TextField,
    }

    class Meta:
        model: type[OwnedModel]
        extra_kwargs: dict[str, Any] = {"id": {"validators": []}}

    @property
    def entity(self) -> wire.Entity:
        return wire.entity_of(self.Meta.model)

    def get_field_names(self, declared_fields: Mapping[str, Any], info: Any) -> list[str]:
        retired = ["deleted_at"] if self.entity.wire.stays_readable else []
        return ["id", *self.entity.field_names, "created_at", "updated_at", *retired]

    def build_relational_field(
        self, field_name: str, relation_info: Any
    ) -> tuple[type[serializers.Field[Any, Any, Any, Any]], dict[str, Any]]:
        """References are plain ids: no query for each; `missing_references` asks for all of them at once."""
        nullable = relation_info.model_field.null
        kwargs = {"source": f"{field_name}_id", "required": not nullable, "allow_null": nullable}
        return IdField, kwargs

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if field_class is SlugSetSerializerField:
            kwargs = {"required": False, "max_length": model_field.max_size}
        if isinstance(model_field, TimeZoneField) and not model_field.blank and self.entity.wire.creatable:
            kwargs["help_text"] = "Such as Europe/Berlin. If left out, it is that of the settings."
        return field_class, kwargs

    def to_internal_value(self, data: Any) -> Any:
        """Takes what sync takes, in our words where DRF has none. A name that the entity lacks must not look saved."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown = sorted(str(name) for name in data if name not in self.fields)
        if unknown:
            raise ValidationError({name: [ErrorDetail("There is no such field.", "unknown_field")] for name in unknown})
        wrong = self._refused_by_sync(data)
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**wrong, **cast("dict[str, Any]", error.detail)}) from error
        if wrong:
            raise ValidationError(wrong)
        return values

    def _refused_by_sync(self, data: Mapping[str, Any]) -> dict[str, Any]:
        writable = {field.name for field in self.entity.writable}
        try:
            check_patch(self.entity, {name: value for name, value in data.items() if name in writable})
        except PatchError as error:
            return {name: [ErrorDetail(detail, code)] for name, (code, detail) in error.fields.items()}
        return {}


def etag_of(data: Any) -> str:
    """The tag of a representation: a hash of its content, so that it changes whoever changed the row."""
    return etag_of_bytes(orjson.dumps(data, default=str))


def etag_of_bytes(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


class OwnedViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, RenderedReads):
    """List, read, create (one or many, idempotent by id), patch and delete of the user's own rows. No PUT."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    schema = OwnedAutoSchema()
    serializer_class: type[OwnedSerializer]
    order_within: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # by the filter that asks for what one parent holds

    @property
    def entity(self) -> wire.Entity:
        return wire.entity_of(self.serializer_class.Meta.model)

    @classmethod
    def rows_for(cls, user: Any, action: str) -> OwnedQuerySet:
        entity = wire.entity_of(cls.serializer_class.Meta.model)
        if action == "retrieve" and entity.wire.stays_readable:
            return entity.model._default_manager.filter(user=user)  # also what is retired, for the logs that name it
        return entity.model._default_manager.for_user(user)

    @extend_schema(parameters=[FIELDS_PARAMETER])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[FIELDS_PARAMETER])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        content = self.rendered()
        return Response(orjson.Fragment(content), headers={"ETag": etag_of_bytes(content)})

    def representation(self) -> Representation:
        return representation_of(self.serializer_class, _asked_fields(self.request, self.serializer_class))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=sent_body(request))
        serializer.is_valid(raise_exception=True)
        with writing(user=request.user, source="api"):
            rows = self._insert([serializer.validated_data], attr="{field}")
        data = self.get_serializer(rows[0]).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"ETag": etag_of(data)})

    @action(detail=False, methods=["post"], url_path="batch", pagination_class=None, filter_backends=[])
    def batch(self, request: Request) -> Response:
        """Creates up to 500 rows, all or none. Repeating it changes nothing."""
        body = sent_body(request)
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list) or not 1 <= len(items) <= BATCH_SIZE:
            raise ValidationError({"items": [ErrorDetail(f"Must be a list of 1 to {BATCH_SIZE} objects.", "invalid")]})
        serializer = self.get_serializer(data=items, many=True)
        if not serializer.is_valid():
            errors: Any = serializer.errors
            raise ValidationError({"items": errors})
        with writing(user=request.user, source="api"):
            rows = self._insert(serializer.validated_data, attr="items.{number}.{field}")
        return Response({"results": self.get_serializer(rows, many=True).data}, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        body = sent_body(request)
        with writing(user=request.user, source="api"):
            row = self.locked_object(request)
            serializer = self.get_serializer(row, data=body, partial=True)
            serializer.is_valid(raise_exception=True)
            serializer.validated_data.pop("id", None)
            self._check_references([serializer.validated_data], attr="{field}")
            values = self._completed(row, serializer.validated_data)
            self._check_rules([row_change(row, values)], attr="{field}")
            self.write_update(row, values)
        return self.answer_with(row)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with writing(user=request.user, source="api"):
            row = self.locked_object(request)
            self.get_queryset().filter(pk=row.pk).tombstone()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def write_rows(self, rows: Rows) -> None:
        """Inserts rows that are new. A view whose creation has effects overrides this with its service."""
        for row in rows:
            take_flags(row)
        self.entity.model._default_manager.bulk_create(rows)

    def write_update(self, row: OwnedModel, values: dict[str, Any]) -> None:
        """Writes the changed columns of a locked row."""
        for name, value in values.items():
            setattr(row, name, value)
        take_flags(row)
        row.save(update_fields=[*values, "updated_at"])

    def locked_object(self, request: Request) -> OwnedModel:
        """The row, locked until the end of the transaction; refused where If-Match names another state of it."""
        queryset = self.get_queryset().select_for_update(of=("self",))
        row = cast("OwnedModel", get_object_or_404(queryset, pk=self.kwargs["pk"]))
        wanted = _tags(request, "If-Match")
        if wanted and "*" not in wanted and etag_of(self.get_serializer(row).data) not in wanted:
            raise PreconditionFailed
        return row

    def _completed(self, row: OwnedModel, values: dict[str, Any]) -> dict[str, Any]:
        """With all of the fields that mean something only together with one that is written, and what is copied again."""

        def seen(name: str) -> Any:
            return getattr(row, name)

        def default(name: str) -> Any:
            return row._meta.get_field(name).get_default()  # type: ignore[union-attr]  # a column

        columns = [_in_columns(copied, self.entity) for copied in self.entity.wire.copied]
        with_copies = with_copies_emptied(values, columns, seen=seen, default=default)
        return completed(with_copies, self.entity.wire.together, seen=seen, default=default)

    def answer_with(self, row: OwnedModel) -> Response:
        """The row as it stands after a write, the values that the database made among it."""
        row.refresh_from_db()
        data = self.get_serializer(row).data
        return Response(data, headers={"ETag": etag_of(data)})

    def _insert(self, values: Values, *, attr: str) -> Rows:
        self._check_references(values, attr=attr)
        model, now = self.entity.model, timezone.now()
        user: Any = self.request.user
        rows = [model(**value, user=user) for value in values]
        for row, value in zip(rows, values, strict=True):
            row.created_at = row.updated_at = now
            if "id" not in value:
                row.take_derived_id()
        ids = [row.pk for row in rows]
        if len(set(ids)) < len(ids):
            raise IdTaken("The same id occurs twice in this request.")
        standing = {row.pk: row for row in model._default_manager.filter(pk__in=ids)}
        live = {key: row for key, row in standing.items() if row.deleted_at is None}
        self._fill_in_zones(rows, values, live)
        self._fill_in_copies(rows, live)
        self._refuse_other_content(rows, standing)
        if is_ruled(self.entity.name):
            self._check_rules([row_change(row) for row in rows], attr=attr, standing=live)
        self.write_rows([row for row in rows if row.pk not in standing])
        self._write_again([row for row in rows if row.pk in standing.keys() - live.keys()])
        written = {row.pk: row for row in self.get_queryset().filter(pk__in=ids)}
        return [written[key] for key in ids]

    def _fill_in_zones(self, rows: Rows, values: Values, live: Mapping[UUID, OwnedModel]) -> None:
        """A zone that was not said is that of the settings; where the row stands already, it is the one that it got then."""
        zones = [field for field in self.entity.writable if isinstance(field.field, TimeZoneField)]
        names = [zone.name for zone in zones if not zone.field.blank]
        unsaid = [(row, name) for row, said in zip(rows, values, strict=True) for name in names if name not in said]
        user: Any = self.request.user
        home = user.home_zone() if unsaid else ""
        for row, name in unsaid:
            setattr(row, name, getattr(live[row.pk], name) if row.pk in live else home)

    def _fill_in_copies(self, rows: Rows, live: Mapping[UUID, OwnedModel]) -> None:
        """What was left empty, and copied when the row was made, is the same when it comes again."""
        left = [(row, each.field) for row in rows if row.pk in live for each in self.entity.wire.copied]
        for row, name in left:
            if not getattr(row, name):
                setattr(row, name, getattr(live[row.pk], name))

    def _write_again(self, rows: Rows) -> None:
        """What is there once was deleted, and is made once more: the same row comes back, with what is said now."""
        for row in rows:
            row.save(force_update=True)

    def _refuse_other_content(self, rows: Rows, standing: dict[UUID, OwnedModel]) -> None:
        rule = self.entity.derived_id
        for row in rows:
            other = standing.get(row.pk)
            if other is None:
                continue
            same = all(_value(row, field) == _value(other, field) for field in self.entity.writable)
            fits = same if other.deleted_at is None else rule is not None and rule.id_of(row) == row.pk
            if other.user_id != self.request.user.pk or not fits:
                raise IdTaken

    def _check_references(self, values: Values, *, attr: str) -> None:
        missing = missing_references(self.entity, self.request.user, values)
        if missing:
            detail = [ErrorDetail("There is no such row of yours.", "does_not_exist")]
            raise ValidationError({attr.format(number=number, field=field): detail for number, field in missing})

    def _check_rules(self, changes: Sequence[RowChange], *, attr: str, standing: Collection[UUID] = ()) -> None:
        """Rules that Python holds. standing: rows that are not written, for they are there already."""
        faults = faults_in([change for change in changes if UUID(change.id) not in standing])
        if faults:
            numbers = {(change.entity, change.id): number for number, change in enumerate(changes)}
            details: dict[str, list[ErrorDetail]] = {}
            for key, fault in ((key, fault) for key, found in faults.items() for fault in found):
                named = attr.format(number=numbers[key], field=fault.attr)
                details.setdefault(named, []).append(ErrorDetail(fault.detail, fault.code))
            raise ValidationError(details)


def told(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What an act was told."""
    asked = serializer(data=sent_body(request))
    asked.is_valid(raise_exception=True)
    values: dict[str, Any] = asked.validated_data
    return values


def said_of_new(serializer: type[OwnedSerializer], request: Request) -> dict[str, Any]:
    """What was said of a row that is to be made; an id among it, made here if none was said."""
    model: Any = serializer.Meta.model
    return {"id": model._meta.pk.get_default(), **told(serializer, request)}


def answer_made(serializer: type[OwnedSerializer], key: Any) -> Response:
    """The row that was made, now or before."""
    data = serializer(serializer.Meta.model._default_manager.get(pk=key)).data
    return Response(data, status=status.HTTP_201_CREATED, headers={"ETag": etag_of(data)})


def _in_columns(copied: Copied, entity: wire.Entity) -> Copied:
    """As attributes of rows are called."""
    return replace(copied, sources=tuple(entity.by_name[name].column for name in copied.sources))


def _asked_fields(request: Request, serializer: type[OwnedSerializer]) -> list[str] | None:
    """Those in ?fields=. Raises ValidationError for a name that there is not."""
    asked = request.query_params.get("fields")
    names = asked.split(",") if asked else None
    unknown = sorted(set(names or ()) - set(names_of(serializer)))
    if unknown:
        raise ValidationError({"fields": [ErrorDetail(f"There is no field {', '.join(unknown)}.", "unknown_field")]})
    return names


def _tags(request: Request, header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in request.headers.get(header, "").split(",") if tag.strip()}


def _value(row: OwnedModel, field: wire.WireField) -> Any:
    """As the database would give it back: a default may still be text."""
    return field.field.to_python(getattr(row, field.field.attname))
