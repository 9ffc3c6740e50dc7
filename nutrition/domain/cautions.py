"""What somebody should talk about with a clinician. Nothing here prescribes: there is no dose in any of the words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import fsum

from catalog.domain.nutrients import converted
from nutrition.domain.days import Line
from nutrition.domain.doses import hours_apart
from nutrition.domain.people import ADULT_Y, SAID_OF, Athlete, energy_floor, guards_of

CLINICIAN = "Talk to a doctor or a pharmacist."
PROFESSIONAL = "professional"
SEVERITIES = ("info", "caution", "serious")


@dataclass(frozen=True, slots=True)
class InUse:
    """A supplement that is due or was taken on a day. `times` are HH:MM; an empty one is not known."""

    id: str
    name: str
    supplies: frozenset[str] = frozenset()
    times: tuple[str, ...] = ("",)
    contraindications: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Interaction:
    """As the library has it: of a supplement with another one, or with whatever supplies certain nutrients."""

    id: str
    supplement: str
    with_supplement: str | None = None
    with_nutrients: frozenset[str] = frozenset()
    severity: str = "caution"
    separate_hours: float | None = None
    effect: str = ""
    advice: str = ""
    ask_clinician: bool = False


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """Of a supplement, a day, where the tables of intakes have none. `nutrient`: what foods hold of it counts too; else empty."""

    supplement: str
    name: str
    amount: float
    unit: str
    applies_to: str = ""
    nutrient: str = ""


Doses = Mapping[str, Sequence[tuple[float, str]]]  # of each supplement, amounts with their units
Food = Mapping[str, tuple[float, str]]  # of each nutrient, the same


@dataclass(frozen=True, slots=True)
class Caution:
    """`severity` is info, caution or serious. `supplements` and `interaction` are ids, `nutrient` is a slug. `effect` and
    `advice` are the library's words.
    """

    code: str
    severity: str
    detail: str
    nutrient: str = ""
    supplements: tuple[str, ...] = ()
    interaction: str = ""
    effect: str = ""
    advice: str = ""
    ask_clinician: bool = True


def over_limits(now: Iterable[Line], with_all_due: Iterable[Line]) -> list[Caution]:
    """Sums of all sources that count, over the limit that applies: as taken so far, or as it would be with all that is due."""
    found = [_over(line, "over_limit", "is over") for line in now if line.over]
    told = {one.nutrient for one in found}
    coming = [line for line in with_all_due if line.over and line.nutrient.slug not in told]
    return [
        *found,
        *(_over(line, "would_be_over_limit", "would be over, with all that is due today,") for line in coming),
    ]


def over_own_limits(limits: Iterable[OwnLimit], now: Doses, with_all_due: Doses, food: Food) -> list[Caution]:
    """The same of limits that supplements have of their own, caffeine among them. food: what foods hold of a nutrient."""
    found = []
    for limit in limits:
        eaten = _in_unit(*food.get(limit.nutrient, (0.0, limit.unit)), limit.unit)
        if _counted(limit, now) + eaten > limit.amount:
            found.append(_over_own(limit, "over_limit", "is over"))
        elif _counted(limit, with_all_due) + eaten > limit.amount:
            found.append(_over_own(limit, "would_be_over_limit", "would be over, with all that is due today,"))
    return found


def interactions_among(in_use: Sequence[InUse], known: Iterable[Interaction]) -> list[Caution]:
    """Each pair once, by what is most severe of it. Two that are kept as far apart as they should be are no pair."""
    by_id = {one.id: one for one in in_use}
    worst: dict[frozenset[str], Caution] = {}
    for interaction in known:
        one = by_id.get(interaction.supplement)
        for other in _others(one, interaction, in_use) if one else ():
            found = _together(one, other, interaction) if one else None
            pair = frozenset({interaction.supplement, other.id})
            if found and (pair not in worst or _rank(found) > _rank(worst[pair])):
                worst[pair] = found
    return sorted(worst.values(), key=lambda caution: (-_rank(caution), caution.detail))


def contraindicated(in_use: Iterable[InUse], athlete: Athlete) -> list[Caution]:
    """By what the settings say. What they do not say, such as illnesses and medicines, is not known here."""
    holds = {
        "pregnancy": (athlete.life_stage == "pregnancy", "in pregnancy"),
        "breastfeeding": (athlete.life_stage == "lactation", "while breastfeeding"),
        "under-18": (athlete.age_y is not None and athlete.age_y < ADULT_Y, "under 18"),
    }
    return [
        Caution(
            "contraindication", "serious", f"{one.name} is not for people {words}. {CLINICIAN}", supplements=(one.id,)
        )
        for one in in_use
        for tag, (is_so, words) in holds.items()
        if is_so and tag in one.contraindications
    ]


def of_target(energy_kcal: float | None, method: str, athlete: Athlete) -> list[Caution]:
    """Of a target that is in force: it may have been set when other things held. One that a professional has set is theirs."""
    if method == PROFESSIONAL or energy_kcal is None:
        return []
    guards = guards_of(athlete)
    if guards:
        said = " ".join(SAID_OF[guard] for guard in guards)
        return [Caution("ask_a_professional", "serious", f"{said} Ask a doctor or a dietitian for a target.")]
    floor = energy_floor(athlete)
    if energy_kcal < floor.kcal:
        text = f"Your target is below {floor.kcal:.0f} kcal, {floor.because}. Ask a doctor or a dietitian."
        return [Caution("target_below_floor", "caution", text)]
    return []


def not_counted(names: Iterable[str]) -> list[Caution]:
    """Doses of which nobody knows what they held: no sum has them."""
    return [
        Caution(
            "dose_not_counted",
            "info",
            f"What your dose of {name} holds is not known: no sum counts it.",
            ask_clinician=False,
        )
        for name in sorted(set(names))
    ]


def _over(line: Line, code: str, words: str) -> Caution:
    limit = line.over[0]
    sources = f" It counts {limit.applies_to}." if limit.applies_to else ""
    detail = f"{line.nutrient.name} {words} the upper limit for you.{sources} {CLINICIAN}"
    return Caution(code, "serious", detail, nutrient=line.nutrient.slug)


def _over_own(limit: OwnLimit, code: str, words: str) -> Caution:
    of = f" (for {limit.applies_to})" if limit.applies_to else ""
    detail = f"{limit.name} {words} the limit of a day{of}. {CLINICIAN}"
    return Caution(code, "serious", detail, nutrient=limit.nutrient, supplements=(limit.supplement,))


def _counted(limit: OwnLimit, doses: Doses) -> float:
    return fsum(_in_unit(dose, unit, limit.unit) for dose, unit in doses.get(limit.supplement, ()))


def _in_unit(dose: float, unit: str, to: str) -> float:
    """Doses in units that say nothing about the limit's, as drops do, count nothing: `not_counted` tells of them."""
    try:
        return dose if unit == to else converted(dose, unit, to)
    except ValueError:
        return 0.0


def _others(one: InUse, interaction: Interaction, in_use: Sequence[InUse]) -> Iterator[InUse]:
    for other in in_use:
        is_named = other.id == interaction.with_supplement or interaction.with_nutrients & other.supplies
        if is_named and other.id != one.id:
            yield other


def _together(one: InUse, other: InUse, interaction: Interaction) -> Caution | None:
    hours = interaction.separate_hours
    if hours is not None and _are_apart(one, other, hours):
        return None
    detail = f"{one.name} and {other.name} affect each other."
    if hours is not None:
        detail = f"{one.name} and {other.name} are not known to be {hours:g} hours apart."
    return Caution(
        code="interaction",
        severity=interaction.severity,
        detail=f"{detail} {CLINICIAN}" if interaction.ask_clinician or interaction.severity != "info" else detail,
        supplements=(one.id, other.id),
        interaction=interaction.id,
        effect=interaction.effect,
        advice=interaction.advice,
        ask_clinician=interaction.ask_clinician or interaction.severity != "info",
    )


def _are_apart(one: InUse, other: InUse, hours: float) -> bool:
    times = [*one.times, *other.times]
    if not times or "" in times:
        return False
    return all(hours_apart(a, b) >= hours for a, b in product(one.times, other.times))


def _rank(caution: Caution) -> int:
    return SEVERITIES.index(caution.severity)
