"""Bar 23: search among a million foods, beside the same SQL by hand."""

from typing import Any

import psycopg

from benchmarks.bench import Bench
from benchmarks.measuring import Act, measure
from benchmarks.report import Result
from benchmarks.stand import Databases
from catalog.api.foods import LibraryFoodSerializer
from catalog.models import Food
from catalog.queries import search
from lib.representations import representation_of
from lib.sqlfiles import load_sql
from ops.checkout import say

FOODS = 1_000_000
BATCH = 20_000
URL = "/api/v1/library/foods/"
PAGE = 50
# As they are typed: a beginning, two words, a word of an alias or a brand, another language, a whole name; and with slips.
TYPED = (
    "chick",
    "roasted chicken",
    "salmon garlic",
    "hähnchen",
    "raw broccoli in oil no 1",
    "quakerlo",
    "brocoli",
    "samlon",
)


def fill(databases: Databases) -> None:
    """In the server's database, through its triggers, as an import writes them."""
    say(f"{FOODS:,} foods")
    with psycopg.connect(databases.url, autocommit=True) as connection:
        for first in range(1, FOODS + 1, BATCH):
            last = min(first + BATCH - 1, FOODS)
            connection.execute(load_sql("benchmarks", "insert_foods"), {"first": first, "last": last})
        connection.execute("VACUUM ANALYZE")


def search_foods(bench: Bench, *, rounds: int) -> list[Result]:
    """All texts, one after the other; the figures are of one on average."""
    document = representation_of(LibraryFoodSerializer).document
    usual = load_sql("benchmarks", "search_by_words")
    statements = {
        text: search.statement(search.Asked(Food.objects.published(), text), document, None, PAGE + 1) for text in TYPED
    }

    def ours() -> Act:
        return lambda: [bench.http.get(URL, params={"search": text}).raise_for_status().content for text in TYPED]

    def by_hand() -> Act:
        return lambda: [bench.raw.execute(query, values).fetchall() for query, values in statements.values()]

    def as_usual() -> Act:
        return lambda: [bench.raw.execute(usual, {"text": text}).fetchall() for text in TYPED]

    acts: dict[str, Any] = {"ours": ours, "sql": by_hand, "ts_rank": as_usual}
    timings = {name: timing.median_ms / len(TYPED) for name, timing in measure(acts, rounds=rounds).items()}
    figures = {"ms": timings["ours"], "SQL ms": timings["sql"], "ts_rank ms": timings["ts_rank"]}
    work = f"{len(TYPED)} searches among {FOODS:,} foods / the same SQL by hand"
    return [Result("23", work, timings["ours"] / timings["sql"], 2, 1.3, figures=figures)]
