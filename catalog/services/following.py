"""What athletes offered to the library and curators took: their logs and favourites follow."""

import datetime as dt
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import transaction

from catalog.enums import Status, SuggestionKind, SuggestionState
from catalog.models import Merge, Suggestion
from catalog.services import references
from lib import wire
from lib.row_rules import RowsRefused

TAKEN = (SuggestionState.ACCEPTED, SuggestionState.MERGED)


def own_row(suggestion: Suggestion) -> Any:
    """The athlete's, live or not; None where it is gone for good."""
    model = _model(suggestion)
    return model.objects.filter(pk=suggestion.row_id, user=suggestion.user_id).first()


def follow_published(*, row: Any, at: dt.datetime) -> None:
    """A row that was a draft when it was accepted can be seen: the athletes follow. The caller is inside of `authored`."""
    kind = wire.name_of(type(row))
    if kind not in SuggestionKind.values:
        return
    for suggestion in Suggestion.objects.filter(kind=kind, library_id=row.pk, state__in=TAKEN).order_by(
        "user_id", "id"
    ):
        own = own_row(suggestion)
        if own is not None and own.deleted_at is None:
            _try_to_follow(suggestion, own, row, at)


def _try_to_follow(suggestion: Suggestion, own: Any, row: Any, at: dt.datetime) -> None:
    """Where the row of the library does not allow what the athlete recorded, they keep their own."""
    with suppress(RowsRefused), transaction.atomic():
        follow(suggestion=suggestion, own=own, row=row, by=None, at=at)


def follow(*, suggestion: Suggestion, own: Any, row: Any, by: Any, at: dt.datetime) -> None:
    """What names the athlete's own row names that of the library, if it can be seen; their own is retired. The caller is inside
    of `authored`.
    """
    if row.status != Status.PUBLISHED:
        return
    made = Merge.objects.create(
        entity=suggestion.kind, loser_id=own.pk, winner_id=row.pk, loser_name="", winner_name=row.name,
        loser_status=own.status, by=by, at=at, note="Suggested",
    )  # fmt: skip
    moved = references.move(merge=made, model=type(own), at=at, only=suggestion.user)
    Merge.objects.filter(pk=made.pk).update(moved=moved.rows, athletes=1)
    type(own).objects.filter(pk=own.pk).update(deleted_at=at, updated_at=at)


def _model(suggestion: Suggestion) -> Any:
    return {wire.name_of(model): model for model in apps.get_app_config("catalog").get_models()}[suggestion.kind]
