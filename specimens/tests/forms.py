"""Forms of the admin, as a browser sends them."""

from typing import Any

from django.test import Client


def changed(client: Client, row: Any, **values: Any) -> Any:
    """The answer to a form of the admin, sent as it was but for these values. row: one that is there, or a new one."""
    place = "add" if row._state.adding else f"{row.pk}/change"
    url = f"/admin/specimens/{row._meta.model_name}/{place}/"
    initial = {"id": row.pk, **client.get(url).context["adminform"].form.initial}
    return client.post(url, {name: value for name, value in (initial | values).items() if value is not None})
