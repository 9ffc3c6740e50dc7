"""Merges fields that only mean something together as the one register that they are.

To the merge such a group is a single register, under the joined names, with the tuple of its values. Lines of the log that
name only some of its fields, such as those of triggers, mean all of them: the others stayed as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from lib.together import Together, completed, with_copies_emptied
from sync.domain.merge import UNKNOWN, Loss, Merged, Side, Stamp, Write, merge, seen_value
from sync.domain.records import Edit, EntityRules, RecordState

Values = Mapping[str, Any]


def completed_edit(edit: Edit, stamp: Stamp, rules: EntityRules, state: RecordState) -> Edit:
    """An edit with whole groups: what it leaves out is as its device saw it; without having seen the record, the default.

    What is copied of something else from now on is emptied.
    """

    def known(name: str) -> Any:
        return seen_value(
            name, stamp=stamp, base_version=edit.base_version, current=state.registers, writes=state.writes
        )

    def seen(name: str) -> Any:
        value = known(name)
        return rules.defaults[name] if value is UNKNOWN else value

    def stood(name: str) -> Any:
        value = known(name)
        return state.registers.get(name) if value is UNKNOWN else value

    default = rules.defaults.__getitem__
    patch = with_copies_emptied(edit.patch, rules.copied, seen=stood, default=default) if rules.copied else edit.patch
    groups = _groups_of(patch, rules)
    if all(name in patch for group in groups for name in group.fields):
        return edit if patch is edit.patch else replace(edit, patch=patch)
    return replace(edit, patch=completed(patch, groups, seen=seen, default=default))


def merge_registers(
    *, patch: Values, current: Values, writes: Sequence[Write], rules: EntityRules, **how: Any
) -> Merged:
    """`merge`, with the groups of the patch as one register each. The patch names whole groups."""
    groups = _groups_of(patch, rules)
    fuse = _Fuse(groups, rules.defaults)
    merged = merge(
        patch=fuse.values(patch),
        current=fuse.values(current),
        writes=[fuse.write(w) for w in writes] if groups else writes,
        set_fields=rules.set_fields,
        **how,
    )
    return fuse.undone(merged) if groups else merged


def _groups_of(patch: Values, rules: EntityRules) -> list[Together]:
    return [group for group in rules.together if not patch.keys().isdisjoint(group.fields)]


class _Fuse:
    def __init__(self, groups: Iterable[Together], defaults: Values) -> None:
        self.groups, self.defaults = {"+".join(group.fields): group.fields for group in groups}, defaults

    def values(self, values: Values) -> Values:
        """Where nothing stands for a field of a group, its default does."""
        return self._fused(values, values) if self.groups else values

    def write(self, write: Write) -> Write:
        after = {**write.before, **write.values}
        return replace(
            write,
            values=self._fused(write.values, after),
            before=self._fused(write.before, write.before),
            lost=self._fused(write.lost, {**after, **write.lost}),
        )

    def _fused(self, values: Values, whole: Values) -> Values:
        fused = dict(values)
        for name, fields in self.groups.items():
            named = [fused.pop(field) for field in fields if field in fused]
            if named:
                fused[name] = tuple(whole.get(field, self.defaults[field]) for field in fields)
        return fused

    def undone(self, merged: Merged) -> Merged:
        return replace(
            merged,
            taken=self._split(merged.taken),
            lost=self._split(merged.lost),
            bases=self._split(merged.bases),
            losses=tuple(part for loss in merged.losses for part in self._parts(loss)),
        )

    def _split(self, values: Values) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            found |= zip(self.groups[name], value, strict=True) if name in self.groups else {name: value}
        return found

    def _parts(self, loss: Loss) -> Iterable[Loss]:
        """All fields of the group, also those that are the same on both sides: together they are the value that is kept."""
        fields = self.groups.get(loss.name)
        if fields is None:
            return [loss]
        return [
            Loss(field, _at(loss.base, n), _side_at(loss.kept, n), _side_at(loss.lost, n))
            for n, field in enumerate(fields)
        ]


def _at(values: Any, number: int) -> Any:
    return None if values is None else values[number]


def _side_at(side: Side, number: int) -> Side:
    return replace(side, value=_at(side.value, number))
