"""Quantities as an athlete reads them: in the units of their settings. Rows hold kg, m and s."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LB_IN_KG = Decimal("0.45359237")  # exact
KM_IN_M, MI_IN_M = Decimal(1000), Decimal("1609.344")  # exact
HUNDREDTH = Decimal("0.01")
HOUR_S, MINUTE_S = 3600, 60
TO_MINUTES = 16  # characters of a moment
A_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
SAID_AS_ONE = ("RPE", "RIR", "HR", "FTP", "LTHR")


@dataclass(frozen=True)
class Units:
    weight: str = "kg"  # or lb
    distance: str = "km"  # or mi


def weight(kg: Decimal, units: Units) -> str:
    return f"{_plain(kg / LB_IN_KG if units.weight == 'lb' else kg)} {units.weight}"


def load(load_kg: Decimal | None, typed: Decimal | None, typed_unit: str, units: Units) -> str:
    """As it was typed, where that was in the athlete's unit: 225 lb is not 224.99."""
    if load_kg is None:
        return ""
    return (
        f"{_plain(typed)} {typed_unit}" if typed is not None and typed_unit == units.weight else weight(load_kg, units)
    )


def distance(metres: Decimal, units: Units) -> str:
    """Below a kilometre in metres, whatever the unit: that is what tracks and pools have."""
    if metres < KM_IN_M:
        return f"{_plain(metres)} m"
    return f"{_plain(metres / (MI_IN_M if units.distance == 'mi' else KM_IN_M))} {units.distance}"


def duration(seconds: int) -> str:
    """h:mm:ss, or m:ss."""
    hours, rest = divmod(int(seconds), HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def label(name: str) -> str:
    """A field's name without its unit: load_kg is load, target_rpe is target RPE."""
    words = _stem(name).split("_")
    return " ".join(word.upper() if word.upper() in SAID_AS_ONE else word for word in words)


def in_words(name: str, value: Any, units: Units) -> str:
    """The wire value of a field, by the unit in the field's name."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{label(key)} {content}" for key, content in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _measured(name, value, units)


def _measured(name: str, value: Any, units: Units) -> str:
    unit = name.rpartition("_")[2]
    if unit == "at":
        return str(value)[:TO_MINUTES].replace("T", " ") + " UTC"
    number = _number(value)
    if number is None:
        return f"“{value}”"
    match unit:
        case "kg":
            return weight(number, units)
        case "m":
            return distance(number, units)
        case "s":
            return duration(int(number))
    return _shortened(str(value))


def _number(value: Any) -> Decimal | None:
    """Whatever a file has brought may stand in the place of a number."""
    text = str(value)
    return Decimal(text) if A_NUMBER.fullmatch(text) else None


def _shortened(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _plain(value: Decimal) -> str:
    return _shortened(f"{value.quantize(HUNDREDTH)}")


def _stem(name: str) -> str:
    stem, _, unit = name.rpartition("_")
    return stem if stem and unit in ("kg", "m", "s", "w", "bpm") else name
