from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from accounts.enums import Level
from catalog import enums
from catalog.validators import validate_metadata_schema
from lib.fields import BoundedDecimalField, EnumField, JsonField, NoteField, SlugSetField
from lib.rules import own_or_shared
from lib.shared import SharedModel, SharedQuerySet, visible_where
from lib.wire import Wire


class Matches(models.Func):
    """tsvector @@ tsquery"""

    arg_joiner = " @@ "
    template = "(%(expressions)s)"
    output_field = models.BooleanField()


class ExerciseTypeQuerySet(SharedQuerySet):
    def published(self) -> Self:
        return self.canonical().filter(status=enums.Status.PUBLISHED)

    def search(self, text: str) -> Self:
        """Types with every word of `text`, or its beginning, in a name or alias. None of them if nothing is a word."""
        return self.filter(Matches("search", models.Func(models.Value(text), function="catalog_search_query")))


class ExerciseType(SharedModel):
    """A kind of exercise. Without an owner it is canonical: part of the library. With one it is private, usable at once."""

    wire = Wire(
        code=20,
        internal=frozenset({"slug", "status", "replaced_by", "search"}),
        shown=("slug", "status", "replaced_by"),
        stays_readable=True,
    )

    slug = models.SlugField(max_length=64, null=True, blank=True, help_text="Of a canonical type; never changed.")  # noqa: DJ001 - no slug is NULL, so that it stays out of the unique index
    name = models.CharField(max_length=120)
    names = JsonField(help_text='Names in other languages: {"de": "Bankdrücken"}.')
    aliases = JsonField(default=list, help_text="Other names, to be found by.")
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
    status = EnumField(choices=enums.Status, default=enums.Status.PUBLISHED, db_default=enums.Status.PUBLISHED)
    visible = visible_where(
        models.Q(status__in=[enums.Status.PUBLISHED, enums.Status.RETIRED])
    )  # retired: for old logs
    replaced_by = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="+")
    search = models.GeneratedField(
        expression=models.Func("name", "names", "aliases", function="catalog_search_document_2"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = models.Manager.from_queryset(ExerciseTypeQuerySet)()

    class Meta(SharedModel.Meta):
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["slug"],
                name="catalog_exercisetype_slug",
                violation_error_code="unique",
                violation_error_message="There is a canonical type with this slug.",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None, slug__isnull=False) | models.Q(user__isnull=False, slug=None),
                name="catalog_exercisetype_slug_if_canonical",
                violation_error_code="invalid",
                violation_error_message="A canonical type has a slug, a private one has none.",
            ),
        ]
        indexes = [
            *SharedModel.Meta.indexes,
            GinIndex(fields=["search"], name="catalog_type_search"),  # ?search=, of the library and of own types
            GinIndex(fields=["primary_muscles"], name="catalog_type_primary"),  # ?primary_muscle=
            models.Index(
                "name", "id", condition=models.Q(user=None), name="catalog_type_name"
            ),  # the library in its order
        ]
        triggers = [*SharedModel.Meta.triggers, *own_or_shared("replaced_by")]

    def __str__(self) -> str:
        return self.name
