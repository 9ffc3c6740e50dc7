"""The content of a request, as a msgspec type, or a 400 that names the wrong field."""

from typing import Any, TypeVar

import msgspec
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from lib.errors import TooLarge
from sync.domain import shapes

Asked = TypeVar("Asked")


def query(request: Request, kind: type[Asked]) -> Asked:
    return _converted(request.query_params.dict(), kind, strict=False)


def body(request: Request, kind: type[Asked]) -> Asked:
    if int(request.META.get("CONTENT_LENGTH") or 0) > shapes.MAX_BODY_BYTES:
        raise TooLarge(f"A body holds at most {shapes.MAX_BODY_BYTES} bytes. Send fewer at once.")
    return _converted(request.data, kind, strict=True)


def _converted(values: Any, kind: type[Asked], *, strict: bool) -> Asked:
    try:
        return msgspec.convert(values, kind, strict=strict)
    except msgspec.ValidationError as error:
        path = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else "non_field_errors"
        raise ValidationError({path: [ErrorDetail(str(error), "invalid")]}) from error
