"""The demo as a program. Exit codes: 0 all is equal, 1 something differs, 2 the server cannot be used."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from itertools import islice

import httpx

from dropset_client.demo.day import live_a_day, unlike_days
from dropset_client.demo.library import look_up
from dropset_client.demo.program import live_a_program
from dropset_client.demo.report import (
    failures,
    missing_foods,
    say,
    say_conflicts,
    say_day,
    say_equality,
    say_import,
    say_library,
    say_program,
    say_table,
    unfinished,
)
from dropset_client.demo.scenario import (
    Account,
    Phone,
    Phones,
    contest,
    import_history,
    live_a_little,
    sync_until_quiet,
)
from dropset_client.errors import ApiError, DropsetError, ServerUnreachable
from dropset_client.transport import NO_RETRY, Transport
from dropset_client.wire import utc_now

_DIFFERS, _UNUSABLE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    account = Account(arguments.base_url, arguments.email, arguments.password)
    try:
        _check_reachable(account.base_url)
        with Phones.of(account) as phones:
            return _run(phones, account, seed=arguments.seed, workouts=arguments.workouts)
    except ServerUnreachable as error:
        return _give_up(_unreachable(account, error))
    except ApiError as error:
        return _give_up(f"the server refuses {account.email}: {error}")
    except httpx.InvalidURL as error:
        return _give_up(f"{account.base_url} is not the address of a server:  {error}")
    except DropsetError as error:
        return _give_up(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dropset_client.demo", description="Two phones, one account.")
    parser.add_argument("--base-url", default=os.environ.get("BASE_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--email", default="demo@dropset.local")
    parser.add_argument("--password", default="dropset-demo")
    parser.add_argument("--workouts", type=_at_least_two, default=40, help="how many to import (default 40)")
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1000, help="repeats the history of a run")
    return parser


def _at_least_two(text: str) -> int:
    """One workout is deleted, and another one holds the sets that both phones edit."""
    number = int(text)
    if number < 2:  # noqa: PLR2004  the name of the function says it
        raise argparse.ArgumentTypeError("at least 2 are needed")
    return number


def _unreachable(account: Account, error: ServerUnreachable) -> str:
    if error.retry_after_s is not None:
        return f"{account.base_url} asks to wait {error.retry_after_s:.0f} s before the next try"
    return f"no server at {account.base_url} ({error}): start it with `make run`"


def _give_up(line: str) -> int:
    sys.stderr.write(f"demo: {line}\n")
    return _UNUSABLE


def _check_reachable(base_url: str) -> None:
    """One question without patience, so that a forgotten server is noticed at once."""
    with Transport(base_url, retry=NO_RETRY) as transport:
        try:
            transport.request("GET", "sync/status")
        except ApiError:
            return  # it wants a login, so it is there


def _run(phones: Phones, account: Account, *, seed: int, workouts: int) -> int:
    say(f"Dropset demo: {account.base_url} as {account.email}, seed {seed}")
    began = time.monotonic()
    first, second = phones.open("phone A"), phones.open("phone B")
    known = _first_contact(first, second)

    imported = import_history(first, seed=seed, workouts=workouts)
    live_a_little(second, seed=seed)
    say_import(first.label, imported)
    say(f"both offline: {first.device.pending()} unsent changes on A, {second.device.pending()} on B")
    quiet = sync_until_quiet([first, second])

    contested = contest(first, second, imported.workout_ids)
    quiet = sync_until_quiet([first, second]) and quiet
    story = live_a_program(first, second, exercise_types=_exercise_types(first), today=utc_now().date())
    say_program(story)
    found = look_up(first, second)
    say_library(found)
    day = live_a_day(first, second, found=found, today=utc_now().date())
    say(f"synced in {time.monotonic() - began:.1f} s")

    third = phones.open("phone C")
    third.sync()
    conflicts = [record for record in first.device.list("conflict") if record.id not in known]
    server = third.device.status()
    say_table([first, second, third])
    say_day(day, [first, second, third])
    say_conflicts(conflicts, [first, second])
    say_equality([first, second, third], server)
    wrong = [] if quiet and story.quiet and found.quiet and day.quiet else ["the phones do not come to rest"]
    wrong += failures([first, second, third], server, contested, conflicts)
    wrong += unfinished([first, second, third], story)
    wrong += missing_foods([first, second, third], found)
    wrong += unlike_days([first, second, third], day)
    return _verdict(wrong)


def _exercise_types(phone: Phone) -> list[str]:
    """Of the library: enough for a program."""
    return [str(row["id"]) for row in islice(phone.device.fetch_all("library/exercise-types/"), 8)]


def _first_contact(*phones: Phone) -> set[str]:
    """The first snapshot of each phone; returns the conflicts that were there before this run."""
    for phone in phones:
        phone.sync()
    return {record.id for record in phones[0].device.list("conflict")}


def _verdict(wrong: list[str]) -> int:
    say()
    for line in wrong:
        say(f"FAILED: {line}")
    if not wrong:
        say("OK: both phones, a fresh one and the server hold the same")
    return _DIFFERS if wrong else 0


def run() -> None:
    """The entry point of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
