"""GET /api/v1/sync/stream: server-sent events that say "pull now". Plain ASGI: a stream costs no request stack of Django.

A few threads with Django's ORM ask the database (who is this, at which version are the data); everything else is this
one loop. A stream lasts longer than the access token that opened it: as long as the log-in stands, an hour at most.
"""

import asyncio
import logging
import random
import signal
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

from django.conf import settings

from lib.errors import NotFound, Unavailable
from sync.stream import opening
from sync.stream.events import EXPIRED, GONE, HEARTBEAT, End, retry
from sync.stream.hub import Hub, Stream
from sync.stream.listener import Listener
from sync.stream.opening import Answer

PATH = "/api/v1/sync/stream"
LIVE, READY = "/health/live", "/health/ready"  # the same as the API's
HEARTBEAT_S = 15.0
SEND_LIMIT_S = 30.0
LONGEST_S = 3600.0
RETRY_MS = (2000, 5000)  # spread, so that not all come back at once after a restart
THREADS = 4
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep the pokes back
}

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
logger = logging.getLogger(__name__)


class StreamApp:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
        self._hub = Hub(self._look, self._look_at_library)
        self._listener = Listener(heard=self._hub.look_for, missed=self._hub.look_for_all)
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    # --- the process ---

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        call_on_stop_signals(self._stop)
        hub = self._hub
        work = (hub.run(), hub.run_library(), hub.look_at_all_regularly(), self._listener.run())
        tasks = [asyncio.create_task(each) for each in work]
        for task in tasks:
            task.add_done_callback(_must_not_end)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        self._threads.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    def _stop(self) -> None:
        self._stopping = True
        self._hub.end_all()

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _look(self, sessions: list[str]) -> Any:
        return await self._in_thread(opening.look, sessions)

    async def _look_at_library(self) -> Any:
        return await self._in_thread(opening.look_at_library)

    # --- a request ---

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = opening.request_id_of(headers)
        try:
            if scope["path"] != PATH:
                await _send_answer(self._health(scope["path"]), request_id, send)
                return
            stream = await self._open(scope["method"], headers)
        except Exception as error:  # noqa: BLE001 - as in a view: the one handler answers, and logs what is our fault
            answer = await self._in_thread(opening.refusal, error, request_id)
            await _send_answer(answer, request_id, send)
            return
        await self._serve(stream, request_id, receive, send)

    def _health(self, path: str) -> Answer:
        if path == LIVE:
            return opening.health(listens=True, looks=True)
        if path == READY:
            return opening.health(listens=self._listener.listens, looks=self._hub.looks)
        raise NotFound("There is no such address.")

    async def _open(self, method: str, headers: Mapping[str, str]) -> Stream:
        opening.check_request(method, headers)
        stream: Stream = await self._in_thread(opening.opened, headers.get("authorization"))
        if self._stopping or self._hub.count >= settings.STREAM_LIMIT:
            raise Unavailable
        return stream

    async def _serve(self, stream: Stream, request_id: str, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_disconnected(receive))
        gone.add_done_callback(lambda _: self._hub.close(stream, GONE))
        ends_at = asyncio.get_running_loop().time() + random.uniform(0.9, 1) * LONGEST_S  # noqa: S311 - spreads load
        self._hub.open(stream)
        try:
            await send(_start(200, {**STREAM_HEADERS, "X-Request-ID": request_id}))
            await _send(send, retry(random.randint(*RETRY_MS)))  # noqa: S311 - spreads load
            await self._speak(stream, ends_at, send)
        except TimeoutError:
            logger.info("A stream took nothing for %.0f s and was closed.", SEND_LIMIT_S)
        finally:
            gone.cancel()
            self._hub.close(stream, GONE)

    async def _speak(self, stream: Stream, ends_at: float, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            news = await stream.next(min(HEARTBEAT_S, max(ends_at - loop.time(), 0)))
            if news is None and loop.time() >= ends_at:
                news = EXPIRED
            if isinstance(news, End):
                await _send(send, b"" if news is GONE else news.as_bytes(), more=False)
                return
            await _send(send, HEARTBEAT if news is None else news.as_bytes())


def _must_not_end(task: asyncio.Task[None]) -> None:
    """Better no process, which somebody notices and starts again, than one whose streams hear nothing."""
    if not task.cancelled():
        logger.critical("The stream process failed, and ends.", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    """Raises TimeoutError for a reader that has stopped reading."""
    async with asyncio.timeout(SEND_LIMIT_S):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _send_answer(answer: Answer, request_id: str, send: Send) -> None:
    headers = {**answer.headers, "X-Request-ID": request_id, "Content-Length": str(len(answer.body))}
    await send(_start(answer.status, headers))
    await send({"type": "http.response.body", "body": answer.body})


def _start(status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": pairs}


def call_on_stop_signals(stop: Callable[[], None]) -> None:
    """Besides what the server does on them: it waits for open answers to end, and streams do not end by themselves.

    A plain signal handler works beside one of an event loop, which the kernel's signal still reaches by its own pipe.
    """
    loop = asyncio.get_running_loop()

    def handler_beside(before: Any) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(stop)
            if callable(before):
                before(number, frame)

        return handle

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler_beside(signal.getsignal(number)))
        signal.siginterrupt(number, False)  # noqa: FBT003 - it takes no names
