"""Rows of libraries with all that is in them, live and in their order: a query for each kind."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from catalog.models import (
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
    Supplement,
    SupplementInteraction,
)


def program_tree(program: Program) -> Program:
    """The program with `described_weeks`, `days`, their `slots` and `sets`."""
    slots = _in_order(ProgramSlot).prefetch_related(Prefetch("sets", _in_order(ProgramSet)))
    days = _in_order(ProgramDay).prefetch_related(Prefetch("slots", slots))
    weeks = ProgramWeek.objects.live().order_by("number", "id")
    prefetch_related_objects([program], Prefetch("described_weeks", weeks), Prefetch("days", days))
    return program


def supplement_tree(supplement: Supplement) -> Supplement:
    """The supplement with its `interactions`."""
    prefetch_related_objects([supplement], Prefetch("interactions", _in_order(SupplementInteraction)))
    return supplement


def nutrition_template_tree(template: NutritionTemplate) -> NutritionTemplate:
    """The template with its `meals` and their `items`."""
    meals = _in_order(NutritionTemplateMeal).prefetch_related(Prefetch("items", _in_order(NutritionTemplateItem)))
    prefetch_related_objects([template], Prefetch("meals", meals))
    return template


def _in_order(model: Any) -> Any:
    return model.objects.live().order_by("position", "id")
