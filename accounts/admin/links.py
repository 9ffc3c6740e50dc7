"""Links between pages of the admin, with names that people know."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lib.shared import SharedModel


def link(url: str, label: str) -> SafeString:
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, label)


def list_url(model: str, **query: str) -> str:
    """model: of the admin's addresses, such as sync_conflict."""
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def list_link(model: str, label: str, **query: str) -> SafeString:
    return link(list_url(model, **query), label)


def lines(items: Iterable[tuple[str, str]]) -> SafeString | str:
    """Links (url, label), one below the other."""
    return format_html_join("\n", "<div>{}</div>", ((link(url, label),) for url, label in items)) or "-"


def name_in(site: AdminSite, row: Any) -> str:
    """What the admin of a row calls it."""
    admin = site._registry.get(type(row))  # noqa: SLF001 - get_model_admin raises where there is none
    name_of = getattr(admin, "name_of", str)
    return str(name_of(row))


def row_link(site: AdminSite, row: Any) -> SafeString | str:
    """A row that has no page of its own is only named: the exercise types that users made for themselves."""
    name = name_in(site, row)
    opts = type(row)._meta
    is_private = isinstance(row, SharedModel) and row.user_id is not None
    if is_private or not site.is_registered(type(row)):
        return name
    return link(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=(row.pk,)), name)
