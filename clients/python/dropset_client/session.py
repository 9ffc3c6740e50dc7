"""Signed-in requests: the access token on each, and its renewal.

An access token lives for minutes. A refresh token is good once, and using it twice ends the session, since that is
what a thief would do. A client whose answer got lost must therefore be able to say "this is the same request again":
the Idempotency-Key is on disk before the request leaves, and it stays there until the new tokens are. All processes with
this store take turns, and who waited takes the token that the other one got.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, TypeVar

from dropset_client.credentials import Refresh
from dropset_client.errors import UNKNOWN, ErrorDetail, LoginRequired, ProtocolError, Unauthorized
from dropset_client.store import Store
from dropset_client.transport import Transport
from dropset_client.wire import JsonObject

Answer = TypeVar("Answer")


class Session:
    def __init__(self, store: Store, transport: Transport) -> None:
        self._store = store
        self._transport = transport

    def login(self, email: str, password: str) -> None:
        answer = self._transport.request("POST", "auth/login", body={"email": email, "password": password})
        try:
            user_id, access, refresh = answer["user"]["id"], answer["access"], answer["refresh"]
        except (KeyError, TypeError) as error:
            raise ProtocolError("the login answer has no tokens") from error
        self._store.sign_in(user_id=str(user_id), access=str(access), refresh=str(refresh))

    def logout(self) -> None:
        """End the session here even where the server cannot be told; its side ends when the token expires."""
        refresh = self._store.tokens().refresh
        try:
            if refresh is not None:
                self.request("POST", "auth/logout", body={"refresh": refresh})
        finally:
            self._store.clear_tokens()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: Mapping[str, str | int] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> JsonObject:
        """A request as the signed-in user."""
        return self._signed_in(
            lambda headers: self._transport.request(method, path, body=body, query=query, headers=headers, file=file)
        )

    def download(self, path: str, target: IO[bytes]) -> int:
        """A file, as the signed-in user; returns its length."""
        return self._signed_in(lambda headers: self._transport.download(path, target, headers=headers))

    def _signed_in(self, send: Callable[[dict[str, str]], Answer]) -> Answer:
        """An old access token is renewed once, and the request repeated."""
        access = self.access or self.renew(None)
        try:
            return send(_bearer(access))
        except Unauthorized:
            return send(_bearer(self.renew(access)))

    @contextmanager
    def stream(self, url: str, *, accept: str) -> Iterator[Iterator[str]]:
        """A stream as the signed-in user; an old access token is renewed once, as for a request."""
        with ExitStack() as stack:
            yield self._signed_in(
                lambda headers: stack.enter_context(self._transport.stream(url, headers={"Accept": accept, **headers}))
            )

    @property
    def access(self) -> str | None:
        return self._store.tokens().access

    def renew(self, used: str | None) -> str:
        """Another access token than the one that was `used`: where somebody else on this store has fetched one, that."""
        with self._store.refreshing():
            access = self.access
            return self._refreshed() if access in (None, used) else access

    def _refreshed(self) -> str:
        refresh = self._store.begin_refresh()
        if refresh is not None:
            self._store.step("refresh.key_stored")
            self._exchange(refresh)
            self._store.step("refresh.stored")
        access = self.access
        if access is None:
            raise LoginRequired(401, [ErrorDetail("login_required", "nobody is signed in on this device")])
        return access

    def _exchange(self, refresh: Refresh) -> None:
        try:
            answer = self._transport.request(
                "POST", "auth/refresh", body={"refresh": refresh.token}, headers={"Idempotency-Key": refresh.key}
            )
        except Unauthorized as error:
            if error.code == UNKNOWN:
                raise ProtocolError(f"HTTP {error.status} is not an answer of a Dropset server") from error
            self._store.clear_tokens(of=refresh)
            raise LoginRequired(error.status, error.errors, error.request_id) from error
        self._store.step("refresh.answered")
        try:
            self._store.end_refresh(refresh, access=str(answer["access"]), refresh=str(answer["refresh"]))
        except KeyError as error:
            raise ProtocolError("the refresh answer has no tokens") from error


def _bearer(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}
