"""An exercise of another library, as its file has it, in the words of ours. Pure: no database, no file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape

NAME_MAX_LENGTH = 120
INSTRUCTIONS_MAX_LENGTH = 5000


@dataclass(frozen=True, slots=True)
class ExerciseRecord:
    """unknown: words of the file that mean nothing here."""

    line: int
    source_id: str
    name: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    category: str
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    equipment: tuple[str, ...]
    instructions: str
    metrics: tuple[str, ...]
    load_convention: str
    force: str = "none"
    level: str = "beginner"
    mechanic: str = "none"
    attribution: str = ""
    unknown: tuple[str, ...] = ()


def in_our_words(words: Iterable[str], ours: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """Our slugs, sorted, and the words that have none. An empty slug says that there is nothing to name."""
    slugs, unknown = set(), []
    for word in words:
        slug = ours.get(word.strip().lower())
        if slug is None:
            unknown.append(word)
        elif slug:
            slugs |= set(slug.split())
    return tuple(sorted(slugs)), unknown


def numbered(steps: Iterable[str]) -> str:
    """A numbered step on each line, as our instructions are written."""
    written = [" ".join(step.split()) for step in steps]
    lines = [f"{number}. {step}" for number, step in enumerate(filter(None, written), start=1)]
    while len("\n".join(lines)) > INSTRUCTIONS_MAX_LENGTH:
        lines.pop()
    return "\n".join(lines)


def steps_of_html(text: str) -> list[str]:
    """Its paragraphs and items, without tags."""
    broken = re.sub(r"</?(p|li|br|ol|ul|div|h\d)\b[^>]*>", "\n", text, flags=re.IGNORECASE)
    plain = unescape(re.sub(r"<[^>]*>", "", broken))
    return [line.strip() for line in plain.splitlines() if line.strip()]


def measured_by(category: str, equipment: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The metrics of such an exercise, and what its load means: a proposal that a curator looks at."""
    used = set(equipment)
    if category == "cardio":
        return ("duration", "distance"), "none"
    if category == "mobility":
        return ("reps", "duration"), "none"
    if used & {"dumbbell", "kettlebell"}:
        return ("reps", "load"), "per_hand"
    return (("reps", "load"), "total") if used else (("reps",), "none")
