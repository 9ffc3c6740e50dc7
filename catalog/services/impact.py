"""Who would notice if a row of the library went: counted, and no names of athletes."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q

from catalog.models.relations import Relation, relations_to

COUNTED_MAX = 10_000


@dataclass(frozen=True)
class Use:
    """By one reference. rows: of athletes; athletes: whose they are; canonical: wholes of the library that name it."""

    noun: str
    plural: str
    canonical_noun: str
    canonical_plural: str
    rows: int
    athletes: int
    canonical: int

    @property
    def is_more(self) -> bool:
        return self.rows > COUNTED_MAX


@dataclass(frozen=True)
class Impact:
    athletes: int
    uses: tuple[Use, ...]

    @property
    def is_used(self) -> bool:
        return any(use.rows or use.canonical for use in self.uses)

    def sentence(self) -> str:
        """Used by 96 athletes: 412 exercises, 5 favourites. 3 programs of the library name it."""
        theirs = [_counted(use.rows, use.noun, use.plural) for use in self.uses if use.rows]
        ours = [_counted(use.canonical, use.canonical_noun, use.canonical_plural) for use in self.uses if use.canonical]
        said = []
        if theirs:
            said.append(f"Used by {_counted(self.athletes, 'athlete', 'athletes')}: {', '.join(theirs)}.")
        if ours:
            said.append(f"Named in the library by {', '.join(ours)}.")
        return " ".join(said) or "Nothing uses it."


def impact_of(row: Any) -> Impact:
    """A query for each kind of reference, and one for the athletes; each counts up to a limit."""
    relations = relations_to(type(row))
    uses = tuple(_use(relation, row.pk) for relation in relations)
    return Impact(_athletes(relations, row.pk), uses)


def _key(relation: Relation, key: Any) -> Any:
    return [key] if relation.look_up.endswith("__contains") else key


def _use(relation: Relation, key: Any) -> Use:
    counted = relation.rows(_key(relation, key)).order_by().values("pk")[: COUNTED_MAX + 1]
    found = relation.model._default_manager.filter(pk__in=counted).aggregate(
        rows=Count("pk", filter=Q(user__isnull=False), distinct=True),
        athletes=Count("user", distinct=True),
        canonical=Count(relation.root_path, filter=Q(user__isnull=True), distinct=True),
    )
    meta = relation.model._meta
    root = _root_meta(relation)
    return Use(
        noun=str(meta.verbose_name),
        plural=str(meta.verbose_name_plural),
        canonical_noun=str(root.verbose_name),
        canonical_plural=str(root.verbose_name_plural),
        **found,
    )


def _root_meta(relation: Relation) -> Any:
    model: Any = relation.model
    for name in relation.root_path.split("__")[:-1]:
        model = model._meta.get_field(name).related_model
    return model._meta


def _athletes(relations: tuple[Relation, ...], key: Any) -> int:
    """Each once, whatever of theirs names it."""
    if not relations:
        return 0
    theirs = [
        relation.rows(_key(relation, key)).exclude(user=None).order_by().values("user")[: COUNTED_MAX + 1]
        for relation in relations
    ]
    named = Q()
    for rows in theirs:
        named |= Q(pk__in=rows)
    found = get_user_model()._default_manager.filter(named)
    return int(found.order_by()[: COUNTED_MAX + 1].count())


def _counted(count: int, noun: str, plural: str) -> str:
    if count > COUNTED_MAX:
        return f"more than {COUNTED_MAX:,} {plural}"
    return f"{count:,} {noun if count == 1 else plural}"
