"""JSON that somebody else wrote: its records one by one with the lines they begin on, and their values, each checked."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from dropset_files.shared.cells import CellError
from dropset_files.shared.model import FileFormatError, Problem

JsonObject = dict[str, Any]
MAX_RECORDS = 20_000  # workouts of a file: a life of them
_BEYOND_MEASURE = 10**12
_FINEST = -12
_SPACES = " \t\r\n"


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)


class Json:
    """A text of JSON. Raises FileFormatError where it is none from its beginning."""

    def __init__(self, text: str) -> None:
        self._text = text.lstrip("\ufeff")
        self._ends = [place for place, one in enumerate(self._text) if one == "\n"]
        self._begins = self._skip(0)

    def line(self, place: int) -> int:
        return bisect_right(self._ends, place - 1) + 1

    def is_list(self) -> bool:
        return self._text[self._begins : self._begins + 1] == "["

    def names(self) -> set[str]:
        """Of the fields of the object that it is; of as many as can be read."""
        found: set[str] = set()
        with suppress(FileFormatError):
            found.update(name for name, _ in self._fields(self._begins))
        return found

    def field(self, *path: str) -> Any:
        """The value there, None where there is none."""
        place = self._place_of(path)
        return None if place is None else self._value(place)[0]

    def records(self, *path: str) -> Iterator[tuple[int, JsonObject | Problem]]:
        """The objects of the list there, or the one object that it is. What cannot be read ends them, as a Problem."""
        place = self._place_of(path)
        if place is None:
            return
        if self._text[place] != "[":
            yield self.line(place), self._object(place)[0]
            return
        place, number = self._skip(place + 1), 0
        while self._text[place : place + 1] != "]":
            number += 1
            if number > MAX_RECORDS:
                raise FileFormatError(f"the file has more than {MAX_RECORDS} workouts: split it by years")
            try:
                found, after = self._object(place)
            except FileFormatError as error:
                yield self.line(place), Problem(self.line(place), f"{error}: what follows was not read")
                return
            yield self.line(place), found
            place = self._behind_comma(after)

    def _behind_comma(self, place: int) -> int:
        place = self._skip(place)
        return self._skip(place + 1) if self._text[place : place + 1] == "," else place

    def _place_of(self, path: Sequence[str]) -> int | None:
        place: int | None = self._begins
        for name in path:
            place = None if place is None else next((at for found, at in self._fields(place) if found == name), None)
        return place

    def _fields(self, place: int) -> Iterator[tuple[str, int]]:
        """The names of an object, and where their values begin."""
        if self._text[place : place + 1] != "{":
            return
        place = self._skip(place + 1)
        while self._text[place : place + 1] != "}":
            name, after = self._value(place)
            value = self._skip(self._skip(after) + 1)
            yield str(name), value
            place = self._behind_comma(self._value(value)[1])

    def _object(self, place: int) -> tuple[JsonObject | Problem, int]:
        value, after = self._value(place)
        if not isinstance(value, dict):
            return Problem(self.line(place), "this is no object, but a workout is one"), after
        return value, after

    def _value(self, place: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self._text, place)
        except json.JSONDecodeError as error:
            is_whole = self._text.rstrip().endswith(("]", "}"))
            cut = "this is not JSON" if is_whole else "the file is cut off: this is not JSON"
            raise FileFormatError(f"{cut} at line {error.lineno}, column {error.colno}") from error
        except (ValueError, RecursionError) as error:
            raise FileFormatError(f"this is no JSON that can be read, from line {self.line(place)} on") from error

    def _skip(self, place: int) -> int:
        while place < len(self._text) and self._text[place] in _SPACES:
            place += 1
        return place


def text(value: Any, name: str = "") -> str:
    """Whole characters, "" for nothing. Raises CellError for what is no text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CellError(f"{name} {str(value)[:40]} is no text")
    return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def number(value: Any, name: str, *, below: int = _BEYOND_MEASURE) -> Decimal | None:
    """A number from 0, None for nothing. Raises CellError for all else."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise CellError(f"{name} {str(value)[:40]!r} is not a number from 0")
    if value >= below:
        raise CellError(f"{name} is far too large")
    found = Decimal(value)
    exponent = found.as_tuple().exponent
    return round(found, -_FINEST) if isinstance(exponent, int) and exponent < _FINEST else found


def whole(value: Any, name: str) -> int | None:
    found = number(value, name)
    return None if found is None else int(found.to_integral_value())


def objects(value: Any, name: str) -> list[JsonObject]:
    """The objects of a list; none where it is missing. Raises CellError for all else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise CellError(f"{name} is no list of objects")
    return value
