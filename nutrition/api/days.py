"""A day of the diary, and a range of days."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.domain.nutrients import Total
from catalog.enums import MealSlot
from lib.serializer_fields import CalendarDateField, asked_range
from nutrition.api.examples import DAY_EXAMPLES, KEPT_EXAMPLES, RANGE_EXAMPLES
from nutrition.api.shown import DiaryDaySerializer, DiaryRangeDaySerializer, SupplementsKeptSerializer
from nutrition.domain.cautions import Caution
from nutrition.domain.days import Limit, Line, Sums
from nutrition.domain.doses import Adherence
from nutrition.queries.day import Day, DoseOfDay, day_of
from nutrition.queries.ranges import DayOfRange, PlanKept, days_of, rows_between, supplements_kept
from nutrition.queries.rows import ItemRow, LogRow, TargetRow

RANGE_MAX_DAYS, ADHERENCE_MAX_DAYS = 62, 366
TARGET_NUMBERS = ("energy_kcal", "protein_g", "fat_g", "carbohydrate_g", "fiber_g", "water_ml")
SLOTS = (*MealSlot.values, "")
DIGITS = 4


class DateSerializer(serializers.Serializer[Any]):
    date = CalendarDateField()


def range_of(days_max: int) -> list[OpenApiParameter]:
    return [
        OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="The first day."),
        OpenApiParameter(
            "to", OpenApiTypes.DATE, required=True, description=f"The last day; {days_max} days in all at most."
        ),
    ]


class DayView(APIView):
    @extend_schema(
        operation_id="nutrition_day",
        parameters=[OpenApiParameter("date", OpenApiTypes.DATE, required=True)],
        responses={200: DiaryDaySerializer},
        examples=DAY_EXAMPLES,
        tags=["nutrition"],
    )
    def get(self, request: Request) -> Response:
        """What was eaten by slot, every nutrient with target, need and limits, supplements, water, and what to be careful of."""
        asked = DateSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        day = day_of(user_id=request.user.pk, day=asked.validated_data["date"], at=timezone.now())
        return Response(day_shown(day))


class RangeView(APIView):
    @extend_schema(
        operation_id="nutrition_range",
        parameters=range_of(RANGE_MAX_DAYS),
        responses={200: DiaryRangeDaySerializer(many=True)},
        examples=RANGE_EXAMPLES,
        tags=["nutrition"],
    )
    def get(self, request: Request) -> Response:
        """Energy, macros and water of each day, with the target that was in force."""
        first, last = asked_range(request.query_params, days_max=RANGE_MAX_DAYS)
        row = rows_between(user_id=request.user.pk, first=first, last=last)
        return Response([_day_of_range(one) for one in days_of(row, first, last)])


class AdherenceView(APIView):
    @extend_schema(
        operation_id="nutrition_adherence",
        parameters=range_of(ADHERENCE_MAX_DAYS),
        responses={200: SupplementsKeptSerializer},
        examples=KEPT_EXAMPLES,
        tags=["nutrition"],
    )
    def get(self, request: Request) -> Response:
        """How plans of supplements were kept: of the doses that were due, how many were taken, left out and missed."""
        first, last = asked_range(request.query_params, days_max=ADHERENCE_MAX_DAYS)
        kept = supplements_kept(user_id=request.user.pk, first=first, last=last, at=timezone.now())
        return Response({**_adherence(kept.whole), "plans": [_plan_kept(one) for one in kept.plans]})


def day_shown(day: Day) -> dict[str, Any]:
    slots = {log.slot for log in day.logs}
    return {
        "date": day.date,
        "is_training_day": day.is_training_day,
        "slots": [
            {
                "slot": slot,
                **_sums(day.by_slot.get(slot)),
                "logs": [_log(log) for log in day.logs if log.slot == slot],
            }
            for slot in sorted(slots, key=SLOTS.index)
        ],
        "totals": _sums(day.eaten),
        "planned": _sums(day.planned),
        "target": _target(day.target),
        "nutrients": [_line(line) for line in day.lines],
        "supplements": [_dose(dose) for dose in day.doses],
        "water_ml": day.drunk_ml,
        "body_weight_kg": day.athlete.weight_kg,
        "age_is_known": day.athlete.age_y is not None,
        "warnings": [_caution(caution) for caution in day.cautions],
    }


def _day_of_range(day: DayOfRange) -> dict[str, Any]:
    return {
        "date": day.date,
        **_sums(day.eaten),
        "items": day.items,
        "is_whole": day.is_whole,
        "water_ml": day.drunk_ml,
        "is_training_day": day.is_training_day,
        "target": _target(day.target),
    }


def _sums(sums: Sums | None) -> dict[str, Any]:
    energy = sums.energy if sums else None
    macros = sums.macros() if sums else dict.fromkeys(("protein_g", "fat_g", "carbohydrate_g", "fiber_g"))
    return {
        "energy": energy
        and {
            "kcal": _rounded(energy.total.amount),
            **_known(energy.total),
            "by_basis": {basis.value: _rounded(kcal) for basis, kcal in energy.by_basis.items()},
        },
        **{name: _rounded(amount) for name, amount in macros.items()},
    }


def _known(total: Total | None) -> dict[str, Any]:
    return {"coverage": _rounded(total.coverage) if total else 0, "is_complete": total.is_complete if total else False}


def _log(log: LogRow) -> dict[str, Any]:
    return {
        "id": log.id,
        "status": log.status,
        "title": log.title,
        "meal": log.meal,
        "servings": log.servings,
        "eaten_at": log.eaten_at,
        "time_zone": log.time_zone,
        "items": [_item(item) for item in log.items],
    }


def _item(item: ItemRow) -> dict[str, Any]:
    return {
        "id": item.id,
        "food": item.food,
        "name": item.name,
        "grams": item.grams,
        "portion": item.portion,
        "portion_count": item.portion_count,
        "energy_kcal": _rounded(item.kcal),
    }


def _target(target: TargetRow | None) -> dict[str, Any] | None:
    if target is None:
        return None
    numbers = {name: getattr(target, name) for name in TARGET_NUMBERS}
    said = {"id": target.id, "day_kind": target.day_kind, "starts_on": target.starts_on, "method": target.method}
    return {**said, **numbers}


def _line(line: Line) -> dict[str, Any]:
    return {
        "nutrient": line.nutrient.slug,
        "name": line.nutrient.name,
        "unit": line.nutrient.unit,
        "amount": _rounded(line.amount),
        **_known(line.food),
        "from_supplements": _rounded(line.from_supplements),
        "target": line.target,
        "reference": line.reference and {"kind": line.reference.kind, "amount": _rounded(line.reference.amount)},
        "limits": [_limit(limit) for limit in line.limits],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "kind": limit.kind,
        "amount": _rounded(limit.amount),
        "counts": limit.counts,
        "sources": list(limit.sources),
        "applies_to": limit.applies_to,
        "counted": _rounded(limit.counted),
        "is_over": limit.is_over,
    }


def _dose(dose: DoseOfDay) -> dict[str, Any]:
    said: Any = dose.log or dose.plan
    return {
        "plan": dose.plan.id if dose.plan else said.plan,
        "log": dose.log and dose.log.id,
        "supplement": dose.supplement,
        "name": dose.name,
        "time": dose.time,
        "is_due": dose.is_due,
        "outcome": dose.outcome,
        "dose": said.dose,
        "dose_unit": said.dose_unit,
        "taken_at": dose.log and dose.log.taken_at,
    }


def _caution(caution: Caution) -> dict[str, Any]:
    return {
        "code": caution.code,
        "severity": caution.severity,
        "detail": caution.detail,
        "nutrient": caution.nutrient or None,
        "supplements": list(caution.supplements),
        "interaction": caution.interaction or None,
        "effect": caution.effect,
        "advice": caution.advice,
        "ask_clinician": caution.ask_clinician,
    }


def _plan_kept(one: PlanKept) -> dict[str, Any]:
    said = {"plan": one.plan.id, "supplement": one.plan.supplement, "name": one.plan.name}
    return {**said, **_adherence(one.adherence)}


def _adherence(found: Adherence) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("due", "taken", "skipped", "missed", "open", "besides")}
    return {**counts, "share": _rounded(found.share)}


def _rounded(amount: float | None) -> float | None:
    """Sums of floats show dust in the last digits."""
    return None if amount is None else round(amount, DIGITS)
