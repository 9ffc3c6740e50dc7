"""Rows for tests, and each entity by example: what the contract tests know of it, registered by its app's factories."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from lib import wire
from lib.models import OwnedModel

Row = TypeVar("Row", bound=OwnedModel)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """One entity by example.

    document: the least that a create needs, as wire values; makes the parents that it refers to. Where ids are derived, each
    call gives another one.
    patch: a valid change of it. breaks: for each constraint of the model (except those that a field implies, which are
    broken by machine), wire values that break it.
    """

    model: type[OwnedModel]
    document: Callable[[User], dict[str, Any]]
    patch: Values
    breaks: Mapping[str, Values] = field(default_factory=dict)


EXAMPLES: dict[type[OwnedModel], Example] = {}


def register(example: Example) -> None:
    EXAMPLES[example.model] = example


def example_of(model: type[OwnedModel]) -> Example:
    """Fails with what to do where the entity has none."""
    app = model._meta.app_label
    importlib.import_module(f"{app}.tests.factories")
    assert model in EXAMPLES, f"{model.__name__} has no example: register one in {app}/tests/factories.py."
    return EXAMPLES[model]


def of_the_product(found: Iterable[wire.Entity]) -> list[wire.Entity]:
    """Without the entities of the test suite."""
    return [entity for entity in found if entity.model._meta.app_label != "specimens"]


def columns_of(model: type[OwnedModel], values: Values) -> dict[str, Any]:
    """Wire values as model attributes."""
    fields = wire.entity_of(model).by_name
    return {fields[name].column if name in fields else name: value for name, value in values.items()}


def make(model: type[Row], user: User, **values: Any) -> Row:
    """A row of the user, valid as it is; `values` are wire values, or attributes such as created_at."""
    row = model(user=user, **columns_of(model, {**example_of(model).document(user), **values}))
    if "id" not in values:
        row.take_derived_id()
    row.save(force_insert=True)
    row.refresh_from_db()
    return row


def new_document(model: type[OwnedModel], user: User) -> dict[str, Any]:
    """What a client sends to create a row, its id among it."""
    document = example_of(model).document(user)
    row = model(user=user, **columns_of(model, document))
    row.clean_fields(exclude=["user"])  # dates become dates
    row.take_derived_id()
    return {"id": as_id(row), **document}


def make_many(model: type[Row], user: User, count: int, **values: Any) -> list[Row]:
    return [make(model, user, **values) for _ in range(count)]


def make_user(email: str, **values: Any) -> User:
    """A user with a verified address; the password is not usable unless one is given (hashing is slow)."""
    return User.objects.create_user(email, **{"email_verified_at": timezone.now(), **values})


def as_id(value: Any) -> str:
    return str(value.pk) if hasattr(value, "pk") else str(UUID(str(value)))
