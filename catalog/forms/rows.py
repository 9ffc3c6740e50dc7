"""Lists and objects of JSON as rows of boxes: a curator adds, changes and takes out rows, and sees no JSON.

It works without a script: each page has some empty rows. The script adds more, and takes rows out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError

from catalog.forms.pages import PageWidget

Row = dict[str, str]
EMPTY_ROWS = 2
ROWS_MAX = 500
REST = "rest"  # what a row holds besides its columns, so that it is not lost


@dataclass(frozen=True)
class Column:
    """A box of each row. width: of 12."""

    name: str
    label: str
    field: forms.Field
    width: int = 12


class RowsWidget(PageWidget):
    template_name = "admin/catalog/forms/rows.html"

    def __init__(self, columns: Sequence[Column], *, one: str, preview: bool = False) -> None:
        super().__init__()
        self.columns, self.one, self.preview = columns, one, preview
        self.faults: dict[int, str] = {}  # by the number of the row, once the form was looked at

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        rows: list[Row] = value or []
        blank: list[Row] = [{}] * EMPTY_ROWS
        return {
            "rows": [self._row(name, number, row) for number, row in enumerate([*rows, *blank])],
            "template": self._row(name, "__row__", {}),
            "one": self.one,
            "preview": self.preview,
            "labelled": len(self.columns) > 1,
            "columns": self.columns,
        }

    def _row(self, name: str, number: int | str, row: Row) -> dict[str, Any]:
        fault = self.faults.get(number, "") if isinstance(number, int) else ""
        described = {"aria-describedby": f"{name}-{number}-fault", "aria-invalid": "true"} if fault else {}
        cells = [
            {
                "width": column.width,
                "html": column.field.widget.render(
                    f"{name}-{number}-{column.name}",
                    row.get(column.name, ""),
                    {"aria-label": column.label, "placeholder": column.label, **described},
                ),
            }
            for column in self.columns
        ]
        return {
            "number": number,
            "cells": cells,
            "rest": row.get(REST, ""),
            "fault": fault,
            "blank": not any(row.values()),
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """The rows in the order of the page; the numbers of those that were taken out are missing, which does not matter."""
        names = "|".join(re.escape(column.name) for column in self.columns)
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,6}})-({names}|{REST})")
        found: dict[int, Row] = {}
        for key in data:
            if match := pattern.fullmatch(key):
                found.setdefault(int(match[1]), {})[match[2]] = str(data[key]).strip()
        return list(found.values())


class RowsField(forms.Field):
    """What the rows say, as JSON. A subclass says how rows become a value and a value rows."""

    one = "row"
    preview = False

    def __init__(self, *, columns: Sequence[Column], **kwargs: Any) -> None:
        self.columns = columns
        kwargs.setdefault("required", False)
        super().__init__(widget=RowsWidget(columns, one=self.one, preview=self.preview), **kwargs)

    def rows_of(self, value: Any) -> Iterable[Mapping[str, Any]]:
        """Raises TypeError or AttributeError where the value is not of the shape that the field has."""
        raise NotImplementedError

    def value_of(self, rows: list[dict[str, Any]]) -> Any:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        """Of what stands; what was sent is made of rows already."""
        if isinstance(value, Sent):
            return value.rows
        return [self._as_text(row) for row in self.rows_of(value or self.value_of([]))]

    def _as_text(self, row: Mapping[str, Any]) -> Row:
        known = {column.name for column in self.columns}
        texts = {name: "" if value is None else str(value) for name, value in row.items() if name in known}
        rest = {name: value for name, value in row.items() if name not in known}
        return texts | ({REST: orjson.dumps(rest).decode()} if rest else {})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return Sent([row for row in data if any(text for name, text in row.items() if name != REST)])

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != self.bound_data(data, None).rows)

    def clean(self, value: Any) -> Any:
        """An error at each row that is wrong; a row whose boxes are all empty is none."""
        rows, faults = self.bound_data(value, None).rows[: ROWS_MAX + 1], {}
        if len(rows) > ROWS_MAX:
            raise ValidationError(f"At most {ROWS_MAX} of them.", code="too_many")
        cleaned: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            try:
                cleaned.append(self.clean_row(row, cleaned))
            except ValidationError as problem:
                faults[number] = " ".join(problem.messages)
        if faults:
            self.widget.faults = faults
            raise ValidationError("Something is wrong with the rows that are marked.", code="invalid")
        return self.value_of(cleaned)

    def clean_row(self, row: Row, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in self.columns:
            try:
                values[column.name] = column.field.clean(row.get(column.name, ""))
            except ValidationError as problem:
                raise ValidationError(f"{column.label}: {' '.join(problem.messages)}") from problem
        return self._rest(row) | values

    def _rest(self, row: Row) -> dict[str, Any]:
        try:
            rest = orjson.loads(row.get(REST) or "{}")
        except orjson.JSONDecodeError:
            return {}
        known = {column.name for column in self.columns}
        return {name: value for name, value in rest.items() if name not in known} if isinstance(rest, dict) else {}


@dataclass(frozen=True)
class Sent:
    """Rows that came from the page, as opposed to a value that stands."""

    rows: list[Row]
