"""The base of every row that belongs to a user."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from lib.capture import capture_triggers
from lib.constraints import DerivedId
from lib.declaration import Wire


class OwnedQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """Rows that are not deleted."""
        return self.filter(deleted_at=None)

    def for_user(self, user: Any) -> Self:
        """The live rows of one user: where every view of theirs starts."""
        return self.live().filter(user=user)

    def usable_by(self, user: Any) -> Self:
        """The live rows that the user may refer to. Of shared models there are more."""
        return self.for_user(user)

    def tombstone(self) -> int:
        """Marks live rows deleted; the capture triggers do the same to the rows below them. Gives the count."""
        return self.live().update(deleted_at=timezone.now())


class OwnedModel(models.Model):
    """A row of one user: id made by whoever creates it, soft delete, captured for sync by triggers.

    A subclass sets `wire` and keeps `class Meta(OwnedModel.Meta)`; docs/adding-an-entity.md walks through one.
    """

    wire: ClassVar[Wire]
    owner_column: ClassVar[str] = "user_id"  # in composite keys
    envelope: ClassVar[frozenset[str]] = frozenset(
        {"id", "user", "created_at", "updated_at", "deleted_at"}
    )  # no content

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = models.Manager.from_queryset(OwnedQuerySet)()

    class Meta:
        abstract = True
        # What composite foreign keys refer to.
        constraints = [models.UniqueConstraint(fields=["user", "id"], name="%(app_label)s_%(class)s_owner")]
        # GET of the collection, newest first.
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="%(app_label)s_%(class)s_list",
            )
        ]
        triggers = capture_triggers()

    def clean(self) -> None:
        """Forms make rows too."""
        super().clean()
        if self._state.adding:
            self.take_derived_id()

    def take_derived_id(self) -> None:
        """The id that follows from its values, where ids do."""
        for constraint in self._meta.constraints:
            if isinstance(constraint, DerivedId):
                self.id = constraint.id_of(self) or self.id

    def __str__(self) -> str:
        """Nobody knows a row by its id."""
        made = f" of {self.created_at:%d %b %Y, %H:%M}" if self.created_at else ""
        return f"{self._meta.verbose_name}{made}"
