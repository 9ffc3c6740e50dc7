"""Who holds what at most one record may claim."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from lib import wire
from sync.domain.records import Key, RecordState
from sync.domain.singles import is_claim, thing_of
from sync.services.push.rules import entity_rules


def claiming(states: Iterable[RecordState]) -> set[Key]:
    """Those that claim anything, also the deleted ones, which may come back."""
    rules = entity_rules()
    return {state.key for state in states if any(thing_of(single, state) for single in rules[state.key[0]].singles)}


def claimants(user: Any, claims: Iterable[tuple[str, Mapping[str, Any]]]) -> set[Key]:
    """The user's live records that claim what one of these does: of which entity, and its values. A query for each rule by
    which anything is claimed.
    """
    found: set[Key] = set()
    by_entity: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for name, values in claims:
        by_entity[name].append(values)
    for name, documents in by_entity.items():
        if not entity_rules()[name].singles:
            continue
        rows: Any = wire.entities_by_name()[name].model._default_manager.filter(user=user, deleted_at=None)
        for single in entity_rules()[name].singles:
            things = {tuple(document.get(field) for field in single.fields) for document in documents}
            claimed = [Q(**dict(zip(single.fields, thing, strict=True))) for thing in things if is_claim(thing)]
            if claimed:
                same = rows.filter(Q(*claimed, _connector=Q.OR))
                found |= {(name, str(pk)) for pk in same.values_list("pk", flat=True)}
    return found
