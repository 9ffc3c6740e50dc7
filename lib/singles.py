"""What at most one row of a user may have: setting a flag takes it from the row that had it, other claims are refused."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from lib import wire
from lib.constraints import AtMostOne
from lib.models import OwnedModel


def take_flags(row: OwnedModel) -> None:
    """Before the row is written, within the same transaction. The database refuses other claims, such as the only note of a
    day, if there is one already: it is not for us to say which of them is right.
    """
    entity = wire.entity_of(type(row))
    for single in entity.singles:
        if single.is_flag(type(row)) and getattr(row, single.gives_way):
            others = type(row)._default_manager.for_user(row.user_id).exclude(pk=row.pk)
            same = {name: getattr(row, name) for name in single.fields}
            others.filter(**same).update(**{single.gives_way: False, "updated_at": timezone.now()})


def taken_claims(entity: wire.Entity, user: Any, values: Mapping[str, Any], *, but: Any) -> list[AtMostOne]:
    """The constraints, but for flags, of which another live row of the user has these values. but: the key of the row itself.
    A query for each that is claimed.
    """
    rows = entity.model._default_manager.for_user(user).exclude(pk=but)
    return [
        single
        for single in entity.singles
        if not single.is_flag(entity.model)
        and all(values.get(name) is not None for name in single.fields)
        and rows.filter(**{name: values[name] for name in single.fields}).exists()
    ]
