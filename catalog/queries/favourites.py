"""What a user likes of the library. The models that know it are above this app, and register here."""

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class _Named:
    """A model of athletes' rows, and its field that refers to the library."""

    model: Any
    field: str

    def ids(self, user: Any) -> models.QuerySet[Any, Any]:
        rows: models.QuerySet[Any, Any] = self.model._default_manager.for_user(user)
        return rows.filter(**{f"{self.field}__isnull": False}).values(self.field)


_REGISTERED: dict[Any, _Named] = {}


def add_favourites(model: Any, field: str) -> None:
    """Says that rows of the model are favourites of what the field refers to."""
    _REGISTERED[model._meta.get_field(field).related_model] = _Named(model, field)


def favourites_of(model: Any, user: Any) -> models.QuerySet[Any, Any] | None:
    """Ids of the user's favourites among the rows of the model; None where there cannot be any. user: as in `for_user`."""
    named = _REGISTERED.get(model)
    return None if named is None or user is None else named.ids(user)
