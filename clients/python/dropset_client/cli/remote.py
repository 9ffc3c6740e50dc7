"""Commands that talk to the server."""

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from dropset_client.cli.context import Context
from dropset_client.cli.output import report_lines
from dropset_client.cli.problems import Exit, explained
from dropset_client.digest import Verification
from dropset_client.errors import ApiError, ServerUnreachable
from dropset_client.report import SyncReport
from dropset_client.wire import JsonObject, ServerStatus


def login(context: Context, arguments: Namespace) -> Exit:
    context.device.login(arguments.email, arguments.password or _password())
    context.device.store.set_note("server", context.server)
    context.device.store.set_note("email", arguments.email)
    user = {"user_id": context.device.user_id, "server": context.server}
    context.out.show(user, [f"logged in to {context.server}. `dropset sync` brings your data"])
    return Exit.DONE


def _password() -> str:
    known = os.environ.get("DROPSET_PASSWORD")
    if known:
        return known
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def logout(context: Context, _arguments: Namespace) -> Exit:
    context.device.logout()
    waiting = context.device.pending()
    context.out.show({"pending": waiting}, [f"logged out. Records and {waiting} unsent changes stay in {context.path}"])
    return Exit.DONE


def register(context: Context, arguments: Namespace) -> Exit:
    if arguments.name:
        context.device.store.set_note("name", arguments.name)
        context.device.rename(arguments.name)
    if arguments.anew:
        context.device.store.new_identity()
    context.device.register()
    device_id = context.device.store.identity().device_id
    context.out.show({"device_id": device_id}, [f"this device is registered as {device_id}"])
    return Exit.DONE


def devices(context: Context, _arguments: Namespace) -> Exit:
    found = list(context.device.fetch_all("sync/devices"))
    own = context.device.store.identity().device_id
    context.out.show(found, [_device_line(one, own) for one in found])
    return Exit.DONE


def _device_line(one: JsonObject, own: str) -> str:
    mark = "*" if one["id"] == own else " "
    revoked = " (revoked)" if one.get("revoked_at") else ""
    return f"{one['id']}{mark} {one.get('name')}, {one.get('platform')}{revoked}"


def status(context: Context, arguments: Namespace) -> Exit:
    """The device's side without a network; the server's beside it where there is one."""
    server: ServerStatus | None = None
    problem = "not asked"
    if not arguments.offline:
        try:
            server, problem = context.device.status(), ""
        except (ServerUnreachable, ApiError) as error:
            problem = explained(error, pending=0)[1]
    value = _own_status(context) | {"remote": server, "problem": problem}
    context.out.show(value, _status_lines(value, server))
    return Exit.DONE


def _own_status(context: Context) -> JsonObject:
    device, store = context.device, context.device.store
    position, identity = device.position(), store.identity()
    return {
        "file": str(context.path),
        "server": context.server,
        "email": store.note("email"),
        "logged_in": store.tokens().refresh is not None,
        "device_id": identity.device_id,
        "registered": identity.registered,
        "epoch": position.epoch,
        "version": position.version,
        "synced": position.synced,
        "pending": device.pending(),
        "deferred": store.deferred_count(),
        "rejected": store.count_rejected(),
        "conflicts": len(device.conflicts()),
    }


def _status_lines(own: JsonObject, server: ServerStatus | None) -> Iterator[str]:
    who = own["email"] or "nobody"
    yield f"file       {own['file']}"
    yield f"account    {who}{'' if own['logged_in'] or not own['email'] else ' (logged out)'} on {own['server']}"
    yield f"device     {own['device_id']}{'' if own['registered'] else ' (not registered yet; `sync` does it)'}"
    yield f"base       {'version ' + str(own['version']) if own['synced'] else 'not whole yet: `dropset sync`'}"
    yield f"queue      {own['pending']} unsent changes, {own['deferred']} of them wait for another record"
    yield f"for you    {own['conflicts']} open conflicts, {own['rejected']} refused changes"
    if server is None:
        yield f"remote     {own['problem']}"
        return
    news = own["synced"] and own["epoch"] == server.epoch and own["version"] >= server.version
    yield f"remote     version {server.version}: {'nothing new' if news else 'there is something new'}"


def sync(context: Context, arguments: Namespace) -> Exit:
    return _reported(context, context.device.sync(verify=arguments.verify))


def resync(context: Context, _arguments: Namespace) -> Exit:
    return _reported(context, context.device.resync())


def _reported(context: Context, report: SyncReport) -> Exit:
    context.out.show(report, report_lines(report))
    broken = report.verification is not None and not report.verification.is_equal and not report.repaired
    return Exit.NOT_SO if broken else Exit.DONE


def verify(context: Context, arguments: Namespace) -> Exit:
    if arguments.repair:
        return _reported(context, context.device.repair())
    found = context.device.verify()
    context.out.show(found, _verification_lines(found))
    return Exit.DONE if found.is_equal else Exit.NOT_SO


def _verification_lines(found: Verification) -> Iterator[str]:
    if found.is_equal:
        yield f"equal: this device and the server hold the same, at version {found.server_version}"
        return
    for entity, (here, there) in found.differing.items():
        counts = [0 if one is None else one.count for one in (here, there)]
        yield f"{entity} differs: {counts[0]} records here, {counts[1]} on the server"
    if found.local_version != found.server_version:
        yield f"this device is at version {found.local_version}, the server at {found.server_version}: `dropset sync` first"
    else:
        yield "at the same version, so this is a bug: `dropset verify --repair` reads everything anew"


def watch(context: Context, _arguments: Namespace) -> Exit:
    """Until Ctrl-C."""
    for beat in context.device.watch():
        lines = [f"{beat.reason}: {beat.problem}" if beat.problem else beat.reason]
        if beat.report is not None:
            lines = [f"{beat.reason}: {line}" for line in report_lines(beat.report)]
        context.out.show(beat, lines)
    return Exit.DONE


def demo(server: str | None, rest: Sequence[str]) -> int:
    """The demo has stores of its own, in a temporary folder."""
    from dropset_client.demo.__main__ import main  # noqa: PLC0415  it brings tqdm, which nothing else here needs

    return main([*([] if server is None else ["--base-url", server]), *rest])
