"""Decisions of conflicts, as they are sent: each is turned into the edit of the record that its conflict is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from accounts.models import User
from lib import patches, wire
from lib.upcasting import UpcastError, upcast
from sync.domain import closings
from sync.domain.merge import DELETED
from sync.domain.records import Closing, Edit, Refusal
from sync.domain.shapes import Decision
from sync.enums import ConflictKind
from sync.models import Conflict
from sync.services.push.losses import Loss, read_losses

RESOLVE = "resolve"
CONFLICT = "conflict"
UNKNOWN_CONFLICT = Refusal("unknown_conflict", "There is no such conflict of yours.")
NOTHING_LOST = Refusal(
    "not_allowed", "Both records are there. Delete the one that is too many, if you like, then decide to keep."
)
FIELDS_GONE = Refusal(
    "not_allowed",
    "The field of a lost value no longer exists. Decide with custom which of the other values to take, or decide to keep.",
)
UNREADABLE = Refusal("invalid", "The content of this conflict cannot be read.")
UNKNOWN_ENTITY = Refusal("unknown_entity", "The server no longer has records of this kind. Decide to keep.")


def checked_decision(entity: wire.Entity, decision: Decision, *, made_under: int) -> dict[str, Any]:
    """The patch of a `resolve`. Raises PatchError. A custom patch is checked once its record is known."""
    if entity.name != CONFLICT:
        raise patches.PatchError({"op": ("not_allowed", "Only a conflict can be resolved.")})
    if decision.resolution == closings.CUSTOM and not decision.patch:
        raise patches.PatchError({"patch.patch": ("required", "custom needs the fields to write.")})
    if decision.resolution != closings.CUSTOM and decision.patch:
        raise patches.PatchError({"patch.patch": ("not_allowed", "Only custom has a patch.")})
    return {"resolution": decision.resolution, "patch": decision.patch or {}, "made_under": made_under}


def refusal_of(error: patches.PatchError) -> Refusal:
    fields = {name: detail for name, (_, detail) in error.fields.items()}
    codes = sorted({code for code, _ in error.fields.values()})
    return Refusal(codes[0] if len(codes) == 1 else "invalid", "Some fields are wrong.", fields)


def with_targets(*, user: User, edits: Sequence[Edit]) -> list[Edit]:
    """The edits, the decisions among them as edits of records. One query, if there are any."""
    named = {edit.key[1] for edit in edits if edit.op == RESOLVE}
    if not named:
        return list(edits)
    found: dict[str, Conflict] = {str(row.pk): row for row in Conflict.objects.for_user(user).filter(pk__in=named)}
    return [_with_target(edit, found.get(edit.key[1])) if edit.op == RESOLVE else edit for edit in edits]


def _with_target(edit: Edit, conflict: Conflict | None) -> Edit:
    if conflict is None:
        return replace(edit, refusal=UNKNOWN_CONFLICT)
    resolution = edit.patch["resolution"]
    entity = wire.entities_by_name().get(conflict.entity)
    if entity is None:
        return replace(edit, refusal=UNKNOWN_ENTITY)
    try:
        losses = read_losses(conflict.fields)
    except ValueError:
        return replace(edit, refusal=UNREADABLE)
    names = frozenset(DELETED if loss.name == "deleted" else loss.name for loss in losses)
    target = replace(
        edit,
        key=(entity.name, str(conflict.record_id)),
        op="update",
        patch={},
        base_version=max(edit.base_version, conflict.record_version),  # who decides has seen what the conflict shows
        closes=_closing(edit, resolution, names, conflict),
    )
    try:
        return _with_values(target, conflict, losses, entity, edit.patch)
    except UpcastError as error:
        return replace(target, refusal=Refusal("invalid", str(error)))
    except patches.PatchError as error:
        return replace(target, refusal=refusal_of(error))


def _closing(edit: Edit, resolution: str, names: frozenset[str], conflict: Conflict) -> Closing:
    winner = None if conflict.winner_mutation is None else str(conflict.winner_mutation)
    shown_version = conflict.record_version if conflict.kind == ConflictKind.UNIQUE else 0
    return Closing(edit.key, resolution, names, winner, shown_version)


def _with_values(
    target: Edit, conflict: Conflict, losses: Sequence[Loss], entity: wire.Entity, decision: Mapping[str, Any]
) -> Edit:
    assert target.closes is not None
    if target.closes.resolution == closings.KEEP:
        return target
    if target.closes.resolution == closings.CUSTOM:
        patch = upcast(entity.name, decision["patch"], from_version=decision["made_under"])
        return replace(target, patch=patches.check_patch(entity, patch))
    if conflict.kind == ConflictKind.UNIQUE and target.closes.names == {"id"}:
        return replace(target, refusal=NOTHING_LOST)
    lost = {loss.name: loss.lost.value for loss in losses}
    deleted = lost.pop("deleted", None)
    if deleted is True:
        return replace(target, op="delete")
    if lost.keys() - entity.by_name.keys():
        return replace(target, refusal=FIELDS_GONE)
    writable = {field.name for field in entity.writable}
    values = patches.check_patch(entity, {name: value for name, value in lost.items() if name in writable})
    returns = deleted is False or conflict.kind == ConflictKind.PARENT
    return replace(target, op="restore" if returns else "update", patch=values)
