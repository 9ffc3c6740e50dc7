"""How a field of a library stands in the cells of a sheet: as a person would write it, never as JSON."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

Values = dict[str, Any]
BARE_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class CellInvalid(ValueError):
    """What stands in a cell means nothing there."""


@dataclass(frozen=True)
class Column:
    """read: the cell of a row. write: puts what a cell says into the values of a row, which begin as what stands.

    is_key: it says which row is meant.
    """

    name: str
    read: Callable[[Any], str]
    write: Callable[[Values, str], None]
    is_key: bool = False
    is_shown_only: bool = False


def plain(model: Any, name: str, *, is_key: bool = False) -> Column:
    """Text, a number, yes or no, a word of a list, or the slug of another row. Empty: the field's default, which says nothing."""
    field = model._meta.get_field(name)

    def read(row: Any) -> str:
        value = getattr(row, field.attname)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)

    def write(values: Values, cell: str) -> None:
        values[field.attname] = _value_of(field, cell)

    return Column(name, read, write, is_key=is_key)


def shown(name: str, read: Callable[[Any], str]) -> Column:
    """Not to be changed in a sheet."""
    return Column(name, read, lambda _values, _cell: None, is_shown_only=True)


def slugs(name: str) -> Column:
    return Column(
        name,
        lambda row: " ".join(getattr(row, name)),
        lambda values, cell: values.update({name: sorted(set(re.split(r"[\s,;]+", cell)) - {""})}),
    )


def lines(name: str) -> Column:
    """Several texts, one on each line of the cell."""
    return Column(
        name,
        lambda row: "\n".join(str(text) for text in getattr(row, name)),
        lambda values, cell: values.update({name: _lines(cell)}),
    )


def entry(name: str, key: str) -> Column:
    """One text of a mapping, such as the name in a language."""

    def write(values: Values, cell: str) -> None:
        values[name] = _with_entry(values[name], key, cell.strip() or None)

    return Column(f"{name}.{key}", lambda row: str(getattr(row, name).get(key, "")), write)


def amount(name: str, key: str) -> Column:
    """One amount of a mapping, such as the protein in 100 g. Empty is not measured; zero is zero."""

    def read(row: Any) -> str:
        value = getattr(row, name).get(key)
        return "" if value is None else f"{value:.15g}"

    def write(values: Values, cell: str) -> None:
        values[name] = _with_entry(values[name], key, _number(cell) if cell.strip() else None)

    return Column(f"{name}.{key}", read, write)


def portions(name: str = "portions") -> Column:
    """A portion on each line: `slice = 25`."""

    def write(values: Values, cell: str) -> None:
        pairs = [line.rpartition("=") for line in _lines(cell)]
        if any(not before for before, _, _ in pairs):
            raise CellInvalid("write a portion on each line, with its grams: slice = 25")
        values[name] = [{"name": before.strip(), "grams": _number(grams)} for before, _, grams in pairs]

    return Column(
        name,
        lambda row: "\n".join(f"{one['name']} = {one['grams']:.15g}" for one in getattr(row, name)),
        write,
    )


def citations(name: str = "citations") -> Column:
    """A source on each line: `title | https://... | 2018`."""

    def read(row: Any) -> str:
        return "\n".join(
            " | ".join(str(part) for part in (one["title"], one.get("url", ""), one.get("year") or "")).rstrip(" |")
            for one in getattr(row, name)
        )

    def write(values: Values, cell: str) -> None:
        values[name] = [_citation(line) for line in _lines(cell)]

    return Column(name, read, write)


def _citation(line: str) -> Values:
    title, url, year, *more = [*(part.strip() for part in line.split("|")), "", ""][:4]
    if more and more[0]:
        raise CellInvalid("write a source on each line: title | https://... | year")
    if year and not year.isdigit():
        raise CellInvalid(f"{year!r} is no year")
    return {"title": title, "url": url, "year": int(year) if year else None}


def _value_of(field: Any, cell: str) -> Any:
    text = cell if isinstance(field, models.TextField) else cell.strip()
    if isinstance(field, models.BooleanField):
        if text.lower() not in ("yes", "no", ""):
            raise CellInvalid("write yes or no")
        return text.lower() == "yes"
    if not text:
        return None if field.null else field.get_default()
    try:
        return field.to_python(text)
    except ValidationError as error:
        raise CellInvalid(" ".join(error.messages)) from error


def _number(cell: str) -> float:
    text = cell.strip()
    if not BARE_NUMBER.match(text):
        raise CellInvalid(f"{text!r} is no number: write 20 or 20.5")
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]


def _with_entry(mapping: Values, key: str, value: Any) -> Values:
    others = {name: one for name, one in mapping.items() if name != key}
    return others if value is None else {**others, key: value}


def safe(cell: str) -> str:
    """So that a spreadsheet takes no text for a formula; `bare` takes the sign away again. Numbers stay what they are."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) and not BARE_NUMBER.match(cell) else cell


def bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


def columns_of(model: Any, names: Iterable[str]) -> Sequence[Column]:
    return [
        slugs(name) if isinstance(model._meta.get_field(name), ArrayField) else plain(model, name) for name in names
    ]
