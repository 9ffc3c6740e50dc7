"""Whole states: export and import of files, and the states that the server keeps."""

import argparse
import os
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from dropset_client.cli.context import Context
from dropset_client.cli.imports import import_of_app, is_of_another_app
from dropset_client.cli.problems import Exit, NotSo
from dropset_client.wire import JsonObject, random_id

_POLL_S = 0.5
_ENDED = ("done", "failed")


def export(context: Context, arguments: Namespace) -> Exit:
    size = _saved(context, "export", arguments.file)
    context.out.show({"file": str(arguments.file), "bytes": size}, [f"{arguments.file}: {size} bytes"])
    return Exit.DONE


def _saved(context: Context, path: str, file: Path) -> int:
    """Whole or not at all: what was broken off has another name."""
    part = file.with_name(file.name + ".part")
    try:
        with open(part, "wb", opener=_private) as target:
            size = context.device.download(path, target)
        part.replace(file)
    except OSError as error:
        raise NotSo(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return size


def _private(path: str, flags: int) -> int:
    """Readable by its owner only: it holds everything that somebody ever logged."""
    return os.open(path, flags, 0o600)


def import_file(context: Context, arguments: Namespace) -> Exit:
    """A file of another app is read here; what `export` wrote is the server's to read."""
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise NotSo(f"{arguments.file} cannot be read: {error.strerror}") from error
    if is_of_another_app(content):
        if arguments.mode is not None:
            raise NotSo("--mode is for files that `export` wrote; for those of other apps there is --dry-run")
        return import_of_app(context, arguments)
    mode = arguments.mode or "dry_run"
    fields = {"import_id": arguments.id or random_id(), "mode": mode, "dry_run_of": arguments.dry_run_of}
    job = context.device.upload("import", arguments.file.name, content, fields)
    return _followed(context, job, wait=not arguments.no_wait)


def _followed(context: Context, job: JsonObject, *, wait: bool) -> Exit:
    """The import is a job of the server: it goes on without us."""
    while wait and job["state"] not in _ENDED:
        time.sleep(_POLL_S)
        job = context.device.fetch(f"import/{job['import_id']}")
    context.out.show(job, _job_lines(job))
    return Exit.NOT_SO if job["state"] == "failed" else Exit.DONE


def _job_lines(job: JsonObject) -> Iterator[str]:
    done = job["progress"]
    yield f"import {job['import_id']}: {job['state']}, {done['done']} of {done['total']} records"
    report = job.get("report") or {}
    counts = {name: value for name, value in report.items() if isinstance(value, int)}
    yield "  " + ", ".join(f"{value} {name.removesuffix('_total')}" for name, value in counts.items())
    for one in report.get("rejected") or []:
        yield f"  refused: {one['entity']} {one['id']}: {one['code']}. {one['detail']}"
    if job.get("error"):
        yield f"  {job['error']['code']}: {job['error']['detail']} {job['error'].get('next') or ''}".rstrip()
    if job.get("undo_snapshot_id"):
        yield f"  to go back: `dropset snapshots restore {job['undo_snapshot_id']}`"
    if job["state"] == "done":
        tried = job["mode"] == "dry_run"
        yield "  nothing was written: `--mode merge` does it" if tried else "  `dropset sync` brings what changed"


def snapshots(context: Context, arguments: Namespace) -> Exit:
    found: Exit = _ACTS[arguments.act](context, arguments)
    return found


def _list(context: Context, _arguments: Namespace) -> Exit:
    found = list(context.device.fetch_all("sync/snapshots"))
    lines = [_snapshot_line(one) for one in found] or ["the server keeps no states yet: `dropset snapshots make NAME`"]
    context.out.show(found, lines)
    return Exit.DONE


def _snapshot_line(one: JsonObject) -> str:
    return f"{one['id']}  {one['created_at']}  {one['kind']:<8} {one.get('name') or ''} (version {one.get('version')})"


def _make(context: Context, arguments: Namespace) -> Exit:
    made = context.device.send("POST", "sync/snapshots", {"id": random_id(), "name": arguments.name})
    context.out.show(made, [_snapshot_line(made)])
    return Exit.DONE


def _restore(context: Context, arguments: Namespace) -> Exit:
    body = {"import_id": random_id(), "mode": arguments.mode}
    job = context.device.send("POST", f"sync/snapshots/{arguments.id}/restore", body)
    return _followed(context, job, wait=True)


def _delete(context: Context, arguments: Namespace) -> Exit:
    context.device.send("DELETE", f"sync/snapshots/{arguments.id}")
    context.out.show({"id": arguments.id}, [f"{arguments.id} is deleted"])
    return Exit.DONE


def _download(context: Context, arguments: Namespace) -> Exit:
    size = _saved(context, f"sync/snapshots/{arguments.id}/content", arguments.file)
    context.out.show({"file": str(arguments.file), "bytes": size}, [f"{arguments.file}: {size} bytes"])
    return Exit.DONE


_ACTS = {"list": _list, "make": _make, "restore": _restore, "delete": _delete, "download": _download}


def add_snapshots(one: argparse.ArgumentParser) -> None:
    """The words behind `snapshots`."""
    one.set_defaults(act="list")
    acts = one.add_subparsers(metavar="ACT", title="acts")
    acts.add_parser("list", help="all of them (the default)").set_defaults(act="list")
    make = acts.add_parser("make", help="keep the state of now")
    make.add_argument("name")
    make.set_defaults(act="make")
    for name, text in (
        ("restore", "go back to a state; what was changed since is kept in a new one"),
        ("delete", "keep it no longer"),
        ("download", "its content, as lines of JSON"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("id")
        act.set_defaults(act=name)
        if name == "download":
            act.add_argument("file", type=Path)
        if name == "restore":
            act.add_argument("--mode", choices=("replace", "merge", "dry_run"), default="replace")
