"""Commands that need no network: reading, writing, deciding. What they write waits for the next `sync`."""

from argparse import Namespace
from datetime import datetime
from itertools import islice

from dropset_client.cli.context import Context
from dropset_client.cli.output import (
    conflict_lines,
    mutation_line,
    record_json,
    record_line,
    record_lines,
    rejected_json,
    rejected_lines,
)
from dropset_client.cli.problems import Exit
from dropset_client.cli.values import pairs
from dropset_client.digest import short_hash
from dropset_client.resolving import Resolution
from dropset_client.wire import Mutation, utc_now


def list_records(context: Context, arguments: Namespace) -> Exit:
    records = context.device.list(arguments.entity, **pairs(arguments.where, arguments.entity, now=utc_now()))
    total = len(records) if arguments.last else 0
    last = islice(records, max(0, total - arguments.last), None) if arguments.last else records
    shown = context.out.show_each(last, record_json, lambda record: [record_line(record)])
    if shown < total:
        context.out.remark(f"... the last {shown} of {total}")
    if not shown:
        context.out.remark(f"no {arguments.entity} here")
    return Exit.DONE


def show(context: Context, arguments: Namespace) -> Exit:
    record = context.record(arguments.id)
    waiting = context.device.store.queued_for(record.entity, record.id)
    lines = record_lines(record) + [f"  waits: {mutation_line(mutation)}" for mutation in waiting]
    context.out.show({**record_json(record), "waiting": [one.to_wire() for one in waiting]}, lines)
    return Exit.DONE


def create(context: Context, arguments: Namespace) -> Exit:
    data = pairs(arguments.values, arguments.entity, now=utc_now())
    made = context.device.create(arguments.entity, data, id=arguments.id, at=_at(arguments))
    context.out.show({"id": made}, [made])
    return Exit.DONE


def update(context: Context, arguments: Namespace) -> Exit:
    record = context.record(arguments.id, arguments.entity)
    patch = pairs(arguments.values, record.entity, now=utc_now())
    return _queued(context, context.device.update(record.entity, record.id, patch, at=_at(arguments)))


def delete(context: Context, arguments: Namespace) -> Exit:
    record = context.record(arguments.id, arguments.entity)
    return _queued(context, context.device.delete(record.entity, record.id, at=_at(arguments)))


def restore(context: Context, arguments: Namespace) -> Exit:
    entity, record_id = context.place(arguments.id, arguments.entity)
    return _queued(context, context.device.restore(entity, record_id, at=_at(arguments)))


def conflicts(context: Context, arguments: Namespace) -> Exit:
    found = context.device.list("conflict") if arguments.all else context.device.conflicts()
    hint = "decide with `dropset resolve ID --keep`, `--use-lost` or `--set key=value`"
    shown = context.out.show_each(found, record_json, conflict_lines)
    context.out.remark(hint if shown else "no open conflicts")
    return Exit.DONE


def resolve(context: Context, arguments: Namespace) -> Exit:
    conflict = context.record(arguments.id, "conflict")
    patch = pairs(arguments.set or (), str(conflict["entity"]), now=utc_now())
    return _queued(context, context.device.resolve(conflict.id, _resolution(arguments), patch, at=_at(arguments)))


def _resolution(arguments: Namespace) -> Resolution:
    if arguments.set:
        return Resolution.CUSTOM
    return Resolution.KEEP if arguments.keep else Resolution.USE_LOST


def rejected(context: Context, _arguments: Namespace) -> Exit:
    hint = "repair with `dropset repair ID key=value`, or give up with `dropset discard ID`"
    shown = context.out.show_each(context.device.rejected(), rejected_json, rejected_lines)
    context.out.remark(hint if shown else "nothing was refused")
    return Exit.DONE


def repair(context: Context, arguments: Namespace) -> Exit:
    refused = context.refused(arguments.id)
    patch = pairs(arguments.values, refused.entity, now=utc_now())
    return _queued(context, context.device.repair_rejected(refused.id, patch))


def discard(context: Context, arguments: Namespace) -> Exit:
    gone = context.device.discard_rejected(context.refused(arguments.id).id).mutation
    context.out.show(gone.to_wire(), [f"discarded: {mutation_line(gone).strip()}"])
    return Exit.DONE


def queue(context: Context, _arguments: Namespace) -> Exit:
    shown = context.out.show_each(context.device.store.queued(), Mutation.to_wire, lambda one: [mutation_line(one)])
    if not shown:
        context.out.remark("nothing waits")
    return Exit.DONE


def digest(context: Context, _arguments: Namespace) -> Exit:
    found = context.device.digest()
    lines = [f"{entity:<14} {one.count:>7} records  sum {one.sum}" for entity, one in sorted(found.items())]
    value = {entity: {"count": one.count, "sum": str(one.sum)} for entity, one in found.items()}
    context.out.show(
        value, [*lines, f"all together   {short_hash(found)}, content {context.device.content_hash()[:16]}"]
    )
    return Exit.DONE


def _queued(context: Context, mutation: Mutation | None) -> Exit:
    if mutation is None:
        context.out.show(None, ["it is like that already; nothing was queued"])
        return Exit.DONE
    context.out.show(mutation.to_wire(), [f"queued: {mutation_line(mutation).strip()}"])
    return Exit.DONE


def _at(arguments: Namespace) -> datetime | None:
    found: datetime | None = arguments.at
    return found
