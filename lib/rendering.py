"""The SQL by which a row becomes a record of the sync tables: whose it is, under which id, whether it is there, as what.

What has no owner belongs to the catalogue: then `CATALOGUE` is its owner, it is there for clients as long as it is visible,
and a vocabulary, whose key is a slug, goes by the MD5 of that slug.
"""

import dataclasses
from dataclasses import dataclass
from typing import cast

from django.db import models

from lib import wire
from lib.models import OwnedModel

NOBODY = f"'{wire.CATALOGUE}'::uuid"


@dataclass(frozen=True)
class Rendering:
    """Each method gives an SQL expression over the row that `row` names."""

    entity: wire.Entity
    shown: tuple[wire.WireField, ...]  # what else the documents of rows without an owner hold
    visibility: str = "TRUE"  # SQL over `{row}`: whether clients may know of it at all

    def id(self, row: str) -> str:
        return f"{row}.id" if self.entity.is_owned else f"md5({row}.slug)::uuid"

    def owner(self, row: str) -> str:
        if not self.entity.is_owned:
            return NOBODY
        return f"coalesce({row}.user_id, {NOBODY})" if self.entity.is_shared else f"{row}.user_id"

    def visible(self, row: str) -> str:
        """Whether clients may know of it at all."""
        return self.visibility.format(row=row)

    def gone(self, row: str) -> str:
        """Whether it is a tombstone for clients."""
        deleted = [f"{row}.deleted_at IS NOT NULL"] if self.entity.is_owned else []
        visible = self.visible(row)
        hidden = [] if visible == "TRUE" else [f"NOT {visible}"]
        return f"({' OR '.join([*deleted, *hidden]) or 'FALSE'})"

    def document(self, row: str) -> str:
        own = self.entity.document_sql(row)
        if not self.shown:
            return own
        shown = dataclasses.replace(self.entity, fields=(*self.shown, *self.entity.fields)).document_sql(row)
        return f"CASE WHEN {row}.user_id IS NULL THEN {shown} ELSE {own} END"

    def changed(self, new: str, old: str) -> str:
        """Whether a row that was updated has other content for those who may see it."""
        changed = _differs(new, old, [f.column for f in self.entity.fields] + ["deleted_at"] * self.entity.is_owned)
        if self.shown:
            more = _differs(new, old, [f.column for f in self.shown])
            changed = f"({changed} OR ({new}.user_id IS NULL AND {more}))"
        if self.visibility == "TRUE":
            return changed
        now, before = self.visible(new), self.visible(old)
        return f"(({changed} OR {now} IS DISTINCT FROM {before}) AND ({now} OR {before}))"

    def _document_if_visible(self, row: str) -> str:
        visible, document = self.visible(row), self.document(row)
        return document if visible == "TRUE" else f"CASE WHEN {visible} THEN {document} END"

    def expressions(self) -> dict[str, str]:
        """By the places where SQL files want them: `n` is the row as it is, or is now, `o` as it was."""
        found = {
            "/*code*/": str(self.entity.code),
            "/*table*/": self.entity.table,
            "/*document n*/": self.document("n"),
            "/*document if visible*/": self._document_if_visible("n"),
            "/*changed*/": self.changed("n", "o"),
            "/*moved*/": " OR ".join(f"{each('n')} IS DISTINCT FROM {each('o')}" for each in (self.id, self.owner)),
        }
        for row in ("n", "o"):
            found[f"/*id {row}*/"] = self.id(row)
            found[f"/*owner {row}*/"] = self.owner(row)
            found[f"/*visible {row}*/"] = self.visible(row)
            found[f"/*gone {row}*/"] = self.gone(row)
        return found


def rendering_of(model: type[models.Model]) -> Rendering:
    entity = wire.entity_of(cast("type[OwnedModel]", model))
    if not entity.wire.canonical_captured:
        return _rendering(model, entity, "({row}.user_id IS NOT NULL)")
    return _rendering(model, entity, "{row}.visible" if entity.is_owned and entity.is_shared else "TRUE")


def expressions_of(model: type[models.Model]) -> dict[str, str]:
    """What capture triggers of the model are filled with."""
    return rendering_of(model).expressions()


def rendering_at(model: type[models.Model], *, like: wire.Entity, visible: str | None = None) -> Rendering:
    """The same for a model as it stands in the middle of the migrations; it knows no `wire`. visible: where it has no
    such column yet.
    """
    return _rendering(model, like, visible or rendering_of(like.model).visibility)


def _rendering(model: type[models.Model], like: wire.Entity, visibility: str) -> Rendering:
    names = [field.name for field in model._meta.concrete_fields if field.name not in like.skipped]
    return Rendering(
        entity=dataclasses.replace(like, fields=wire.fields_of(model, names)),
        shown=tuple(field for name in like.wire.shown for field in wire.fields_of(model, [name])),  # as declared there
        visibility=visibility,
    )


def _differs(new: str, old: str, columns: list[str]) -> str:
    """Compares rows of columns, not one column after the other: NULL equals NULL."""
    news = ", ".join(f"{new}.{column}" for column in columns)
    olds = ", ".join(f"{old}.{column}" for column in columns)
    return f"({news}) IS DISTINCT FROM ({olds})"
