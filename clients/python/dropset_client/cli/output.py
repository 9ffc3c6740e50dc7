"""What the program prints: lines for people, JSON for machines."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TypeVar

from dropset_client.mutations import Rejected
from dropset_client.report import SyncReport
from dropset_client.resolving import lost_values
from dropset_client.wire import JsonObject, Mutation, Record

Item = TypeVar("Item")
_WIDEST = 40


class Output:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def show(self, value: object, lines: Iterable[str]) -> None:
        """`value` for machines, in one line of JSON; `lines` for people."""
        if self.as_json:
            self.line(_json(value))
            return
        for line in lines:
            self.line(line)

    def show_each(
        self, items: Iterable[Item], value: Callable[[Item], object], lines: Callable[[Item], list[str]]
    ) -> int:
        """The same for a list that need not be in memory: item by item. Returns how many there were."""
        count = 0
        for count, item in enumerate(items, start=1):
            if self.as_json:
                sys.stdout.write(("[" if count == 1 else ", ") + _json(value(item)))
            else:
                sys.stdout.writelines(f"{_as_called(line)}\n" for line in lines(item))
        if self.as_json:
            self.line("]" if count else "[]")
        return count

    def remark(self, text: str) -> None:
        """What only people read."""
        if not self.as_json:
            self.line(text)

    def line(self, text: str) -> None:
        sys.stdout.write(_as_called(text) + "\n")
        sys.stdout.flush()

    def warn(self, text: str, *, code: str) -> None:
        """Why it did not work, and what to do next, on the other channel."""
        said = json.dumps({"error": code, "detail": text}) if self.as_json else f"dropset: {text}"
        sys.stderr.write(_as_called(said) + "\n")


def _as_called(text: str) -> str:
    """Hints name the program as the user called it, so that they can be pasted."""
    installed = Path(sys.argv[0]).name == "dropset"
    return text if installed else text.replace("`dropset ", "`python -m dropset_client ")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def record_json(record: Record) -> JsonObject:
    return {
        "entity": record.entity,
        "id": record.id,
        "version": record.version,
        "pending": record.pending,
        "last_modified_at": record.last_modified_at,
        "data": record.data,
    }


def record_line(record: Record) -> str:
    """One line: id, version, `*` where it has unsent changes, and every field that says something."""
    mark = "*" if record.pending else " "
    fields = " ".join(f"{name}={short(value)}" for name, value in (record.data or {}).items() if _says(value))
    return f"{record.id} v{record.version}{mark} {fields}"


def record_lines(record: Record) -> list[str]:
    state = f"version {record.version}" if record.version else "not synced yet"
    lines = [f"{record.entity} {record.id} ({state}{', has unsent changes' if record.pending else ''})"]
    return lines + [
        f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in (record.data or {}).items()
    ]


def mutation_line(mutation: Mutation) -> str:
    patch = " ".join(f"{name}={short(value)}" for name, value in mutation.patch.items())
    return (
        f"{mutation.seq:>5} {mutation.op} {mutation.entity} {mutation.record_id}"
        f" (seen: version {mutation.base_version}) {patch}"
    ).rstrip()


def rejected_json(item: Rejected) -> JsonObject:
    return {"mutation": item.mutation.to_wire(), "reason": item.reason}


def rejected_lines(item: Rejected) -> list[str]:
    why = item.reason
    return [
        f"{item.mutation.id}  {item.mutation.op} {item.mutation.entity} {item.mutation.record_id}",
        f"  refused: {why.code}. {why.detail}",
        *(f"  {name}: {detail}" for name, detail in why.fields.items()),
        *(f"  you wrote {name} = {short(value)}" for name, value in item.mutation.patch.items()),
    ]


def conflict_lines(conflict: Record) -> list[str]:
    about = f"{conflict.get('entity')} {conflict.get('record_id')}"
    lines = [f"{conflict.id}  {conflict.get('kind')}: {about} ({conflict.get('status')})"]
    for field in conflict.get("fields") or []:
        kept = field.get("kept") or {}
        lines.append(
            f"  {field['name']}: kept {short(kept.get('value'))}, lost {short(_lost(conflict, field['name']))}"
        )
    return lines


def _lost(conflict: Record, name: str) -> object:
    return lost_values(conflict).get(name)


def report_lines(report: SyncReport) -> list[str]:
    """What a sync did, and what it left to the user."""
    verdicts = ", ".join(f"{count} {status}" for status, count in sorted(report.statuses.items())) or "nothing"
    lines = [f"pushed: {verdicts}; pulled: {report.pulled} changes"]
    lines += [f"  healed: {code}" for code in report.healed]
    if report.rescued:
        lines.append(
            f"  the server was restored from a backup; {report.rescued} records that it had lost were given back"
        )
    if report.replayed:
        lines.append(f"  {report.replayed} were known to the server already: their answer had got lost")
    if report.deferred:
        lines.append(f"  {report.deferred} wait for a record that the server does not know yet")
    if report.conflict_ids:
        lines.append(f"  {len(report.conflict_ids)} conflicts: see `dropset conflicts`")
    if report.rejected:
        lines.append(f"  {len(report.rejected)} refused: see `dropset rejected`")
    if report.clock_skew_ms:
        lines.append(
            f"  the clock of this device is off by {report.clock_skew_ms / 1000:+.1f} s; the server corrected it"
        )
    if report.verification is not None:
        lines.append(_verified(report))
    return lines


def _verified(report: SyncReport) -> str:
    assert report.verification is not None
    if report.verification.is_equal:
        return "  verified: this device holds what the server holds"
    outcome = (
        "everything was pulled again, and is equal now"
        if report.repaired
        else "it still does after pulling everything again"
    )
    return f"  differed in {', '.join(report.verification.differing)}: {outcome}. Please report this: it is a bug"


def _says(value: object) -> bool:
    return value not in (None, "", [], {})


def short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
