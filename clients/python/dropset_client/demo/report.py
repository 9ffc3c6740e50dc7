"""What the demo prints, and what it insists on."""

import sys
from collections.abc import Iterator, Sequence

from dropset_client import training
from dropset_client.demo.day import Day, energy_on, ticks_on
from dropset_client.demo.library import Found
from dropset_client.demo.program import A_WEEK, WEEKS, Story
from dropset_client.demo.scenario import Contested, Phone
from dropset_client.digest import canonical_line, compare, short_hash
from dropset_client.strong import ImportReport
from dropset_client.wire import EntityDigest, Record, ServerStatus

_COLUMNS = ("applied", "merged", "noop", "conflict", "rejected")


def say(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def say_import(label: str, report: ImportReport) -> None:
    say(
        f"{label} imported offline: {report.workouts} workouts, {report.exercises} exercises, {report.sets} sets,"
        f" {report.exercise_types} new exercise types; {report.skipped} there already,"
        f" {len(report.problems)} lines refused"
    )
    for problem in report.problems:
        say(f"  line {problem.line}: {problem.reason}")


def say_program(story: Story) -> None:
    say(
        f"program: {WEEKS} weeks made and begun offline, {story.trained} workouts on two phones, the rest moved by a week to"
        f" {story.moved_to}, abandoned, begun again"
    )


def say_library(found: Found) -> None:
    if found.exercise_type:
        say(f"library: a slip of the pen still finds {found.exercise_type}")
    if found.food:
        say(f"library: {found.food} is a favourite, so every phone has its nutrients offline")


def say_day(day: Day, phones: Sequence[Phone]) -> None:
    """One column per phone."""
    say()
    say(f"{'a day, apart':<16}" + "".join(f"{phone.label:>10}" for phone in phones))
    logs = [phone.device.get("meal_log", day.meal_log_id) is not None for phone in phones]
    say(f"{'meal logs':<16}" + "".join(f"{int(there):>10}" for there in logs))
    say(f"{'energy, kcal':<16}" + "".join(f"{energy_on(phone, day):>10.0f}" for phone in phones))
    say(f"{'walks done':<16}" + "".join(f"{ticks_on(phone, day):>10}" for phone in phones))


def missing_foods(phones: Sequence[Phone], found: Found) -> Iterator[str]:
    """Phones without the food that one of them marked."""
    for phone in phones if found.food_id else ():
        kept = list(phone.device.list("kept_food", food=found.food_id))
        if len(kept) != 1 or kept[0].get("name") != found.food:
            yield f"{phone.label} does not hold {found.food}, which is a favourite"


def unfinished(phones: Sequence[Phone], story: Story) -> Iterator[str]:
    """What of the program is not as it must be on a phone."""
    for phone in phones:
        left = [day["status"] for day in training.days_of(phone.device, story.abandoned_id)]
        if left.count("completed") != story.trained:
            yield f"{phone.label} has {left.count('completed')} days done of the {story.trained} that were trained"
        again = [day["status"] for day in training.days_of(phone.device, story.restarted_id)]
        if again != ["scheduled"] * WEEKS * len(A_WEEK):
            yield f"{phone.label} has {len(again)} days of the program that was begun again"
        enrolment = phone.device.get("enrolment", story.abandoned_id)
        if enrolment is None or enrolment.get("outcome") != "abandoned":
            yield f"{phone.label} does not know that the program was abandoned"


def say_table(phones: Sequence[Phone]) -> None:
    """One line per phone: the server's verdicts on its changes."""
    say()
    say(f"{'':<10}" + "".join(f"{title:>10}" for title in (*_COLUMNS, "deferred", "pulled")))
    for phone in phones:
        counts = [phone.total(status) for status in _COLUMNS]
        say(f"{phone.label:<10}" + "".join(f"{n:>10}" for n in (*counts, phone.reports[-1].deferred, phone.pulled)))


def say_conflicts(conflicts: Sequence[Record], phones: Sequence[Phone]) -> None:
    """What was kept and what was lost; the lost value stays readable until the user settles the conflict."""
    names = {phone.device_id: phone.label for phone in phones}
    say()
    say("Conflicts, kept for the user to settle:" if conflicts else "No conflicts.")
    for conflict in conflicts:
        for field in conflict.get("fields") or []:
            kept, lost = (_side(field[side], names) for side in ("kept", "lost"))
            say(f"  {conflict.get('kind'):<7} {conflict.get('entity')}.{field['name']}: kept {kept}, lost {lost}")


def _side(side: dict[str, object] | None, names: dict[str, str]) -> str:
    if side is None:
        return "nothing"
    return f"{side['value']!r} ({names.get(str(side['device_id']), 'server')})"


def say_equality(phones: Sequence[Phone], server: ServerStatus) -> None:
    say()
    digests = [(phone.label, phone.device.digest()) for phone in phones] + [("server", server.digest)]
    say("digest   " + "   ".join(f"{label} {short_hash(digest)}" for label, digest in digests))
    say("content  " + "   ".join(f"{phone.label} {phone.device.content_hash()[:16]}" for phone in phones))
    say("records  " + ", ".join(f"{entity} {one.count}" for entity, one in sorted(server.digest.items())))


def failures(
    phones: Sequence[Phone], server: ServerStatus, contested: Contested, conflicts: Sequence[Record]
) -> Iterator[str]:
    """Every reason why this run is not a success, in plain words."""
    yield from _differences(phones, server)
    yield from _unsent(phones)
    yield from _outcome(phones[0], contested, conflicts)
    if not any(phone.total("merged") for phone in phones):
        yield "no change was merged, although two phones edited different fields of one set"


def _differences(phones: Sequence[Phone], server: ServerStatus) -> Iterator[str]:
    for phone in phones:
        for entity, one in compare(phone.device.digest(), server.digest).items():
            yield f"digest of {entity} differs: {phone.label} {_counted(one[0])}, server {_counted(one[1])}"
    first, *others = phones
    for phone in others:
        if phone.device.content_hash() != first.device.content_hash():
            yield f"content differs: {first.label} and {phone.label}: {_first_difference(first, phone)}"


def _counted(one: EntityDigest | None) -> str:
    return "none" if one is None else f"{one.count} records, sum {one.sum}"


def _first_difference(one: Phone, other: Phone) -> str:
    theirs = {(record.entity, record.id): record for record in other.device.store.base_live()}
    for record in one.device.store.base_live():
        twin = theirs.pop((record.entity, record.id), None)
        if twin is None or canonical_line(twin) != canonical_line(record):
            return f"{record.entity} {record.id}"
    return next((f"{entity} {record_id}" for entity, record_id in theirs), "nothing found")


def _unsent(phones: Sequence[Phone]) -> Iterator[str]:
    for phone in phones:
        if phone.device.pending():
            yield f"{phone.label} still has {phone.device.pending()} unsent changes"
        for item in phone.device.rejected():
            change, why = item.mutation, item.reason
            yield f"{phone.label}: {change.op} {change.entity} refused: {why.code} {why.detail} {why.fields}"


def _outcome(phone: Phone, contested: Contested, conflicts: Sequence[Record]) -> Iterator[str]:
    about = {conflict.get("record_id") for conflict in conflicts}
    if contested.set_id not in about:
        yield "no conflict tells of the set that both phones changed"
    if contested.workout_id not in about:
        yield "no conflict tells of the workout that one phone deleted while the other renamed it"
    for record_id, expected in (
        (contested.set_id, contested.expected),
        (contested.merged_set_id, contested.merged_expected),
    ):
        record = phone.device.get("set", record_id)
        found = {name: record and record.get(name) for name in expected}
        if found != expected:
            yield f"set {record_id} should hold {expected} and holds {found}"
