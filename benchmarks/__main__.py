"""`make bench`: our bars for sync, each a ratio taken in this run on fresh data. ARGS="1 4 --rounds 51" chooses."""

import argparse
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import orjson

from benchmarks import report
from benchmarks.peers.installed import FASTAPI, KINTO, WGER, install
from benchmarks.report import Result
from benchmarks.stand import fresh_databases, prepare, settings_for
from ops.checkout import program, say

BARS = ("1", "3", "4", "5", "6", "7", "8", "14", "15", "16", "17", "18", "19", "20", "21", "22", "24", "25")
MORE = ("8-kinto", "8-wger", "23")  # only when asked for: other people's servers to install, a million rows to write
PEERS = {"7": FASTAPI, "16": FASTAPI, "17": FASTAPI, "8-kinto": KINTO, "8-wger": WGER}
LEAST_ROUNDS = 31


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    which = f"of {', '.join(BARS)} (1 brings 2 along), all of them if none; or {', '.join(MORE)}, which take long"
    parser.add_argument("bars", nargs="*", metavar="bar", help=which)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="of each measurement (%(default)s)")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    given = parser.parse_args()
    if unknown := set(given.bars) - {*BARS, *MORE}:
        parser.error(f"no such bar: {', '.join(sorted(unknown))}")
    return given


def tell(results: list[Result], tables: list[list[list[str]]], facts: dict[str, Any], file: Path | None) -> None:
    say(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(f"\n{report.table(results)}\n", flush=True)
    for table in tables:
        print(f"{report.as_table(table)}\n", flush=True)
    if file:
        content = {"machine": facts, "results": [report.as_json(r) for r in results], "tables": tables}
        file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def main() -> int:
    given = arguments()
    bars = given.bars or BARS
    for peer in {PEERS[bar] for bar in bars if bar in PEERS}:
        install(peer)
    with fresh_databases() as databases:
        env = settings_for(databases.url)
        prepare(env)
        os.environ.update(env)
        django.setup()
        run = import_module("benchmarks.run")  # only now: it imports models
        outcome = run.everything(databases, env, bars=bars, rounds=given.rounds)
        facts = report.machine(databases.url)
        tell(outcome.results, outcome.tables, facts, given.json)
    return 0 if all(result.verdict != "FAIL" for result in outcome.results) else 1


if __name__ == "__main__":
    program(main)
