"""Every address that the URLconf knows, as tests walk them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ["get", "post", "put", "patch", "delete"]


@dataclass(frozen=True)
class Route:
    """One address: its path with <names> where something is to be filled in, and the view behind it."""

    path: str
    view: Any

    def __str__(self) -> str:
        return self.path

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/v1/")

    def filled(self, value: str) -> str:
        return re.sub(r"<[^>]+>", value, self.path)


def routes() -> list[Route]:
    return sorted(_walk(get_resolver(), ""), key=str)


def _walk(resolver: Any, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield Route(_plain(path), pattern.callback)


def _plain(path: str) -> str:
    """A route or a regular expression as /path/<name>/."""
    simple = simplify_regex(path.removesuffix("$").replace("\\Z", ""))
    return re.sub(r"<[a-z]+:([a-z_]+)>", r"<\1>", simple)
