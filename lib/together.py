"""Fields that mean something only together: one register, written, merged and kept in conflicts as one."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Together:
    """fields: of one model. leading: the one that may be written alone; the others say more about it, and are emptied then,
    because they speak of the value that stood before.
    """

    fields: tuple[str, ...]
    leading: str = ""


def completed(
    patch: Mapping[str, Any],
    groups: Iterable[Together],
    *,
    seen: Callable[[str], Any],
    default: Callable[[str], Any],
) -> dict[str, Any]:
    """The patch with all fields of each group of which it names one. What it leaves out stays as its author saw it.

    seen: the value of a field that the author of the patch had before their eyes; default: that of an empty one.
    """
    whole = dict(patch)
    for group in groups:
        named = [name for name in group.fields if name in patch]
        if named and len(named) < len(group.fields):
            alone = named == [group.leading]
            whole |= {n: default(n) if alone else seen(n) for n in group.fields if n not in patch}
    return whole
