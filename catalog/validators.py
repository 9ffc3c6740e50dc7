"""What Django calls to check a value of the library."""

from typing import Any

from django.core.exceptions import ValidationError

from catalog.domain.metadata import SchemaProblem, check_metadata_schema
from catalog.domain.progressions import ProgressionProblem, check_progression


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
