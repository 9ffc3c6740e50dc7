"""What a performance records: chosen from a list, or a JSON Schema by hand for those who need more than that."""

from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError

from catalog.domain.metadata import METRICS, metadata_schema
from catalog.forms.pages import PageWidget


def metrics_of(schema: Any) -> list[str] | None:
    """The metrics by which the list says the same as the schema; None where it says something else."""
    if schema == {}:
        return []
    names = [name for name in METRICS if metadata_schema([name])["properties"].keys() <= _properties(schema)]
    return names if names and metadata_schema(names) == schema else None


def _properties(schema: Any) -> set[str]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return set(properties) if isinstance(properties, dict) else set()


class MetadataSchemaWidget(PageWidget):
    template_name = "admin/catalog/forms/metadata_schema.html"

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen, text = value
        choices = [(metric, limits["title"], metric in chosen) for metric, limits in METRICS.items()]
        return {"choices": choices, "text": text}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[list[str], str]:
        chosen = data.getlist(f"{name}-metrics") if hasattr(data, "getlist") else data.get(f"{name}-metrics", [])
        return list(chosen), str(data.get(f"{name}-text", "")).strip()


class MetadataSchemaField(forms.Field):
    """A text, if there is one, counts; the list else."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=MetadataSchemaWidget(), **kwargs)

    def prepare_value(self, value: Any) -> tuple[list[str], str]:
        if isinstance(value, tuple):
            return value
        metrics = metrics_of(value or {})
        return ([], orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()) if metrics is None else (metrics, "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or {}))
        except ValidationError:
            return True

    def clean(self, value: tuple[list[str], str]) -> Any:
        chosen, text = value
        if text:
            return self._by_hand(text)
        if not set(chosen) <= METRICS.keys():
            raise ValidationError("Choose from the list.", code="invalid_choice")
        return metadata_schema([name for name in METRICS if name in chosen]) if chosen else {}

    def _by_hand(self, text: str) -> Any:
        try:
            schema = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            raise ValidationError(f"This is not JSON: {problem}.", code="invalid") from problem
        return {} if schema is None else schema
