"""Rows that are named by their slug."""

from typing import Any
from uuid import UUID

from catalog.services.seeding.data import row_id


class Ids:
    """Ids by slug: of what stands under it in the library, else of what the release will put there."""

    def __init__(self, model: Any, kind: str) -> None:
        self._kind = kind
        self._standing: dict[str, UUID] = dict(
            model._default_manager.filter(user=None, slug__isnull=False).values_list("slug", "pk")
        )

    def __getitem__(self, slug: str) -> UUID:
        return self._standing.get(slug) or row_id(self._kind, slug)
