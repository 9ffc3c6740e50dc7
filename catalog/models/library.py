"""What the rows of all libraries have: words to be found by, a place in the workflow, a source, and versions."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog import enums
from catalog.rules import Versioned, keeps_words
from lib.fields import EnumField, JsonField
from lib.rules import own_or_shared
from lib.shared import SharedModel, SharedQuerySet, visible_where

NAME_MAX_LENGTH = 120
# What the document of a row does not hold, though that of a canonical row shows some of it.
EDITORIAL = frozenset(
    {"status", "publish_at", "published_at", "replaced_by", "source", "source_id", "attribution", "catalog_version"}
)
NOT_ON_THE_WIRE = EDITORIAL | {"slug", "search"}
IN_THE_LIBRARY = models.Q(user=None, deleted_at=None, status=enums.Status.PUBLISHED)


def visible_if_published() -> models.GeneratedField:
    """Retired rows too: for old logs, and for those who are doing a program."""
    return visible_where(models.Q(status__in=enums.Status.visible()))


def found_by(name: str, *others: Any) -> models.GeneratedField:
    """The column `search`. others: names in other languages, aliases, and what more there is to find it by."""
    return models.GeneratedField(
        expression=models.Func(name, *others, function="catalog_search_document_3"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


def folded(name: str) -> models.Func:
    """A name as names are compared: without accents, capitals and punctuation."""
    return models.Func(name, function="catalog_search_folded", output_field=models.TextField())


class Matches(models.Func):
    """tsvector @@ tsquery"""

    arg_joiner = " @@ "
    template = "(%(expressions)s)"
    output_field = models.BooleanField()


def has_words(text: str) -> Matches:
    """Of a row with a column `search`: whether it has every word of `text`, or its beginning. False if nothing is a word."""
    return Matches("search", models.Func(models.Value(text), function="catalog_search_query"))


class EditorialQuerySet(SharedQuerySet):
    def published(self) -> Self:
        return self.canonical().filter(status=enums.Status.PUBLISHED)

    def changed_since(self, version: int) -> Self:
        """Canonical rows that somebody may have seen, and that changed after this version of the catalogue: deleted ones too."""
        return self.filter(user=None, published_at__isnull=False, catalog_version__gt=version)


class LibraryQuerySet(EditorialQuerySet):
    def search(self, text: str) -> Self:
        """Rows with every word of `text`, or its beginning, in a name or alias. None of them if nothing is a word."""
        return self.filter(has_words(text))


class Editorial(models.Model):
    """Of a canonical row: how far it is, and where it comes from. Of a private one, all of it is empty."""

    status = EnumField(choices=enums.Status, default=enums.Status.PUBLISHED, db_default=enums.Status.PUBLISHED)
    publish_at = models.DateTimeField(null=True, blank=True, help_text="Of a scheduled row: when it is published.")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)  # kept by a trigger, as the version is
    replaced_by = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="+")
    source = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Where it comes from: dropset, usda-sr28, wger...",
    )
    source_id = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="Its id there.")
    attribution = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="Whom its licence asks to be named, and the licence.",
    )
    catalog_version = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True


def editorial_constraints() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=(
                models.Q(status=enums.Status.SCHEDULED, publish_at__isnull=False)
                | (~models.Q(status=enums.Status.SCHEDULED) & models.Q(publish_at=None))
            ),
            name="%(app_label)s_%(class)s_scheduled_for",
            violation_error_code="publish_at_missing",
            violation_error_message="What is scheduled says when it is published; nothing else does.",
        ),
        models.CheckConstraint(
            condition=(
                models.Q(replaced_by=None)
                | (models.Q(status=enums.Status.RETIRED) & ~models.Q(replaced_by=models.F("id")))
            ),
            name="%(app_label)s_%(class)s_replaced_if_retired",
            violation_error_code="not_retired",
            violation_error_message="Only what is retired has a replacement, and that is another row.",
        ),
    ]


def editorial_indexes() -> list[models.Index]:
    return [
        # ?since_version=
        models.Index(
            fields=["catalog_version", "id"],
            condition=models.Q(user=None),
            name="%(app_label)s_%(class)s_since",
        ),
    ]


def folded_names() -> models.Func:
    return models.Func("name", "names", "aliases", function="catalog_folded_names", output_field=models.TextField())


def search_indexes(name: str) -> list[models.Index]:
    """name: of the column with the row's name."""
    return [
        GinIndex(fields=["search"], name="%(app_label)s_%(class)s_search"),  # ?search=
        # ?search=, names that begin so
        models.Index(
            OpClass(folded(name), "text_pattern_ops"),
            "id",
            condition=IN_THE_LIBRARY,
            name="%(app_label)s_%(class)s_begins",
        ),
        # the library in its order, however many drafts there are
        models.Index(name, "id", condition=IN_THE_LIBRARY, name="%(app_label)s_%(class)s_order"),
    ]


class LibraryModel(Editorial, SharedModel):
    """A row of a library that is found by its names. A subclass keeps `class Meta(LibraryModel.Meta)`."""

    slug = models.SlugField(max_length=64, null=True, blank=True, help_text="Of a canonical row; never changed.")  # noqa: DJ001 - no slug is NULL, so that it stays out of the unique index
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    names = JsonField(help_text='Names in other languages: {"de": "Bankdrücken"}.')
    aliases = JsonField(default=list, help_text="Other names, to be found by.")
    visible = visible_if_published()
    search = found_by("name", "names", "aliases", models.Value(""))

    objects: ClassVar[Any] = models.Manager.from_queryset(LibraryQuerySet)()

    class Meta(SharedModel.Meta):
        abstract = True
        constraints = [
            *SharedModel.Meta.constraints,
            *editorial_constraints(),
            models.UniqueConstraint(
                fields=["slug"],
                name="%(app_label)s_%(class)s_slug",
                violation_error_code="unique",
                violation_error_message="There is one with this slug in the library.",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None, slug__isnull=False) | models.Q(user__isnull=False, slug=None),
                name="%(app_label)s_%(class)s_slug_if_canonical",
                violation_error_code="invalid",
                violation_error_message="What is canonical has a slug, what is private has none.",
            ),
        ]
        indexes = [
            *SharedModel.Meta.indexes,
            *editorial_indexes(),
            *search_indexes("name"),
            # which are called almost the same?
            GinIndex(
                OpClass(folded_names(), name="gin_trgm_ops"),
                condition=models.Q(user=None),
                name="%(app_label)s_%(class)s_alike",
            ),
            # the curators' list
            models.Index("name", "id", condition=models.Q(user=None), name="%(app_label)s_%(class)s_name"),
        ]
        triggers = [
            *SharedModel.Meta.triggers,
            *own_or_shared("replaced_by"),
            Versioned(name="versioned"),
            *keeps_words(),
        ]

    def __str__(self) -> str:
        return self.name
