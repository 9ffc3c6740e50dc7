"""What Django calls to check a value of the library."""

from typing import Any

from django.core.exceptions import ValidationError

from catalog.domain.metadata import SchemaProblem, check_metadata_schema


def validate_metadata_schema(value: Any) -> None:
    try:
        check_metadata_schema(value)
    except SchemaProblem as problem:
        raise ValidationError(str(problem), code="invalid_schema") from problem
