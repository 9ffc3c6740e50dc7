"""A mirror of Open Food Facts: a real server that speaks its documented API (version 2). The products are invented."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

BARCODE = "4006381333931"
PRODUCT: dict[str, Any] = {
    "code": BARCODE,
    "product_name": "Crunchy peanut butter",
    "product_name_en": "Crunchy peanut butter",
    "product_name_de": "Erdnussbutter mit Stückchen",
    "brands": "Nutfield, Nutfield Organic",
    "serving_size": "1 tbsp (15 g)",
    "serving_quantity": "15",
    "allergens_tags": ["en:peanuts"],
    "ingredients_analysis_tags": ["en:palm-oil-free", "en:vegan", "en:vegetarian"],
    "labels_tags": ["en:organic"],
    "categories_tags": ["en:plant-based-foods", "en:legumes-and-their-products", "en:peanut-butters"],
    "nutriments": {
        "energy-kcal_100g": 615,
        "energy-kj_100g": 2545,
        "energy_100g": 2573,
        "energy_unit": "kcal",
        "proteins_100g": 26.1,
        "fat_100g": 50,
        "saturated-fat_100g": 7.1,
        "carbohydrates_100g": 11.8,
        "fiber_100g": "7.9",
        "salt_100g": 0.8,
        "magnesium_100g": 0.16,
        "vitamin-b9_100g": 0.00009,
        "nova-group_100g": 3,
        "fat_serving": 7.5,
    },
}


class Mirror(ThreadingHTTPServer):
    """`products` by their codes. `answers` go before them: status and body, or a pause in seconds after each byte."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.products: dict[str, dict[str, Any]] = {BARCODE: PRODUCT}
        self.answers: list[tuple[int, bytes] | float] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.when_asked: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Mirror

    def do_GET(self) -> None:
        mirror = self.server
        mirror.asked.append((self.path, dict(self.headers)))
        mirror.when_asked()
        answer = mirror.answers.pop(0) if mirror.answers else self._of_product()
        if isinstance(answer, float):
            self._drip(answer)
        else:
            self._answer(*answer)

    def _of_product(self) -> tuple[int, bytes]:
        code = urlsplit(self.path).path.removeprefix("/api/v2/product/").removesuffix(".json")
        product = self.server.products.get(code)
        if product is None:
            return 404, json.dumps({"code": code, "status": 0, "status_verbose": "product not found"}).encode()
        found = {"code": code, "product": product, "status": 1, "status_verbose": "product found"}
        return 200, json.dumps(found).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, pause_s: float) -> None:
        """A byte from time to time: no single step takes long."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(20):
            try:
                self.wfile.write(b" ")
            except OSError:
                return
            time.sleep(pause_s)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Nothing: tests read what was asked."""


@contextmanager
def running_mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        thread = Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield mirror
        finally:
            mirror.shutdown()
            thread.join()
