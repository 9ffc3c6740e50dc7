"""What stands in a cell: numbers, times and lengths of time, as phones of all countries write them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from dropset_files.shared.model import EARLIEST, LATEST

DateOrder = Literal["dmy", "mdy"]

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
# Grouping of thousands by a space or an apostrophe, and the Arabic signs.
_SIGNS = str.maketrans({"\u066b": ".", "\u066c": "", "'": "", "\u2019": "", "\u2212": "-", "\u2009": "", " ": ""})

_DATE = re.compile(
    r"(?P<first>\d{1,4})(?P<sign>[-/. ]|\. ?| de )(?P<second>\d{1,2}|[^\W\d_]+)\.?(?:[-/. ]|, ?| de )(?P<third>\d{1,4})"
    r"(?:(?: um | à |,? |T)(?P<early>[^\W\d_]*) ?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second_of>\d{2}))?)?"
    r"\s*(?P<half>\D*)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? (\d{1,2}),? (\d{4})(.*)")
# The first letters of the months, without accents: English, German, French, Spanish, Portuguese, Italian, Dutch.
_MONTHS = {
    letters: month
    for month, names in enumerate(
        (
            "jan ene gen", "feb fev", "mar maa mrt", "apr abr avr", "may mai mag mei", "jun juin giu",
            "jul juil lug", "aug ago aou", "sep set", "oct okt out ott", "nov", "dec dez dic",
        ),
        start=1,
    )
    for letters in names.split()
}  # fmt: skip
# How a phone that counts to twelve says which half of the day it is.
_MORNING = {"am", "vorm", "fm", "öö", "πμ", "午前", "오전", "上午"}
_AFTERNOON = {"pm", "nachm", "em", "ös", "μμ", "午後", "오후", "下午"}

_CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d))?")
_PARTS = re.compile(r"(\d+)\s*([^\W\d_]+)\.?\s*")
_UNIT_S = {
    word: seconds
    for seconds, words in (
        (
            3600,
            "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur tim ч час 時間 小时 小時 시간",
        ),
        (60, "m min mins minute minutes minuten minutos minuti мин 分 分钟 分鐘 분"),
        (1, "s sec secs second seconds sek sekunde sekunden seconde secondes seg segundos sec secondi сек 秒 초"),
    )
    for word in words.split()
}
_HALF_A_DAY_H = 12
_YEAR_DIGITS = 4


class CellError(ValueError):
    """A cell that cannot be read; the message is for the report."""


def read_number(text: str, decimal: str | None = None) -> Decimal | None:
    """ "82.5", "82,5", "1,250.5", "1.250,5" and "1 250,5"; None if it is not a number.

    `decimal` is the sign that the file is known to write decimals with: it tells what "1.250" is.
    """
    text = _ascii_digits(text).translate(_SIGNS)
    if not _NUMBER.fullmatch(text):
        return None
    sign = "," if text.rfind(",") > text.rfind(".") else "."
    other = "." if sign == "," else ","
    grouped = _GROUPED.fullmatch(text)
    if grouped and (text.count(sign) > 1 or decimal not in (None, sign)):
        return Decimal(text.replace(sign, ""))
    plain = text.replace(other, "").replace(sign, ".")
    return Decimal(plain) if plain.count(".") <= 1 else None


def decimal_sign(texts: Iterable[str]) -> str | None:
    """The sign before the decimals, where a number of the file leaves no doubt about it."""
    for text in texts:
        plain = _ascii_digits(text).translate(_SIGNS)
        if _NUMBER.fullmatch(plain) and not plain.lstrip("+-").isdigit() and not _GROUPED.fullmatch(plain):
            return "," if plain.rfind(",") > plain.rfind(".") else "."
    return None


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def read_start(text: str, zone: ZoneInfo, order: DateOrder | None = None) -> datetime:
    """Most apps write the local time of wherever the phone was, without a zone; an offset that is there is kept.

    `order` tells what 03/04/2024 is. Raises CellError for what is not a time, or is one that the server has no room for.
    """
    found = _standard(text) or _other(" ".join(_ascii_digits(text).split()), order)
    if found is None:
        raise CellError(f"date {text[:40]!r} cannot be read")
    start = found if found.tzinfo else found.replace(tzinfo=zone)
    in_calendars = MINYEAR < found.year < MAXYEAR  # beyond it lies no other zone's day
    if not in_calendars or not EARLIEST <= start <= LATEST:
        raise CellError(f"date {text[:40]!r} is not between {EARLIEST.year} and {LATEST.year}")
    return start


def _standard(text: str) -> datetime | None:
    """As most phones write it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _other(text: str, order: DateOrder | None) -> datetime | None:
    text = _MONTH_FIRST.sub(r"\2 \1 \3\4", text)
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        year, month, day = _day_of(found, order)
        hour = _hour_of(int(found["hour"] or 0), found["early"] or found["half"])
        return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second_of"] or 0))  # noqa: DTZ001
    except CellError:
        raise
    except ValueError:
        return None


def _day_of(found: re.Match[str], order: DateOrder | None) -> tuple[int, int, int]:
    """Year, month and day. Raises ValueError where they are none, and CellError where they could be two things."""
    first, second, third = found["first"], found["second"], found["third"]
    if len(first) == _YEAR_DIGITS:
        return int(first), _month(second), int(third)
    if len(third) != _YEAR_DIGITS:
        raise ValueError("a year has four digits")
    if not second.isdigit() or "." in found["sign"]:
        return int(third), _month(second), int(first)
    told = order or written_order(found[0]) or ("mdy" if _half(found["half"]) else None)
    if told is None:
        raise CellError(f"date {found[0][:40]!r} can be read in two ways: say whether the day or the month comes first")
    return (int(third), int(first), int(second)) if told == "mdy" else (int(third), int(second), int(first))


def written_order(text: str) -> DateOrder | None:
    """What comes first in 15/01/2024, where one of the two can be no month."""
    found = re.match(r"(\d{1,2})[-/](\d{1,2})[-/]\d{4}\b", text)
    months = 12
    if found is None or (int(found[1]) > months) == (int(found[2]) > months):
        return None
    return "dmy" if int(found[1]) > months else "mdy"


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    letters = "".join(one for one in unicodedata.normalize("NFD", text.casefold()) if one.isalpha())
    month = _MONTHS.get(letters[:4]) or _MONTHS.get(letters[:3])
    if month is None:
        raise ValueError(f"{text} is not a month")
    return month


def _half(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalpha())


def _hour_of(hour: int, half: str) -> int:
    said = _half(half)
    if not said or said in ("h", "uhr"):
        return hour
    if said not in _MORNING | _AFTERNOON or not 1 <= hour <= _HALF_A_DAY_H:
        raise ValueError(f"{half} is not a half of the day")
    return hour % _HALF_A_DAY_H + (_HALF_A_DAY_H if said in _AFTERNOON else 0)


def read_duration_s(text: str, *, unit_s: int = 1) -> int | None:
    """ "1h 43m", "38min", "1 Std. 5 Min.", "45s", "1:05:00", "2619"; None for an empty cell or 0.

    `unit_s` is what a bare number counts, in seconds.
    """
    if not text:
        return None
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds or None
    if (spelled := _spelled_s(text)) is not None:
        return spelled or None
    value = read_number(text)
    if value is None or value < 0:
        raise CellError(f"duration {text[:40]!r} cannot be read")
    return int((value * unit_s).to_integral_value()) or None


def _spelled_s(text: str) -> int | None:
    parts = _PARTS.findall(text.casefold())
    units = [_UNIT_S.get(unit, 0) for _, unit in parts]
    in_order = 0 not in units and units == sorted(set(units), reverse=True)
    if not parts or not in_order or _PARTS.sub("", text.casefold()):
        return None
    return sum(int(number) * unit for (number, _), unit in zip(parts, units, strict=True))
