"""What Django calls to check a value."""

import re
from typing import Any

from django.core.exceptions import ValidationError

from catalog.models.fields import CLOCK_TIME

TIMES_MAX = 12


def validate_times(value: Any) -> None:
    times = value if isinstance(value, list) else []
    if not all(isinstance(time, str) and re.fullmatch(CLOCK_TIME, time) for time in times):
        raise ValidationError('Must be times of a day such as "08:00".', code="invalid_shape")
    if len(set(times)) < len(times) or len(times) > TIMES_MAX:
        raise ValidationError(f"Must be at most {TIMES_MAX} times, each of them once.", code="invalid_shape")
