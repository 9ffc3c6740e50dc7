"""What the app sees: the base with the queue laid over it."""

from collections.abc import Iterable
from dataclasses import replace

from dropset_client.wire import JsonObject, Mutation, Op, Record


def overlay(base: Record | None, queued: Iterable[Mutation]) -> Record | None:
    """One record as the user left it, or None where it is not there (unknown or deleted).

    An update never brings a record into being: where another device deleted it meanwhile, the view hides it and the
    server decides by time whether the edit or the deletion stands.
    """
    current = base
    for mutation in queued:
        current = laid_over(current, mutation)
    return None if current is None or current.deleted else current


def laid_over(current: Record | None, mutation: Mutation) -> Record | None:
    """One change on a record; a deleted one stays, in case that the next change restores it."""
    match mutation.op:
        case Op.CREATE:
            return _edited(current or _blank(mutation), mutation.patch, deleted=False)
        case Op.RESTORE:
            return current and _edited(current, mutation.patch, deleted=False)
        case Op.RESOLVE:
            return current and _edited(current, {"status": status_after(mutation.patch)}, deleted=current.deleted)
        case Op.DELETE:
            return current and replace(current, deleted=True, pending=True)
        case Op.UPDATE:
            return current and _edited(current, mutation.patch, deleted=current.deleted)


def status_after(resolution: JsonObject) -> str:
    """What a conflict becomes: nothing changed by keeping what stands, and something did otherwise."""
    return "dismissed" if resolution.get("resolution") == "keep" else "resolved"


def _blank(mutation: Mutation) -> Record:
    return Record(mutation.entity, mutation.record_id, version=0, deleted=False, data={})


def _edited(record: Record, patch: JsonObject, *, deleted: bool) -> Record:
    return replace(record, data={**(record.data or {}), **patch}, deleted=deleted, pending=True)
