"""How the schema describes what serializers alone do not say."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer


class OwnedAutoSchema(AutoSchema):
    """Describes the batch endpoint of an owned entity: a list in, the same list out."""

    def get_request_serializer(self) -> Any:
        return self._batch("items", "BatchRequest") if self._is_batch() else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if not self._is_batch():
            return super().get_response_serializers()
        return {201: self._batch("results", "Batch")}

    def _is_batch(self) -> bool:
        return getattr(self.view, "action", "") == "batch"

    def _batch(self, name: str, suffix: str) -> Any:
        serializer: Any = getattr(self.view, "serializer_class", None)
        return inline_serializer(f"{serializer.Meta.model.__name__}{suffix}", {name: serializer(many=True)})
