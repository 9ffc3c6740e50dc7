"""Fields that hang together: they are one register, written, merged and kept in conflicts as one; or one is copied by others."""

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


@dataclasses.dataclass(frozen=True)
class Copied:
    """A field that a trigger fills in where it is empty. sources: the reference that it is copied from, and what it depends on
    besides. Where one of these is another one, and nobody says otherwise, the field is emptied, and so copied again.

    only: a field and the value that it must have.
    """

    field: str
    sources: tuple[str, ...]
    only: tuple[str, Any] | None = None

    def is_stale(self, patch: Mapping[str, Any], seen: Callable[[str], Any]) -> bool:
        """After the patch, which says nothing of the field."""

        def now(name: str) -> Any:
            return patch[name] if name in patch else seen(name)

        copies = now(self.sources[0]) is not None and (self.only is None or now(self.only[0]) == self.only[1])
        return copies and any(name in patch and patch[name] != seen(name) for name in self.sources)


def with_copies_emptied(
    patch: Mapping[str, Any],
    copied: Iterable[Copied],
    *,
    seen: Callable[[str], Any],
    default: Callable[[str], Any],
) -> dict[str, Any]:
    """The patch, which empties what is to be copied again. seen: as in `completed`."""
    stale = {
        each.field: default(each.field) for each in copied if each.field not in patch and each.is_stale(patch, seen)
    }
    return {**patch, **stale}
