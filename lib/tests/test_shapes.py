"""The shapes that a client checks against are those that the server checks against."""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropset_client.fields import Field
from dropset_client.shapes import Shape, shapes
from lib import wire
from lib.patches import PatchError, check_patch

WRITABLE = [pytest.param(known, id=known.entity) for known in shapes().values() if not known.read_only]
SERVER_ONLY = {"invalid_schema", "invalid_progression", "invalid_shape"}  # what JSON may say is more than limits
ANY_TYPE = st.sampled_from([None, True, 7, 7.5, "seven", "", [], ["Seven"], {}, {"seven": 7}, [[1]]])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def around(field: Field, step: Decimal) -> st.SearchStrategy[Decimal]:
    """The limits, and what is next to them on either side."""
    low, high = Decimal(str(field.min)), Decimal(str(field.max))
    return st.sampled_from([low - step, low, low + step, (low + high) // 2, high - step, high, high + step])


def numbers(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case "integer":
            return around(field, Decimal(1)).map(int)
        case "number":
            return around(field, Decimal(1)).map(float)
    step = Decimal(1).scaleb(-(field.places or 0))
    return st.one_of(around(field, step), around(field, step / 10)).map(lambda value: format(value, "f"))


def texts(field: Field) -> st.SearchStrategy[str]:
    lengths = st.integers(-1, 1).map(lambda more: "ä" * ((field.max_length or 0) + more))
    return st.one_of(lengths, TEXTS, st.sampled_from(["", "\x00", "a\x00b"]))


def times() -> st.SearchStrategy[str]:
    days = st.sampled_from(
        ["0001-01-01", "1899-12-31", "1900-01-01", "2026-02-30", "2199-12-31", "2200-01-01", "9999-12-31"]
    )
    ends = st.sampled_from(
        ["T00:00:00Z", "T23:59:59.999999Z", "T01:00:00+05:30", "T00:00:00", " 00:00:00", "T24:00:00Z", ""]
    )
    return st.tuples(days, ends).map("".join)


def slugs(field: Field) -> st.SearchStrategy[list[str]]:
    many = st.integers(-1, 1).map(lambda more: [f"slug-{n}" for n in range((field.max_size or 0) + more)])
    return st.one_of(many, st.lists(st.sampled_from(["bench", "a-b", "-a", "Bench", "a" * 64, "a" * 65, ""])))


def free(field: Field) -> st.SearchStrategy[Any]:
    def nested(levels: int) -> Any:
        value: Any = "x" if levels % 2 else 2**63
        for _ in range(levels):
            value = [value]
        return {"a": value} if field.type == "object" else value

    sizes = st.integers(-20, 20).map(lambda more: "x" * ((field.max_bytes or 0) + more))
    return st.one_of(st.integers(0, 70).map(nested), sizes.map(lambda x: {"a": x} if field.type == "object" else [x]))


@cache  # a strategy takes longer to make than to draw from
def values(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case "integer" | "number" | "decimal":
            likely = numbers(field)
        case "text" | "note":
            likely = texts(field)
        case "time" | "date":
            likely = times()
        case "slugs":
            likely = slugs(field)
        case "object" | "array":
            likely = free(field)
        case "choice":
            likely = st.one_of(st.sampled_from(field.values), TEXTS)
        case "time_zone":
            likely = st.sampled_from(["UTC", "Europe/Berlin", "europe/berlin", "Mars/Olympus", ""])
        case "id":
            likely = st.one_of(st.uuids().map(str), st.uuids().map(lambda value: str(value).upper()), TEXTS)
        case "boolean":
            likely = st.booleans()
    return st.one_of(likely, ANY_TYPE)


@pytest.mark.parametrize("known", WRITABLE)
@given(st.data())
def test_the_client_refuses_a_value_where_the_server_does(known: Shape, data: st.DataObject) -> None:
    for field in known.fields.values():
        value = data.draw(values(field), label=field.name)
        said = said_by_the_server(known.entity, field.name, value)
        problem = field.problem(value)
        # The wire wants text, and takes a number all the same.
        number_for_decimal = field.type == "decimal" and isinstance(value, int | float)
        if said not in SERVER_ONLY and not number_for_decimal:
            assert (problem is None) == (said is None), (field.name, value, problem, said)


def said_by_the_server(entity: str, name: str, value: Any) -> str | None:
    """The code of what is wrong with the value."""
    try:
        check_patch(wire.entities_by_name()[entity], {name: value})
    except PatchError as error:
        return error.fields[name][0]
    return None
