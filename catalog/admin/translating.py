"""Names in other languages, for many rows on one page."""

import re
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from unfold.admin import ModelAdmin

from catalog.forms.lists import COMMON_LANGUAGES, LANGUAGE_PATTERN, languages
from catalog.models.library import NAME_MAX_LENGTH
from catalog.services import translations
from lib.errors import DomainError

TRANSLATED_MAX = 200
BOX = re.compile(r"name:([^:]{1,40}):(.{1,64})")  # the language and the row of a box


class TranslatingAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """Of rows that have `names`."""

    @admin.action(description="Translate missing names", permissions=["change"])
    def translate_missing(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """The names that lack in a language, each with a box. Boxes of another language that were filled go along."""
        typed = _typed(request)
        if "save" in request.POST and self._translate(request, queryset, typed):
            return None
        language = request.POST.get("language", COMMON_LANGUAGES[0])
        rows = translations.without_name(queryset, language).order_by("name")[:TRANSLATED_MAX]
        lines = [
            {"row": row, "box": f"name:{language}:{row.pk}", "typed": typed.get((language, str(row.pk)), "")}
            for row in rows
        ]
        boxes = {line["box"] for line in lines}
        hidden = {f"name:{lang}:{key}": name for (lang, key), name in typed.items()}
        context = {
            **self.admin_site.each_context(request), "title": "Translate missing names", "opts": self.opts,
            "lines": lines, "language": language, "languages": languages()[1:], "name_max": NAME_MAX_LENGTH,
            "kept": {box: name for box, name in hidden.items() if box not in boxes},
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME), "checkbox": ACTION_CHECKBOX_NAME, "most": TRANSLATED_MAX,
            "across": request.POST.get("select_across", "0"),
        }  # fmt: skip
        return render(request, "admin/catalog/translate.html", context)

    def _translate(self, request: HttpRequest, queryset: QuerySet[Any], typed: dict[tuple[str, str], str]) -> bool:
        """False where the page is to say what is wrong."""
        names: dict[Any, dict[str, str]] = {}
        for (language, key), name in typed.items():
            names.setdefault(translations.key_of(key), {})[language] = name
        try:
            _check(typed)
            done = translations.translate(rows=queryset, names=names, by=request.user, at=timezone.now())
        except (DomainError, ValidationError) as error:
            messages.error(request, getattr(error, "detail", "") or " ".join(getattr(error, "messages", [])))
            return False
        messages.success(request, f"{done.written} rows have new names.")
        if done.proposed:
            messages.success(request, f"The names of {done.proposed} more wait for somebody else to apply them.")
        if done.there:
            messages.warning(request, f"{done.there} names were there by now, and stay as they are.")
        return True


def _typed(request: HttpRequest) -> dict[tuple[str, str], str]:
    """By language and row."""
    found = ((BOX.fullmatch(box), str(text).strip()) for box, text in request.POST.items())
    return {(match[1], match[2]): text for match, text in found if match and text}


def _check(typed: dict[tuple[str, str], str]) -> None:
    for (language, _), name in typed.items():
        if not re.fullmatch(LANGUAGE_PATTERN, language):
            raise ValidationError(f"{language!r} is no language.")
        if len(name) > NAME_MAX_LENGTH:
            raise ValidationError(f"A name has at most {NAME_MAX_LENGTH} characters: {name[:40]}...")
