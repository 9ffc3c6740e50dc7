"""What a patch refers to."""

from collections.abc import Collection, Mapping
from typing import Any

from sync.domain.records import EntityRules, Key, RecordState


def refers_to(keys: Collection[Key], patch: Mapping[str, Any], rules: EntityRules) -> bool:
    return bool(keys) and any((entity, patch.get(field)) in keys for field, entity in rules.references.items())


def targets_of(rules: EntityRules, state: RecordState) -> list[Key]:
    """Everything that a record refers to, including its parents."""
    document = state.document or {}
    return [(entity, value) for field, entity in rules.references.items() if (value := document.get(field)) is not None]


def refers_to_unknown(
    patch: Mapping[str, Any], rules: EntityRules, states: Mapping[Key, RecordState], shared: Collection[str]
) -> bool:
    """shared: ids of what anybody may refer to."""
    for field, entity in rules.references.items():
        value = patch.get(field)
        if value is None or value in shared:
            continue
        target = states.get((entity, value))
        if target is None or not target.exists:
            return True
    return False
