"""Foods of a file, matched with those that stand, and written: thousands at a time."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.utils.text import slugify

from catalog.domain.food_records import FoodRecord
from catalog.domain.nutrients import energy_of
from catalog.enums import Status
from catalog.models import Food
from catalog.services.importing.copying import copy_rows
from catalog.services.importing.edited import edited_here
from catalog.services.importing.report import Outcome, Report
from catalog.services.seeding import NAMESPACE
from lib.statements import fetch

SR = "usda-sr28"
CONTENT = ("name", "aliases", "brand", "barcode", "category", "nutrients", "portions", "attribution")
SLUG_MAX_LENGTH = 64
# Two foods of one name are the same only if their energy is about the same, too.
ENERGY_APART_KCAL = 20.0
ENERGY_APART_SHARE = 0.15


@dataclass(frozen=True)
class Terms:
    """What all rows of an import have in common."""

    source: str
    attribution: str
    publish: bool
    at: dt.datetime

    def id_of(self, source_id: str) -> UUID:
        """The same on every server, and in every run."""
        return uuid5(NAMESPACE, f"import {self.source} {source_id}")


class FoodImporter:
    def __init__(self, terms: Terms, report: Report) -> None:
        self.terms, self.report = terms, report

    def take(self, records: Sequence[FoodRecord], *, dry_run: bool) -> None:
        """The caller holds the head of the library, unless it is a dry run."""
        standing = self._standing(records)
        new: dict[str, FoodRecord] = {}
        changed: list[tuple[Food, FoodRecord]] = []
        for record in records:
            food = standing.get(record.source_id)
            if food is None:
                self._take_new(record, new)
            elif food.pk != self.terms.id_of(record.source_id) or not self._differs(food, record):
                self.report.count(Outcome.MATCHED)
            else:
                changed.append((food, record))
        changed = self._without_edited(changed)
        if not dry_run:
            copy_rows("copy_foods", (self._cells(record) for record in new.values()))
            self._update(changed)

    def _take_new(self, record: FoodRecord, new: dict[str, FoodRecord]) -> None:
        """What stands twice in a file is one food."""
        keys = [record.source_id, record.barcode or (_folded(record.name) if not record.brand else "")]
        if any(key in new for key in keys if key):
            self.report.count(Outcome.MATCHED)
            return
        new[keys[1] or keys[0]] = record
        self.report.count(Outcome.NEW)
        for note in record.notes:
            self.report.needs_a_person(record.line, record.name, note)

    def _standing(self, records: Sequence[FoodRecord]) -> dict[str, Food]:
        """By the id in the source: what came from there, what has the same number in USDA SR, the same barcode, or the same name.
        A fact each, and the first that there is.
        """
        found = self._by_source(records)
        left = [record for record in records if record.source_id not in found and record.barcode]
        codes = _by(_foods().filter(deleted_at=None, barcode__in=[record.barcode for record in left]), "barcode")
        found |= {record.source_id: codes[record.barcode] for record in left if record.barcode in codes}
        left = [
            record for record in records if record.source_id not in found and not record.brand and not record.barcode
        ]
        return found | self._by_name(left)

    def _by_source(self, records: Sequence[FoodRecord]) -> dict[str, Food]:
        ids = {record.source_id for record in records}
        own = _by(_foods().filter(source=self.terms.source, source_id__in=ids), "source_id")
        numbers = {record.sr_number for record in records if record.sr_number}
        sr = _by(_foods().filter(source=SR, source_id__in=numbers), "source_id") if numbers else {}
        same = {record.source_id: sr[record.sr_number] for record in records if record.sr_number in sr}
        return same | own

    def _by_name(self, records: Sequence[FoodRecord]) -> dict[str, Food]:
        if not records:
            return {}
        called = fetch("catalog", "foods_called", names=[record.name for record in records])
        foods = _foods().in_bulk([key for _, key in called])
        found: dict[str, Food] = {}
        for place, key in called:
            record = records[place - 1]
            if _have_the_same_energy(foods[key], record):
                found.setdefault(record.source_id, foods[key])
            else:
                why = f"{foods[key].slug} has the same name and other figures"
                self.report.needs_a_person(record.line, record.name, why)
        return found

    def _values(self, record: FoodRecord) -> dict[str, Any]:
        values = {name: getattr(record, name) for name in CONTENT if name != "attribution"}
        lists = {"aliases": list(record.aliases), "portions": [dict(one) for one in record.portions]}
        return {**values, **lists, "nutrients": dict(record.nutrients), "attribution": self.terms.attribution}

    def _differs(self, food: Food, record: FoodRecord) -> bool:
        return any(getattr(food, name) != value for name, value in self._values(record).items())

    def _without_edited(self, changed: Sequence[tuple[Food, FoodRecord]]) -> list[tuple[Food, FoodRecord]]:
        edited = edited_here(Food, [food for food, _ in changed], CONTENT) if changed else ()
        kept = []
        for food, record in changed:
            if food.pk in edited or food.deleted_at is not None:
                self.report.count(Outcome.LEFT)
                why = (
                    "it was deleted here" if food.deleted_at else "it was changed here, and the file has something else"
                )
                self.report.needs_a_person(record.line, record.name, why)
            else:
                self.report.count(Outcome.CHANGED)
                kept.append((food, record))
        return kept

    def _update(self, changed: Iterable[tuple[Food, FoodRecord]]) -> None:
        foods = []
        for food, record in changed:
            for name, value in self._values(record).items():
                setattr(food, name, value)
            food.updated_at = self.terms.at
            foods.append(food)
        Food.objects.bulk_update(foods, [*CONTENT, "updated_at"], batch_size=500)

    def _cells(self, record: FoodRecord) -> list[str]:
        publish = self.terms.publish and energy_of(record.nutrients) is not None
        at = self.terms.at.isoformat()
        return [
            str(self.terms.id_of(record.source_id)),
            self._slug(record),
            record.name,
            "{}",
            _json(record.aliases),
            Status.PUBLISHED if publish else Status.DRAFT,
            self.terms.source,
            record.source_id,
            self.terms.attribution,
            record.brand,
            record.barcode,
            record.category,
            "{}",
            "{}",
            _json(record.nutrients),
            _json(record.portions),
            at,
            at,
        ]

    def _slug(self, record: FoodRecord) -> str:
        """Told apart by the source's own id, so that two foods of one name have two."""
        end = slugify(f"{self.terms.source} {record.source_id}")[:SLUG_MAX_LENGTH]
        words = slugify(record.name)[: max(SLUG_MAX_LENGTH - len(end) - 1, 0)].strip("-")
        return f"{words}-{end}" if words else end


def _foods() -> Any:
    """Canonical ones, without the words by which they are searched: those are large, and nobody reads them here."""
    return Food.objects.filter(user=None).defer("search")


def _have_the_same_energy(food: Food, record: FoodRecord) -> bool:
    ours, theirs = energy_of(food.nutrients), energy_of(record.nutrients)
    if ours is None or theirs is None:
        return True
    return abs(ours.kcal - theirs.kcal) <= max(ENERGY_APART_KCAL, ENERGY_APART_SHARE * ours.kcal)


def _by(rows: Iterable[Food], name: str) -> dict[str, Food]:
    """Of several the one that was here first."""
    found: dict[str, Food] = {}
    for row in sorted(rows, key=lambda row: (row.created_at, row.pk)):
        found.setdefault(getattr(row, name), row)
    return found


def _folded(name: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", plain))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
