"""Foods by their barcode: the user's own, the library's, or a proposal out of a mirror of Open Food Facts."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import msgspec
from django.conf import settings
from django.db import connection

from catalog.domain.food_records import GTIN_LENGTHS, normal_barcode
from catalog.domain.open_food_facts import FIELDS, NotAProduct, Proposal, proposal_from
from catalog.exceptions import BarcodeInvalid, BarcodeNotHere, BarcodeUnknown, MirrorUnavailable
from catalog.models import Food, Nutrient
from lib.breakers import Breaker

LIMIT_S = 2.0  # for the whole answer of the mirror, from the look-up of its name to the last byte
MOST_BYTES = 256 * 1024
AT_ONCE = 4  # questions of one process; the others wait for their turn within the limit
NOT_FOUND = 404
BREAKER = Breaker("open-food-facts")
logger = logging.getLogger(__name__)


class MirrorError(Exception):
    """It did not answer, or not what the documentation promises."""


@dataclass(frozen=True)
class Found:
    """One of the three."""

    own: Food | None = None
    library: Food | None = None
    proposal: Proposal | None = None


def normal_or_refused(written: str) -> str:
    """The shortest form of a GTIN. Raises BarcodeInvalid."""
    code = normal_barcode(written)
    if not code:
        raise BarcodeInvalid
    return code


def food_here(*, user: Any, code: str) -> Found | None:
    """The user's own goes before the library's. code: in its shortest form; zeros before it do not matter."""
    written = {code.zfill(length) for length in GTIN_LENGTHS if length >= len(code)}
    usable = Food.objects.usable_by(user).filter(barcode__in=written).order_by("user_id", "name", "pk")
    food: Food | None = usable.first()  # NULL, which the library's have for a user, comes last
    if food is None:
        return None
    return Found(library=food) if food.user_id is None else Found(own=food)


def food_elsewhere(*, code: str) -> Found:
    """Asks the mirror, in no transaction. Raises BarcodeNotHere, BarcodeUnknown, MirrorUnavailable."""
    if not settings.OPEN_FOOD_FACTS_URL:
        raise BarcodeNotHere
    wait_s = BREAKER.wait_s()
    if wait_s:
        raise MirrorUnavailable(retry_after_s=wait_s)
    units = dict(Nutrient.objects.values_list("slug", "unit"))
    _give_back_connection()
    try:
        proposal = _proposal(code, units)
    except MirrorError as error:
        logger.warning("The mirror of Open Food Facts failed: %s", error)
        BREAKER.failed()
        raise MirrorUnavailable(retry_after_s=max(1, BREAKER.wait_s())) from error
    BREAKER.succeeded()
    if proposal is None:
        raise BarcodeUnknown
    return Found(proposal=proposal)


def _give_back_connection() -> None:
    """To the other threads: this one waits for the network now. Tests hold theirs in a transaction."""
    if not connection.in_atomic_block:
        connection.close()


def _proposal(code: str, units: dict[str, str]) -> Proposal | None:
    """Raises MirrorError."""
    content = _asked(code)
    if content is None:
        return None
    try:
        return proposal_from(msgspec.json.decode(content), code, units)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotAProduct) as error:
        raise MirrorError(f"it answered what is no product: {error}") from error


def _asked(code: str) -> bytes | None:
    """None: it does not know the product. Raises MirrorError.

    The limits of httpx are for each step, and looking up a name has none: so a thread asks, and this one holds it to ours.
    """
    answer = _threads().submit(_fetched, f"{settings.OPEN_FOOD_FACTS_URL}/api/v2/product/{code}.json")
    try:
        return answer.result(timeout=LIMIT_S)
    except TimeoutError as error:
        answer.cancel()
        raise MirrorError(f"it took more than {LIMIT_S} s") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MirrorError(f"{type(error).__name__}: {error}") from error


def _fetched(url: str) -> bytes | None:
    """In a thread of its own, and without a database."""
    headers = {
        "User-Agent": f"Dropset (+{settings.BASE_URL})",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    with _client().stream("GET", url, params={"fields": ",".join(FIELDS)}, headers=headers) as response:
        if response.status_code == NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise MirrorError(f"it answered {response.status_code}")
        return _bounded(response)


def _bounded(response: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > MOST_BYTES:
            raise MirrorError(f"its answer is longer than {MOST_BYTES} bytes")
    return bytes(content)


@cache
def _client() -> httpx.Client:
    """One for all threads: it keeps its connections to the mirror. Made when first needed, after any fork."""
    return httpx.Client(timeout=LIMIT_S)


@cache
def _threads() -> ThreadPoolExecutor:
    """The same."""
    return ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="open-food-facts")
