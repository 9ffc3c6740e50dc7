"""Who this installation is and who is signed in: the part of a store that a backup of the device should not hold."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dropset_client.database import Database
from dropset_client.errors import AccountMismatch, ServerUnreachable
from dropset_client.wire import NewId, random_id

_LONGEST_REFRESH_S = 60.0


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


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token, and the Idempotency-Key that all requests with it carry."""

    token: str
    key: str


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

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """One refresh at a time, whoever has this store open: two could each use the token that is good once.

        Raises ServerUnreachable where another one takes too long.
        """
        try:
            with self._db.lock("refresh", wait_s=_LONGEST_REFRESH_S):
                yield
        except TimeoutError as error:
            raise ServerUnreachable(f"another process asks for new tokens: {error}") from error

    def begin_refresh(self) -> Refresh | None:
        """The refresh under way, which may have been sent already, or a new one; None where nobody is signed in.

        Token and key are read together, and the key is on disk before the request is sent.
        """
        with self._db.transaction():
            token = self._db.meta("refresh")
            if token is None:
                return None
            key = self._db.meta("refresh_key") or self._new_id()
            self._db.set_meta(refresh_key=key)
        return Refresh(token, key)

    def end_refresh(self, done: Refresh, *, access: str, refresh: str) -> None:
        """The new tokens; unless somebody signed in or out meanwhile: then they belong to a session that is over here."""
        with self._db.transaction():
            if self._db.meta("refresh") == done.token:
                self._db.set_meta(access=access, refresh=refresh, refresh_key=None)

    def clear_tokens(self, *, of: Refresh | None = None) -> None:
        """The session is over, or that `of` a refresh; base, queue and owner stay for the next login."""
        with self._db.transaction():
            if of is None or self._db.meta("refresh") == of.token:
                self._db.set_meta(access=None, refresh=None, refresh_key=None)
