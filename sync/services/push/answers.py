"""The results of a push, one for each mutation, in the order in which they came."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from msgspec.structs import asdict

from sync.domain.records import APPLIED, DEFERRED, REJECTED, Key, Planned, Refusal
from sync.queries import Decided, WireRecord
from sync.services.push.envelope import Item

Result = dict[str, Any]

MISMATCH = Refusal("idempotency_mismatch", "This mutation id was used before, with other content. Ids are made once.")


def result_of(planned: Planned, conflict_ids: Sequence[str]) -> Result:
    result = _result(planned.status, planned.refusal, conflict_ids)
    return result if planned.edit.closes is None else {**result, "target": list(planned.edit.key)}


def refused(refusal: Refusal, status: str = REJECTED) -> Result:
    return _result(status, refusal, ())


def is_mismatch(result: Result) -> bool:
    """Whether nothing was made of the mutation, not even a line: its id stands for another one."""
    error = result["error"]
    return error is not None and error["code"] == MISMATCH.code


def _result(status: str, refusal: Refusal | None, conflict_ids: Sequence[str]) -> Result:
    """As it is stored; the id, the version and the record are added when it is sent."""
    return {"status": status, "conflict_ids": list(conflict_ids), "error": None if refusal is None else asdict(refusal)}


def kept(result: Result) -> str:
    """As the database keeps it: nothing, where the status says all."""
    return "" if result == _result(result["status"], None, ()) else orjson.dumps(result).decode()


def error_of(kept: str) -> dict[str, Any] | None:
    """What was refused about a mutation whose result is kept so."""
    error: dict[str, Any] | None = orjson.loads(kept)["error"] if kept else None
    return error


def _told_then(known: Decided) -> Result:
    result: Result = orjson.loads(known.result) if known.result else _result(known.status, None, ())
    return result


def in_order(
    items: Sequence[Item], *, fresh: Mapping[str, Item], results: Mapping[str, Result], stored: Mapping[str, Decided]
) -> list[Result]:
    """A mutation that came before, or twice in this push, is answered with what was decided then."""
    answered: list[Result] = []
    for item in items:
        first = fresh.get(item.stored_as)
        digest = first.sha256 if first is not None else stored[item.stored_as].payload_sha256
        if digest != item.sha256:
            answered.append({**refused(MISMATCH), "replayed": False})
            continue
        result = results[item.stored_as] if first is not None else _told_then(stored[item.stored_as])
        answered.append({**result, "replayed": first is not item})
    return answered


def shown_keys(items: Sequence[Item], results: Sequence[Result]) -> set[Key]:
    """The records that the results show."""
    own = (item.key for item, result in zip(items, results, strict=True) if not _is_as_expected(item, result))
    targets = (_target(result) for result in results)
    return {key for key in (*own, *targets) if key is not None}


def _is_as_expected(item: Item, result: Result) -> bool:
    """Whether the device knows what stands now: the very thing that it sent."""
    restored = item.edit is not None and item.edit.op == "restore"  # its device may not know the content any more
    return result["status"] == APPLIED and not result["replayed"] and "target" not in result and not restored


def _target(result: Result) -> Key | None:
    """The record that a decided conflict is about."""
    return (result["target"][0], result["target"][1]) if "target" in result else None


def with_record(item: Item, result: Result, records: Mapping[Key, WireRecord], versions: Mapping[Key, int]) -> Result:
    """The record goes along whenever it may differ from what the device believes. Of a decision go both: the conflict,
    which only the server writes, and the record that it is about. versions: of what was written just now.
    """
    expected = _is_as_expected(item, result)
    record = None if item.key is None or expected or result["status"] == DEFERRED else records.get(item.key)
    version = versions[item.key] if expected and item.key is not None else None
    answer = {
        "id": item.id,
        "status": result["status"],
        "version": version if record is None else record.version,
        "replayed": result["replayed"],
        "record": None if record is None else orjson.Fragment(record.json),
        "conflict_ids": result["conflict_ids"],
        "error": result["error"],
    }
    target = _target(result)
    if target is None:
        return answer
    about = records.get(target)
    return {**answer, "target": None if about is None else orjson.Fragment(about.json)}


def placed(results: Sequence[Result], *, named_by: str) -> list[Result]:
    """What cannot be told by its name is told by its place in the push, from 0."""
    return [{**result, "index": place} if result[named_by] is None else result for place, result in enumerate(results)]
