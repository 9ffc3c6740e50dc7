"""A row of the library with what hangs on it, and how two states of one are compared."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.db import models

from catalog.models.history import told_fields
from catalog.models.trees import Part, parts_of
from catalog.services.seeding.data import Json
from lib.fields import parents_of
from lib.shared import SharedModel

Digests = dict[str, str]
PARTS = "parts"
DIGEST_BYTES = 6
# Which state a row is in, and not what it holds.
NOT_COMPARED = frozenset({"deleted_at", "version"})


class Tree:
    """A row, and the rows below it: parents before children. Ids of those follow from the root's and from their names."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.parts: list[Any] = []

    def add(self, model: Any, place: str, /, **values: Any) -> UUID:
        key = uuid5(self.root.pk, place)
        self.parts.append(model(id=key, **values))
        return key


Build = Callable[[Json, int], Tree]


@dataclass(frozen=True)
class Library:
    """One kind of row of the release.

    builder: what makes the tree of a row of the data, as that version of it; it is asked for when all that it names stands.
    """

    name: str
    model: Any
    read: Callable[[], Sequence[Json]]
    builder: Callable[[], Build]
    has_versions: bool = False

    @property
    def is_vocabulary(self) -> bool:
        return not issubclass(self.model, SharedModel)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The models below the root, parents first."""
        return () if self.is_vocabulary else parts_of(self.model)

    def versions(self) -> dict[str, int]:
        """Of every canonical row, deleted ones too, by slug; the last one where there are several."""
        if self.is_vocabulary:
            return dict.fromkeys(self.model._default_manager.values_list("pk", flat=True), 1)
        rows = self.model._default_manager.filter(user=None)
        if not self.has_versions:
            return dict.fromkeys(rows.values_list("slug", flat=True), 1)
        return dict(rows.order_by("version").values_list("slug", "version"))

    def standing(self, slugs: Iterable[str]) -> dict[str, Tree]:
        """The canonical rows with these slugs, deleted ones too; of several versions the last one."""
        if self.is_vocabulary:
            return {row.pk: Tree(row) for row in self.model._default_manager.filter(pk__in=slugs)}
        rows = self.model._default_manager.filter(user=None, slug__in=slugs)
        ordered = rows.order_by("version") if self.has_versions else rows
        trees = {row.slug: Tree(row) for row in ordered}
        by_id = {tree.root.pk: tree for tree in trees.values()}
        for part in self.parts:
            found = part.model._default_manager.filter(**{f"{part.path}__in": list(by_id)}, deleted_at=None)
            for row in found.annotate(root_id=models.F(part.path)):
                by_id[row.root_id].parts.append(row)
        return trees


def digests_of(tree: Tree) -> Digests:
    """A digest of each field that says something, and one of all parts. What has its default says nothing, so that a field that
    a later release adds changes no digest.
    """
    found = {name: _digest(value) for name, value in _said_by(tree.root).items()}
    return {**found, PARTS: _digest(_said_below(tree))} if tree.parts else found


def differing(tree: Tree, one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The fields in which two states of a row are not the same. A field that the model no longer has does not count."""
    names = [name for name in (*compared_fields(type(tree.root)), PARTS) if one.get(name) != other.get(name)]
    return sorted(names)


def compared_fields(model: type[models.Model]) -> list[str]:
    return [name for name in told_fields(model) if name not in NOT_COMPARED]


def parts_by_model(trees: Iterable[Tree]) -> dict[Any, list[Any]]:
    """In the order in which they are made: a parent comes before its children."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for tree in trees:
        for part in tree.parts:
            found[type(part)].append(part)
    return found


def _said_below(tree: Tree) -> list[Any]:
    """What the parts say, each by its place below its parent: a copy, whose ids are others, says the same."""
    places = {tree.root.pk: ""}
    said = []
    for model, parts in parts_by_model([tree]).items():
        (parent,) = parents_of(model)
        ordered = sorted((places[getattr(part, parent.column)], *_order(part), part) for part in parts)
        for number, (above, *_, part) in enumerate(ordered):
            places[part.pk] = place = f"{above} {model.__name__} {number}"
            said.append([place, {**_said_by(part), parent.name: above}])
    return said


def _order(part: Any) -> tuple[Any, ...]:
    return float(getattr(part, "position", 0)), getattr(part, "number", 0), part.pk


def _said_by(row: models.Model) -> Json:
    said = {}
    for name in compared_fields(type(row)):
        model_field: Any = row._meta.get_field(name)
        value = _plain(model_field, getattr(row, model_field.attname))
        if value != _plain(model_field, model_field.get_default()):
            said[name] = value
    return said


def _plain(model_field: Any, value: Any) -> Any:
    """The value as the database would give it back."""
    if value is None or isinstance(model_field, models.ForeignKey):
        return None if value is None else str(value)
    if isinstance(model_field, models.DecimalField):
        number = model_field.to_python(str(value))
        return f"{number:.{model_field.decimal_places}f}"
    return model_field.to_python(value)


def _digest(value: Any) -> str:
    return blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=DIGEST_BYTES).hexdigest()
