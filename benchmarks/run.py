"""Makes the data, starts the server, and takes one bar after the other."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from django.db import connections

from benchmarks import common, diaries, foods, growth, phones, plans, pulls, pushes, raw, storage
from benchmarks.athletes import Athlete, new_athlete
from benchmarks.bench import Bench, open_bench
from benchmarks.peers import kinto, wger
from benchmarks.report import Result
from benchmarks.stand import Databases, serving
from lib.timescale.base import POOL
from ops.checkout import say

CLIENTS = 8
CHUNK = 1000  # rows of one transaction, and so of one version
PULLED = 5_000


@dataclass
class Outcome:
    results: list[Result] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)  # each with its head


def everything(databases: Databases, env: dict[str, str], *, bars: Sequence[str], rounds: int) -> Outcome:
    athletes = make_athletes(databases, bars)
    if "23" in bars:
        foods.fill(databases)
    connections.close_all()
    POOL.close_idle()
    databases.copy_to_raw()
    with psycopg.connect(databases.raw_url, autocommit=True) as connection:
        raw.switch_capture_off(connection)
    outcome = Outcome()
    with ExitStack() as stack:
        server = stack.enter_context(serving(env))
        benches = {
            name: stack.enter_context(closing(open_bench(server, athlete, databases.raw_url)))
            for name, athlete in athletes.items()
        }
        work = acts(databases, benches, outcome, rounds) | beside_fastapi(databases, env, benches, outcome, rounds)
        for bar, act in sorted(work.items(), key=lambda pair: int(pair[0].partition("-")[0])):
            if bar in bars:
                say(f"bar {bar}")
                act()
    return outcome


def acts(
    databases: Databases, benches: dict[str, Bench], outcome: Outcome, rounds: int
) -> dict[str, Callable[[], Any]]:
    def one(measured: Callable[..., list[Result]], who: Any) -> Callable[[], None]:
        return lambda: outcome.results.extend(measured(who(), rounds=rounds))

    return {
        "1": one(pushes.push_and_replay, lambda: benches["client 1"]),
        "3": one(pushes.clients, lambda: clients_of(benches)),
        "4": one(pulls.pull_everything, lambda: benches["pull"]),
        "5": one(pulls.empty_pull, lambda: benches["client 1"]),
        "6": one(pulls.snapshot, lambda: benches["snapshot"]),
        "8": one(pushes.one_request_each, lambda: benches["client 2"]),
        "8-kinto": one(partial(kinto.instead_of_push, databases), lambda: benches["client 2"]),
        "8-wger": one(partial(wger.instead_of_push, databases), lambda: benches["client 2"]),
        "14": one(common.beside_log_ins, lambda: benches["client 1"]),
        "18": lambda: outcome.results.extend(storage.bytes_of_a_set(benches["storage"], databases.url)),
        "15": lambda: outcome.tables.append(growth.lines(benches, rounds=rounds)),
        "19": lambda: client(benches, outcome, rounds),
        "20": one(plans.calendar_of_a_year, lambda: benches["year"]),
        "21": one(plans.program_on_the_calendar, lambda: benches["year"]),
        "22": one(pushes.with_metadata, lambda: benches["client 1"]),
        "24": one(diaries.day_of_the_diary, lambda: diaries_of(benches)),
        "25": one(diaries.day_of_the_planner, lambda: diaries_of(benches)),
        "23": one(foods.search_foods, lambda: benches["client 1"]),
    }


def beside_fastapi(
    databases: Databases, env: dict[str, str], benches: dict[str, Bench], outcome: Outcome, rounds: int
) -> dict[str, Callable[[], Any]]:
    """Bars that compare two servers of one worker each, which run for no longer than that."""

    def pair(measured: Callable[..., list[Result]], who: Any) -> Callable[[], None]:
        def run() -> None:
            with common.beside_fastapi(databases, env) as servers:
                outcome.results.extend(measured(servers, who(), rounds=rounds))

        return run

    return {
        "7": pair(common.lists, lambda: benches["client 1"]),
        "16": pair(common.small_pushes, lambda: clients_of(benches)),
        "17": pair(common.empty_pulls, lambda: benches["client 1"]),
    }


def clients_of(benches: dict[str, Bench]) -> list[Bench]:
    return [benches[f"client {number}"] for number in range(1, CLIENTS + 1)]


def diaries_of(benches: dict[str, Bench]) -> list[Bench]:
    return [benches[diaries.name_of(years)] for years in diaries.YEARS]


def client(benches: dict[str, Bench], outcome: Outcome, rounds: int) -> None:
    results, table = phones.lines(benches, rounds=rounds)
    outcome.results.extend(results)
    outcome.tables.append(table)


def make_athletes(databases: Databases, bars: Sequence[str]) -> dict[str, Athlete]:
    """As many as the chosen bars need."""
    few = {"1", "5", "7", "8", "8-kinto", "8-wger", "14", "17", "22", "23"}
    clients = CLIENTS if {"3", "16"} & set(bars) else 2 if few & set(bars) else 0
    sizes = {f"client {number}": CHUNK for number in range(1, clients + 1)}
    if "4" in bars:
        sizes["pull"] = PULLED
    if "6" in bars:
        sizes["snapshot"] = growth.SIZES[-1]  # one of its own: a user gets so many snapshots an hour, and no more
    if "15" in bars:
        sizes |= {f"growth {size}": size for size in growth.SIZES}
    if "18" in bars:
        sizes["storage"] = CHUNK
    if "19" in bars:
        sizes |= {phones.name_of(size): 0 for size in phones.SIZES}  # what they have is in the queues of their phones
    athletes = {name: make_athlete(databases, name, size) for name, size in sizes.items()}
    if {"20", "21"} & set(bars):
        athletes["year"] = make_athlete(databases, "year", 0)
        plans.fill_year(athletes["year"])
    return athletes | make_diarists(databases, bars)


def make_diarists(databases: Databases, bars: Sequence[str]) -> dict[str, Athlete]:
    if not {"24", "25"} & set(bars):
        return {}
    found = {diaries.name_of(years): make_athlete(databases, diaries.name_of(years), 0) for years in diaries.YEARS}
    for years, athlete in zip(diaries.YEARS, found.values(), strict=True):
        say(f"a diary of {years} year{'s' * (years > 1)}")
        diaries.fill_diary(athlete, years)
    return found


def make_athlete(databases: Databases, name: str, size: int) -> Athlete:
    """Their rows, written as SQL writes them: the triggers capture each, as if a device had pushed it."""
    say(f"an athlete with {size} rows")
    athlete = new_athlete(name.replace(" ", "-"))
    with psycopg.connect(databases.url, autocommit=True) as connection:
        for _ in range(size // CHUNK):
            rows = athlete.new_rows(CHUNK)
            raw.upsert(connection, athlete.user_id, raw.as_json(rows))
        athlete.versions = raw.versions(connection, athlete.user_id)
    return athlete
