"""The program builder: a draft with all its weeks, days, exercises and sets on one page, saved by one request."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from catalog import enums
from catalog.domain.progressions import KINDS, schema_of
from catalog.models import ExerciseType, Muscle, Program
from catalog.services.program_trees import ChangedMeanwhile, NotADraft, Tree, TreeRefused, save_tree, tree_of
from catalog.services.signing import signed

FOUND_MAX = 12
HARD = frozenset(enums.SetKind) - {enums.SetKind.WARM_UP}  # sets that count as volume


def builder_urls(admin: Any) -> list[Any]:
    """admin: of programs."""

    def builder(request: HttpRequest, program_id: UUID) -> HttpResponse:
        program = Program.objects.canonical().filter(pk=program_id).first()
        if not admin.has_view_permission(request, program):
            raise PermissionDenied
        if program is None:
            raise Http404
        if request.method != "POST":
            return _page(admin, request, program)
        if not admin.has_change_permission(request, program):
            raise PermissionDenied
        with signed(by=request.user):
            return _saved(request, program_id)

    @require_GET
    def exercises(request: HttpRequest) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        found = ExerciseType.objects.published().search(request.GET.get("q", "").replace("\x00", ""))
        return JsonResponse({"found": [_exercise(row) for row in found.order_by("name", "id")[:FOUND_MAX]]})

    view = admin.admin_site.admin_view
    return [
        path("<uuid:program_id>/builder/", view(builder), name="catalog_program_builder"),
        path("exercises/", view(exercises), name="catalog_program_exercises"),
    ]


def _page(admin: Any, request: HttpRequest, program: Program) -> HttpResponse:
    tree = tree_of(program)
    can_change = program.status == enums.Status.DRAFT and admin.has_change_permission(request, program)
    context = {
        **admin.admin_site.each_context(request),
        "title": f"Build {program}",
        "opts": admin.opts,
        "program": program,
        "can_change": can_change,
        "given": {
            "tree": msgspec.to_builtins(tree),
            "exercises": {str(row.pk): _exercise(row) for row in _types_in(tree)},
            "muscles": dict(Muscle.objects.values_list("slug", "name")),
            "search": reverse("admin:catalog_program_exercises"),
            "progressions": {kind: {"words": words, "schema": schema_of(kind)} for kind, (words, _) in KINDS.items()},
            "set_kinds": enums.SetKind.choices,
            "week_kinds": enums.WeekKind.choices,
            "references": enums.LoadReference.choices,
            "hard": sorted(HARD),
            "can_change": can_change,
        },
    }
    return render(request, "admin/catalog/program/builder.html", context)


def _saved(request: HttpRequest, program_id: UUID) -> HttpResponse:
    try:
        tree = save_tree(program_id=program_id, body=request.body)
    except TreeRefused as refused:
        faults = [{"path": place, "words": " ".join(words)} for place, words in refused.faults.items()]
        return JsonResponse({"detail": refused.detail, "faults": faults}, status=400)
    except (NotADraft, ChangedMeanwhile) as conflict:
        return JsonResponse({"detail": conflict.detail, "faults": []}, status=409)
    return JsonResponse({"tree": msgspec.to_builtins(tree)})


def _types_in(tree: Tree) -> Collection[ExerciseType]:
    found: Collection[ExerciseType] = ExerciseType.objects.filter(
        pk__in={slot.exercise_type for day in tree.days for slot in day.slots}
    )
    return found


def _exercise(row: ExerciseType) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "primary": row.primary_muscles,
        "secondary": row.secondary_muscles,
    }
