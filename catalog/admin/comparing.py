"""States of rows of the library, made lines for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from catalog.domain.comparison import Line, compared
from catalog.domain.reading import reading
from catalog.models.history import told_fields
from catalog.models.trees import parts_of
from catalog.services.versions import Content, Values
from lib.fields import parents_of

UNSAID = frozenset({"deleted_at", "replaced_by", "publish_at"})


@dataclass(frozen=True)
class Section:
    """A row in both states, or in one of them. what: came, went, changed, or nothing."""

    title: str
    what: str
    lines: list[Line]


def sections_of(row: Any, left: Content, right: Content) -> list[Section]:
    """The root with all its fields, and each part that differs."""
    root = type(row)
    named = _Names(left, right)
    found = [_section(str(root._meta.verbose_name), root, left[root][row.pk], right[root][row.pk], named)]
    for part in parts_of(root):
        before, after = left[part.model], right[part.model]
        either = {**before, **after}
        for _, key in sorted((_place(values), key) for key, values in either.items()):
            title = _title(part.model, after.get(key) or before[key], named)
            section = _section(title, part.model, before.get(key), after.get(key), named)
            if section.what:
                found.append(section)
    return found


def sections_between(left: Any, right: Any) -> list[Section]:
    """Two rows of one library, field by field."""
    model = type(left)
    names = [model._meta.get_field(name).attname for name in told_fields(model)]
    states = [{name: getattr(row, name) for name in names} for row in (left, right)]
    return [section_of(str(model._meta.verbose_name), model, *states)]


def section_of(title: str, model: Any, left: Values, right: Values) -> Section:
    """Some fields of a row, in two states."""
    contents: list[Content] = [{model: {UUID(int=0): state}} for state in (left, right)]
    return _section(title, model, left, right, _Names(*contents))


class _Names:
    """What rows are called that others refer to: a query for each kind."""

    def __init__(self, *contents: Content) -> None:
        wanted: dict[Any, set[UUID]] = {}
        for content in contents:
            for model, rows in content.items():
                for field in _references(model):
                    keys = {key for values in rows.values() if (key := values.get(field.attname)) is not None}
                    wanted.setdefault(field.related_model, set()).update(keys)
        self._names = {
            (model, key): str(row)
            for model, keys in wanted.items()
            if keys
            for key, row in model._default_manager.in_bulk(keys).items()
        }

    def name_of(self, field: Any, key: Any) -> str:
        return "" if key is None else self._names.get((field.related_model, key), str(key))


def _references(model: Any) -> list[Any]:
    names = set(told_fields(model))
    return [f for f in model._meta.concrete_fields if f.name in names and isinstance(f, models.ForeignKey)]


def _section(title: str, model: Any, left: Values | None, right: Values | None, named: _Names) -> Section:
    what = "added" if left is None else "removed" if right is None else ""
    lines = []
    for field in _said_fields(model):
        texts = [_text(field, state, named) for state in (left or {}, right or {})]
        if any(texts):
            lines.append(compared(str(field.verbose_name).capitalize(), *texts))
    changed = any(line.changed for line in lines)
    return Section(title, what or ("changed" if changed else ""), lines)


def _said_fields(model: Any) -> list[Any]:
    parents = parents_of(model)
    fields = [model._meta.get_field(name) for name in told_fields(model) if name not in UNSAID]
    return [field for field in fields if field not in parents]


def _text(field: Any, state: Mapping[str, Any], named: _Names) -> str:
    value = state.get(field.attname)
    if isinstance(field, models.ForeignKey):
        return named.name_of(field, value)
    if field.choices and value:
        return str(dict(field.flatchoices).get(value, value))
    return reading(field.name, value)


def _place(values: Values) -> tuple[float, str]:
    return (float(values.get("position") or values.get("number") or 0), str(values))


def _title(model: Any, values: Values, named: _Names) -> str:
    """Interaction with Warfarin, day Upper body, slot Bench press."""
    called = str(values.get("title") or values.get("name") or values.get("with_name") or values.get("number") or "")
    own = [field for field in _said_fields(model) if isinstance(field, models.ForeignKey)]
    named_by = next(filter(None, (named.name_of(field, values[field.attname]) for field in own)), "")
    return " ".join(word for word in (str(model._meta.verbose_name), called or named_by) if word)
