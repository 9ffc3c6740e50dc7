"""What the user decides about a conflict, and what this device shows until the server has said the same."""

from enum import StrEnum

from dropset_client.mutations import Effect
from dropset_client.wire import JsonObject, Op, Record


class Resolution(StrEnum):
    KEEP = "keep"  # what stands is right
    USE_LOST = "use_lost"  # the value that lost is right
    CUSTOM = "custom"  # neither is


def lost_values(conflict: Record) -> JsonObject:
    """Field by field the values that lost; `deleted` is among them where a deletion, or its opposite, did."""
    return {field["name"]: field["lost"]["value"] for field in conflict.get("fields") or [] if field.get("lost")}


def effect_of(conflict: Record, resolution: Resolution, patch: JsonObject) -> Effect | None:
    """The change of the record that the resolution stands for; None where what stands is kept."""
    if resolution is Resolution.KEEP:
        return None
    values = dict(patch) if resolution is Resolution.CUSTOM else lost_values(conflict)
    gone = values.pop("deleted", False)
    op = Op.DELETE if gone else Op.RESTORE  # which shows nothing where there is no such record, as in kind `missing`
    return Effect(str(conflict["entity"]), str(conflict["record_id"]), op, {} if gone else values)


def payload(resolution: Resolution, patch: JsonObject) -> JsonObject:
    """The patch of a mutation `resolve`."""
    return {"resolution": str(resolution)} | ({"patch": patch} if resolution is Resolution.CUSTOM else {})
