"""Supplements, and what they do not go with."""

from django.contrib import admin

from catalog.admin.base import LibraryAdmin
from catalog.admin.parts import PartAdmin, PartInline, WithParts
from catalog.forms.editors import SupplementForm, SupplementInteractionForm
from catalog.models import Supplement, SupplementInteraction

INTERACTION = (
    (None, {"fields": (("with_kind", "with_name"), ("with_supplement", "with_nutrients"))}),
    ("What happens", {"fields": (("severity", "ask_clinician"), "effect", "advice", "separate_hours", "citations")}),
)


class InteractionInline(PartInline):
    model = SupplementInteraction
    form = SupplementInteractionForm
    fk_name = "supplement"
    fieldsets = (*INTERACTION, (None, {"fields": ("position",)}))
    autocomplete_fields = ("with_supplement",)
    verbose_name, verbose_name_plural = "interaction", "interactions"


@admin.register(Supplement)
class SupplementAdmin(WithParts, LibraryAdmin):
    form = SupplementForm
    inlines = (InteractionInline,)
    list_columns = ("category", "evidence_grade")
    filters = ("category", "evidence_grade")
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "publish_at", "replaced_by", "names", "aliases")}),
        ("Kind", {"fields": ("category", "forms", "nutrients", "contents")}),
        (
            "Dose",
            {
                "fields": (
                    ("dose_low", "dose_high"), ("dose_unit", "dose_basis"), ("upper_limit", "upper_limit_unit"),
                    "upper_limit_applies_to", "timing", "with_food",
                )
            },
        ),
        ("What is known", {"fields": ("evidence_grade", "summary", "benefits", "instructions", "citations")}),
        ("Care", {"fields": ("warnings", "contraindications", "contraindication_notes")}),
        ("Where it comes from", {"fields": ("source", "source_id", "attribution")}),
    )  # fmt: skip


@admin.register(SupplementInteraction)
class SupplementInteractionAdmin(PartAdmin):
    form = SupplementInteractionForm
    list_columns = ("supplement", "with_kind", "severity", "ask_clinician")
    search_fields = ("=id", "with_name", "supplement__name")
    search_help_text = "An id, or a part of a name."
    autocomplete_fields = ("supplement", "with_supplement")
    fieldsets = ((None, {"fields": ("supplement",)}), *INTERACTION)
