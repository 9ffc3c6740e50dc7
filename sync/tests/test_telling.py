"""A conflict in a sentence, a record in a few words."""

from typing import Any

import pytest

from accounts.domain.quantities import Units, in_words, label
from sync.domain import telling
from sync.enums import ConflictKind
from sync.services.push.losses import read_losses

AT = "2026-03-01T10:20:30.000000Z"
NAMES = {"p": "Phone", "t": "Tablet", None: "the server"}


def says(name: str, value: Any) -> str:
    return in_words(name, value, Units())


def field(name: str, *, base: Any = None, kept: Any = None, lost: Any = None, by: str | None = "t") -> dict[str, Any]:
    return {
        "name": name,
        "base": base,
        "kept": {"value": kept, "at": AT, "device_id": by, "mutation_id": None},
        "lost": {"value": lost, "at": AT, "device_id": "p", "mutation_id": None},
    }


def sentence(kind: str, *fields: dict[str, Any], detail: str = "") -> str:
    told = telling.contested(read_losses(list(fields)), says=says, labels=label, who=lambda device: NAMES[device])
    return telling.sentence(kind=kind, what="set", fields=told, detail=detail)


LOAD = field("load_kg", base="75.00", kept="82.50", lost="80.00")
SENTENCES = {
    "field": (
        (
            LOAD,
            field("typed_load", base="75", kept="82.5", lost="80"),
            field("notes", base="easy", kept="", lost="hard"),
        ),
        (
            "Phone wrote load 80 kg over 75 kg, and Tablet wrote 82.5 kg. Kept: 82.5 kg. Lost: 80 kg. "
            "Phone wrote notes “hard” over “easy”, and Tablet wrote nothing. Kept: nothing. Lost: “hard”."
        ),
    ),
    "delete": (
        (field("deleted", base=False, kept=True, lost=False), field("reps", base=5, lost=8)),
        "Tablet deleted this set, and Phone had worked on it. It stays deleted. Lost: reps 8.",
    ),
    "parent": (
        (field("reps", base=5, lost=8, by=None),),
        "the server deleted what this set hangs on, and Phone had worked on it. Lost: reps 8.",
    ),
    "missing": (
        (field("reps", lost=8, by=None), field("load_kg", lost="80.00", by=None)),
        "Phone wrote to a set that is not there any more, or named one. Lost: reps 8, load 80 kg.",
    ),
    "rule": (
        (field("ended_at", kept=None, lost=AT, by=None),),
        (
            "What Phone wrote does not go together with what others wrote: It cannot end before it starts. "
            "Lost: ended at 2026-03-01 10:20 UTC."
        ),
    ),
    "unique": ((field("id", kept="1", lost="2"),), "Tablet and Phone made the same set. Both are there."),
}


@pytest.mark.parametrize("kind", ConflictKind.values)
def test_every_kind_of_conflict_is_a_sentence(kind: str) -> None:
    fields, said = SENTENCES[kind]
    assert sentence(kind, *fields, detail="It cannot end before it starts.") == said


def test_deletion_that_lost_is_told_as_such() -> None:
    said = sentence("delete", field("deleted", base=False, kept=False, lost=True))
    assert said == "Phone deleted this set, and Tablet had worked on it. It was kept."


def test_only_what_was_typed_is_told_where_there_is_nothing_else() -> None:
    said = sentence("field", field("typed_load", base="75", kept="82.5", lost="80"))
    assert said == "Phone wrote typed load 80 over 75, and Tablet wrote 82.5. Kept: 82.5. Lost: 80."


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"title": "Push day", "status": "planned"}, "“Push day”"),
        ({"title": "", "status": "planned", "notes": "", "time_zone": "UTC"}, "status “planned”"),
        ({"position": 1.0, "kind": "working", "reps": 8, "load_kg": "80.00", "rpe": "8.0", "typed_load": "80"},
         "kind “working”, reps 8, load 80 kg"),
        ({"exercise": "cafe0000-0000-4000-8000-000000000000", "metadata": {}, "tags": []}, ""),
        (None, ""),
    ],
)  # fmt: skip
def test_record_is_said_in_short(document: dict[str, Any] | None, text: str) -> None:
    assert telling.in_short(document, says=says, labels=label) == text


def test_fields_of_a_write_are_named_without_what_is_no_field() -> None:
    assert telling.names_in({"load_kg": 1, "_deleted": True, "notes": ""}, labels=label) == "load, notes"
