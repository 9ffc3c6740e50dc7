"""What a set asks for. A set of a template or of a program is nothing else; a set of a workout holds what was done, too."""

from decimal import Decimal

from django.db import models

from accounts.enums import WeightUnit
from catalog.enums import LoadReference, SetKind, SetSide
from catalog.models.fields import (
    distance_m_field,
    duration_s_field,
    load_kg_field,
    position_field,
    reps_field,
    rest_s_field,
    rir_field,
    rpe_field,
    typed_load_field,
)
from lib.fields import BoundedDecimalField, EnumField, NoteField
from lib.together import Together

ROUNDING_KG = Decimal("0.01")  # of a typed load, by whatever rule a client rounds it

# How a load may be prescribed: the fields that say so, and what they hold where they do not.
WAYS_OF_LOADING = {"target_load_kg": None, "target_reference": "", "target_rpe": None, "target_rir": None}

# Leading fields, because older apps know of them alone: what they write empties the others.
PRESCRIBED_TOGETHER = (
    Together(("target_reps", "target_max_reps"), leading="target_reps"),
    Together(
        (
            "target_load_kg",
            "target_typed_load",
            "target_typed_load_unit",
            "target_percentage",
            "target_reference",
            "target_rpe",
            "target_rir",
        ),
        leading="target_load_kg",
    ),
)


def load_as_typed_constraints(prefix: str = "") -> list[models.CheckConstraint]:
    """The load is what was typed, in kg. prefix: of the three fields' names."""
    load_kg, typed, unit = f"{prefix}load_kg", f"{prefix}typed_load", f"{prefix}typed_load_unit"

    def is_typed_in(weight_unit: WeightUnit) -> models.Q:
        typed_kg = models.F(typed) * weight_unit.in_kg
        known = models.Q((f"{load_kg}__isnull", False), (unit, weight_unit))  # a comparison with NULL refuses nothing
        return known & models.Q(
            (f"{load_kg}__gte", typed_kg - ROUNDING_KG), (f"{load_kg}__lte", typed_kg + ROUNDING_KG)
        )

    nothing_typed, no_unit = models.Q((typed, None)), models.Q((unit, ""))
    return [
        models.CheckConstraint(
            condition=(nothing_typed & no_unit) | (models.Q((f"{typed}__isnull", False)) & ~no_unit),
            name=f"%(app_label)s_%(class)s_{typed}_unit",
            violation_error_code="unit_missing",
            violation_error_message="What was typed needs its number and its unit, or neither.",
        ),
        models.CheckConstraint(
            condition=(
                nothing_typed
                | no_unit  # the constraint above says so
                | is_typed_in(WeightUnit.KG)
                | is_typed_in(WeightUnit.LB)
            ),
            name=f"%(app_label)s_%(class)s_{load_kg.removesuffix('_kg')}_as_typed",
            violation_error_code="load_not_as_typed",
            violation_error_message=f"{load_kg} must be {typed} in kg, to 0.01 kg. Write {load_kg}, {typed} and {unit} together.",
        ),
    ]


def prescription_constraints() -> list[models.CheckConstraint]:
    return [
        *load_as_typed_constraints("target_"),
        models.CheckConstraint(
            condition=(
                models.Q(target_max_reps=None)
                | models.Q(target_reps__isnull=False, target_max_reps__gte=models.F("target_reps"))
            ),
            name="%(app_label)s_%(class)s_target_reps_in_order",
            violation_error_code="max_below_min",
            violation_error_message="A range of reps goes from target_reps to target_max_reps: write both, the larger last.",
        ),
        models.CheckConstraint(
            condition=(
                models.Q(target_percentage=None, target_reference="")
                | models.Q(target_reference=LoadReference.BODY_WEIGHT)
                | (models.Q(target_percentage__isnull=False) & ~models.Q(target_reference=""))
            ),
            name="%(app_label)s_%(class)s_target_percentage_of",
            violation_error_code="reference_missing",
            violation_error_message="A percentage needs what it is of; only body weight may stand without one.",
        ),
    ]


def one_load_constraint() -> models.CheckConstraint:
    """All of the ways to prescribe a load but one are empty."""
    condition = models.Q()
    for way in WAYS_OF_LOADING:
        condition |= models.Q(*((other, empty) for other, empty in WAYS_OF_LOADING.items() if other != way))
    return models.CheckConstraint(
        condition=condition,
        name="%(app_label)s_%(class)s_one_load",
        violation_error_code="load_prescribed_twice",
        violation_error_message="Prescribe a load in one way: in kg, as a percentage, by body weight, RPE or RIR.",
    )


class Prescription(models.Model):
    """Reps, load, duration and distance to aim at, and how: the kind of set, rest, tempo."""

    position = position_field()
    kind = EnumField(choices=SetKind, default=SetKind.WORKING)
    target_reps = reps_field()
    target_max_reps = reps_field()
    target_load_kg = load_kg_field()
    target_typed_load = typed_load_field()
    target_typed_load_unit = EnumField(choices=WeightUnit, blank=True, default="")
    target_percentage = BoundedDecimalField(
        max_digits=5, decimal_places=2, min_value="0.01", max_value="500.00", null=True, blank=True
    )
    target_reference = EnumField(
        choices=LoadReference,
        blank=True,
        default="",
        help_text="What target_percentage is of. body_weight without a percentage: body weight alone, nothing added.",
    )
    target_rpe = rpe_field()
    target_rir = rir_field()
    target_duration_s = duration_s_field()
    target_distance_m = distance_m_field()
    rest_s = rest_s_field()
    tempo = models.CharField(max_length=20, blank=True, default="", help_text="Down, pause, up, pause in s: 3-1-1-0.")
    notes = NoteField(max_length=2000)
    side = EnumField(choices=SetSide, blank=True, default="", help_text="Empty: both sides, or nothing said.")

    class Meta:
        abstract = True
