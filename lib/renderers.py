from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class OrjsonRenderer(JSONRenderer):
    """DRF's JSON, by orjson; what it cannot encode (integers over 64 bits, an indent) is left to DRF's own."""

    ensure_ascii = True  # of the fallback: half a surrogate, echoed in an error, has no UTF-8
    default_encoder = staticmethod(JSONEncoder().default)
    options = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        if self.get_indent(accepted_media_type or "", dict(renderer_context or {})) is None:
            try:
                return orjson.dumps(data, self.default_encoder, self.options)
            except TypeError:
                pass
        return bytes(super().render(data, accepted_media_type, renderer_context))
