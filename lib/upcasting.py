"""Schema versions: what a patch of an older client becomes before it is checked, and what is remembered of older ones.

A device may hold mutations that it made before the app was updated, or an app may never be updated. Each step is a pure
function from a patch of one schema version to a patch of the next. The server's schema version follows from the steps: it
is one above the last of them. What the server itself remembers, the log and conflicts, takes a step in the migration that
changes the documents: see lib.operations.RenderAgain.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

Patch = dict[str, Any]
Step = Callable[[Patch], Patch]

FIRST = 1
REGISTER_PREFIX = "_"  # of the log's own registers, which are not fields
NO_FIELDS = {"deleted", "id"}  # what a conflict may name beside fields

# (entity, schema version that a patch was made under) -> the patch under the next one
UPCASTERS: dict[tuple[str, int], Step] = {}


class UpcastError(ValueError):
    """No step knows what to do with what an older client sent."""


def schema_version() -> int:
    """Of the documents of this server."""
    return max((version + 1 for _, version in UPCASTERS), default=FIRST)


def upcast(entity: str, patch: Patch, *, from_version: int) -> Patch:
    """The patch as a client of today would have made it. Raises UpcastError."""
    steps = steps_from(entity, from_version)
    if not steps:
        return patch
    patch = deepcopy(patch)  # the payload is kept as it came
    for step in steps:
        patch = _taken(step, patch)
    return patch


def steps_from(entity: str, version: int) -> list[Step]:
    """What leads from a schema version to that of today."""
    versions = range(version, schema_version())
    return [UPCASTERS[entity, version] for version in versions if (entity, version) in UPCASTERS]


def upcast_registers(registers: Mapping[str, Any], step: Step) -> Patch:
    """A document, or what a line of the log says that was written. Raises UpcastError."""
    fields = {name: value for name, value in registers.items() if not name.startswith(REGISTER_PREFIX)}
    told = _taken(step, deepcopy(fields)) if fields else {}
    return told | upcast_nested({name: value for name, value in registers.items() if name not in fields}, step)


def upcast_nested(registers: Mapping[str, Any], step: Step) -> Patch:
    """Only the registers within registers: what lost beside what was taken, what a decision of a conflict stands for."""
    nested = {n: v for n, v in registers.items() if n.startswith(REGISTER_PREFIX) and isinstance(v, dict)}
    return {**registers, **{name: upcast_registers(value, step) for name, value in nested.items()}}


def upcast_losses(losses: list[Patch], *steps: Step) -> list[Patch]:
    """The fields of a conflict. A lost value that a step drops keeps the name that it had, for it is nowhere else. Raises
    UpcastError.
    """
    for step in steps:
        losses = [told for loss in losses for told in _told_anew(loss, step)]
    return losses


def _told_anew(loss: Patch, step: Step) -> list[Patch]:
    if loss["name"] in NO_FIELDS:
        return [loss]
    kept, lost, base = (_value_anew(loss["name"], value, step) for value in _sides(loss))
    if not lost and loss["lost"]["value"] is not None:
        return [loss]
    return [
        {
            **loss,
            "name": name,
            "base": base.get(name),
            "kept": {**loss["kept"], "value": kept.get(name)},
            "lost": {**loss["lost"], "value": lost.get(name)},
        }
        for name in lost or kept or base
    ] or [loss]


def _sides(loss: Patch) -> tuple[Any, Any, Any]:
    return loss["kept"]["value"], loss["lost"]["value"], loss.get("base")


def _value_anew(name: str, value: Any, step: Step) -> Patch:
    """Nothing stays nothing: if a conflict knows no value, no client has sent one."""
    return {} if value is None else _taken(step, {name: deepcopy(value)})


def _taken(step: Step, patch: Patch) -> Patch:
    try:
        return step(patch)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UpcastError("This is nothing that the schema version of the mutation knows.") from error
