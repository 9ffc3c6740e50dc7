"""Imports from other apps: taking one in, listing, undoing and replacing them. What they write waits for `sync`."""

import argparse
import os
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dropset_client.cli.context import Context
from dropset_client.cli.problems import Exit, NotSo
from dropset_client.diaries import DiaryReport, import_diary
from dropset_client.errors import InvalidInput, ServerUnreachable
from dropset_client.files import HowTo, ImportReport, import_file
from dropset_client.imports import Import
from dropset_client.shapes import checked_id
from dropset_client.undoing import undo_import
from dropset_files.planning.types import Match, Sure
from dropset_files.reading import APPS, DIARIES, app_of
from dropset_files.shared.lines import text_of
from dropset_files.shared.model import FileFormatError
from dropset_files.shared.names import library_names
from dropset_files.shared.reading import ReadAs
from dropset_files.strong.titles import COLUMNS

_SHOWN = 50  # problems; a file that was read wrongly has one in each line


def import_from_strong(context: Context, arguments: Namespace) -> Exit:
    return _taken_in(context, arguments, None, app="strong")


def import_of_app(context: Context, arguments: Namespace) -> Exit:
    if _is_diary(arguments.file.read_bytes()):
        return _diary_taken_in(context, arguments)
    return _taken_in(context, arguments, None)


def _is_diary(content: bytes) -> bool:
    try:
        return app_of(text_of(content)) in DIARIES
    except FileFormatError:
        return False


def _diary_taken_in(context: Context, arguments: Namespace) -> Exit:
    reading = _reading(context, arguments)
    dry_run = bool(arguments.dry_run)
    try:
        report = import_diary(
            context.device,
            Path(arguments.file),
            ReadAs(**reading, dates=arguments.dates),
            nutrients={str(one["slug"]) for one in _fetched(context, "nutrients", "would leave all of them out")},
            how=HowTo(take_file=arguments.take_file, bring_back=arguments.bring_back),
            dry_run=dry_run,
        )
    except (FileFormatError, OSError) as error:
        raise NotSo(f"{arguments.file}: {error}") from error
    context.out.show(report, _diary_lines(report, reading, dry_run=dry_run))
    return Exit.DONE


def _diary_lines(report: DiaryReport, reading: Mapping[str, Any], *, dry_run: bool) -> Iterator[str]:
    yield f"an export of {DIARIES[report.app]}, {report.dialect}"
    made = f"{report.meals} meals with {report.foods} foods, {report.water} glasses, {report.measurements} measurements"
    yield f"{'would queue' if dry_run else 'queued'} {made}; {report.skipped} were there already, {report.changed} changed"
    yield from _told_lines(report)
    yield f"times are read in the zone {reading['zone'].key}, a weight without a unit as {reading['weight_unit']}"
    if report.import_id is not None:
        yield f"`dropset imports undo {report.import_id[-8:]}` takes it back; `dropset sync` sends it"


def is_of_another_app(content: bytes) -> bool:
    """What `export` wrote is a ZIP, or lines of JSON that are no workouts."""
    try:
        return bool(app_of(text_of(content)))
    except FileFormatError:
        return not content.strip()


def _taken_in(context: Context, arguments: Namespace, replaces: Import | None, *, app: str = "") -> Exit:
    reading = _reading(context, arguments)
    read_as = ReadAs(**reading, columns=dict(arguments.column or ()), dates=arguments.dates, app=app)
    how = HowTo(
        take_file=arguments.take_file,
        bring_back=arguments.bring_back,
        moved=arguments.moved,
        matches=dict(getattr(arguments, "match", None) or ()),
        replaces=replaces,
    )
    dry_run = bool(getattr(arguments, "dry_run", False))
    library = _library(context)
    _check_matches(context, how.matches, library)
    try:
        report = import_file(
            context.device,
            Path(arguments.file),
            read_as,
            exercise_types=library,
            how=how,
            dry_run=dry_run,
        )
    except (FileFormatError, OSError) as error:
        raise NotSo(f"{arguments.file}: {error}") from error
    context.out.show(report, _report_lines(report, reading, dry_run=dry_run))
    return Exit.DONE


def _check_matches(context: Context, matches: Mapping[str, str], library: Mapping[str, str]) -> None:
    known = {*library.values(), *(one.id for one in context.device.list("exercise_type"))}
    unknown = next((type_id for type_id in matches.values() if type_id not in known), None)
    if unknown is not None:
        raise NotSo(f"there is no exercise type {unknown}, neither in the library nor of yours")


def _reading(context: Context, arguments: Namespace) -> dict[str, Any]:
    """How to read what the file does not say: as named now, else as the last time, else as the settings are."""
    earlier = [one.options for one in context.device.store.imports.all() if one.undone_at is None]
    last: Mapping[str, Any] = earlier[-1] if earlier else {}
    settings: Mapping[str, Any] = next((one.data or {} for one in context.device.list("settings")), {})
    zone = last.get("zone") or _unless("UTC", settings.get("time_zone")) or os.environ.get("TZ") or "UTC"
    return {
        "zone": arguments.zone or _zone(zone),
        "weight_unit": arguments.weight_unit or last.get("weight_unit") or settings.get("weight_unit") or "kg",
        "distance_unit": arguments.distance_unit or last.get("distance_unit") or settings.get("distance_unit") or "km",
    }


def _unless(default: str, value: str | None) -> str | None:
    """Settings that nobody has set say nothing."""
    return None if value == default else value


def _library(context: Context) -> dict[str, str]:
    """Names of the library, where it can be asked; without it every exercise becomes one of the user's own."""
    return library_names(_fetched(context, "exercise-types", "would make exercises of your own for all of them"))


def _fetched(context: Context, part: str, otherwise: str) -> list[Any]:
    try:
        return list(context.device.fetch_all(f"library/{part}/", page_size=200))
    except ServerUnreachable as error:
        raise NotSo(
            f"the library of {part.replace('-', ' ')} cannot be read now, and the import {otherwise}. Try again with a"
            f" network ({error})"
        ) from error


def _report_lines(report: ImportReport, reading: Mapping[str, Any], *, dry_run: bool) -> Iterator[str]:
    yield (
        f"an export of {APPS[report.app]}, {report.dialect}"
        if report.app != "openweight"
        else f"openweight: {report.dialect}"
    )
    made = f"{report.workouts} workouts, {report.exercises} exercises, {report.sets} sets"
    done = "would queue" if dry_run else "queued"
    yield f"{done} {made}, {report.exercise_types} new exercise types; {report.skipped} were there already"
    if report.changed or report.removed:
        yield f"of those, {report.changed} were changed, and {report.removed} are gone, as in the file"
    yield from _match_lines(report.matches)
    yield from _told_lines(report)
    units = f"{reading['weight_unit']} and {reading['distance_unit']}"
    if dry_run:
        yield f"times would be read in the zone {reading['zone'].key}, numbers without a unit as {units}; nothing was queued"
    elif report.import_id is None:
        yield "there was nothing to do"
    else:
        yield f"times were read in the zone {reading['zone'].key}, numbers without a unit as {units}"
        yield f"if that is wrong: `dropset imports replace {report.import_id[-8:]} FILE`; `dropset sync` sends it"


def _told_lines(report: ImportReport | DiaryReport) -> Iterator[str]:
    for text in report.told:
        yield f"  {text}"
    for problem in report.problems[:_SHOWN]:
        yield f"  line {problem.line}: {problem.reason}"
    if len(report.problems) > _SHOWN:
        yield f"  ... and {len(report.problems) - _SHOWN} more; --json names them all"


def _match_lines(matches: Sequence[Match]) -> Iterator[str]:
    """How many names are known, and what may be meant by those that are not."""
    new = [one for one in matches if one.sure is Sure.NEW]
    yield f"{len(matches) - len(new)} of {len(matches)} names of exercises are known"
    for one in new[:_SHOWN]:
        maybe = ", ".join(f"{found.name} ({found.exercise_type})" for found in one.suggestions)
        yield f"  {one.name}: new{f'. If you mean {maybe}: --match NAME=ID' if maybe else ''}"
    if len(new) > _SHOWN:
        yield f"  ... and {len(new) - _SHOWN} more; --json names them all"


def imports(context: Context, arguments: Namespace) -> Exit:
    found: Exit = _ACTS[arguments.act](context, arguments)
    return found


def _list(context: Context, _arguments: Namespace) -> Exit:
    found = context.device.store.imports.all()
    lines = [_import_line(one) for one in found] or ["nothing was imported on this device"]
    context.out.show(found, lines)
    return Exit.DONE


def _import_line(one: Import) -> str:
    counts = ", ".join(f"{number} {act}" for act, number in one.counts.items() if number) or "nothing to do"
    told = f" (replaces {one.replaces[-8:]})" if one.replaces else ""
    return f"{one.id}  {one.at}  {one.source} {one.file}: {counts}{told}{' (undone)' if one.undone_at else ''}"


def _undo(context: Context, arguments: Namespace) -> Exit:
    report = undo_import(context.device, _named(context, arguments.id))
    done = f"queued: {report.deleted} deleted, {report.changed_back} as before, {report.brought_back} brought back"
    kept = [f"  kept: {text}" for text in report.kept]
    context.out.show(report, [f"{done}. `dropset sync` sends them", *kept])
    return Exit.DONE


def _replace(context: Context, arguments: Namespace) -> Exit:
    one = _named(context, arguments.id)
    if one.undone_at is not None:
        raise NotSo(f"import {one.id} was undone: `dropset import` takes the file in again")
    if one.source in DIARIES:
        raise NotSo("a food diary is not replaced: undo it and import it again, or import it again with --take-file")
    return _taken_in(context, arguments, one, app=one.source)


def _named(context: Context, part: str) -> Import:
    found = context.device.store.imports.find(part)
    if len(found) != 1:
        raise NotSo(f"{part} names {len(found)} imports. `dropset imports` lists them")
    return found[0]


_ACTS = {"list": _list, "undo": _undo, "replace": _replace}


def add_acts(one: argparse.ArgumentParser) -> None:
    """The words behind `imports`."""
    one.set_defaults(act="list")
    acts = one.add_subparsers(metavar="ACT", title="acts")
    acts.add_parser("list", help="all of them, the oldest first (the default)").set_defaults(act="list")
    undo = acts.add_parser("undo", help="undo one as a whole; what you have worked on since stays")
    undo.add_argument("id", help="or a part of it")
    undo.set_defaults(act="undo")
    replace = acts.add_parser(
        "replace", help="read its file again, in another unit or zone, including what you deleted"
    )
    replace.add_argument("id", help="or a part of it")
    add_options(replace)
    replace.set_defaults(act="replace")


def add_options(one: argparse.ArgumentParser) -> None:
    """The file, and how to read it."""
    one.add_argument("file", type=Path)
    one.add_argument(
        "--zone", type=_zone, help="of the times in the file (default: the last import's, your settings', $TZ)"
    )
    units = "where the file does not say it (default: as the last time, else as your settings)"
    one.add_argument("--weight-unit", choices=("kg", "lb"), help=units)
    one.add_argument("--distance-unit", choices=("km", "mi"), help=units)
    one.add_argument(
        "--dates", choices=("dmy", "mdy"), help="what comes first in 03/04/2026, if the file does not show it"
    )
    one.add_argument(
        "--column",
        type=_column,
        action="append",
        metavar="NAME=TITLE",
        help=f"a column whose title is not known, as in weight=Paino; names: {', '.join(COLUMNS)}",
    )
    one.add_argument("--take-file", action="store_true", help="where you changed a value too, take the file's")
    one.add_argument("--bring-back", action="store_true", help="also what you deleted")
    one.add_argument(
        "--moved",
        action="store_true",
        help="a workout that holds the same as one that the file lacks is that one, with another start",
    )


def add_matches(one: argparse.ArgumentParser) -> None:
    one.add_argument("--dry-run", action="store_true", help="of another app's file: only say what would happen")
    one.add_argument(
        "--match",
        type=_match,
        action="append",
        metavar="NAME=ID",
        help="the exercise type that a name of the file means; it is remembered, on all devices",
    )


def _match(text: str) -> tuple[str, str]:
    name, equals, type_id = text.rpartition("=")
    try:
        if equals and name.strip():
            return name, checked_id("exercise_type", type_id)
    except InvalidInput:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not NAME=ID with the whole id of an exercise type")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{name!r} is not a time zone such as Europe/Berlin") from None


def _column(text: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals or name not in COLUMNS:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TITLE with one of {', '.join(COLUMNS)}")
    return name, title
