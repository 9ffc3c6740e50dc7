"""Who this installation is and who is signed in: the part of a store that a backup of the device should not hold."""

import secrets
from dataclasses import dataclass

from dropset_client.database import Database
from dropset_client.errors import AccountMismatch
from dropset_client.wire import NewId, random_id


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this installation is. The token proves that a copied store is a copy: keep it out of device backups."""

    device_id: str
    instance_token: str
    registered: bool


@dataclass(frozen=True, slots=True)
class SessionTokens:
    user_id: str | None
    access: str | None
    refresh: str | None


class Credentials:
    def __init__(self, database: Database, new_id: NewId = random_id) -> None:
        self._db = database
        self._new_id = new_id
        with self._db.transaction():
            if self._db.meta("device_id") is None:
                self._invent_identity()

    def identity(self) -> Identity:
        return Identity(
            device_id=self._db.meta("device_id") or "",
            instance_token=self._db.meta("instance_token") or "",
            registered=self._db.meta("registered") is not None,
        )

    def set_registered(self, *, registered: bool) -> None:
        with self._db.transaction():
            self._db.set_meta(registered="yes" if registered else None)

    def new_identity(self) -> None:
        """Become another device, because a copy of this store lives elsewhere under the same identity.

        The queue stays as it is: a mutation id that the other copy has sent already is answered as replayed and
        applied once, and the sequence goes on rising, which is all that a new device needs.
        """
        with self._db.transaction():
            self._invent_identity()

    def _invent_identity(self) -> None:
        self._db.set_meta(device_id=self._new_id(), instance_token=secrets.token_urlsafe(32), registered=None)

    def tokens(self) -> SessionTokens:
        return SessionTokens(self._db.meta("user_id"), self._db.meta("access"), self._db.meta("refresh"))

    def sign_in(self, *, user_id: str, access: str, refresh: str) -> None:
        with self._db.transaction():
            owner = self._db.meta("user_id")
            if owner not in (None, user_id):
                raise AccountMismatch("this store belongs to another account; open a new one")
            self._db.set_meta(user_id=user_id, access=access, refresh=refresh, refresh_key=None)

    def refresh_key(self) -> str:
        """The Idempotency-Key of the refresh under way, or a new one. It is on disk before the request is sent."""
        with self._db.transaction():
            key = self._db.meta("refresh_key") or self._new_id()
            self._db.set_meta(refresh_key=key)
        return key

    def set_tokens(self, *, access: str, refresh: str) -> None:
        with self._db.transaction():
            self._db.set_meta(access=access, refresh=refresh, refresh_key=None)

    def clear_tokens(self) -> None:
        """The session is over; base, queue and owner stay for the next login."""
        with self._db.transaction():
            self._db.set_meta(access=None, refresh=None, refresh_key=None)
