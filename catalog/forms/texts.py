"""Texts in Markdown, with a look at what athletes will read."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.safestring import mark_safe

from catalog.domain.markdown import rendered
from catalog.forms.pages import PageWidget


class MarkdownWidget(PageWidget):
    template_name = "admin/catalog/forms/text.html"

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        text = value or ""
        return {
            "text": text,
            "rendered": mark_safe(rendered(text)),  # noqa: S308 - it lets no HTML through
            "url": reverse("admin:catalog_preview"),
        }

    def id_for_label(self, id_: str) -> str:
        return id_


def markdown_in(form: forms.BaseForm, *names: str) -> None:
    for name in names:
        if name in form.fields:
            form.fields[name].widget = MarkdownWidget()
