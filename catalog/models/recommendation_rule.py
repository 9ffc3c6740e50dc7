"""What to recommend, and when: data, so that curators can read and change it."""

from catalog import enums
from catalog.models.history import keeps_versions
from catalog.models.library import NOT_ON_THE_WIRE, LibraryModel
from catalog.models.supplement import citations_field
from catalog.validators import validate_condition, validate_outcome
from lib.fields import BoundedIntegerField, EnumField, JsonField, NoteField
from lib.wire import Wire


@keeps_versions
class RecommendationRule(LibraryModel):
    """Where `condition` holds of an athlete, `outcome` is recommended. docs/recommendation-rules.md has the language."""

    wire = Wire(
        code=32,
        read_only=True,
        internal=NOT_ON_THE_WIRE,
        shown=("slug", "status", "replaced_by"),
        stays_readable=True,
    )

    area = EnumField(choices=enums.RuleArea)
    priority = BoundedIntegerField(
        min_value=0, max_value=1000, default=100, help_text="Of two that hold, the one with the larger number counts."
    )
    condition = JsonField(max_bytes=8192, validators=[validate_condition])
    outcome = JsonField(max_bytes=8192, validators=[validate_outcome])
    message = NoteField(max_length=1000, help_text="What the athlete reads.")
    rationale = NoteField(max_length=5000, help_text="Why. Markdown.")
    citations = citations_field()
