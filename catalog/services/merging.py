"""Duplicates in the library: found by their names, and made one."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from psycopg import sql

from catalog.enums import Status
from catalog.exceptions import MergeUndone, NotMergeable, PublishingNotAllowed
from catalog.models import DistinctPair, EditorialStep, Merge
from catalog.models.library import LibraryModel
from catalog.services import references
from catalog.services.editorial import PUBLISH, library_named
from catalog.services.signing import authored
from lib import wire
from lib.sqlfiles import load_sql
from lib.statements import execute, rows_of

LIKENESS_MIN = 0.75  # of two names that may mean one thing: the share of trigrams that they have in common
PAIRS_MAX = 200
FOLLOWED_FOR = dt.timedelta(days=90)  # a phone may have been offline that long when it names the loser


@dataclass(frozen=True)
class Pair:
    first: Any
    second: Any
    likeness: float

    @property
    def percent(self) -> int:
        return round(100 * self.likeness)


def duplicates_of(rows: Collection[Any], *, limit: int = PAIRS_MAX) -> list[Pair]:
    """Rows of one library that may be the same as one of these, the likest first. Three queries."""
    if not rows:
        return []
    model = type(next(iter(rows)))
    query = sql.SQL(load_sql("catalog", "duplicates")).format(table=sql.Identifier(model._meta.db_table))
    params = {"ids": [row.pk for row in rows], "entity": wire.name_of(model), "threshold": LIKENESS_MIN}
    with transaction.atomic():
        execute("catalog", "alike_from", threshold=str(LIKENESS_MIN))
        found = rows_of(query, {**params, "limit": 2 * limit})  # each pair may come from both sides
    known = model.objects.in_bulk({key for pair in found for key in pair[:2]})
    pairs = {
        frozenset((first, second)): Pair(known[first], known[second], float(likeness))
        for first, second, likeness in reversed(found)
    }
    return list(pairs.values())[::-1][:limit]


def keep_apart(*, first: Any, second: Any, by: Any, at: dt.datetime) -> None:
    """They are two things, though they are called alike: they are not found again."""
    low, high = sorted((first.pk, second.pk))
    DistinctPair.objects.get_or_create(
        entity=wire.name_of(type(first)), first_id=low, second_id=high, defaults={"by": by, "at": at}
    )


def merge(*, loser: Any, winner: Any, by: Any, at: dt.datetime, note: str = "", source: str = "admin") -> Merge:
    """The winner gets the loser's names and all that names the loser, athletes' rows included, in one transaction; the loser is
    retired. Raises PublishingNotAllowed, NotMergeable, RowsRefused.
    """
    if not by.has_perm(PUBLISH):
        raise PublishingNotAllowed
    why = note or f"Merged: {loser} into {winner}"
    with authored(by=by, source=source, why=why, step=Status.RETIRED):
        loser, winner = _locked(loser, winner)
        earlier = Merge.objects.filter(entity=wire.name_of(type(loser)), loser_id=loser.pk, undone_at=None)
        earlier.update(undone_at=at, undone_by=by)  # it is no loser any more
        made = Merge.objects.create(
            entity=wire.name_of(type(loser)), loser_id=loser.pk, winner_id=winner.pk, loser_name=loser.name,
            winner_name=winner.name, loser_status=loser.status, added=_words_to_add(loser, winner), by=by, at=at, note=note,
        )  # fmt: skip
        _add_words(winner, made.added, at)
        standing = type(loser).objects.filter(pk=loser.pk)
        standing.update(status=Status.RETIRED, publish_at=None, replaced_by=winner, updated_at=at)
        _count(made, references.move(merge=made, model=type(loser), at=at))
        _keep_step(made, loser.status, Status.RETIRED, by=by, at=at, note=why)
    return made


def undo(*, merge: Merge, by: Any, at: dt.datetime) -> int:
    """What was moved names the loser again, which is what it was; what came later stays with the winner. Gives the count of
    rows. Raises PublishingNotAllowed, MergeUndone.
    """
    if not by.has_perm(PUBLISH):
        raise PublishingNotAllowed
    why = f"Merge undone: {merge}"
    model = library_named(merge.entity)
    with authored(by=by, source="admin", why=why, step=merge.loser_status):
        if not Merge.objects.filter(pk=merge.pk, undone_at=None).update(undone_at=at, undone_by=by):
            raise MergeUndone
        loser = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=merge.loser_id).first()
        if loser is None or loser.user_id is not None or loser.replaced_by_id != merge.winner_id:
            raise MergeUndone
        moved = references.move_back(merge=merge, model=model, at=at)
        model.objects.filter(pk=loser.pk).update(status=_status_again(merge), replaced_by=None, updated_at=at)
        _take_words(model.objects.get(pk=merge.winner_id), merge.added, at)
        _keep_step(merge, Status.RETIRED, _status_again(merge), by=by, at=at, note=why)
    merge.refresh_from_db()
    return moved


def follow_merges(*, at: dt.datetime) -> int:
    """Phones that were offline may still name a loser. Gives the count of rows that were moved."""
    moved = 0
    for made in Merge.objects.filter(undone_at=None, at__gt=at - FOLLOWED_FOR).order_by("at", "id"):
        model = library_named(made.entity)
        gave_way = Q(replaced_by=made.winner_id, status=Status.RETIRED) | Q(
            user__isnull=False, deleted_at__isnull=False
        )
        if not model.objects.filter(gave_way, pk=made.loser_id).exists():  # a curator brought it back
            continue
        if any(relation.rows(made.loser_id).exists() for relation in references.movable(model)):
            with authored(by=None, source="job", why=f"Merged: {made}"):
                found = references.move(merge=made, model=model, at=at)
                _count(made, found)
                moved += found.rows
    return moved


def _locked(loser: Any, winner: Any) -> tuple[Any, Any]:
    """Both, as they stand, locked in the order of their ids."""
    model = type(loser)
    if not issubclass(model, LibraryModel) or type(winner) is not model or loser.pk == winner.pk:
        raise NotMergeable("Two different rows of one library are merged. Of a program, publish a new version.")
    rows = model.objects.canonical().filter(pk__in=[loser.pk, winner.pk]).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    if len(found) < 2:  # noqa: PLR2004 - both of them
        raise NotMergeable("One of the two is no row of the library any more.")
    loser, winner = found[loser.pk], found[winner.pk]
    if Status.RETIRED in {loser.status, winner.status}:
        raise NotMergeable("What is retired is merged with nothing. Its replacement says where it went.")
    if loser.status == Status.PUBLISHED and winner.status != Status.PUBLISHED:
        raise NotMergeable("What is published is merged into what is published.")
    return loser, winner


def _words_to_add(loser: Any, winner: Any) -> dict[str, Any]:
    names = {language: name for language, name in loser.names.items() if language not in winner.names}
    known = {_folded(word) for word in (winner.name, *winner.names.values(), *winner.aliases, *names.values())}
    aliases: list[str] = []
    for word in (loser.name, *loser.aliases, *loser.names.values()):
        if _folded(word) not in known:
            known.add(_folded(word))
            aliases.append(word)
    return {"names": names, "aliases": aliases}


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _add_words(winner: Any, added: dict[str, Any], at: dt.datetime) -> None:
    _write_words(winner, {**added["names"], **winner.names}, [*winner.aliases, *added["aliases"]], at)


def _take_words(winner: Any, added: dict[str, Any], at: dt.datetime) -> None:
    names = {key: name for key, name in winner.names.items() if added["names"].get(key) != name}
    _write_words(winner, names, [alias for alias in winner.aliases if alias not in added["aliases"]], at)


def _write_words(row: Any, names: dict[str, str], aliases: list[str], at: dt.datetime) -> None:
    if (names, aliases) == (row.names, row.aliases):
        return
    row.names, row.aliases, row.updated_at = names, aliases, at
    row.clean_fields(exclude={f.name for f in row._meta.fields} - {"names", "aliases"})
    row.save(update_fields=["names", "aliases", "updated_at"])


def _status_again(merge: Merge) -> str:
    """What was scheduled may be overdue by now: somebody decides."""
    return Status.DRAFT if merge.loser_status == Status.SCHEDULED else merge.loser_status


def _count(made: Merge, moved: references.Moved) -> None:
    Merge.objects.filter(pk=made.pk).update(moved=F("moved") + moved.rows, athletes=F("athletes") + moved.athletes)
    made.refresh_from_db()


def _keep_step(made: Merge, before: str, to: str, *, by: Any, at: dt.datetime, note: str) -> None:
    EditorialStep.objects.create(
        entity=made.entity, row_id=made.loser_id, from_status=before, to_status=to, by=by, at=at, note=note
    )
