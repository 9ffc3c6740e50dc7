"""A text that the database keeps packed."""

from typing import Any

from django.db import models

from sync.domain.packing import packed, unpacked


class PackedTextField(models.Field[str, str]):
    """Filters find the empty text only: which bytes stand for another one is not certain."""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else unpacked(bytes(value))

    def get_prep_value(self, value: Any) -> bytes | None:
        return packed(value) if value else value if value is None else b""
