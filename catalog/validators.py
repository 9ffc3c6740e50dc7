"""What Django calls to check a value of the library."""

from typing import Annotated, Any

import msgspec
from django.core.exceptions import ValidationError

from catalog.domain.metadata import SchemaProblem, check_metadata_schema
from catalog.domain.progressions import ProgressionProblem, check_progression
from catalog.domain.rule_conditions import Fault, condition_faults
from catalog.domain.rule_outcomes import outcome_faults
from catalog.domain.rules_language import MAX_FAULTS, RuleProblem
from lib.fields import SLUG_PATTERN


def validate_metadata_schema(value: Any) -> None:
    try:
        check_metadata_schema(value)
    except SchemaProblem as problem:
        raise ValidationError(str(problem), code="invalid_schema") from problem


def validate_progression(value: Any) -> None:
    try:
        check_progression(value)
    except ProgressionProblem as problem:
        raise ValidationError(str(problem), code="invalid_progression") from problem


class Portion(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    grams: Annotated[float, msgspec.Meta(gt=0, le=100_000)]


class Citation(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    url: Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$", max_length=500)] = ""
    year: Annotated[int, msgspec.Meta(ge=1800, le=2200)] | None = None


Amounts = dict[
    Annotated[str, msgspec.Meta(pattern=SLUG_PATTERN, max_length=64)],
    Annotated[float, msgspec.Meta(ge=0, le=1_000_000)],
]
Texts = list[Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]]


def _validate_shape(value: Any, shape: Any) -> None:
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as problem:
        raise ValidationError(f"{problem}.", code="invalid_shape") from problem


def validate_nutrients(value: Any) -> None:
    _validate_shape(value, Amounts)


def validate_portions(value: Any) -> None:
    _validate_shape(value, list[Portion])


def validate_texts(value: Any) -> None:
    _validate_shape(value, Texts)


def validate_citations(value: Any) -> None:
    _validate_shape(value, list[Citation])


def validate_condition(value: Any) -> None:
    """{} is that of a rule which is still to be written."""
    _refuse_faults([] if value == {} else condition_faults(value))


def validate_outcome(value: Any) -> None:
    _refuse_faults([] if value == {} else [Fault(*found) for found in outcome_faults(value)])


def _refuse_faults(faults: list[Fault]) -> None:
    if faults:
        raise ValidationError(str(RuleProblem(faults[:MAX_FAULTS])), code="invalid_rule")
