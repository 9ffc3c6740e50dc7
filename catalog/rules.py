"""Rules over rows of the library."""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import apps

from lib.capture import BOTH_ROWS, NEW_ROWS
from lib.fields import parents_of
from lib.row_rules import Fault, Faults, RowChange, add_rule
from lib.rules import Rule
from lib.shared import CATALOGUE
from lib.sqlfiles import load_sql
from lib.statements import fetch

# What may change when it is published: not what there is to do.
WORDS = (
    *("title", "summary", "description", "notes", "goal", "level", "days_per_week", "session_minutes"),
    *("equipment", "tags", "status", "visible", "parent_visible", "updated_at", "publish_at", "published_at"),
    *("replaced_by_id", "source", "source_id", "attribution", "catalog_version", "search"),
)

AMOUNTS: dict[str, str] = {}  # the field in which rows of an entity say how much of which nutrient

# What a device has of a canonical food that its athlete uses.
COPIED = ("name", "names", "brand", "barcode", "category", "nutrients", "portions", "attribution")


def hold_amounts(entity: str, field: str) -> None:
    """From now on the field's amounts are of nutrients that the library knows."""
    AMOUNTS[entity] = field
    add_rule(known_nutrients, entity)


def known_nutrients(changes: Sequence[RowChange]) -> Faults:
    """Amounts are of nutrients that the library knows: others would be in no sum. What stands already is not asked about."""
    named = [(change, _nutrients_to_come(change)) for change in changes]
    slugs = sorted({slug for _, its in named for slug in its})
    unknown = {slug for (slug,) in fetch("catalog", "unknown_nutrients", slugs=slugs)} if slugs else set()
    return {
        (change.entity, change.id): [_unknown(change, slug) for slug in sorted(its & unknown)]
        for change, its in named
        if its & unknown
    }


def _nutrients_to_come(change: RowChange) -> set[str]:
    name = AMOUNTS[change.entity]
    return set() if change.deleted else set(change.after[name]) - set((change.before or {}).get(name, ()))


def _unknown(change: RowChange, slug: str) -> Fault:
    return Fault(f"{AMOUNTS[change.entity]}.{slug}", "does_not_exist", "There is no such nutrient in the library.")


class AsPublished(Rule):
    """What was published stays as it was, for those who are doing it: a new version takes its place."""

    level = pgtrigger.Row
    when = pgtrigger.After  # the row says by then whether it can be seen
    referencing = None
    file = "as_published"
    violation_code = "published"
    violation_message = "What is published stays as it is. Make a new version of the program, and change that."

    def __init__(self, *, field: str, operation: Any) -> None:
        super().__init__(field=field, operation=operation)
        row = "NEW" if operation is pgtrigger.Insert else "OLD"
        self.condition = pgtrigger.Condition(f"{row}.user_id IS NULL")

    def replacements(self, model: Any) -> dict[str, str]:
        return {"/*words*/": ", ".join(f"'{name}'" for name in WORDS)}


class AsPublishedOrReplaced(AsPublished):
    """The same, but what it names may be exchanged for its replacement, and back: duplicates are merged."""

    file = "as_published_or_replaced"

    def __init__(self, *, field: str, reference: str, operation: Any) -> None:
        super().__init__(field=field, operation=operation)
        self.reference = reference

    def replacements(self, model: Any) -> dict[str, str]:
        field = model._meta.get_field(self.reference)
        target = {"/*column*/": field.column, "/*target*/": field.related_model._meta.db_table}
        return {**super().replacements(model), **target}


def as_published(field: str) -> list[pgtrigger.Trigger]:
    """For the root of a tree: the way to publish it is to make it as a draft."""
    return [AsPublished(field=field, operation=operation) for operation in (pgtrigger.Update, pgtrigger.Delete)]


def below_published(field: str) -> list[pgtrigger.Trigger]:
    """For what hangs on it."""
    return [AsPublished(field=field, operation=pgtrigger.Insert), *as_published(field)]


def _lock(model: Any) -> str:
    """What writers of the table take first: the head of the catalogue, as `writing` does. Of what is not captured, devices do
    not wait for it: it has a lock of its own.
    """
    captured: bool = apps.get_model(model._meta.label).wire.canonical_captured  # a snapshot knows no `wire`
    return (
        f"sync_lock('{CATALOGUE}'::uuid)"
        if captured
        else f"pg_advisory_xact_lock('{model._meta.db_table}'::regclass::bigint)"
    )


def below_published_naming(field: str, reference: str) -> list[pgtrigger.Trigger]:
    """For what hangs on it and names a row of another library."""
    return [
        AsPublished(field=field, operation=pgtrigger.Insert),
        AsPublishedOrReplaced(field=field, reference=reference, operation=pgtrigger.Update),
        AsPublished(field=field, operation=pgtrigger.Delete),
    ]


class Versioned(pgtrigger.Trigger):
    """A canonical row stands under the version of the catalogue in which it last changed; and it knows when it was published."""

    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    condition = pgtrigger.Condition("NEW.user_id IS NULL")

    def get_func(self, model: Any) -> str:
        generated = (field.column for field in model._meta.local_fields if field.generated)  # they are not there yet
        untold = ("updated_at", "catalog_version", "published_at", *generated)
        text = load_sql("catalog", "versioned").replace("/*untold*/", ", ".join(f"'{name}'" for name in untold))
        return text.replace("/*lock*/", _lock(model))


class VersionedRoot(pgtrigger.Trigger):
    """What hangs on a canonical row is part of it: where it changes, the root has another version."""

    level = pgtrigger.Row
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        return [("changed", f"{model._meta.db_table}%ROWTYPE")]

    def get_func(self, model: Any) -> str:
        root, key = self._way_up(model)
        text = load_sql("catalog", "versioned_root").replace("/*root*/", root).replace("/*id*/", key)
        return text.replace("/*lock*/", _lock(model))

    def _way_up(self, model: Any) -> tuple[str, str]:
        (parent,) = parents_of(model)
        above, key = parent.related_model, f"changed.{parent.column}"
        while parents_of(above):
            (parent,) = parents_of(above)
            key = f"(SELECT p.{parent.column} FROM {above._meta.db_table} AS p WHERE p.id = {key})"  # noqa: S608 - our own names
            above = parent.related_model
        return above._meta.db_table, key


class KeepsWords(pgtrigger.Trigger):
    """The words by which canonical rows are found are known, so that a search knows what may have been meant."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    referencing = NEW_ROWS

    def get_func(self, model: Any) -> str:
        return load_sql("catalog", "keeps_words").replace("/*library*/", model._meta.db_table)


def keeps_words() -> list[pgtrigger.Trigger]:
    return [
        KeepsWords(name="keeps_words_insert", operation=pgtrigger.Insert),
        KeepsWords(name="keeps_words_update", operation=pgtrigger.Update),
    ]


class KeepsFood(pgtrigger.Trigger):
    """A canonical food that an athlete's row refers to is kept for their devices. field: the reference."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    referencing = NEW_ROWS

    def __init__(self, *, field: str, operation: Any) -> None:
        self.field = field
        super().__init__(name=f"{field}_is_kept_{str(operation).lower()}", operation=operation)

    def get_func(self, model: Any) -> str:
        text = load_sql("catalog", "keeps_food").replace("/*column*/", model._meta.get_field(self.field).column)
        return text.replace("/*columns*/", ", ".join(COPIED)).replace("/*food columns*/", _of("f"))


def keeps_food(field: str) -> list[pgtrigger.Trigger]:
    """For each model with a reference to Food: whoever writes it, the food reaches the athlete's devices."""
    return [KeepsFood(field=field, operation=operation) for operation in (pgtrigger.Insert, pgtrigger.Update)]


class MarksStale(pgtrigger.Trigger):
    """A canonical food that changed is marked where athletes keep it: `catalog.refresh_kept_foods` does the rest."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    operation = pgtrigger.Update
    referencing = BOTH_ROWS

    def get_func(self, model: Any) -> str:
        text = load_sql("catalog", "marks_stale")
        return text.replace("/*new columns*/", _of("n")).replace("/*old columns*/", _of("o"))


def _of(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in COPIED)
