"""What the tests of the library's data share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings

from catalog.services.seeding import DATA

LANGUAGES = {"de", "es", "fr"}
# Addresses that last: DOIs, and pages of the US National Institutes of Health.
LASTING = re.compile(
    r"https://(doi\.org/10\.\d{4,}/\S+|ods\.od\.nih\.gov/factsheets/[A-Za-z0-9]+-HealthProfessional/|www\.nccih\.nih\.gov/health/[a-z0-9-]+)"
)
KEPT_UP_TO_DATE = re.compile(r"https://(ods\.od|www\.nccih)\.nih\.gov/")


def read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows


def decimals(row: Mapping[str, Any], *names: str) -> Iterator[Decimal | None]:
    """Decimal numbers stand in the data as text, so that they stay what they are."""
    for name in names:
        yield None if row[name] is None else Decimal(row[name])


def page(name: str) -> str:
    return (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8")


def slugs(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["slug"] for row in rows]


def faults_of_citations(citations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for citation in citations:
        if citation.keys() != {"title", "url", "year"} or not citation["title"]:
            yield f"incomplete: {citation}"
        if not LASTING.fullmatch(citation["url"]):
            yield f"no address that lasts: {citation['url']}"
        if (citation["year"] is None) != bool(KEPT_UP_TO_DATE.match(citation["url"])):
            yield f"year: {citation}"
