"""Reading answers: those of another shape than the protocol's are the server's fault, and said so."""

from collections.abc import Callable
from typing import TypeVar

from dropset_client.errors import ProtocolError
from dropset_client.wire import JsonObject

Shape = TypeVar("Shape")


def parsed(read: Callable[[JsonObject], Shape], raw: JsonObject) -> Shape:
    try:
        return read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(f"an answer of the server cannot be read: {error!r}") from error
