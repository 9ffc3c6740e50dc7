"""What the server has room for. Who plans an import says so: a client from the shapes it ships, the server from its models."""

from typing import Protocol


class Limits(Protocol):
    def longest(self, entity: str, name: str) -> int:
        """How many characters a text may have."""

    def problem(self, entity: str, name: str, value: object) -> str | None:
        """Why a value on the wire would be refused, in a sentence; None where it would not."""
