"""HTTP with patience: time limits, backoff, typed errors. Knows nothing of tokens or of sync."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import IO, Self

import httpx

from dropset_client.errors import UNKNOWN, ApiError, ErrorDetail, ProtocolError, ServerUnreachable, api_error
from dropset_client.wire import JsonObject, compact_json, parse_json, utc_now

API = "/api/v1/"
_TIMEOUT = httpx.Timeout(connect=5, read=60, write=60, pool=5)  # seconds
_STREAM_TIMEOUT = httpx.Timeout(connect=5, read=40, write=10, pool=5)  # a sign of life comes every 15 s


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits between attempts, in seconds. `Retry-After` of the server wins, up to `longest_wait_s`.

    `jitter` gets a wait and returns the one to use; a fleet of phones that lost the same server at the same moment
    wants one, tests do not.
    """

    waits_s: tuple[float, ...] = (1, 2, 4, 8, 16)
    longest_wait_s: float = 120
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float], float] = float


NO_RETRY = RetryPolicy(waits_s=())


@dataclass(frozen=True, slots=True)
class _Later:
    """An attempt that failed in a way that may pass."""

    reason: str
    retry_after_s: float | None = None


class Transport:
    """Every request of the protocol may be repeated as it is, so every request is retried in the same way."""

    def __init__(
        self, base_url: str, *, retry: RetryPolicy | None = None, http: httpx.BaseTransport | None = None
    ) -> None:
        """`http` carries the requests in place of a socket: a server in the same process, a network that loses answers."""
        self.base_url = base_url.rstrip("/")
        self._retry = retry or RetryPolicy()
        self._client = httpx.Client(
            base_url=self.base_url + API,
            timeout=_TIMEOUT,
            trust_env=False,
            transport=http,
            # Loading the certificates takes longer than a sync; a local server without TLS has none to check.
            verify=not self.base_url.startswith("http://"),
        )

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> JsonObject:
        """The JSON object of a 2xx answer (empty for 204). A `file`, by name and content, goes as a form.

        Raises an ApiError for an answer that says no, ServerUnreachable after the last attempt, ProtocolError for
        an answer of something else than the server.
        """
        accepted = {"Accept": "application/json", **(headers or {})}
        if file is not None:
            request = self._client.build_request(
                method, path, data=body, files={"file": file}, params=query, headers=accepted
            )
        else:
            content = None if body is None else compact_json(body).encode()
            as_json = {"Content-Type": "application/json", **accepted}
            request = self._client.build_request(method, path, content=content, params=query, headers=as_json)
        waits = list(self._retry.waits_s)
        while True:
            answer = self._attempt(request)
            if not isinstance(answer, _Later):
                return answer
            self._wait_or_give_up(waits, answer)

    def download(self, path: str, target: IO[bytes], *, headers: Mapping[str, str]) -> int:
        """Write a 2xx answer as it comes; returns its length. Not repeated: half of it may be written."""
        request = self._client.build_request("GET", path, headers={"Accept": "*/*", **headers})
        with self._opened(request) as response, self._unreachable_as_such():
            return sum(target.write(block) for block in response.iter_bytes())

    @contextmanager
    def stream(self, url: str, *, headers: Mapping[str, str]) -> Iterator[Iterator[str]]:
        """An answer without an end, in pieces of text as they come. Not repeated: whoever reads it opens the next one.

        Raises an ApiError for an answer that says no, and ServerUnreachable where none comes, none comes for a while,
        or it breaks off.
        """
        request = self._client.build_request("GET", url, headers=headers, timeout=_STREAM_TIMEOUT)
        with self._opened(request) as response:
            yield self._pieces(response)

    @contextmanager
    def _opened(self, request: httpx.Request) -> Iterator[httpx.Response]:
        with self._unreachable_as_such():
            response = self._client.send(request, stream=True)
        try:
            if not response.is_success:
                with self._unreachable_as_such():
                    response.read()
                raise self._refusal_of_stream(response)
            yield response
        finally:
            response.close()

    def _pieces(self, response: httpx.Response) -> Iterator[str]:
        with self._unreachable_as_such():
            yield from response.iter_text()

    def _refusal_of_stream(self, response: httpx.Response) -> ApiError | ServerUnreachable:
        if response.is_server_error or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            reason = f"{self.base_url}: HTTP {response.status_code}"
            return ServerUnreachable(reason, retry_after_s=_retry_after_s(response))
        return _envelope(response)

    @contextmanager
    def _unreachable_as_such(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise ServerUnreachable(f"{self.base_url}: {error or type(error).__name__}") from error

    def _wait_or_give_up(self, waits: list[float], failure: _Later) -> None:
        asked = failure.retry_after_s
        if not waits or (asked is not None and asked > self._retry.longest_wait_s):
            raise ServerUnreachable(f"{self.base_url}: {failure.reason}", retry_after_s=asked)
        wait = waits.pop(0)
        self._retry.sleep(self._retry.jitter(wait) if asked is None else asked)

    def _attempt(self, request: httpx.Request) -> JsonObject | _Later:
        try:
            response = self._client.send(request)
        except httpx.TransportError as error:
            return _Later(str(error) or type(error).__name__)
        if response.is_server_error or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return _Later(f"HTTP {response.status_code}", _retry_after_s(response))
        if response.is_client_error:
            raise _envelope(response)
        return _answer(response)


def _answer(response: httpx.Response) -> JsonObject:
    if response.status_code == HTTPStatus.NO_CONTENT:
        return {}
    if response.is_success:
        try:
            return parse_json(response.text)
        except ValueError:
            pass
    raise ProtocolError(f"{response.url}: HTTP {response.status_code} is not an answer of a Dropset server")


def _envelope(response: httpx.Response) -> ApiError:
    try:
        raw = parse_json(response.text)
        errors = [ErrorDetail(str(e["code"]), str(e["detail"]), e.get("attr")) for e in raw["errors"]]
        return api_error(response.status_code, errors, raw.get("request_id"))
    except (ValueError, KeyError, TypeError):
        return api_error(response.status_code, [ErrorDetail(UNKNOWN, response.reason_phrase)])


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds, or a date: RFC 9110 allows both."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - utc_now()).total_seconds())
