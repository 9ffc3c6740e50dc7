"""Athletes offer rows of their own to the library; curators answer."""

import datetime as dt
from typing import Any

from catalog.enums import Status, SuggestionKind, SuggestionState
from catalog.exceptions import (
    NotMergeable,
    PublishingNotAllowed,
    SlugTaken,
    SuggestedAlready,
    SuggestionAnswered,
)
from catalog.models import Suggestion
from catalog.services import editorial
from catalog.services.following import TAKEN, follow, own_row
from catalog.services.signing import authored
from lib import wire
from lib.writes import lock_heads, writing

SOURCE = "suggestion"


def suggest(*, row: Any, user: Any, message: str, at: dt.datetime) -> tuple[Suggestion, bool]:
    """Offers the user's own row; says whether that is new. While it waits for an answer, the same again changes nothing; after it
    was declined it may be offered anew. Raises SuggestedAlready where it was taken.
    """
    with writing(user=user, source="api"):
        kind = SuggestionKind(wire.name_of(type(row)))
        standing = Suggestion.objects.for_user(user).filter(kind=kind, row_id=row.pk)
        latest: Suggestion | None = standing.order_by("-created_at").first()
        if latest is not None and latest.state in TAKEN:
            raise SuggestedAlready
        if latest is not None and latest.state == SuggestionState.PENDING:
            return latest, False
        made = Suggestion.objects.create(user=user, kind=kind, row_id=row.pk, name=row.name, message=message)
        return made, True


def accept(*, suggestion: Suggestion, slug: str, publish: bool, by: Any, at: dt.datetime, answer: str = "") -> Any:
    """Makes a row of the library of it. When that is published, the athlete's logs and favourites name it, and their own row is
    retired. Gives the new row. Raises SuggestionAnswered, PublishingNotAllowed, SlugTaken, NotMergeable.
    """
    if publish and not by.has_perm(editorial.PUBLISH):
        raise PublishingNotAllowed
    with authored(by=by, source="admin", why=answer or f"Suggested: {suggestion.name}"):
        own = _locked(suggestion)
        model: Any = type(own)
        if model.objects.filter(slug=slug).exists():
            raise SlugTaken
        status = Status.PUBLISHED if publish else Status.DRAFT
        content = {field.column: getattr(own, field.column) for field in wire.entity_of(model).writable}
        row = model.objects.create(**content, user=None, slug=slug, status=status, source=SOURCE)
        editorial.began(row=row, by=by, at=at, note=f"Suggested: {suggestion.name}")
        _answer(suggestion, SuggestionState.ACCEPTED, by=by, at=at, answer=answer, library_id=row.pk)
        follow(suggestion=suggestion, own=own, row=row, by=by, at=at)
    return row


def merge_into(*, suggestion: Suggestion, row: Any, by: Any, at: dt.datetime, answer: str = "") -> None:
    """The library has it already: the athlete's logs and favourites name that row from now on. Raises as `accept` does."""
    with authored(by=by, source="admin", why=answer or f"Suggested: {suggestion.name}"):
        own = _locked(suggestion)
        standing = type(own).objects.canonical().filter(pk=row.pk).exclude(status=Status.RETIRED).first()
        if standing is None:
            raise NotMergeable("It is merged into a row of the library that is not retired.")
        _answer(suggestion, SuggestionState.MERGED, by=by, at=at, answer=answer, library_id=standing.pk)
        follow(suggestion=suggestion, own=own, row=standing, by=by, at=at)


def decline(*, suggestion: Suggestion, by: Any, at: dt.datetime, answer: str) -> None:
    """The athlete reads why. Their row stays theirs."""
    with authored(by=by, source="admin", why=answer):
        lock_heads([suggestion.user_id])
        _answer(suggestion, SuggestionState.DECLINED, by=by, at=at, answer=answer, library_id=None)


def _locked(suggestion: Suggestion) -> Any:
    """The athlete's own row. Their head is locked, so that they write nothing meanwhile."""
    lock_heads([suggestion.user_id])
    own = own_row(suggestion)
    if own is None or own.deleted_at is not None:
        raise NotMergeable("The athlete has deleted it since.")
    return own


def _answer(
    suggestion: Suggestion, state: SuggestionState, *, by: Any, at: dt.datetime, answer: str, library_id: Any
) -> None:
    waiting = Suggestion.objects.live().filter(pk=suggestion.pk, state=SuggestionState.PENDING)
    values = {"state": state, "answer": answer, "answered_at": at, "answered_by": by, "library_id": library_id}
    if not waiting.update(**values, updated_at=at):
        raise SuggestionAnswered
    suggestion.refresh_from_db()
