"""What refers to a row of the library, found from the models: athletes' rows of apps above this one, and other libraries."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from catalog.models.trees import parts_of
from lib import wire
from lib.fields import SlugSetField, parents_of
from lib.models import OwnedModel
from lib.shared import SharedModel


@dataclass(frozen=True)
class Relation:
    """A reference. look_up: what a row names, from the model that names it; column: where it stands.

    within: the reference is to a part of the tree, so that it goes with no other row.
    """

    model: type[OwnedModel]
    field: str
    column: str
    look_up: str
    within: bool = False

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def root_path(self) -> str:
        """From the model to the root that it hangs on, or to itself."""
        path, model = [], self.model
        while above := parents_of(model):
            path.append(above[0].name)
            model = above[0].related_model
        return "__".join([*path, "pk"])

    def rows(self, key: Any) -> models.QuerySet[Any]:
        """The live ones. key: of the row that is named, or the slug of a vocabulary."""
        found: models.QuerySet[Any] = self.model._default_manager.live().filter(**{self.look_up: key})
        return found


def relations_to(target: Any) -> tuple[Relation, ...]:
    """To a root, its parts included, or to a vocabulary. Former states, and copies that the server keeps, are no use of it."""
    return _relations_to(target)


@cache
def _relations_to(target: type[models.Model]) -> tuple[Relation, ...]:
    if not issubclass(target, SharedModel):
        return tuple(_by_slug(target))
    found = [Relation(model, f.name, f.column, f.name) for model, f in _references(target)]
    for part in parts_of(target):
        found += [
            Relation(model, f.name, f.column, f"{f.name}__{part.path}", within=True)
            for model, f in _references(part.model)
        ]
    return tuple(found)


def _references(target: type[models.Model]) -> list[tuple[type[OwnedModel], Any]]:
    return [
        (entity.model, field)
        for entity in wire.entities()
        if not entity.wire.read_only or issubclass(entity.model, SharedModel)
        for field in entity.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is target
        if field not in parents_of(entity.model)
    ]


def _by_slug(target: type[models.Model]) -> list[Relation]:
    return [
        Relation(entity.model, field.name, str(field.column), f"{field.name}__contains")
        for entity in wire.entities()
        for field in entity.model._meta.concrete_fields
        if isinstance(field, SlugSetField) and field.vocabulary and apps.get_model(field.vocabulary) is target
    ]
