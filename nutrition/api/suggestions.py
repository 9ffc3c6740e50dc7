"""What a target could be. Nothing is written: the athlete posts it, if they agree."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import NutritionTemplate
from lib.api import told
from lib.serializer_fields import CalendarDateField, IdField
from nutrition.api.examples import SUGGEST_EXAMPLES
from nutrition.api.shown import TargetSuggestionSerializer
from nutrition.domain.energy import Activity, Expenditure
from nutrition.domain.targets import NotSuggested, Suggestion
from nutrition.enums import DayKind
from nutrition.exceptions import GoalNotOfWeight
from nutrition.queries.suggestions import Answer, Spent, Wish, suggestion_for
from training.enums import MeasurementKind
from training.models import Goal

ACTIVITIES = tuple(level.name.lower() for level in Activity)


class SuggestTargetSerializer(serializers.Serializer[Any]):
    """What the target is for. Without a goal and a template it keeps the weight."""

    goal = IdField(required=False, allow_null=True, help_text="One of the athlete's own, of body weight.")
    template = IdField(required=False, allow_null=True, help_text="A nutrition template.")
    activity = serializers.ChoiceField(
        choices=ACTIVITIES, default="moderate", help_text="For the first guess, until a diary says more."
    )
    starts_on = CalendarDateField(help_text="The day from which on it would hold: today, by the athlete's calendar.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("goal") and attrs.get("template"):
            raise ValidationError({"template": [ErrorDetail("Name a goal or a template, not both.", "invalid")]})
        return attrs


class SuggestView(APIView):
    @extend_schema(
        operation_id="nutrition_targets_suggest",
        request=SuggestTargetSerializer,
        responses={200: TargetSuggestionSerializer},
        examples=SUGGEST_EXAMPLES,
        tags=["nutrition"],
    )
    def post(self, request: Request) -> Response:
        """Suggests a target with a reason for each number, or says why it suggests none. It writes nothing."""
        said = told(SuggestTargetSerializer, request)
        wish = Wish(
            activity=Activity[said["activity"].upper()],
            goal=_goal(request.user, said.get("goal")),
            template=_template(request.user, said.get("template")),
        )
        answer = suggestion_for(user_id=request.user.pk, day=said["starts_on"], wish=wish)
        return Response(_shown(answer, said["starts_on"]))


def _goal(user: Any, key: Any) -> Goal | None:
    if key is None:
        return None
    goal: Goal | None = Goal.objects.for_user(user).filter(pk=key).first()
    if goal is None:
        raise _no_such("goal")
    if goal.measurement_kind != MeasurementKind.BODY_WEIGHT:
        raise GoalNotOfWeight
    return goal


def _template(user: Any, key: Any) -> NutritionTemplate | None:
    if key is None:
        return None
    template: NutritionTemplate | None = NutritionTemplate.objects.usable_by(user).filter(pk=key).first()
    if template is None:
        raise _no_such("template")
    return template


def _no_such(field: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail("There is no such row that you may use.", "does_not_exist")]})


def _shown(answer: Answer, starts_on: dt.date) -> dict[str, Any]:
    found = answer.found
    said = {
        "reasons": [{"of": reason.of, "text": reason.text} for reason in found.reasons],
        "expenditure": answer.spent and _spent(answer.spent),
    }
    if isinstance(found, NotSuggested):
        return {"target": None, "floor_kcal": None, "code": found.code, "missing": list(found.missing), **said}
    target = _target(found, answer, starts_on)
    return {"target": target, "floor_kcal": found.floor_kcal, "code": "", "missing": [], **said}


def _target(found: Suggestion, answer: Answer, starts_on: dt.date) -> dict[str, Any]:
    numbers = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g")
    return {
        "day_kind": DayKind.EVERY,
        "starts_on": starts_on,
        **{name: f"{getattr(found, name)}.0" for name in numbers},
        "method": answer.method,
        "reason": " ".join(reason.text for reason in found.reasons if reason.of == "energy_kcal"),
    }


def _spent(spent: Spent) -> dict[str, Any]:
    diary = spent.diary
    return {
        "kcal": round(spent.kcal),
        "resting_kcal": round(spent.resting_kcal),
        "is_from_diary": isinstance(diary, Expenditure),
        "evidence": round(diary.evidence, 4) if isinstance(diary, Expenditure) else 0,
        "weighings": diary.weighings,
        "complete_days": diary.complete_days,
    }
