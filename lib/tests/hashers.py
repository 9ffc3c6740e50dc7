"""Hashers for tests: one that costs nothing, and one that also writes down what it hashed, to compare work instead of time."""

from typing import ClassVar

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapHasher(Argon2PasswordHasher):
    """Argon2id with the least cost: what is hashed is to be seen, not to be kept from anybody."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


class CountingHasher(CheapHasher):
    """It verifies by encoding again, so each check counts once too."""

    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(password)
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        self.hashed.append(password)
        return super().verify(password, encoded)

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """The costs are fixed here."""
