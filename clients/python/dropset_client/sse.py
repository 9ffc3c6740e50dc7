"""Server-sent events, read as the standard says: text in pieces of any size goes in, events come out."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is "message" where the server gave none."""

    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A line without a meaning: the connection lives."""

    text: str


@dataclass(frozen=True, slots=True)
class Retry:
    """How long to wait before the next stream."""

    wait_s: float


@dataclass(slots=True)
class Parser:
    """Lines end with CR, LF or both; an event ends with an empty line, and one that was broken off never was."""

    _rest: str = ""
    _after_cr: bool = False
    _began: bool = False
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, text: str) -> Iterator[Event | Comment | Retry]:
        for line in self._lines(text):
            found = self._line(line)
            if found is not None:
                yield found

    def _lines(self, text: str) -> Iterator[str]:
        """Whole lines. A CR ends one at once, and the LF that may follow it belongs to it."""
        for character in text:
            if not self._began:
                self._began = True
                if character == "\ufeff":
                    continue
            if character == "\n" and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = character == "\r"
            if character in "\r\n":
                line, self._rest = self._rest, ""
                yield line
            else:
                self._rest += character

    def _line(self, line: str) -> Event | Comment | Retry | None:
        if not line:
            return self._dispatched()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "":
                return Comment(value)
            case "event":
                self._name = value
            case "data":
                self._data.append(value)
            case "retry" if value.isascii() and value.isdigit():
                return Retry(int(value) / 1000)
        return None

    def _dispatched(self) -> Event | None:
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return Event(name, "\n".join(data)) if data else None
