"""The files of the release."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

Json = dict[str, Any]

DATA = Path(__file__).resolve().parent.parent.parent / "data"
# Of the ids of canonical rows, so that every server has the same.
NAMESPACE = UUID("2c0b8d1e-5f0a-5d0c-9d1b-6f3a2f7c9e10")
OWN_WORDS = "dropset"  # the source of what has no other


def read_json(name: str) -> list[Json]:
    rows: list[Json] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows


def read_csv(name: str) -> list[Json]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_id(kind: str, slug: str) -> UUID:
    """Of the root of a library. Exercise types came first, and are known by their slug alone."""
    return uuid5(NAMESPACE, f"{kind} {slug}" if kind else slug)
