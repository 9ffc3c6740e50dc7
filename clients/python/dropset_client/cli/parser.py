"""The words that the program understands, and the help from which the protocol can be learned by hand."""

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from dropset_client.cli import imports, local, remote, transfer
from dropset_client.cli.context import DEFAULT_SERVER, Context, default_db
from dropset_client.cli.problems import Exit
from dropset_client.shapes import shapes
from dropset_client.wire import parse_rfc3339

Command = Callable[[Context, argparse.Namespace], Exit]
WRITABLE = tuple(known.entity for known in shapes().values() if not known.read_only)

_INTRO = """\
A Dropset device in one file. Everything but `sync` and its relatives works without a network: what you write is
queued, shown at once, and sent with the next `sync`.

a first tour:
  login you@example.org          once, with a network
  sync                           push what waits, pull what is new
  create workout title=Push status=planned planned_on=today
  list workout                   a * behind the version: there are unsent changes in it
  queue                          what waits, as it will be sent
  sync; conflicts; rejected      what came of it, and what wants a decision
"""
_OUTRO = """\
values:      key=value, read by the type of the field; `null`, where there may be nothing; `now` for a time, `today` for
             a date. key:=JSON for lists and objects.
ids:         the whole id, or enough of its beginning or end.
exit codes:  0 done; 1 not there, or two sides differ; 2 not understood; 3 the server cannot be reached (nothing is
             lost, try later); 4 log in; 5 the server refused.
environment: DROPSET_DB, DROPSET_SERVER, DROPSET_PASSWORD.
"""


def parser(program: str) -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog=program, description=_INTRO, epilog=_OUTRO, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _common(whole, default=True)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_session, _reading, _writing, _deciding, _server_side, _files):
        add(_Adder(commands))
    return whole


def demo_words(words: Sequence[str]) -> tuple[str | None, list[str]] | None:
    """The server and the demo's own options; None where another command is meant. The demo reads its words itself."""
    if "demo" not in words:
        return None
    place = words.index("demo")
    options = argparse.ArgumentParser(add_help=False)
    _common(options, default=True)
    known, others = options.parse_known_args(words[:place])
    return None if others else (known.server, list(words[place + 1 :]))


def _common(one: argparse.ArgumentParser, *, default: bool) -> None:
    """The options that stand before the command or behind it."""
    none = argparse.SUPPRESS
    one.add_argument(
        "--db",
        type=Path,
        metavar="FILE",
        default=default_db() if default else none,
        help="the device (default $DROPSET_DB, else ~/.dropset.sqlite3)",
    )
    one.add_argument(
        "--server",
        metavar="URL",
        default=None if default else none,
        help=f"default: that of the last login, else $DROPSET_SERVER, else {DEFAULT_SERVER}",
    )
    one.add_argument("--json", action="store_true", default=False if default else none, help="JSON, for programs")


class _Adder:
    def __init__(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._commands = commands

    def __call__(self, name: str, run: Command, text: str, more: str = "") -> argparse.ArgumentParser:
        """`text` is the line in the list of commands; `more` is what its own help says besides."""
        one = self._commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.\n\n{more}".rstrip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _common(one, default=False)
        one.set_defaults(run=run)
        return one


def _session(add: _Adder) -> None:
    one = add("login", remote.login, "log in; the password is asked for, or read from stdin or $DROPSET_PASSWORD")
    one.add_argument("email")
    one.add_argument("--password", help="visible to others on this machine: better leave it out")
    add("logout", remote.logout, "end the session; records and unsent changes stay")
    more = "POST sync/devices. `sync` does it by itself the first time. A copy of a device file gets --anew by itself."
    one = add("register", remote.register, "tell the server of this device", more)
    one.add_argument("--name", help="how the list of devices calls it")
    one.add_argument("--anew", action="store_true", help="as a new device; the queue stays")
    add("devices", remote.devices, "the devices of the account; * is this one")
    one = add("status", remote.status, "how far this device has come, and the server if it can be reached")
    one.add_argument("--offline", action="store_true", help="do not ask the server")


def _reading(add: _Adder) -> None:
    more = "The server's state with your unsent changes laid over it (marked *)."
    one = add("list", local.list_records, "the live records of an entity", more)
    one.add_argument("entity", choices=tuple(shapes()))
    one.add_argument("where", nargs="*", metavar="key=value", help="only those whose fields equal")
    one.add_argument("--last", type=int, metavar="N", help="only the last N")
    one = add("show", local.show, "one record, and what waits to change it")
    one.add_argument("id")
    add("queue", local.queue, "the changes that wait, in the order in which they will be sent")
    add("digest", local.digest, "checksums of this device's base, entity by entity")


def _writing(add: _Adder) -> None:
    more = "Queues a mutation with an id, a sequence number, and the version that you were looking at."
    one = add("create", local.create, "make a record; prints its id", more)
    one.add_argument("entity", choices=WRITABLE)
    one.add_argument("--id", help="a UUID of your own making")
    _values_and_time(one)
    more = "A patch: only the fields that change. Other devices' changes of other fields stay."
    one = add("update", local.update, "change fields of a record", more)
    _entity_and_id(one)
    _values_and_time(one)
    for name, run, text in (
        ("delete", local.delete, "delete a record, and what hangs on it"),
        ("restore", local.restore, "bring a deleted record back, and what was deleted with it"),
    ):
        one = add(name, run, text)
        _entity_and_id(one)
        _time(one)


def _deciding(add: _Adder) -> None:
    more = "A conflict keeps a value that lost against a later one. Nothing is lost until you have decided."
    one = add("conflicts", local.conflicts, "values that lost a merge, and wait for you", more)
    one.add_argument("--all", action="store_true", help="also decided ones")
    one = add("resolve", local.resolve, "decide a conflict; works offline like every change")
    one.add_argument("id")
    how = one.add_mutually_exclusive_group(required=True)
    how.add_argument("--keep", action="store_true", help="what stands is right")
    how.add_argument("--use-lost", action="store_true", help="what lost is right")
    how.add_argument("--set", nargs="+", metavar="key=value", help="neither is; this is")
    _time(one)
    more = "Refused for good, with the reason; kept here and on the server until you repair or discard them."
    add("rejected", local.rejected, "changes that the server refused", more)
    one = add("repair", local.repair, "make a refused change again, with other values")
    one.add_argument("id", help="of the refused change, see `rejected`")
    one.add_argument("values", nargs="*", metavar="key=value")
    one = add("discard", local.discard, "give up a refused change; the server forgets it with the next sync")
    one.add_argument("id")


def _server_side(add: _Adder) -> None:
    more = """\
POST sync/push with what waits, then GET sync/pull until nothing is left. For each change the server says
  applied    taken
  merged     taken, together with what others wrote
  noop       it was like that already
  conflict   a value lost, yours or another one: see `conflicts`
  deferred   hangs on a record that the server does not know: sent again next time
  rejected   refused: see `rejected`
Ending it at any moment loses nothing; the next sync goes on."""
    one = add("sync", remote.sync, "push what waits, pull what is new", more)
    one.add_argument("--verify", action="store_true", help="compare digests afterwards, and repair")
    one = add("verify", remote.verify, "compare this device with the server, by digest; exit code 1 if they differ")
    one.add_argument("--repair", action="store_true", help="sync, compare, and pull everything again if they differ")
    add(
        "resync",
        remote.resync,
        "pull everything again; unsent changes stay, and the old state stays until the new one is whole",
    )
    more = "GET sync/stream: server-sent events that say `pull now`. Without it: every 60 s. Ctrl-C ends it."
    add("watch", remote.watch, "stay, and sync whenever another device has written", more)


def _files(add: _Adder) -> None:
    one = add("export", transfer.export, "everything that the server has of yours, as a ZIP file")
    one.add_argument("file", type=Path)
    more = (
        "Of another app: Strong, Hevy, FitNotes, Liftosaur, openweight. It is read here, without a network but for the library,\n"
        "and queued. A later or edited export adds and changes what is new in it; what you wrote since stays.\n\n"
        "Of `export`: the server reads it. `merge` adds and updates, `replace` also deletes what is not in the file, `dry_run`\n"
        "only says what would happen."
    )
    one = add("import", transfer.import_file, "take in a file of another app, or one that `export` wrote", more)
    imports.add_options(one)
    imports.add_matches(one)
    one.add_argument(
        "--mode", choices=("merge", "replace", "dry_run"), help="of what `export` wrote (default: dry_run)"
    )
    one.add_argument("--dry-run-of", choices=("merge", "replace"), default="merge", help="what a dry_run tries")
    one.add_argument("--id", help="to continue an import whose end you did not see, with the same file and mode")
    one.add_argument("--no-wait", action="store_true", help="do not wait for the end of the job")
    transfer.add_snapshots(add("snapshots", transfer.snapshots, "states that the server keeps, to go back to"))
    more = (
        "A later or edited export of the same history adds and changes what is new in it; what you wrote since stays."
    )
    imports.add_options(
        add("import-strong", imports.import_from_strong, "queue the workouts of a CSV export of the Strong app", more)
    )
    imports.add_acts(add("imports", imports.imports, "what this device imported, to undo or replace it as a whole"))
    add("demo", local.queue, "two phones, one account, against a server; see `demo --help`")  # run by `main`


def _entity_and_id(one: argparse.ArgumentParser) -> None:
    one.add_argument("entity", choices=WRITABLE)
    one.add_argument("id")


def _values_and_time(one: argparse.ArgumentParser) -> None:
    one.add_argument("values", nargs="+", metavar="key=value")
    _time(one)


def _time(one: argparse.ArgumentParser) -> None:
    one.add_argument("--at", type=_moment, metavar="TIME", help="when it was done (RFC 3339; default now)")


def _moment(text: str) -> datetime:
    try:
        found = parse_rfc3339(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2026-11-20T07:12:44Z") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} names no zone: add Z or +01:00")
    return found
