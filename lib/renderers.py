import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class Encoder(JSONEncoder):
    """DRF's, with times in the one form that documents have: UTC, with microseconds even if they are 0."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, dt.datetime):
            return time_as_text(obj)
        return super().default(obj)


def time_as_text(time: dt.datetime) -> str:
    """RFC 3339 in UTC with microseconds. Raises ValueError for a time without a zone: nobody could say when it is."""
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone.")
    return time.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class OrjsonRenderer(JSONRenderer):
    """DRF's JSON, by orjson; what it cannot encode (integers over 64 bits, an indent) is left to DRF's own."""

    ensure_ascii = True  # of the fallback: half a surrogate, echoed in an error, has no UTF-8
    encoder_class = Encoder
    default_encoder = staticmethod(Encoder().default)
    options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        try:
            found = orjson.dumps(data, self.default_encoder, self.options)
        except TypeError:
            found = None
        if self.get_indent(accepted_media_type or "", dict(renderer_context or {})) is None and found is not None:
            return found
        if found is not None:
            data = orjson.loads(found)  # what was handed through as text is text to DRF's encoder
        return bytes(super().render(data, accepted_media_type, renderer_context))


class Negotiation(DefaultContentNegotiation):
    """DRF's. Where a client takes whatever there is and we have JSON alone, there is nothing to parse."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        only, *others = renderers
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        if (
            others
            or accepted not in ("*/*", only.media_type)
            or self.settings.URL_FORMAT_OVERRIDE in request.query_params
        ):
            return super().select_renderer(request, renderers, format_suffix)
        return only, only.media_type
