"""Amounts, as people say them."""

from decimal import Decimal
from typing import Any

from django.utils.dateformat import format as formatted


def plain(value: Decimal) -> str:
    """Without zeros that say nothing."""
    text = f"{value}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def on_day(day: Any) -> str:
    return formatted(day, "j M Y")


def amount_of(row: Any) -> str:
    """2 slice (60 g): the portion as it was typed, and what it weighs."""
    grams = "" if row.grams is None else f"{plain(row.grams)} g"
    if not row.portion:
        return grams
    portion = f"{plain(row.portion_count)} {row.portion}"
    return f"{portion} ({grams})" if grams else portion


def dose_of(row: Any) -> str:
    return "" if row.dose is None else f"{plain(row.dose)} {row.get_dose_unit_display()}"


def joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
