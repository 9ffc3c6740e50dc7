from typing import Any

from catalog.models import Equipment, ExerciseType, Muscle
from lib.tests.factories import Example, register

register(
    Example(
        ExerciseType,
        document=lambda user: {"name": "Towel curl"},
        patch={"name": "Towel row", "aliases": ["Beach towel row"]},
        breaks={"catalog_exercisetype_slug_if_canonical": {"slug": "towel-curl"}},
    )
)


def make_canonical(slug: str = "bench-press", **values: Any) -> ExerciseType:
    found: ExerciseType = ExerciseType.objects.create(
        user=None, slug=slug, **{"name": slug.replace("-", " ").title(), **values}
    )
    return found


def make_muscle(slug: str = "chest", **values: Any) -> Muscle:
    return Muscle.objects.create(slug=slug, **{"name": slug.title(), "body_region": "upper", "side": "front", **values})


def make_equipment(slug: str = "barbell", **values: Any) -> Equipment:
    return Equipment.objects.create(slug=slug, **{"name": slug.title(), "kind": "free_weight", **values})
