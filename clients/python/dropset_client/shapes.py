"""What the server will take: the entities, their fields and limits, and a check of what a user wrote against them.

`entities.json` is made from the server's models (`manage.py entity_docs`), so that a client can say at once, and
without a network, what the server would refuse later. Rules over several fields stay the server's.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from uuid import UUID, uuid3

from dropset_client.errors import ErrorDetail, InvalidInput
from dropset_client.fields import Field
from dropset_client.wire import JsonObject, Op, canonical_id

_FILE = Path(__file__).with_name("entities.json")


@dataclass(frozen=True, slots=True)
class Together:
    """Fields that mean something only together. `leading` may be written alone: the others are emptied then."""

    fields: tuple[str, ...]
    leading: str = ""


@dataclass(frozen=True, slots=True)
class DerivedId:
    """What an id follows from: a reference of `within`, or the user where there is none, and the fields of `by`."""

    within: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An entity: its fields by their names. Not `creatable`: it comes with the account, and is updated only."""

    entity: str
    creatable: bool
    read_only: bool
    fields: Mapping[str, Field]
    together: tuple[Together, ...] = ()
    derived_id: DerivedId | None = None

    def id_of(self, values: JsonObject, *, owner: Callable[[], str]) -> str | None:
        """The id of what there is once, which every device makes alike; None where an id is free. `owner` gives the user's."""
        if self.derived_id is None:
            return None
        whole = self.defaults() | values
        within, by = self.derived_id.within, self.derived_id.by
        namespace = next((whole[name] for name in within if whole[name]), None) if within else owner()
        parts = (self.entity, *(str(whole[name]) for name in by))
        return str(uuid3(UUID(namespace), " ".join(parts))) if namespace else None

    def check_id(self, record_id: str, derived: str) -> None:
        """Raises InvalidInput where the server would refuse an id, because it does not follow."""
        if record_id != derived:
            detail = f"There is one of this kind, and its id is {derived}."
            raise InvalidInput(self.entity, [ErrorDetail("id_does_not_follow", detail, attr="id")])

    def defaults(self) -> JsonObject:
        """Of all that a create may leave out."""
        return {name: f.default for name, f in self.fields.items() if not (f.required or f.read_only)}

    def check(self, patch: JsonObject, *, whole: bool = False) -> None:
        """Raises InvalidInput with every field that the server would refuse; of a `whole` record nothing may be missing."""
        problems = [problem for name, value in patch.items() if (problem := self._problem(name, value))]
        if whole:
            missing = (name for name, field in self.fields.items() if field.required and name not in patch)
            problems += [ErrorDetail("required", "This field is required.", attr=name) for name in missing]
        if problems:
            raise InvalidInput(self.entity, problems)

    def canonical(self, values: JsonObject) -> JsonObject:
        """Ids are equal whatever their case (Swift writes them in capitals); documents hold them in small letters."""
        return {name: canonical_id(value) if self._is_id(name, value) else value for name, value in values.items()}

    def _is_id(self, name: str, value: object) -> bool:
        return name in self.fields and self.fields[name].type == "id" and isinstance(value, str)

    def completed(self, changes: JsonObject, standing: JsonObject) -> JsonObject:
        """A patch with all fields of each group of which it names one: what it leaves out stays as the user sees it."""
        whole = dict(changes)
        for group in self.together:
            named = [name for name in group.fields if name in changes]
            if named:
                empty = {name: self.fields[name].default for name in group.fields if name not in changes}
                alone = named == [group.leading]
                whole |= empty if alone else {name: standing.get(name, value) for name, value in empty.items()}
        return whole

    def _problem(self, name: str, value: object) -> ErrorDetail | None:
        field = self.fields.get(name)
        return self.unknown(name) if field is None else field.problem(value)

    def unknown(self, name: str) -> ErrorDetail:
        """That there is no such field, and which one was meant."""
        writable = [known.name for known in self.fields.values() if not known.read_only]
        return ErrorDetail("unknown_field", f"There is no such field. {_nearest(name, writable)}", attr=name)


_ID = Field("id", "id")


@cache
def shapes() -> Mapping[str, Shape]:
    """Every entity by its name, parents before children."""
    entities = json.loads(_FILE.read_text(encoding="utf-8"))["entities"]
    return {name: _shape(name, raw) for name, raw in entities.items()}


def shape(entity: str) -> Shape:
    """Raises InvalidInput where there is no such entity."""
    found = shapes().get(entity)
    if found is None:
        detail = f"There is no such entity. {_nearest(entity, shapes())}"
        raise InvalidInput(entity, [ErrorDetail("unknown_entity", detail)])
    return found


def checked(entity: str, op: Op, patch: JsonObject) -> JsonObject:
    """The patch with ids as documents hold them. Raises InvalidInput where the server would refuse it for its form."""
    known = shape(entity)
    if known.read_only:
        raise InvalidInput(entity, [ErrorDetail("read_only", "Only the server writes it.")])
    if not known.creatable and op in (Op.CREATE, Op.DELETE):
        raise InvalidInput(entity, [ErrorDetail("not_allowed", "It comes with the account, and stays.")])
    known.check(patch, whole=op is Op.CREATE)
    return known.canonical(patch)


def checked_values(entity: str, values: JsonObject) -> JsonObject:
    """What records shall hold that somebody looks for. Raises InvalidInput for a field that the entity does not have.

    Of entities that a newer server has there may be records too: of them this client knows no fields.
    """
    known = shapes().get(entity)
    if known is None:
        return values
    unknown = [known.unknown(name) for name in values if name not in known.fields]
    if unknown:
        raise InvalidInput(entity, unknown)
    return known.canonical(values)


def checked_id(entity: str, record_id: str) -> str:
    """The id as documents hold it. Raises InvalidInput where it is none."""
    problem = _ID.problem(record_id)
    if problem:
        raise InvalidInput(entity, [problem])
    return canonical_id(record_id)


def _shape(name: str, raw: JsonObject) -> Shape:
    fields = {field: _field(field, one) for field, one in raw["fields"].items()}
    together = tuple(Together(tuple(one["fields"]), one["leading"]) for one in raw["together"])
    derived = raw.get("derived_id")
    derived_id = derived and DerivedId(tuple(derived["within"]), tuple(derived["by"]))
    return Shape(name, raw["creatable"], raw["read_only"], fields, together, derived_id)


def _field(name: str, raw: JsonObject) -> Field:
    values = {"values": tuple(raw["values"])} if "values" in raw else {}
    return Field(**{"name": name, **raw, **values})


def _nearest(name: str, known: Iterable[str]) -> str:
    """The name that was meant, or all of them where none is like it."""
    names = list(known)
    near = get_close_matches(name.lower(), names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
