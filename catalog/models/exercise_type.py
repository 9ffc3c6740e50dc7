from django.contrib.postgres.indexes import GinIndex

from accounts.enums import Level
from catalog import enums
from catalog.models.history import keeps_versions
from catalog.models.library import NOT_ON_THE_WIRE, LibraryModel
from catalog.validators import validate_metadata_schema
from lib.fields import BoundedDecimalField, EnumField, JsonField, NoteField, SlugSetField
from lib.wire import Wire


@keeps_versions
class ExerciseType(LibraryModel):
    """A kind of exercise. Without an owner it is canonical: part of the library. With one it is private, usable at once."""

    wire = Wire(code=20, internal=NOT_ON_THE_WIRE, shown=("slug", "status", "replaced_by"), stays_readable=True)

    category = EnumField(choices=enums.Category, default=enums.Category.STRENGTH)
    movement_pattern = EnumField(choices=enums.MovementPattern, blank=True, default="")
    mechanic = EnumField(choices=enums.Mechanic, default=enums.Mechanic.NONE)
    force = EnumField(choices=enums.Force, default=enums.Force.NONE)
    level = EnumField(choices=Level, default=Level.BEGINNER)
    laterality = EnumField(choices=enums.Laterality, default=enums.Laterality.BILATERAL)
    load_convention = EnumField(choices=enums.LoadConvention, default=enums.LoadConvention.TOTAL)
    bodyweight_share = BoundedDecimalField(
        max_digits=3, decimal_places=2, min_value="0.00", max_value="1.00", default="0.00"
    )
    primary_muscles = SlugSetField(max_size=12, vocabulary="catalog.Muscle")
    secondary_muscles = SlugSetField(max_size=24, vocabulary="catalog.Muscle")
    equipment = SlugSetField(max_size=12, vocabulary="catalog.Equipment")
    instructions = NoteField(max_length=5000, help_text="Markdown, a numbered step a line.")
    media = JsonField(default=list, help_text='Links: [{"kind": "video", "url": "https://..."}].')
    metadata_schema = JsonField(
        validators=[validate_metadata_schema], help_text="JSON Schema (2020-12) of what a performance records."
    )

    class Meta(LibraryModel.Meta):
        indexes = [
            *LibraryModel.Meta.indexes,
            GinIndex(fields=["primary_muscles"], name="catalog_type_primary"),  # ?primary_muscle=
        ]
