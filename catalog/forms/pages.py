"""Widgets whose pages stand among those of the console, where Django's own looks for none."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class PageWidget(forms.Widget):
    """A subclass names `template_name`, which gets what `context_of` says."""

    template_name = ""

    class Media:
        css = {"all": ["catalog/editor.css"]}
        js = ["catalog/editor.js"]

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        return {}

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        given = {"name": name, "id": (attrs or {}).get("id", f"id_{name}")}
        return render_to_string(self.template_name, given | self.context_of(name, value, attrs or {}))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing of it in a form that was sent means that all was taken out."""
        return False

    def id_for_label(self, id_: str) -> str:
        return ""  # there is no one box that the label is for
