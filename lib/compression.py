"""Compressed answers, as the client asks, and compressed requests, up to a limit that stops every bomb.

Only JSON is compressed, and no address in COMPRESSION_EXEMPT: the answer to a log-in has secrets next to what was sent,
and the length of a compressed answer would tell of them (BREACH). Pages of the admin answer to a cookie, so that another
site could make a browser ask for them; they are left as they are for the same reason.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import zstandard
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from lib.errors import DomainError, EncodingUnsupported, TooLarge

MIN_BYTES = 1024  # below, the headers weigh more
ZSTD_LEVEL = 1  # 1.65 MB of JSON in 1.3 ms; higher levels win little
GZIP_LEVEL = 5
GZIP_WBITS = 16 + zlib.MAX_WBITS  # zlib's way to say gzip
ZSTD_WINDOW_BYTES = 8 * 1024 * 1024  # what RFC 8878 asks every decoder to take; it is the decoder's memory
COMPRESSIBLE = re.compile(r"application/(json|x-ndjson|vnd\.oai\.openapi|[\w.-]+\+json)\b")
PREFERENCE = {"zstd": 2, "gzip": 1, "identity": 0}
WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)")


class Unpackable(DomainError):
    """The body is not what its Content-Encoding says."""

    code = "parse_error"


# --- answers ---


class CompressionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.exempt = [re.compile(pattern) for pattern in settings.COMPRESSION_EXEMPT]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: Any = self.get_response(request)
        if any(pattern.search(request.path.lstrip("/")) for pattern in self.exempt):
            return response  # type: ignore[no-any-return]  # a response, as get_response gives it
        patch_vary_headers(response, ["Accept-Encoding"])
        coding, forced = chosen_coding(request.headers.get("Accept-Encoding", ""))
        if coding != "identity" and _may_compress(response):
            _compress(response, coding, forced=forced)
        return response  # type: ignore[no-any-return]  # as above


def chosen_coding(header: str) -> tuple[str, bool]:
    """(the coding that the client likes best, ours deciding among equals; whether it refuses what is not coded).

    If it takes none of ours, it gets the answer as it is: better than none, and RFC 9110 allows it.
    """
    weights = _weights(header)
    others = weights.get("*", 0.0)
    plain = weights.get("identity", others if "*" in weights else None)
    liked = {name: weights.get(name, others) for name in ("zstd", "gzip")}
    if "identity" in weights:
        liked["identity"] = weights["identity"]
    best = max(liked, key=lambda name: (liked[name], PREFERENCE[name]))
    return (best, plain == 0) if liked[best] > 0 else ("identity", False)


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        found = WEIGHT.fullmatch(parameters.strip())
        if name:
            weights[name.strip().removeprefix("x-")] = float(found[1]) if found else 1.0
    return weights


def _may_compress(response: Any) -> bool:
    headers = response.headers
    return (
        response.status_code not in (204, 206, 304)
        and "Content-Encoding" not in headers
        and "no-transform" not in headers.get("Cache-Control", "")
        and COMPRESSIBLE.match(headers.get("Content-Type", "")) is not None
    )


def _compress(response: Any, coding: str, *, forced: bool) -> None:
    if response.streaming:
        response.streaming_content = compressed(response.streaming_content, coding)
        del response.headers["Content-Length"]
    else:
        content = response.content
        packed = _packed(content, coding) if len(content) >= MIN_BYTES or forced else content
        if len(packed) >= len(content) and not forced:
            return
        response.content = packed
        response.headers["Content-Length"] = str(len(packed))
    say_compressed(response, coding)


def say_compressed(response: Any, coding: str) -> None:
    """The headers of a response whose content is compressed."""
    response.headers["Content-Encoding"] = coding
    tag = response.headers.get("ETag", "")
    if tag.startswith('"'):
        response.headers["ETag"] = f"W/{tag}"  # the same content in other bytes; If-Match takes it, see lib/api.py


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _compressor(coding: str, size: int = -1) -> _Compressor:
    """size: of what will come, where that is known; zstd writes it down."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj(size=size)
    return zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WBITS)


def compressed(parts: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The stream, compressed as a whole: a part may leave later than it came, with those after it."""
    if coding == "identity":
        yield from parts
        return
    compressor = _compressor(coding)
    for part in parts:
        if packed := compressor.compress(part):
            yield packed
    yield compressor.flush()


def _packed(content: bytes, coding: str) -> bytes:
    """In pieces, though all is there: zstandard's own bytes in one piece keep the room of the largest possible result."""
    compressor = _compressor(coding, len(content))
    return compressor.compress(content) + compressor.flush()


# --- requests ---


def unpacked(body: bytes, *, coding: str, limit: int) -> bytes:
    """The body of a request without its Content-Encoding. Never makes more than `limit` bytes of it.

    Raises EncodingUnsupported, TooLarge or Unpackable.
    """
    name = coding.strip().lower().removeprefix("x-")
    if name in ("", "identity"):
        return body
    if name not in UNPACKERS:
        raise EncodingUnsupported
    try:
        found = UNPACKERS[name](body, limit + 1)
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise Unpackable(f"The body is not {name}, as its Content-Encoding says.") from error
    if len(found) > limit:
        raise TooLarge(f"A body holds at most {limit} bytes, unpacked.")
    return found


def _from_gzip(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=GZIP_WBITS)
    found = unpacker.decompress(body, most)
    if len(found) < most and (not unpacker.eof or unpacker.unused_data):
        raise EOFError
    return found


def _from_zstd(body: bytes, most: int) -> bytes:
    unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    with unpacker.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        return reader.read(most)  # of a body that was cut off, as much as there is: that is no JSON


UNPACKERS: Mapping[str, Callable[[bytes, int], bytes]] = {"gzip": _from_gzip, "zstd": _from_zstd}
