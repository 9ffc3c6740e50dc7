"""A hasher that writes down what it hashed, so that tests can compare work instead of time."""

from typing import ClassVar

from django.contrib.auth.hashers import Argon2PasswordHasher


class CountingHasher(Argon2PasswordHasher):
    """Argon2id with the least cost. It verifies by encoding again, so each check counts once too."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
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
