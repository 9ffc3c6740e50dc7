"""Supplements: what is known of them, how much is too much, and what they do not go with."""

from django.db import models

from catalog import enums
from catalog.models.fields import position_field
from catalog.models.history import keeps_versions
from catalog.models.library import NOT_ON_THE_WIRE, LibraryModel
from catalog.rules import VersionedRoot
from catalog.validators import validate_citations, validate_nutrients, validate_texts
from lib.fields import BoundedDecimalField, EnumField, JsonField, NoteField, OwnedForeignKey, SlugSetField
from lib.rules import own_or_shared
from lib.shared import SharedChild
from lib.together import Together
from lib.wire import Wire


def dose_field() -> BoundedDecimalField:
    return BoundedDecimalField(
        max_digits=12, decimal_places=4, min_value="0.0000", max_value="10000000.0000", null=True, blank=True
    )


def texts_field(help_text: str = "") -> JsonField:
    return JsonField(default=list, validators=[validate_texts], help_text=help_text)


def citations_field() -> JsonField:
    return JsonField(
        default=list,
        validators=[validate_citations],
        help_text='What says so: [{"title": "...", "url": "https://...", "year": 2018}].',
    )


@keeps_versions
class Supplement(LibraryModel):
    """What is taken besides food. It informs; it prescribes nothing."""

    wire = Wire(
        code=26,
        internal=NOT_ON_THE_WIRE,
        shown=("slug", "status", "replaced_by"),
        stays_readable=True,
        together=(
            Together(("dose_low", "dose_high", "dose_unit", "dose_basis"), leading="dose_low"),
            Together(("upper_limit", "upper_limit_unit", "upper_limit_applies_to"), leading="upper_limit"),
        ),
    )

    category = EnumField(choices=enums.SupplementCategory, default=enums.SupplementCategory.OTHER)
    nutrients = SlugSetField(
        max_size=20,
        vocabulary="catalog.Nutrient",
        help_text="What it supplies. Its doses count towards the limits of these.",
    )
    contents = JsonField(
        max_bytes=8192,
        validators=[validate_nutrients],
        help_text='Of a product: amounts in one serving, by slug of the nutrient and in its unit: {"zinc": 10}.',
    )
    forms = texts_field("What it is sold as: capsule, powder, citrate...")
    dose_low = dose_field()
    dose_high = dose_field()
    dose_unit = EnumField(choices=enums.DoseUnit, blank=True, default="")
    dose_basis = EnumField(choices=enums.DoseBasis, blank=True, default="")
    upper_limit = dose_field()
    upper_limit_unit = EnumField(choices=enums.DoseUnit, blank=True, default="")
    upper_limit_applies_to = models.CharField(max_length=300, blank=True, default="")
    timing = SlugSetField(max_size=10)
    with_food = EnumField(choices=enums.WithFood, default=enums.WithFood.EITHER)
    evidence_grade = EnumField(choices=enums.EvidenceGrade, blank=True, default="")
    summary = NoteField(max_length=1000)
    benefits = texts_field()
    instructions = NoteField(max_length=5000, help_text="Markdown: how it is taken.")
    warnings = texts_field()
    contraindications = SlugSetField(max_size=30)
    contraindication_notes = NoteField(max_length=2000)
    citations = citations_field()

    class Meta(LibraryModel.Meta):
        constraints = [
            *LibraryModel.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    models.Q(dose_high=None) | models.Q(dose_low__isnull=False, dose_high__gte=models.F("dose_low"))
                ),
                name="catalog_supplement_doses_in_order",
                violation_error_code="max_below_min",
                violation_error_message="A range of doses goes from dose_low to dose_high: write both, the larger last.",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(dose_low=None, dose_unit="", dose_basis="")
                    | (models.Q(dose_low__isnull=False) & ~models.Q(dose_unit="") & ~models.Q(dose_basis=""))
                ),
                name="catalog_supplement_dose_unit",
                violation_error_code="unit_missing",
                violation_error_message="A dose needs its unit and what it is for: a day, a serving, a kg of body weight.",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(upper_limit=None, upper_limit_unit="")
                    | (models.Q(upper_limit__isnull=False) & ~models.Q(upper_limit_unit=""))
                ),
                name="catalog_supplement_upper_limit_unit",
                violation_error_code="unit_missing",
                violation_error_message="An upper limit needs its unit.",
            ),
        ]


@keeps_versions
class SupplementInteraction(SharedChild):
    """What a supplement does together with something else."""

    wire = Wire(code=27)

    supplement = OwnedForeignKey(Supplement, related_name="interactions", db_index=False)
    position = position_field()
    with_kind = EnumField(choices=enums.InteractionKind)
    with_name = models.CharField(max_length=120)
    with_supplement = models.ForeignKey(Supplement, models.RESTRICT, null=True, blank=True, related_name="+")
    with_nutrients = SlugSetField(max_size=5, vocabulary="catalog.Nutrient")
    severity = EnumField(choices=enums.Severity, default=enums.Severity.CAUTION)
    effect = NoteField(max_length=2000)
    advice = NoteField(max_length=2000)
    separate_hours = BoundedDecimalField(
        max_digits=4,
        decimal_places=1,
        min_value="0.0",
        max_value="168.0",
        null=True,
        blank=True,
        help_text="How far apart they are taken.",
    )
    ask_clinician = models.BooleanField(default=False, db_default=False)
    citations = citations_field()

    class Meta(SharedChild.Meta):
        indexes = [
            *SharedChild.Meta.indexes,
            # ?supplement=, in its order; what hangs on a supplement
            models.Index(fields=["supplement", "position", "id"], name="catalog_interaction_in_order"),
        ]
        triggers = [
            *SharedChild.Meta.triggers,
            *own_or_shared("with_supplement"),
            VersionedRoot(name="versioned_root"),
        ]

    def __str__(self) -> str:
        return f"with {self.with_name}"
