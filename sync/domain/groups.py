"""Mutations that belong together: all of them are taken, or none."""

from collections.abc import Iterable

from sync.domain.records import Edit, Planned, Refusal


def units_of(edits: Iterable[Edit]) -> list[list[Edit]]:
    """What is planned together: the mutations of a group, or one alone; in the order of their first."""
    units: dict[str, list[Edit]] = {}
    for edit in edits:
        units.setdefault(edit.group or f"alone:{edit.id}", []).append(edit)
    return list(units.values())


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
