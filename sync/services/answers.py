"""The results of a push, one for each mutation, in the order in which they came."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from sync.domain.plan import APPLIED, DEFERRED, REJECTED
from sync.domain.records import Key, Planned, Refusal
from sync.models import Mutation
from sync.queries import WireRecord
from sync.services.envelope import Item

Result = dict[str, Any]

MISMATCH = Refusal("idempotency_mismatch", "This mutation id was used before, with other content. Ids are made once.")


def result_of(planned: Planned, conflict_ids: Sequence[str]) -> Result:
    return _result(planned.status, planned.refusal, conflict_ids)


def refused(refusal: Refusal) -> Result:
    return _result(REJECTED, refusal, ())


def _result(status: str, refusal: Refusal | None, conflict_ids: Sequence[str]) -> Result:
    """As it is stored; the id, the version and the record are added when it is sent."""
    return {"status": status, "conflict_ids": list(conflict_ids), "error": None if refusal is None else asdict(refusal)}


def in_order(
    items: Sequence[Item], *, fresh: Sequence[Item], results: Mapping[str, Result], stored: Mapping[str, Mutation]
) -> list[Result]:
    """A mutation that came before, or twice in this push, is answered with what was decided then."""
    decided_by = {item.stored_as: item for item in fresh}
    answered: list[Result] = []
    for item in items:
        first = decided_by.get(item.stored_as)
        digest = first.sha256 if first is not None else stored[item.stored_as].payload_sha256
        if digest != item.sha256:
            answered.append({**refused(MISMATCH), "replayed": False})
            continue
        result = results[item.stored_as] if first is not None else orjson.loads(stored[item.stored_as].result)
        answered.append({**result, "replayed": first is not item})
    return answered


def with_record(item: Item, result: Result, records: Mapping[Key, WireRecord]) -> Result:
    """The record goes along whenever it may differ from what the device believes."""
    record = None if item.key is None or result["status"] == DEFERRED else records.get(item.key)
    shown = record is not None and (result["status"] != APPLIED or result["replayed"])
    return {
        "id": item.id,
        "status": result["status"],
        "version": None if record is None else record.version,
        "replayed": result["replayed"],
        "record": orjson.Fragment(record.json) if record is not None and shown else None,
        "conflict_ids": result["conflict_ids"],
        "error": result["error"],
    }
