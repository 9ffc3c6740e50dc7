"""The shapes of what is read: they make the API schema; the answers are made from the domain's own objects."""

from typing import Any

from rest_framework import serializers

from catalog.enums import MealSlot, Severity
from nutrition.domain.doses import Outcome
from nutrition.enums import DayKind, MealLogStatus, TargetMethod

ENERGY_BASES = ("measured", "specific", "general", "macros")
WARNINGS = (
    "over_limit",
    "would_be_over_limit",
    "interaction",
    "contraindication",
    "target_below_floor",
    "ask_a_professional",
    "dose_not_counted",
)


class DiaryEnergySerializer(serializers.Serializer[Any]):
    kcal = serializers.FloatField()
    coverage = serializers.FloatField(help_text="The share of what was eaten, by weight, of which it is known: 0 to 1.")
    is_complete = serializers.BooleanField(help_text="It is known of everything that was eaten.")
    by_basis = serializers.DictField(
        child=serializers.FloatField(),
        help_text=f"How many of the kcal are known in which way: {', '.join(ENERGY_BASES)}.",
    )


class DiarySumsSerializer(serializers.Serializer[Any]):
    """At least so much. null: nobody knows any of it."""

    energy = DiaryEnergySerializer(allow_null=True)
    protein_g = serializers.FloatField(allow_null=True)
    fat_g = serializers.FloatField(allow_null=True)
    carbohydrate_g = serializers.FloatField(allow_null=True)
    fiber_g = serializers.FloatField(allow_null=True)


class DiaryItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    food = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    grams = serializers.FloatField(allow_null=True)
    portion = serializers.CharField(allow_blank=True)
    portion_count = serializers.FloatField(allow_null=True)
    energy_kcal = serializers.FloatField(allow_null=True)


class DiaryLogSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=MealLogStatus.choices)
    title = serializers.CharField(allow_blank=True)
    meal = serializers.UUIDField(allow_null=True)
    servings = serializers.FloatField()
    eaten_at = serializers.DateTimeField(allow_null=True)
    time_zone = serializers.CharField()
    items = DiaryItemSerializer(many=True)


class DiarySlotSerializer(DiarySumsSerializer):
    """A slot of the day; the sums are of what was eaten in it."""

    slot = serializers.ChoiceField(choices=MealSlot.choices, allow_blank=True)
    logs = DiaryLogSerializer(many=True)


class TargetInForceSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    day_kind = serializers.ChoiceField(choices=DayKind.choices)
    starts_on = serializers.DateField()
    method = serializers.ChoiceField(choices=TargetMethod.choices)
    energy_kcal = serializers.FloatField(allow_null=True)
    protein_g = serializers.FloatField(allow_null=True)
    fat_g = serializers.FloatField(allow_null=True)
    carbohydrate_g = serializers.FloatField(allow_null=True)
    fiber_g = serializers.FloatField(allow_null=True)
    water_ml = serializers.IntegerField(allow_null=True)


class NutrientNeedSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=("rda", "ai"))
    amount = serializers.FloatField(help_text="In the nutrient's unit.")


class NutrientLimitSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=("ul", "cdrr"))
    amount = serializers.FloatField(help_text="In the unit of the nutrient that `counts`.")
    counts = serializers.CharField(help_text="The nutrient that counts: of vitamin A, retinol.")
    sources = serializers.ListField(child=serializers.ChoiceField(choices=("food", "fortified", "supplement")))
    applies_to = serializers.CharField(allow_blank=True)
    counted = serializers.FloatField(allow_null=True, help_text="null: of no source that counts an amount is known.")
    is_over = serializers.BooleanField(allow_null=True, help_text="null: not known, which is not “no”.")


class NutrientLineSerializer(serializers.Serializer[Any]):
    nutrient = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.FloatField(
        allow_null=True, help_text="Of all sources: at least so much. null: nobody knows any."
    )
    coverage = serializers.FloatField(help_text="Of what was eaten, by weight: 0 to 1.")
    is_complete = serializers.BooleanField()
    from_supplements = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True, help_text="The athlete's own.")
    reference = NutrientNeedSerializer(allow_null=True)
    limits = NutrientLimitSerializer(many=True)


class DiaryDoseSerializer(serializers.Serializer[Any]):
    plan = serializers.UUIDField(allow_null=True)
    log = serializers.UUIDField(allow_null=True)
    supplement = serializers.UUIDField()
    name = serializers.CharField()
    time = serializers.CharField(
        allow_blank=True, help_text="HH:MM by the clock where the athlete is. Empty: any time."
    )
    is_due = serializers.BooleanField(help_text="false: it was taken though no plan asks for it.")
    outcome = serializers.ChoiceField(choices=tuple(outcome.value for outcome in Outcome))
    dose = serializers.FloatField(allow_null=True)
    dose_unit = serializers.CharField(allow_blank=True)
    taken_at = serializers.DateTimeField(allow_null=True)


class DiaryWarningSerializer(serializers.Serializer[Any]):
    """Something to talk about with a clinician, or to know."""

    code = serializers.ChoiceField(choices=WARNINGS)
    severity = serializers.ChoiceField(choices=Severity.choices)
    detail = serializers.CharField()
    nutrient = serializers.CharField(allow_null=True)
    supplements = serializers.ListField(child=serializers.UUIDField())
    interaction = serializers.UUIDField(allow_null=True)
    effect = serializers.CharField(allow_blank=True)
    advice = serializers.CharField(allow_blank=True)
    ask_clinician = serializers.BooleanField()


class DiaryDaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    is_training_day = serializers.BooleanField()
    slots = DiarySlotSerializer(many=True)
    totals = DiarySumsSerializer(help_text="Of what was eaten.")
    planned = DiarySumsSerializer(help_text="Of what is planned, and not in the totals.")
    target = TargetInForceSerializer(allow_null=True)
    nutrients = NutrientLineSerializer(many=True)
    supplements = DiaryDoseSerializer(many=True)
    water_ml = serializers.FloatField(help_text="What was logged as water. The line of water has that of foods too.")
    body_weight_kg = serializers.FloatField(allow_null=True, help_text="As of the day.")
    age_is_known = serializers.BooleanField(help_text="false: needs and limits are those of an adult.")
    warnings = DiaryWarningSerializer(many=True)


class DiaryRangeDaySerializer(DiarySumsSerializer):
    date = serializers.DateField()
    items = serializers.IntegerField()
    is_whole = serializers.BooleanField(
        help_text="Logged in full, as far as can be told: expenditure is read from such days."
    )
    water_ml = serializers.FloatField()
    is_training_day = serializers.BooleanField()
    target = TargetInForceSerializer(allow_null=True)


class SupplementAdherenceSerializer(serializers.Serializer[Any]):
    due = serializers.IntegerField(help_text="taken + skipped + missed + open.")
    taken = serializers.IntegerField()
    skipped = serializers.IntegerField()
    missed = serializers.IntegerField(help_text="The day is over, and nothing was said.")
    open = serializers.IntegerField(help_text="There is still time.")
    besides = serializers.IntegerField(help_text="Taken though no dose was due then.")
    share = serializers.FloatField(allow_null=True, help_text="taken of those that are not open, 0 to 1.")


class SupplementPlanKeptSerializer(SupplementAdherenceSerializer):
    plan = serializers.UUIDField()
    supplement = serializers.UUIDField()
    name = serializers.CharField()


class SupplementsKeptSerializer(SupplementAdherenceSerializer):
    """Of all plans together, and of each."""

    plans = SupplementPlanKeptSerializer(many=True)


class SuggestedTargetSerializer(serializers.Serializer[Any]):
    """As it is posted to nutrition-targets, if the athlete agrees."""

    day_kind = serializers.ChoiceField(choices=DayKind.choices)
    starts_on = serializers.DateField()
    energy_kcal = serializers.CharField()
    protein_g = serializers.CharField()
    fat_g = serializers.CharField()
    carbohydrate_g = serializers.CharField()
    fiber_g = serializers.CharField()
    method = serializers.ChoiceField(choices=TargetMethod.choices)
    reason = serializers.CharField()


class TargetReasonSerializer(serializers.Serializer[Any]):
    of = serializers.CharField(help_text="The number that it explains.")
    text = serializers.CharField()


class ExpenditureSerializer(serializers.Serializer[Any]):
    kcal = serializers.FloatField()
    resting_kcal = serializers.FloatField(help_text="By the formula of Mifflin and St Jeor.")
    is_from_diary = serializers.BooleanField()
    evidence = serializers.FloatField(help_text="How much of it the diary says, 0 to 1. The rest is the formula.")
    weighings = serializers.IntegerField()
    complete_days = serializers.IntegerField()


class TargetSuggestionSerializer(serializers.Serializer[Any]):
    """target null: `code` and `reasons` say why there is none."""

    target = SuggestedTargetSerializer(allow_null=True)
    floor_kcal = serializers.IntegerField(allow_null=True, help_text="No target is suggested below.")
    code = serializers.ChoiceField(
        choices=("ask_a_professional", "target_below_floor", "facts_missing"), allow_blank=True
    )
    missing = serializers.ListField(child=serializers.CharField(), help_text="What is not known of the athlete.")
    reasons = TargetReasonSerializer(many=True)
    expenditure = ExpenditureSerializer(allow_null=True)
