"""Schema versions: what a patch of an older client becomes before it is checked.

A device may hold mutations that it made before the app was updated, or an app may never be updated. Each step is a pure
function from a patch of one schema version to a patch of the next. The server's schema version follows from the steps: it
is one above the last of them.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Patch = dict[str, Any]

FIRST = 1

# (entity, schema version that a patch was made under) -> the patch under the next one
UPCASTERS: dict[tuple[str, int], Callable[[Patch], Patch]] = {}


class UpcastError(ValueError):
    """What an older client sent is nothing that a step knows what to do with."""


def schema_version() -> int:
    """Of the documents of this server."""
    return max((version + 1 for _, version in UPCASTERS), default=FIRST)


def upcast(entity: str, patch: Patch, *, from_version: int) -> Patch:
    """The patch as a client of today would have made it. Raises UpcastError."""
    versions = range(from_version, schema_version())
    steps = [UPCASTERS[entity, version] for version in versions if (entity, version) in UPCASTERS]
    if not steps:
        return patch
    patch = deepcopy(patch)  # the payload is kept as it came
    for step in steps:
        try:
            patch = step(patch)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise UpcastError("This is nothing that the schema version of the mutation knows.") from error
    return patch
