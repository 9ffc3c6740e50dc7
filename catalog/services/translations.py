"""Names of rows of the library in other languages, where they are missing: written for many rows at once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from catalog.models import Food
from catalog.models.library import Editorial
from catalog.services import editorial
from catalog.services.contents import write_content
from catalog.services.proposals import propose
from catalog.services.signing import authored


@dataclass
class Translated:
    """written: rows. proposed: rows that somebody else has to change. there: names that somebody was quicker with."""

    written: int = 0
    proposed: int = 0
    there: int = 0


def without_name(rows: QuerySet[Any], language: str) -> QuerySet[Any]:
    """What has a brand has one name everywhere."""
    has_brand = Q() if rows.model is not Food else Q(brand="")
    return rows.filter(has_brand).exclude(names__has_key=language)


def translate(*, rows: QuerySet[Any], names: Mapping[Any, Mapping[str, str]], by: Any, at: dt.datetime) -> Translated:
    """names: by primary key and language. All of it or nothing: a row that may not be changed alone gets a proposal. A name that
    is there stays. Raises what refuses a write of the row.
    """
    done = Translated()
    with authored(by=by, source="admin", why="Translated."):
        for row in rows.select_for_update(of=("self",), no_key=True).filter(pk__in=names):
            given = names[row.pk]
            new = {language: name for language, name in given.items() if language not in row.names}
            done.there += len(given) - len(new)
            if new:
                _write(row, {**row.names, **new}, done, by=by, at=at)
    return done


def _write(row: Any, names: dict[str, str], done: Translated, *, by: Any, at: dt.datetime) -> None:
    if not isinstance(row, Editorial):
        row.names = names
        row.save(update_fields=["names"])
        done.written += 1
    elif editorial.may_change(row, by):
        write_content(row, {"names": names}, at)
        done.written += 1
    else:
        propose(row=row, values={"names": names}, by=by, at=at, note="Translated.")
        done.proposed += 1


def key_of(text: str) -> UUID | str:
    """The primary key that a form wrote out: words of a vocabulary have their slug."""
    try:
        return UUID(text)
    except ValueError:
        return text
