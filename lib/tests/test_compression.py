"""Compressed answers and requests: what the client can read, what is never compressed, and bombs."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zstandard
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error
from lib.compression import MIN_BYTES, CompressionMiddleware, chosen_coding, unpacked
from lib.errors import EncodingUnsupported, TooLarge
from lib.tests.factories import make
from training.models import Workout

TEXT = json.dumps([{"number": number, "text": "the same again"} for number in range(2000)])
SMALL = json.dumps("x" * (MIN_BYTES - 3))
MEGABYTE = 1024 * 1024
closed: list[str] = []


def lines() -> Iterator[str]:
    try:
        for number in range(30_000):
            yield f'{{"number": {number}}}\n'
    finally:
        closed.append("lines")


def json_answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT, content_type="application/json", headers={"ETag": '"one"'})


def small_answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SMALL, content_type="application/json")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines(), content_type="application/x-ndjson", headers={"ETag": '"two"', "Content-Length": "1"}
    )


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT, content_type="text/html")


def packed_already(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        gzip.compress(TEXT.encode()), content_type="application/json", headers={"Content-Encoding": "gzip"}
    )


def archive(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(TEXT.encode()), content_type="application/zip")


def part(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT, content_type="application/json", status=206)


def as_it_is(request: HttpRequest) -> HttpResponse:
    return HttpResponse(TEXT, content_type="application/json", headers={"Cache-Control": "no-transform"})


def secret(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"access": TEXT})


urlpatterns = [
    path("json", json_answer),
    path("small", small_answer),
    path("stream", stream),
    path("page", page),
    path("packed", packed_already),
    path("archive", archive),
    path("part", part),
    path("as-it-is", as_it_is),
    path("api/v1/auth/login", secret),
]
own_urls = pytest.mark.urls(__name__)


def unzstd(content: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)) as reader:
        return reader.read()


UNPACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "zstd": unzstd}


def get(url: str, accept: str | None, **headers: str) -> Any:
    named = {} if accept is None else {"Accept-Encoding": accept}
    return Client().get(url, headers={**named, **headers})


def content_of(response: Any) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return UNPACK[response["Content-Encoding"]](raw).decode() if "Content-Encoding" in response else raw.decode()


# --- which coding ---


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_compressed_answer_takes_no_more_room_than_it_has_bytes(coding: str) -> None:
    """An answer lives on with its request until the garbage collector comes; zstandard may keep room for the largest."""

    def answer(_: HttpRequest) -> HttpResponse:
        return HttpResponse(b"a" * MEGABYTE, content_type="application/json")

    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = coding
    tracemalloc.start()
    response = CompressionMiddleware(answer)(request)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response.headers["Content-Encoding"] == coding
    assert held < MEGABYTE / 8


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0.5,zstd;q=0.5", "zstd"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd;q=0.000, gzip;q=0", "identity"),
        ("*", "zstd"),
        ("*;q=0", "identity"),
        ("zstd;q=0, *", "gzip"),
        ("*;q=0, gzip;q=0.1", "gzip"),
        ("identity", "identity"),
        ("identity;q=0.5, gzip;q=0.4", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", "identity"),
        ("br, deflate", "identity"),
        (" , ;q=1, gzip ;  q=0.8", "gzip"),
    ],
)
def test_coding_is_the_one_that_the_client_likes_best(header: str, coding: str) -> None:
    assert chosen_coding(header)[0] == coding


@own_urls
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("url", ["/json", "/stream"])
def test_answer_is_compressed_as_asked_and_holds_the_same(url: str, coding: str) -> None:
    plain, packed = get(url, None), get(url, coding)
    assert packed["Content-Encoding"] == coding
    assert "Content-Encoding" not in plain
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert content_of(packed) == content_of(plain)


@own_urls
def test_compressed_answer_is_shorter_and_says_so() -> None:
    for coding in ("gzip", "zstd"):
        response = get("/json", coding)
        assert int(response["Content-Length"]) == len(response.content) < len(TEXT) / 5


@own_urls
def test_compressed_stream_does_not_announce_a_length_and_is_closed(db: None) -> None:
    closed.clear()
    response = get("/stream", "zstd")
    assert "Content-Length" not in response
    next(iter(response.streaming_content))
    response.close()
    assert closed == ["lines"]


@own_urls
def test_tag_of_a_compressed_answer_is_weak() -> None:
    tags = [get(url, accept)["ETag"] for url in ("/json", "/stream") for accept in ("zstd", None)]
    assert tags == ['W/"one"', '"one"', 'W/"two"', '"two"']


@own_urls
def test_answer_that_is_short_is_compressed_only_for_who_refuses_it_plain() -> None:
    assert "Content-Encoding" not in get("/small", "gzip")
    forced = get("/small", "identity;q=0, gzip")
    assert (forced["Content-Encoding"], content_of(forced)) == ("gzip", SMALL)


@own_urls
@pytest.mark.parametrize("url", ["/page", "/archive", "/part", "/as-it-is"])
def test_what_is_no_whole_json_stays_as_it_is(url: str) -> None:
    response = get(url, "gzip, zstd")
    assert "Content-Encoding" not in response
    assert content_of(response) == TEXT


@own_urls
def test_answer_is_not_compressed_twice() -> None:
    assert content_of(get("/packed", "gzip, zstd")) == TEXT


@own_urls
def test_answer_with_tokens_is_not_compressed() -> None:
    response = get("/api/v1/auth/login", "gzip, zstd")
    assert "Content-Encoding" not in response
    assert response.json() == {"access": TEXT}


@own_urls
def test_head_tells_what_get_would_send() -> None:
    headers = {"Accept-Encoding": "zstd"}
    head, whole = Client().head("/json", headers=headers), Client().get("/json", headers=headers)
    assert head.content == b""
    assert {**head.headers, "X-Request-ID": ""} == {**whole.headers, "X-Request-ID": ""}


# --- tags of our own rows ---


def test_if_match_takes_the_tag_of_a_compressed_answer(client: Client, api: SchemaClient, alice: User) -> None:
    row = make(Workout, alice, notes="long " * 1000)
    url = f"/api/v1/workouts/{row.pk}/"
    token = start_session(user=alice, at=timezone.now()).access
    read = client.get(url, headers={"Accept-Encoding": "gzip", "Authorization": f"Bearer {token}"})
    assert (read["Content-Encoding"], read["ETag"][:3]) == ("gzip", 'W/"')
    headers = {"If-Match": read["ETag"]}
    assert api.patch(url, {"title": "new"}, headers=headers).status_code == 200
    check_error(api.patch(url, {"title": "newer"}, headers=headers), 412, "precondition_failed")


# --- requests ---

PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("coding", PACK)
def test_packed_body_is_read(api: SchemaClient, coding: str) -> None:
    body = PACK[coding](b'{"title": "packed"}')
    response = api.post(
        "/api/v1/workouts/", body, content_type="application/json", headers={"Content-Encoding": coding}
    )
    assert (response.status_code, response.json()["title"]) == (201, "packed")


BROKEN: dict[str, tuple[str, bytes, int, str]] = {
    "another coding": ("br", b"{}", 415, "encoding_unsupported"),
    "two codings": ("gzip, zstd", b"{}", 415, "encoding_unsupported"),
    "no gzip": ("gzip", b"{}", 400, "parse_error"),
    "no zstd": ("zstd", b"{}", 400, "parse_error"),
    "cut off": ("gzip", gzip.compress(b"{}" * 1000)[:-9], 400, "parse_error"),
    "more behind": ("gzip", gzip.compress(b"{}") + b"more", 400, "parse_error"),
    "gzip bomb": ("gzip", gzip.compress(b"0" * 40 * MEGABYTE), 413, "too_large"),
    "zstd bomb": ("zstd", zstandard.ZstdCompressor().compress(b"0" * 40 * MEGABYTE), 413, "too_large"),
}


@pytest.mark.parametrize("url", ["/api/v1/workouts/", "/api/v1/sync/push"])
@pytest.mark.parametrize("case", BROKEN)
def test_body_that_cannot_be_unpacked_is_refused(api: SchemaClient, url: str, case: str) -> None:
    coding, body, status, code = BROKEN[case]
    response = api.post(url, body, content_type="application/json", headers={"Content-Encoding": coding})
    check_error(response, status, code)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("size", [MEGABYTE, MEGABYTE + 1])
def test_limit_counts_what_is_unpacked(coding: str, size: int) -> None:
    body = PACK[coding](b"0" * size)
    if size > MEGABYTE:
        with pytest.raises(TooLarge):
            unpacked(body, coding=coding, limit=MEGABYTE)
    else:
        assert len(unpacked(body, coding=coding, limit=MEGABYTE)) == size


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_bomb_takes_no_more_memory_than_the_limit(coding: str) -> None:
    bomb = PACK[coding](b"0" * 100 * MEGABYTE)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        unpacked(bomb, coding=coding, limit=MEGABYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE


def test_several_frames_are_one_body() -> None:
    pack = PACK["zstd"]
    assert unpacked(pack(b'{"a":') + pack(b"1}"), coding="zstd", limit=100) == b'{"a":1}'


def test_unknown_coding_is_refused_by_name() -> None:
    with pytest.raises(EncodingUnsupported):
        unpacked(b"", coding="deflate", limit=1)
