"""What clients send cannot forge, hide or colour a line of the log."""

import logging
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lib.logs import INDENT, AccessFormatter, LineFormatter

FORGED = "x\r\n2026-12-01 ERROR django: all is lost"


def line(formatter: logging.Formatter, message: str, *args: Any, exc_info: Any = None) -> str:
    return formatter.format(logging.LogRecord("sync", logging.INFO, "file.py", 1, message, args, exc_info))


@given(st.text())
def test_record_is_one_line_that_can_be_written(text: str) -> None:
    shown = line(LineFormatter("%(levelname)s %(message)s"), "said %s", text)
    assert shown.isprintable()
    shown.encode()


def test_message_is_one_line() -> None:
    shown = line(LineFormatter("%(levelname)s %(message)s"), "%s", FORGED)
    assert shown == r"INFO x\r\n2026-12-01 ERROR django: all is lost"


def test_traceback_forges_no_line() -> None:
    error = ValueError(FORGED)
    first, *others = line(LineFormatter("%(message)s"), "failed", exc_info=(ValueError, error, None)).split("\n")
    assert first == "failed"
    assert others[:2] == [f"{INDENT}ValueError: x", f"{INDENT}2026-12-01 ERROR django: all is lost"]


def test_stack_is_indented() -> None:
    record = logging.LogRecord("sync", logging.INFO, "file.py", 1, "here", (), None, sinfo="Stack:\n\x1b[31m")
    assert LineFormatter().format(record) == f"here\n{INDENT}Stack:\n{INDENT}\\x1b[31m"


def test_quote_in_a_path_ends_nothing_in_the_access_log() -> None:
    formatter = AccessFormatter("%(message)s")
    record = {"path": '/x HTTP/1.1" 200 \\', "status": 404}
    assert line(formatter, '"GET %(path)s" %(status)d', record) == r'"GET /x HTTP/1.1\x22 200 \x5c" 404'
    assert record["path"] == '/x HTTP/1.1" 200 \\'
