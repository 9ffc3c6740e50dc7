"""Model fields that say their limits once.

Each of these carries its limit as a validator (forms, serializers, the OpenAPI schema and the wire types read it there)
and adds the same limit to the table as a named CHECK constraint, so that raw SQL cannot get around it.
"""

import datetime as dt
import json
import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from lib.constraints import DeletedWith, KnownSlugs, SameOwner

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MAX_JSON_DEPTH = 64


def is_historical(model: type[models.Model]) -> bool:
    """Whether the model is a migration's snapshot, where constraints come from the migration alone; or one that keeps former
    states of rows, which were held to the constraints of their time.
    """
    return model.__module__ == "__fake__" or hasattr(model, "pgh_tracked_model")


def add_constraint(model: type[models.Model], constraint: models.BaseConstraint) -> None:
    """Adds a constraint that a field implies to the model's Meta, where makemigrations finds it."""
    if model._meta.abstract or is_historical(model):
        return
    model._meta.constraints = [*model._meta.constraints, constraint]
    model._meta.original_attrs["constraints"] = (
        model._meta.constraints
    )  # where migrations look, also without a Meta of its own


def constraint_name(model: type[models.Model], fact: str) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_{fact}"


class CheckedField(models.Field[Any, Any]):
    """Mixin: a field whose limit is also a CHECK constraint."""

    fact = ""
    violation_code = "invalid"
    violation_message = ""
    json_type: Any = str  # of a value that has the right type, though it may break the limit

    def check_condition(self) -> models.Q:
        raise NotImplementedError

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        add_constraint(
            cls,
            models.CheckConstraint(
                condition=self.check_condition(),
                name=constraint_name(cls, f"{name}_{self.fact}"),
                violation_error_code=self.violation_code,
                violation_error_message=self.violation_message,
            ),
        )


class _Bounded(CheckedField):
    """Mixin: a number between two limits, both included."""

    fact = "range"
    violation_code = "out_of_range"

    def __init__(self, *args: Any, min_value: Any, max_value: Any, **kwargs: Any) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.violation_message = f"Must be between {min_value} and {max_value}."
        super().__init__(*args, **kwargs)
        self.default_validators = [MinValueValidator(min_value), MaxValueValidator(max_value)]

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__gte", self.min_value), (f"{self.name}__lte", self.max_value))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"min_value": self.min_value, "max_value": self.max_value}


class BoundedIntegerField(_Bounded, models.IntegerField[Any, Any]):
    json_type = int


class BoundedFloatField(_Bounded, models.FloatField[Any, Any]):
    json_type = float


class BoundedDecimalField(_Bounded, models.DecimalField[Any, Any]):
    json_type = Decimal

    def __init__(self, *args: Any, min_value: str, max_value: str, **kwargs: Any) -> None:
        super().__init__(*args, min_value=Decimal(min_value), max_value=Decimal(max_value), **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"min_value": str(self.min_value), "max_value": str(self.max_value)}


class MomentField(_Bounded, models.DateTimeField[Any, Any]):
    """When something happened. Bounded, so that no clock can write a row whose local day no calendar holds."""

    json_type = Annotated[dt.datetime, msgspec.Meta(tz=True)]
    EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
    LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=self.EARLIEST, max_value=self.LATEST, **kwargs)
        self.violation_message = f"Must be between {self.EARLIEST:%Y-%m-%d} and {self.LATEST:%Y-%m-%d}."

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: v for key, v in kwargs.items() if key not in ("min_value", "max_value")}


class EnumField(CheckedField, models.CharField[Any, Any]):
    """One of a TextChoices. `blank=True` allows "" for "not said"."""

    fact = "known"
    violation_code = "invalid_choice"

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        options: dict[str, Any] = {"max_length": 32, **kwargs, "choices": choices}
        super().__init__(*args, **options)
        self.violation_message = "Must be one of: " + ", ".join(self.values) + "."

    @property
    def values(self) -> list[str]:
        known = [str(value) for value, _ in self.flatchoices]
        return ["", *known] if self.blank else known

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__in", self.values))


class NoteField(CheckedField, models.TextField[Any, Any]):
    """Free text with a limit, "" if nothing was written. Merged as a note: both texts of a conflict are kept."""

    fact = "length"
    violation_code = "max_length"

    def __init__(self, *args: Any, max_length: int, **kwargs: Any) -> None:
        self.violation_message = f"Must have at most {max_length} characters."
        options: dict[str, Any] = {"blank": True, "default": "", **kwargs, "max_length": max_length}
        super().__init__(*args, **options)
        self.default_validators = [MaxLengthValidator(max_length)]

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__length__lte", self.max_length))


class PatternField(CheckedField, models.CharField[Any, Any]):
    """A text of one form: a time of the clock, a colour, a key. `form` says it in words: "a time such as 07:30".

    pattern: a regular expression that Python, PostgreSQL and JSON Schema read alike. `blank=True` allows "" for "not said".
    """

    fact = "form"

    def __init__(self, *args: Any, pattern: str, form: str, **kwargs: Any) -> None:
        self.pattern, self.form = pattern, form
        self.whole_pattern = f"^({pattern})?$" if kwargs.get("blank") else f"^({pattern})$"
        self.violation_message = f"Must be {form}."
        # In Python "$" also stands before a line break at the end. Before the rest: CharField looks at its validators at once.
        self.default_validators = [RegexValidator(rf"^({pattern})\Z", self.violation_message)]
        super().__init__(*args, **kwargs)

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__regex", self.whole_pattern))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"pattern": self.pattern, "form": self.form}


@models.TextField.register_lookup
@models.CharField.register_lookup
class TextLength(models.Transform):
    lookup_name = "length"
    function = "char_length"
    output_field = models.IntegerField()


@cache
def known_time_zones() -> frozenset[str]:
    """Without those that mean another zone on every machine."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})


def validate_time_zone(value: str) -> None:
    if value not in known_time_zones():
        raise ValidationError(f"{value!r} is not an IANA time zone such as Europe/Berlin.", code="invalid_time_zone")


class TimeZoneField(models.CharField[Any, Any]):
    """An IANA zone: where the user was when it happened; where it is left out, that of the settings. `blank=True` allows "" for
    wherever the user is, and then nothing is filled in.
    """

    default_validators = [validate_time_zone]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("default", "UTC")
        super().__init__(*args, **kwargs)


class SlugSetField(CheckedField, ArrayField):  # type: ignore[type-arg]  # ArrayField is not generic at run time
    """A set of slugs, kept sorted and without doubles by whoever writes. Merged as a set: adds and removes.

    vocabulary: the label of the model whose slugs it may name ("catalog.Muscle"): none but these, and what is named stays
    there. Without one, any.
    """

    fact = "size"
    violation_code = "too_many"
    json_type = None  # also a member may be wrong: msgspec says which
    non_db_attrs = (*ArrayField.non_db_attrs, "vocabulary")  # the constraint says it to the database

    def __init__(self, *args: Any, max_size: int, vocabulary: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        kwargs["base_field"] = models.CharField(max_length=64, validators=[RegexValidator(SLUG_PATTERN)])
        self.max_size, self.vocabulary = max_size, vocabulary
        self.violation_message = f"Must have at most {max_size} entries."
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        if self.vocabulary:
            constraint = constraint_name(cls, f"{name}_known_slugs")
            add_constraint(cls, KnownSlugs(field=name, vocabulary=self.vocabulary, name=constraint))

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__cardinality__lte", self.max_size))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("base_field")
        vocabulary = {"vocabulary": self.vocabulary} if self.vocabulary else {}
        return name, path, args, kwargs | {"max_size": self.max_size} | vocabulary


@ArrayField.register_lookup
class Cardinality(models.Transform):
    lookup_name = "cardinality"
    function = "cardinality"
    output_field = models.IntegerField()


def validate_json(value: Any, depth: int = 0) -> None:
    """Free JSON that every encoder on its way can hold, whichever way it comes: it could nest without end, and its
    numbers grow. A big float too: the database gives 1e30 back as an integer.
    """
    if isinstance(value, dict | list):
        if depth == MAX_JSON_DEPTH:
            raise ValidationError(f"Must not nest deeper than {MAX_JSON_DEPTH} levels.", code="invalid")
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            validate_json(item, depth + 1)
    elif isinstance(value, str) and "\x00" in value:
        raise ValidationError("Null characters are not allowed.", code="null_characters_not_allowed")
    elif isinstance(value, int | float) and not -(2**63) <= value < 2**63:
        raise ValidationError("Must not hold a number of more than 64 bits.", code="invalid")


class JsonField(CheckedField, models.JSONField[Any, Any]):
    """A JSON object or list, empty where nothing was said, of limited size. `default` (dict or list) says which."""

    fact = "shape"
    json_type = dict[str, Any] | list[Any]
    default_validators = [validate_json]
    empty_values: list[Any] = []  # {} and [] are values: the wrong one of them is a mistake

    def __init__(
        self, *args: Any, default: type[dict[Any, Any]] | type[list[Any]] = dict, max_bytes: int = 16_384, **kwargs: Any
    ) -> None:
        kwargs.setdefault("blank", True)
        self.max_bytes = max_bytes
        self.shape = "object" if default is dict else "array"
        self.violation_message = f"Must be a JSON {self.shape} of at most {max_bytes} bytes."
        super().__init__(*args, default=default, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        shaped = isinstance(value, dict if self.shape == "object" else list)
        if not shaped or len(json.dumps(value, ensure_ascii=False)) > self.max_bytes:
            raise ValidationError(self.violation_message, code=self.violation_code)

    def check_condition(self) -> models.Q:
        return models.Q((f"{self.name}__jsonb_typeof", self.shape), (f"{self.name}__json_bytes__lte", self.max_bytes))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"max_bytes": self.max_bytes}


@models.JSONField.register_lookup
class JsonbTypeof(models.Transform):
    lookup_name = "jsonb_typeof"
    function = "jsonb_typeof"
    output_field = models.TextField()


@models.JSONField.register_lookup
class JsonBytes(models.Transform):
    lookup_name = "json_bytes"
    template = "octet_length((%(expressions)s)::text)"
    output_field = models.IntegerField()


class OwnedForeignKey(models.ForeignKey[Any, Any]):
    """A reference between owned rows, or between shared ones: a composite key, which cannot point into another user's data."""

    def __init__(self, to: Any, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **(kwargs | {"db_constraint": False}))

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        owner: str = getattr(cls, "owner_column", "")  # no owned model: a check says so
        add_constraint(cls, SameOwner(field=name, owner=owner, name=constraint_name(cls, f"{name}_same_owner")))
        if self.remote_field.on_delete is models.CASCADE:
            add_constraint(cls, DeletedWith(field=name, owner=owner, name=constraint_name(cls, f"{name}_deleted_with")))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


def parents_of(model: type[models.Model]) -> list[Any]:
    """The fields by which its rows hang on others: they are deleted with those, and come back with them."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, OwnedForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]
