"""What the page of a user leads to: every list of the admin that has something of theirs, with how much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin.guarded import GuardedAdmin, Listing, OfAthlete
from accounts.admin.links import list_url
from accounts.models import User

COUNTED_MAX = 1000


class BoundedCount(models.Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


@dataclass(frozen=True)
class Theirs:
    """A line on the page of a user. count: up to COUNTED_MAX and one more, which stands for "more"."""

    app: str
    label: str
    url: str
    count: int

    @property
    def amount(self) -> str:
        return str(self.count) if self.count <= COUNTED_MAX else f"more than {COUNTED_MAX}"


def theirs(request: HttpRequest, user: User, *, is_open: bool) -> list[Theirs]:
    """One query. is_open: whether what they log is among it."""
    found = list(_listings(request, is_open=is_open))
    counts = {f"n{n}": _counted(model_admin, listing, user) for n, (model_admin, listing) in enumerate(found)}
    rows: Any = User.objects.filter(pk=user.pk)
    row = rows.values(**counts).get() if counts else {}
    return [_line(model_admin, listing, user, row[f"n{n}"]) for n, (model_admin, listing) in enumerate(found)]


def _listings(request: HttpRequest, *, is_open: bool) -> Iterator[tuple[Any, Listing]]:
    registered: Iterable[Any] = admin.site._registry.values()  # noqa: SLF001 - Django has no other way to all of them
    for model_admin in registered:
        is_among = isinstance(model_admin, OfAthlete) and (is_open or not isinstance(model_admin, GuardedAdmin))
        if is_among and model_admin.has_view_or_change_permission(request):
            yield from ((model_admin, listing) for listing in model_admin.listings())


def _counted(model_admin: Any, listing: Listing, user: User) -> BoundedCount:
    rows = model_admin.model._default_manager.filter(listing.rows, **{model_admin.owner: user.pk})
    return BoundedCount(rows.order_by().values(model_admin.owner)[: COUNTED_MAX + 1])


def _line(model_admin: Any, listing: Listing, user: User, count: int) -> Theirs:
    opts = model_admin.model._meta
    url = list_url(f"{opts.app_label}_{opts.model_name}", **model_admin.owner_query(user), **listing.query)
    return Theirs(str(apps.get_app_config(opts.app_label).verbose_name), listing.label, url, count)
