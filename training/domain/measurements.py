"""What a body measurement may be: the unit of each kind, and what is possible in it.

Generous on purpose: they refuse centimetres given as metres, not unusual people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Range:
    """Both ends are possible. unit: as people write it; empty of a count."""

    low: Decimal
    high: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.low} to {self.high} {self.unit}".rstrip()


def _range(low: str, high: str, unit: str = "") -> Range:
    return Range(Decimal(low), Decimal(high), unit)


RANGES: Mapping[str, Range] = {
    "body_weight": _range("1", "700", "kg"),
    "body_fat": _range("1", "80", "%"),
    "lean_mass": _range("1", "400", "kg"),
    "neck": _range("0.1", "1", "m"),
    "shoulders": _range("0.3", "3", "m"),
    "chest": _range("0.3", "3", "m"),
    "upper_arm_left": _range("0.05", "1.2", "m"),
    "upper_arm_right": _range("0.05", "1.2", "m"),
    "waist": _range("0.2", "4", "m"),
    "hips": _range("0.2", "4", "m"),
    "thigh_left": _range("0.1", "2", "m"),
    "thigh_right": _range("0.1", "2", "m"),
    "calf_left": _range("0.05", "1.2", "m"),
    "calf_right": _range("0.05", "1.2", "m"),
    "resting_heart_rate": _range("15", "250", "bpm"),
    "hrv": _range("0", "1000", "ms"),
    "blood_pressure_systolic": _range("30", "370", "mmHg"),
    "blood_pressure_diastolic": _range("10", "300", "mmHg"),
    "vo2_max": _range("3", "110", "ml/kg/min"),
    "steps": _range("0", "500000"),
    "sleep_duration": _range("0", "172800", "s"),
    "body_temperature": _range("10", "48", "°C"),
}


def described() -> str:
    return ", ".join(f"{kind} {found}" for kind, found in RANGES.items())
