"""HTTP with patience: time limits, backoff, typed errors. Knows nothing of tokens or of sync."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Self

import httpx

from dropset_client.errors import ApiError, ErrorDetail, ProtocolError, ServerUnreachable, api_error
from dropset_client.wire import JsonObject, compact_json, parse_json, utc_now

API = "/api/v1/"
_TIMEOUT = httpx.Timeout(connect=5, read=60, write=60, pool=5)  # seconds


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

    def __init__(self, base_url: str, *, retry: RetryPolicy | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._retry = retry or RetryPolicy()
        self._client = httpx.Client(
            base_url=self.base_url + API,
            timeout=_TIMEOUT,
            trust_env=False,
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
    ) -> JsonObject:
        """The JSON object of a 2xx answer (empty for 204).

        Raises an ApiError for an answer that says no, ServerUnreachable after the last attempt, ProtocolError for
        an answer of something else than the server.
        """
        request = self._client.build_request(
            method,
            path,
            content=None if body is None else compact_json(body).encode(),
            params=query,
            headers={"Content-Type": "application/json", "Accept": "application/json", **(headers or {})},
        )
        waits = list(self._retry.waits_s)
        while True:
            answer = self._attempt(request)
            if not isinstance(answer, _Later):
                return answer
            self._wait_or_give_up(waits, answer)

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
    raise ProtocolError(f"{response.url}: HTTP {response.status_code} is no answer of a Dropset server")


def _envelope(response: httpx.Response) -> ApiError:
    try:
        raw = parse_json(response.text)
        errors = [ErrorDetail(str(e["code"]), str(e["detail"]), e.get("attr")) for e in raw["errors"]]
        return api_error(response.status_code, errors, raw.get("request_id"))
    except (ValueError, KeyError, TypeError):
        return api_error(response.status_code, [ErrorDetail("unknown", response.reason_phrase)])


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
