"""A flag that at most one row of a user has: setting it takes it from the row that had it."""

from django.utils import timezone

from lib import wire
from lib.models import OwnedModel


def take_flags(row: OwnedModel) -> None:
    """Before the row is written, within the same transaction. The database refuses other claims, such as the only note of a
    day, if there is one already: it is not for us to say which of them is right.
    """
    entity = wire.entity_of(type(row))
    for single in entity.singles():
        if single.is_flag(type(row)) and getattr(row, single.gives_way):
            others = type(row)._default_manager.for_user(row.user_id).exclude(pk=row.pk)
            same = {name: getattr(row, name) for name in single.fields}
            others.filter(**same).update(**{single.gives_way: False, "updated_at": timezone.now()})
