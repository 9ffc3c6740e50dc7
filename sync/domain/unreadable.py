"""JSON that a strict reader refuses, read as far as it goes, so that one broken mutation does not hide those beside it.

The text is cut at its commas, for which quotes and brackets are enough; then each part is read by itself.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
SIGN = re.compile(STRING.pattern + rb'|["\[\]{},]', re.DOTALL)  # a quote alone is one that is never closed
ESCAPE = re.compile(rb"\\(?:x([0-9a-f]{2})|.)", re.DOTALL)
BLANK = b" \t\r\n"
PAIRS = {b"{": b"}", b"[": b"]"}
DEPTH = 4  # how deep a value is read part by part: a mutation, its patch, the patch of a decision, a value in it
UNREADABLE = object()
TOO_DEEP = "It nests too deeply, or holds a number that is too large."


class Part(NamedTuple):
    """What stands between two commas."""

    text: bytes
    pieces: int  # how many texts, lists and objects stand side by side in it


def parts(text: bytes) -> list[Part]:
    """Of an object or a list. Raises ValueError where quotes and brackets do not show where it ends."""
    found: list[Part] = []
    begin, depth, pieces = 1, 0, 0
    for sign in SIGN.finditer(text):
        kind = sign[0]
        opens, closes = kind in PAIRS, kind in (b"}", b"]")
        if kind == b'"' or not (depth or opens):
            break
        if depth == 1 and kind == b",":
            found.append(Part(text[begin : sign.start()].strip(BLANK), pieces))
            begin, pieces = sign.end(), 0
        elif depth == 1 and not closes:
            pieces += 1
        depth += opens - closes
        if depth == 0:
            if PAIRS.get(text[:1]) != kind or text[sign.end() :].strip(BLANK):
                break
            return [*found, Part(text[begin : sign.start()].strip(BLANK), pieces)]
    raise ValueError("quotes and brackets do not show where it ends")


def elements(text: bytes) -> list[bytes]:
    """Of a list. Raises ValueError also where a comma is missing or one too many: then nobody can count them."""
    found = parts(text)
    if found == [Part(b"", 0)]:
        return []
    if any(not part.text or part.pieces > 1 for part in found):
        raise ValueError("commas do not show how many there are")
    return [part.text for part in found]


def member(part: bytes) -> tuple[str, bytes] | None:
    """Name and value, as it is written, of a part of an object; None if it is not a member."""
    name = STRING.match(part)
    after = b"" if name is None else part[name.end() :].lstrip(BLANK)
    if name is None or not after.startswith(b":"):
        return None
    return _text(name[0]), after[1:].lstrip(BLANK)


def fault(text: bytes) -> str | None:
    """Why a strict reader refuses it, or why two readers might understand two things; None where all is well."""
    try:
        said = orjson.dumps(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return f"It is not JSON: {error}"
    except TypeError:
        return TOO_DEEP
    return None if said == text else _repetition(text)


def readable_members(text: bytes) -> dict[str, Any]:
    """The members of an object that can be read, exactly as they were sent."""
    return {name: value for name, raw in _members(text) if (value := _exactly(raw)) is not UNREADABLE}


def salvaged(text: bytes, depth: int = 0) -> Any:
    """The value as far as it goes, for people to see: � in the place of what is no character, without the members that
    cannot be read at all. UNREADABLE where nothing can.
    """
    value = _exactly(text)
    if value is not UNREADABLE:
        return value
    if STRING.fullmatch(text):
        return _text(text)
    if depth == DEPTH:
        return UNREADABLE
    if text[:1] == b"{":
        members = ((name, salvaged(raw, depth + 1)) for name, raw in _members(text))
        return {name: value for name, value in members if value is not UNREADABLE}
    values = [salvaged(part.text, depth + 1) for part in _parts(text)] or [UNREADABLE]
    return UNREADABLE if UNREADABLE in values else values


def as_text(raw: bytes) -> str:
    """A text that PostgreSQL can hold. What is no UTF-8 and what is a null byte stands there as \\xff and \\x00, which are
    no JSON: so nothing that was a text is mistaken for them.
    """
    return raw.decode(errors="backslashreplace").replace("\x00", r"\x00")


def as_bytes(text: str) -> bytes:
    """The bytes that `as_text` was given. (Where \\xff was sent as these four signs, which are no JSON, as one byte.)"""
    return ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[0], text.encode())


def _parts(text: bytes) -> list[Part]:
    try:
        return parts(text)
    except ValueError:
        return []


def _members(text: bytes) -> Iterator[tuple[str, bytes]]:
    if text[:1] == b"{":
        yield from (found for part in _parts(text) if (found := member(part.text)) is not None)


def _exactly(text: bytes) -> Any:
    try:
        value = orjson.loads(text)
        orjson.dumps(value)
    except (orjson.JSONDecodeError, TypeError):
        return UNREADABLE
    return value


def _text(string: bytes) -> str:
    """Of a string in which characters may be broken."""
    inner = string.decode(errors="replace")
    try:
        inner = str(json.loads(inner, strict=False))
    except ValueError:
        inner = inner[1:-1]
    return inner.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _RepeatedError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _RepeatedError(f"It says {name!r} twice.")
    return found


READER = json.JSONDecoder(object_pairs_hook=_once)


def _repetition(text: bytes) -> str | None:
    """Of two members with one name, nobody knows which one counts."""
    try:
        READER.decode(text.decode())
    except _RepeatedError as error:
        return str(error)
    except RecursionError:
        return TOO_DEEP
    return None
