"""What curators did and decided: steps of the workflow, merges, suggestions and their answers."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models

from catalog import enums
from catalog.models.library import NAME_MAX_LENGTH
from lib.fields import EnumField, NoteField
from lib.models import OwnedModel
from lib.wire import Wire

NOTE_MAX_LENGTH = 1000


def person_field() -> Any:
    """Somebody of the staff. When their account goes, what they did stays."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )


def entity_field() -> models.CharField[str, str]:
    return models.CharField(max_length=40, help_text="The kind of row, by its name on the wire.")


class EditorialStep(models.Model):
    """A step of a canonical row through the workflow. Steps are added, and never changed."""

    entity = entity_field()
    row_id = models.UUIDField()
    from_status = EnumField(choices=enums.Status, blank=True, default="")  # empty: it was made
    to_status = EnumField(choices=enums.Status)
    by = person_field()  # nobody: the clock
    at = models.DateTimeField()
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, default="")

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("publish_library", "Can publish and retire rows of the library, and merge duplicates"),
            ("publish_alone", "Can publish what they wrote themselves, and change what is published"),
        ]
        indexes = [
            models.Index(fields=["entity", "row_id", "at"], name="catalog_step_of_row"),  # the steps of a row
            models.Index(fields=["-at"], name="catalog_step_latest"),  # what was published lately
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="unchanged",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(  # but for an account that goes
                    "NEW.by_id IS NOT NULL"
                    " OR (OLD.entity, OLD.row_id, OLD.from_status, OLD.to_status, OLD.at, OLD.note)"
                    " IS DISTINCT FROM (NEW.entity, NEW.row_id, NEW.from_status, NEW.to_status, NEW.at, NEW.note)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_status_display() or 'Made'} → {self.get_to_status_display()}"


class Merge(models.Model):
    """One row took the place of another one. It knows enough to be undone."""

    entity = entity_field()
    loser_id = models.UUIDField()
    winner_id = models.UUIDField()
    loser_name = models.CharField(max_length=NAME_MAX_LENGTH)
    winner_name = models.CharField(max_length=NAME_MAX_LENGTH)
    loser_status = EnumField(choices=enums.Status)  # before; of a private row, that of all private ones
    added = models.JSONField(default=dict)  # the words that the winner got from the loser
    moved = models.PositiveIntegerField(default=0)
    athletes = models.PositiveIntegerField(default=0)
    by = person_field()
    at = models.DateTimeField()
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, default="")
    undone_by = person_field()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at"], name="catalog_merge_latest"),  # the list; which to follow up
            models.Index(fields=["loser_id"], name="catalog_merge_of_loser"),  # was this merged?
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "loser_id"],
                condition=models.Q(undone_at=None),
                name="catalog_merge_once",
                violation_error_code="merged_already",
                violation_error_message="It was merged into another one already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser_name or 'A suggestion'} → {self.winner_name}"


class MovedRow(models.Model):
    """A row that named the loser of a merge and names the winner since. gone: it was deleted, for it said nothing new."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="moved_rows", db_index=False)
    reference = models.CharField(max_length=100)  # app.model.field
    row_id = models.UUIDField()
    gone = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["merge", "reference", "row_id"], name="catalog_movedrow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.row_id}"


class DistinctPair(models.Model):
    """Two rows of which a curator said that they are not the same, though their names are alike."""

    entity = entity_field()
    first_id = models.UUIDField()
    second_id = models.UUIDField()
    by = person_field()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["entity", "first_id", "second_id"], name="catalog_distinctpair_once"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="catalog_distinctpair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class Suggestion(OwnedModel):
    """An athlete's own row, offered to the curators of the library, and what they said."""

    wire = Wire(code=37, read_only=True, internal=frozenset({"answered_by"}))

    kind = EnumField(choices=enums.SuggestionKind)
    row_id = models.UUIDField(help_text="Of the athlete's own row.")
    name = models.CharField(max_length=NAME_MAX_LENGTH, help_text="What it was called when it was suggested.")
    message = NoteField(max_length=2000)
    state = EnumField(choices=enums.SuggestionState, default=enums.SuggestionState.PENDING)
    answer = NoteField(max_length=2000)
    answered_at = models.DateTimeField(null=True, blank=True)
    library_id = models.UUIDField(
        null=True, blank=True, help_text="Of the row of the library that it became, or was merged into."
    )
    answered_by = person_field()

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                models.F("row_id"),  # the server alone writes it, so that no two devices can break it
                condition=models.Q(state=enums.SuggestionState.PENDING, deleted_at=None),
                name="catalog_suggestion_pending_once",
                violation_error_code="suggested_already",
                violation_error_message="It is suggested already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state=enums.SuggestionState.PENDING, answered_at=None)
                | (~models.Q(state=enums.SuggestionState.PENDING) & models.Q(answered_at__isnull=False)),
                name="catalog_suggestion_answered",
                violation_error_code="invalid",
                violation_error_message="What is answered says when.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[enums.SuggestionState.ACCEPTED, enums.SuggestionState.MERGED], library_id__isnull=False
                )
                | models.Q(
                    state__in=[enums.SuggestionState.PENDING, enums.SuggestionState.DECLINED], library_id__isnull=True
                ),
                name="catalog_suggestion_library",
                violation_error_code="invalid",
                violation_error_message="What was taken says which row of the library it is now; nothing else does.",
            ),
        ]
        indexes = [
            *OwnedModel.Meta.indexes,
            models.Index(fields=["state", "created_at"], name="catalog_suggestion_queue"),  # what waits for an answer
            models.Index(
                fields=["library_id"], name="catalog_suggestion_taken"
            ),  # who follows to a row that is published
        ]

    def __str__(self) -> str:
        return self.name
