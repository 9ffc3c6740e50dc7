"""Mutations that belong together: all of them are taken, or none."""

import graphlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sync.domain.records import DEFERRED, REJECTED, Edit, EntityRules, Key, Planned, Refusal

Units = dict[str, list[Edit]]


def units_of(edits: Sequence[Edit], rules: Mapping[str, EntityRules]) -> list[list[Edit]]:
    """What is planned together: the mutations of a group, or a single one; in the order of their first. Groups that wait for
    each other can only be taken together: they are one.
    """
    names = {edit.id: edit.group or f"alone:{edit.id}" for edit in edits}
    units = _named(edits, names)
    has_groups = len(units) < len(edits)
    while has_groups and (cycle := _cycle(units, rules)):
        names = {edit_id: cycle[0] if name in cycle else name for edit_id, name in names.items()}
        units = _named(edits, names)
    return list(units.values())


def _named(edits: Iterable[Edit], names: Mapping[str, str]) -> Units:
    units: Units = defaultdict(list)
    for edit in edits:
        units[names[edit.id]].append(edit)
    return units


def _cycle(units: Units, rules: Mapping[str, EntityRules]) -> Sequence[str]:
    """Names of units each of which waits for the next, and the last one for the first; empty if there are none."""
    sorter = graphlib.TopologicalSorter(_waits_for(units, rules))
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return ()


def _waits_for(units: Units, rules: Mapping[str, EntityRules]) -> dict[str, set[str]]:
    """For each unit those that make what it refers to, and those with earlier mutations of its records."""
    makers = {edit.key: name for name, unit in units.items() for edit in unit if edit.op == "create"}
    earlier: dict[Key, str] = {}
    found: dict[str, set[str]] = {}
    for name, unit in units.items():
        named = [key for edit in unit for key in _references(edit, rules)]
        others = [makers.get(key) for key in named] + [earlier.get(edit.key) for edit in unit]
        found[name] = {other for other in others if other is not None} - {name}
        earlier |= {edit.key: name for edit in unit}
    return found


def mentioned(unit: Iterable[Edit], rules: Mapping[str, EntityRules]) -> set[Key]:
    """The records that its mutations are about, and those that they refer to."""
    return {key for edit in unit for key in (edit.key, *_references(edit, rules))}


def _references(edit: Edit, rules: Mapping[str, EntityRules]) -> list[Key]:
    values = ((entity, edit.patch.get(field)) for field, entity in rules[edit.key[0]].references.items())
    return [(entity, value) for entity, value in values if value is not None]


def culprit(planned: Iterable[Planned]) -> Planned | None:
    """The first member by which a group fails; one that is refused before one that waits."""
    failing = [p for p in planned if p.status in (REJECTED, DEFERRED)]
    return min(failing, key=lambda p: p.status != REJECTED, default=None)


def group_failed(culprit: str) -> Refusal:
    return Refusal("group_failed", f"Mutation {culprit} of the same group was refused; a group is all or nothing.")


def failed(unit: list[Edit], cause: Planned) -> list[Planned]:
    refusal = group_failed(cause.edit.id)
    return [
        cause
        if edit.id == cause.edit.id
        else Planned(edit, cause.status, refusal if cause.refusal is not None else None)
        for edit in unit
    ]
