"""The planner's view of the entities, from their models."""

from functools import cache
from typing import cast

from lib import wire
from lib.constraints import AtMostOne
from lib.models import OwnedModel
from sync.domain.records import EntityRules, Single


@cache
def entity_rules() -> dict[str, EntityRules]:
    return {entity.name: _rules(entity) for entity in wire.entities()}


def _rules(entity: wire.Entity) -> EntityRules:
    return EntityRules(
        name=entity.name,
        creatable=entity.wire.creatable,
        read_only=entity.wire.read_only,
        defaults={field.name: field.default() for field in entity.writable},
        required=frozenset(field.name for field in entity.writable if field.required),
        set_fields=frozenset(field.name for field in entity.writable if field.kind == "set"),
        parents={field.name: _target(field).name for field in entity.parents},
        together=entity.wire.together,
        copied=entity.wire.copied,
        singles=tuple(_single(entity, constraint) for constraint in entity.singles),
        distinct=entity.wire.distinct,
        references={field.name: _target(field).name for field in entity.references},
    )


def _single(entity: wire.Entity, constraint: AtMostOne) -> Single:
    empty = False if constraint.is_flag(entity.model) else None
    return Single(constraint.fields, constraint.gives_way, empty)


def _target(field: wire.WireField) -> wire.Entity:
    return wire.entity_of(cast("type[OwnedModel]", field.target))
