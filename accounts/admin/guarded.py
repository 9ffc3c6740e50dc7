"""Pages about athletes. What they log is shown to nobody without a reason, and every page of it is noted.

Lists hold rows only of athletes to whom the staff member has opened access; a page of any other leads to the form that asks
for the reason. Both are in the queryset, so that no action, pop-up or search gets around them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import In
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from accounts.domain.addresses import form_to_look_up
from accounts.exceptions import ReasonMissing
from accounts.models import AuditEntry, User
from accounts.services.access import note_pages

Accesses = dict[UUID, AuditEntry]
WORDS_MAX = 8  # of a search, that may name somebody


@dataclass(frozen=True)
class Listing:
    """A list on the page of a user. query: what its address says beside the user; rows: the same, to count them."""

    label: str
    query: Mapping[str, str] = field(default_factory=dict)
    rows: models.Q = field(default_factory=models.Q)


def accesses_of(request: HttpRequest) -> Accesses:
    """What is open to the staff member, by the user. Asks once for each request."""
    found: Accesses | None = getattr(request, "open_accesses", None)
    if found is None:
        entries: Any = AuditEntry.objects.accesses_of(request.user.pk, timezone.now()).order_by("at")
        found = {entry.subject_id: entry for entry in entries if entry.subject is not None}
        request.open_accesses = found  # type: ignore[attr-defined]  # our addition
    return found


def ask_for_reason(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """To the form, and from there back to this page."""
    address = reverse("admin:accounts_user_reason", args=(user_id,))
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


class OfAthlete:
    """Mixin: rows that say whose they are. The page of a user leads to them."""

    owner = "user"  # the path from a row to its user

    def listings(self) -> list[Listing]:
        return [Listing(capfirst(str(self.model._meta.verbose_name_plural)))]  # type: ignore[attr-defined]  # of ModelAdmin

    def owner_query(self, user: User) -> dict[str, str]:
        """What an address says to list the rows of one user."""
        return {"user__id__exact": str(user.pk)} if self.owner == "user" else {"q": user.email}

    def owner_id(self, row: Any) -> UUID | None:
        *path, last = self.owner.split("__")
        for name in path:
            row = getattr(row, name)
        found: UUID | None = getattr(row, f"{last}_id")
        return found


class GuardedAdmin(OfAthlete):
    """Mixin, before a ModelAdmin: shows nothing of an athlete without a reason."""

    list_before_template = "admin/accounts/accesses.html"
    also_shown: tuple[UUID, ...] = ()  # owners who are no athletes
    model: type[models.Model]
    opts: Any
    rows_named: Callable[[str], models.Q]
    has_view_or_change_permission: Callable[..., bool]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)  # type: ignore[misc]  # of ModelAdmin
        open_to_them = [*accesses_of(request), *self.also_shown]
        # Said like this, the rows of an owner who is no user keep their place beside those of users.
        return rows.filter(In(models.F(f"{self.owner}_id"), open_to_them))

    # --- who is asked ---

    def owner_of(self, object_id: str) -> UUID | None:
        """Whose row an address names, open or not."""
        try:
            rows = self.model._default_manager.filter(self.rows_named(object_id)).order_by()
            return rows.values_list(self.owner, flat=True).first()
        except (ValidationError, ValueError):
            return None

    def athletes_named(self, request: HttpRequest) -> Iterable[UUID]:
        """Those whom a search or a filter of the list is about."""
        words = [*request.GET.get("q", "").split()[:WORDS_MAX], request.GET.get("user__id__exact", "")]
        return [found for word in words if (found := self._athlete_named(word.replace("\0", ""))) is not None]

    def _athlete_named(self, word: str) -> UUID | None:
        named = _as_uuid(word)
        owner = self.owner_of(word) if named else None
        if owner is not None or not (named or "@" in word):
            return owner
        who = models.Q(pk=named) if named else models.Q(email=form_to_look_up(word))
        return User.objects.filter(who).values_list("pk", flat=True).first()

    def _asked(self, request: HttpRequest, owners: Iterable[UUID]) -> HttpResponse | None:
        opened = accesses_of(request)
        closed = [owner for owner in owners if owner not in opened and owner not in self.also_shown]
        return ask_for_reason(request, closed[0]) if closed else None

    def _asked_about_row(self, request: HttpRequest, object_id: str, page: str = "") -> HttpResponse | None:
        """Either the way to the form, or the page is noted."""
        owner = self.owner_of(unquote(object_id))
        if owner is None or not self.has_view_or_change_permission(request):
            return None
        asked = self._asked(request, [owner])
        if asked is None:
            self._note(request, [owner], f"{page}{self.opts.verbose_name} {unquote(object_id)}")
        return asked

    def _note(self, request: HttpRequest, owners: Iterable[UUID | None], what: str) -> None:
        opened = accesses_of(request)
        seen = [opened[owner] for owner in dict.fromkeys(owners) if owner in opened]
        if seen:
            note_pages(accesses=seen, what=what, at=timezone.now())

    # --- the pages ---

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if self.has_view_or_change_permission(request):
            asked = self._asked(request, self.athletes_named(request))
            if asked is not None:
                return asked
        context = {**(extra_context or {}), "accesses": list(accesses_of(request).values())}
        response = super().changelist_view(request, context)  # type: ignore[misc]  # of ModelAdmin
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if changelist is not None:
            owners = [self.owner_id(row) for row in changelist.result_list]
            self._note(request, owners, f"list of {self.opts.verbose_name_plural}")
        return response

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        return self._asked_about_row(request, object_id) or super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc]  # of ModelAdmin

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        asked = self._asked_about_row(request, object_id, "history of ")
        return asked or super().history_view(request, object_id, *args, **kwargs)  # type: ignore[misc]  # of ModelAdmin

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        return self._asked_about_row(request, object_id) or super().delete_view(request, object_id, *args, **kwargs)  # type: ignore[misc]  # of ModelAdmin

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """A row that is added may be anybody's. Raises ReasonMissing."""
        check_access(request, self.owner_id(obj))
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # of ModelAdmin


def check_access(request: HttpRequest, user_id: UUID | None) -> None:
    """Raises ReasonMissing where the staff member has opened no access to this user."""
    if user_id not in accesses_of(request):
        raise ReasonMissing


def _as_uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
