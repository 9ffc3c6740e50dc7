"""One record of the log is one line, whatever a client wrote into it. What follows a line, such as a traceback, is indented."""

import copy
import logging
from types import TracebackType
from typing import Any

from lib.texts import visible

INDENT = "    "
QUOTED = str.maketrans({"\\": r"\x5c", '"': r"\x22"})


class Actionable(logging.Filter):
    """Leaves out what nobody can act on: granian finds our number of threads high, which was measured."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "quite high compared to the number of CPU cores" not in str(record.msg)


def _indented(text: str) -> str:
    return "\n".join(INDENT + visible(line) for line in text.splitlines())


class LineFormatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return visible(super().formatMessage(record))

    def formatException(  # noqa: N802 - as above
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - as above
        return _indented(super().formatStack(stack_info))


class AccessFormatter(LineFormatter):
    """For granian's records, whose arguments are a dict: a quote in a path ends nothing."""

    def format(self, record: logging.LogRecord) -> str:
        found = copy.copy(record)
        if isinstance(found.args, dict):
            found.args = {name: _quoted(value) for name, value in found.args.items()}
        return super().format(found)


def _quoted(value: Any) -> Any:
    return value.translate(QUOTED) if isinstance(value, str) else value
