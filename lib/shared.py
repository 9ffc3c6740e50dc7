"""Models whose rows belong to a user, or to nobody: then they are canonical, for everybody to see, and curators keep them."""

from typing import Any, ClassVar, Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from lib.capture import capture_triggers
from lib.fields import parents_of
from lib.models import OwnedModel, OwnedQuerySet
from lib.sqlfiles import load_sql

CATALOGUE = UUID(int=0)  # in the sync tables and in composite keys, the owner of what belongs to nobody


def visible_where(condition: models.Q) -> models.GeneratedField:
    """The column `visible`: a private row always is (to its user), a canonical one where the condition holds."""
    return models.GeneratedField(
        expression=models.Q(user__isnull=False) | condition,  # type: ignore[arg-type]  # a Q is an expression too
        output_field=models.BooleanField(),
        db_persist=True,
    )


class SharedQuerySet(OwnedQuerySet):
    def canonical(self) -> Self:
        return self.live().filter(user=None)

    def usable_by(self, user: Any) -> Self:
        return self.live().filter(models.Q(user=None, visible=True) | models.Q(user=user))


class SharedModel(OwnedModel):
    """A row of one user, or of nobody.

    A subclass sets `visible = visible_where(...)` where not every canonical row may be seen: drafts may not. It keeps
    `class Meta(SharedModel.Meta)`. docs/adding-a-shared-entity.md walks through a tree of them.
    """

    owner_column: ClassVar[str] = "owner"
    envelope: ClassVar[frozenset[str]] = OwnedModel.envelope | {"owner", "visible"}

    user = models.ForeignKey(  # type: ignore[assignment]  # canonical rows have none
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Empty: canonical.",
    )
    owner = models.GeneratedField(
        expression=Coalesce("user", models.Value(CATALOGUE, output_field=models.UUIDField())),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    visible = visible_where(models.Q(user__isnull=True))

    objects: ClassVar[Any] = models.Manager.from_queryset(SharedQuerySet)()

    class Meta(OwnedModel.Meta):
        abstract = True
        # What composite foreign keys refer to: never NULL, so that they hold for canonical rows too.
        constraints = [models.UniqueConstraint(fields=["owner", "id"], name="%(app_label)s_%(class)s_owner")]


class VisibleAsParent(pgtrigger.Trigger):
    """A canonical row has what its parent has in `visible`, and is deleted where that is, whoever writes it. The parent's own
    trigger does the rest.
    """

    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    condition = pgtrigger.Condition("NEW.user_id IS NULL")

    def get_func(self, model: Any) -> str:
        (parent,) = parents_of(model)
        text = load_sql("lib", "visible_as_parent")
        return text.replace("/*parent*/", parent.related_model._meta.db_table).replace("/*column*/", parent.column)


class SharedChild(SharedModel):
    """A row that hangs on a shared one, by one OwnedForeignKey: it belongs to whom that belongs to, and is visible with it."""

    envelope: ClassVar[frozenset[str]] = SharedModel.envelope | {"parent_visible"}

    parent_visible = models.BooleanField(default=False, db_default=False, editable=False)  # kept by triggers
    visible = visible_where(models.Q(parent_visible=True))

    class Meta(SharedModel.Meta):
        abstract = True
        triggers = [*capture_triggers(), VisibleAsParent(name="visible_as_parent")]
