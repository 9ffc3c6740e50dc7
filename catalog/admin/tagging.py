"""Words that many rows get at once: tags where a library has them, else other names to be found by."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.admin.proposing import ProposingAdmin
from catalog.admin.workflow import MANY_MAX
from catalog.services import editorial
from lib.errors import DomainError


class WordsForm(forms.Form):
    words = forms.CharField(
        label="Words", help_text="One a line.", max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )

    def clean_words(self) -> list[str]:
        lines = str(self.cleaned_data["words"]).splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


class TaggingAdmin(ProposingAdmin):
    actions: Any = (*ProposingAdmin.actions, "add_words")

    @admin.action(description="Add tags or aliases", permissions=["step"])
    def add_words(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Asks for them first; the same, with words, adds them."""
        form = WordsForm(request.POST if "words" in request.POST else None)
        if form.is_valid():
            self._add(request, queryset, form.cleaned_data["words"])
            return None
        context = {**self.admin_site.each_context(request), "title": "Add tags or aliases", "opts": self.opts}
        chosen = {"form": form, "rows": queryset[:MANY_MAX], "checkbox": ACTION_CHECKBOX_NAME, "what": self._field()}
        return render(request, "admin/catalog/add_words.html", {**context, **chosen})

    def _field(self) -> str:
        return "tags" if any(field.name == "tags" for field in self.opts.fields) else "aliases"

    def _add(self, request: HttpRequest, queryset: QuerySet[Any], words: list[str]) -> None:
        changed, name, by = 0, self._field(), request.user
        for row in queryset[:MANY_MAX]:
            try:
                changed += editorial.add_words(row=row, field=name, words=words, by=by, at=timezone.now())
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")
            except ValidationError as error:
                messages.warning(request, f"{row}: {' '.join(error.messages)}")
        messages.success(request, f"{changed} of them have new {name}.")
