"""What a recommendation rule may ask about an athlete: facts by name, each with its type, unit and range.

A fact that nobody knows is missing. Missing is not false, and not zero. Who gathers the facts says how; what each of them means
is said here. Most are facts of the athlete. Those of an exercise or a muscle make a rule that is looked at once for each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

Type = Literal["number", "integer", "boolean", "choice", "set"]
Subject = Literal["athlete", "exercise", "muscle"]
# Whose slugs a fact or an outcome may name: the row must be there, which only the database knows.
Library = Literal[
    "muscle", "equipment", "exercise_type", "program", "food", "nutrient", "supplement", "nutrition_template"
]


@dataclass(frozen=True)
class Fact:
    """`low` and `high` are of numbers, both included. `choices` are all values of a choice, or all members of a set; a fact
    without them holds slugs of a library.
    """

    name: str
    type: Type
    doc: str
    unit: str = ""
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    library: Library | None = None
    subject: Subject = "athlete"

    @property
    def is_numeric(self) -> bool:
        return self.type in ("number", "integer")


def _number(name: str, unit: str, limits: tuple[float, float], doc: str, subject: Subject = "athlete") -> Fact:
    return Fact(name, "number", doc, unit=unit, low=limits[0], high=limits[1], subject=subject)


def _integer(name: str, unit: str, limits: tuple[int, int], doc: str, subject: Subject = "athlete") -> Fact:
    return Fact(name, "integer", doc, unit=unit, low=limits[0], high=limits[1], subject=subject)


def _yes_or_no(name: str, doc: str, subject: Subject = "athlete") -> Fact:
    return Fact(name, "boolean", doc, subject=subject)


def _choice(name: str, choices: str, doc: str, subject: Subject = "athlete") -> Fact:
    return Fact(name, "choice", doc, choices=tuple(choices.split()), subject=subject)


def _set(name: str, choices: str, doc: str, subject: Subject = "athlete") -> Fact:
    return Fact(name, "set", doc, choices=tuple(choices.split()), subject=subject)


SLUG_LENGTH = 64
LEVELS = "beginner intermediate advanced"
GOALS = "strength hypertrophy endurance fat_loss health"
PATTERNS = (
    "horizontal_push vertical_push horizontal_pull vertical_pull squat hinge lunge carry rotation anti_rotation "
    "core_flexion core_extension isolation locomotion jump stretch"
)

_ABOUT_THE_ATHLETE = (
    _integer("age_y", "y", (0, 120), "Age in whole years, on the day that the rule is looked at."),
    _choice("sex", "female male", "As in the profile."),
    _number("body_weight_kg", "kg", (20, 400), "Trend of the body weight, not the last weighing."),
    _number("bmi", "kg/m2", (8, 100), "Trend of the body weight by the square of the height."),
    _yes_or_no("pregnant", "The athlete says so."),
    _yes_or_no("breastfeeding", "The athlete says so."),
    _yes_or_no("eating_disorder_flag", "The athlete has or had an eating disorder, or a screening points to one."),
    _yes_or_no("health_screening_flag", "A yes in the questionnaire before training, such as PAR-Q+."),
    _set(
        "symptoms",
        "chest_pain fainting unusual_breathlessness palpitations numbness missed_periods unexplained_weight_loss",
        "What the athlete has reported in the last four weeks.",
    ),
    _set(
        "conditions",
        "diabetes heart_disease high_blood_pressure kidney_disease liver_disease thyroid_disease osteoporosis anemia",
        "Illnesses that the athlete has told of.",
    ),
    _set(
        "medicines",
        "anticoagulant thyroid_hormone antidepressant blood_pressure_medicine antibiotic statin hormonal_contraceptive",
        "Kinds of medicine that the athlete has told of.",
    ),
    _set("injuries", "neck shoulder elbow wrist lower_back hip knee ankle", "Where something hurts or is healing."),
)

_TRAINING = (
    _choice("goal", GOALS, "As in the profile."),
    _choice("level", LEVELS, "As in the profile."),
    _choice("load_grows", "session week block never", "How often the athlete can add load: what tells the level best."),
    _integer("days_per_week", "d", (0, 7), "Days a week on which the athlete wants to train."),
    _integer("session_minutes", "min", (5, 300), "How long a session may take."),
    Fact("equipment", "set", "What there is to train with, over all gyms of the athlete.", library="equipment"),
    _yes_or_no("has_program", "A program is running."),
    _integer("training_weeks", "wk", (0, 5000), "Weeks with at least one finished workout, over all time."),
    _integer("days_since_workout", "d", (0, 5000), "Days since the last finished workout."),
    _integer("weeks_since_deload", "wk", (0, 520), "Weeks of training since the last easy week."),
    _number("sessions_done_percent", "%", (0, 100), "Share of the planned sessions that were done, last four weeks."),
    _number("hard_sets_per_session", "sets", (0, 100), "Mean number of hard sets of a session, last four weeks."),
    _number("push_pull_ratio", "", (0, 50), "Weekly hard sets of pushing by those of pulling, last four weeks."),
    _number("endurance_h_per_week", "h", (0, 60), "Hours of endurance training a week, mean of the last four weeks."),
    _number(
        "run_distance_change_percent",
        "%",
        (-100, 1000),
        "Running distance of the last week by the mean of the three before.",
    ),
    _integer("competition_in_days", "d", (0, 730), "Days until the next competition."),
)

_RECOVERY = (
    _number("sleep_h", "h", (0, 24), "Hours of sleep a night, mean of the last seven nights with a reading."),
    _choice("rpe_trend", "rising stable falling", "RPE at the same load and reps, last three weeks."),
    _number("mean_rpe", "RPE", (1, 10), "Mean RPE of working sets, last two weeks."),
    _number(
        "resting_heart_rate_rise_bpm", "bpm", (-60, 120), "Mean of the last seven days less that of the last sixty."
    ),
    _integer(
        "low_hrv_days", "d", (0, 60), "Days in a row with heart rate variability below the athlete's normal range."
    ),
    _number("energy", "1-5", (1, 5), "How the athlete feels, mean of the last seven days with an entry."),
)

_EATING = (
    _choice("diet", "omnivore pescatarian vegetarian vegan", "As in the profile."),
    _set(
        "exclusions",
        "gluten crustaceans eggs fish peanuts soy milk nuts celery mustard sesame sulphites lupin molluscs lactose",
        "What the athlete does not eat, by allergy or intolerance.",
    ),
    _integer("complete_food_days", "d", (0, 28), "Days of the last 28 on which all meals were logged."),
    _number(
        "energy_percent", "%", (0, 400), "Energy eaten, in percent of expenditure; complete days of the last two weeks."
    ),
    _number("protein_g_per_kg", "g/kg", (0, 10), "Protein a day by body weight; complete days of the last two weeks."),
    _number("protein_share_of_target", "", (0, 10), "Protein eaten by its target: 1 is all of it."),
    _number("carbohydrate_g_per_kg", "g/kg", (0, 20), "Carbohydrate a day by body weight."),
    _number("fat_energy_percent", "%", (0, 100), "Share of the energy that comes from fat."),
    _number("fiber_share_of_intake", "", (0, 10), "Fiber eaten by its adequate intake: 1 is all of it."),
    _number("weight_change_percent_per_week", "%/wk", (-10, 10), "Slope of the weight trend over four weeks."),
    Fact("supplements", "set", "What is in the athlete's supplement plan.", library="supplement"),
    _yes_or_no("over_upper_limit", "Food and supplements together are over an upper limit that applies."),
    _yes_or_no(
        "supplement_interaction", "Something in the plan interacts with another thing there, or with a medicine."
    ),
    _number("caffeine_mg_per_day", "mg", (0, 3000), "From food, drinks and supplements; mean of the last seven days."),
)

_OF_AN_EXERCISE = (
    Fact("exercise_type", "choice", "Which exercise type it is.", library="exercise_type", subject="exercise"),
    _choice("exercise_pattern", PATTERNS, "Its movement pattern.", "exercise"),
    _choice("exercise_level", LEVELS, "For whom it is, as in the library.", "exercise"),
    Fact("exercise_muscles", "set", "Its primary muscles.", library="muscle", subject="exercise"),
    Fact("exercise_equipment", "set", "What it needs.", library="equipment", subject="exercise"),
    _choice(
        "exercise_trend",
        "progressing plateau regressing uncertain",
        "Trend of the estimated maximum over six weeks. Uncertain is not a plateau.",
        "exercise",
    ),
    _integer("exercise_sessions", "", (0, 5000), "Sessions with it in the last six weeks.", "exercise"),
    _integer("exercise_stalled_sessions", "", (0, 500), "Sessions in a row without more load or reps.", "exercise"),
    _number("exercise_mean_rpe", "RPE", (1, 10), "Mean RPE of its working sets, last three sessions.", "exercise"),
    _yes_or_no("exercise_hurts", "The athlete marked pain with it in the last two weeks.", "exercise"),
)

_OF_A_MUSCLE = (
    Fact("muscle", "choice", "Which muscle it is.", library="muscle", subject="muscle"),
    _number(
        "muscle_weekly_sets",
        "sets",
        (0, 200),
        "Hard sets a week: 1 as primary, 0.5 as secondary; four weeks.",
        "muscle",
    ),
    _choice(
        "muscle_range", "below within above", "Its weekly sets against the range for the athlete's level.", "muscle"
    ),
    _number("muscle_days_per_week", "d", (0, 7), "Days a week on which it has a hard set; four weeks.", "muscle"),
    _choice("muscle_trend", "progressing plateau regressing uncertain", "Of its main exercises together.", "muscle"),
)

FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for group in (_ABOUT_THE_ATHLETE, _TRAINING, _RECOVERY, _EATING, _OF_AN_EXERCISE, _OF_A_MUSCLE)
    for fact in group
}


def value_fault(fact: Fact, value: Any) -> str:
    """What is wrong with it as a value of the fact, or with one member, if that is a set. Empty: nothing."""
    if fact.is_numeric:
        return _number_fault(fact, value)
    if fact.type == "boolean":
        return "" if isinstance(value, bool) else "Must be true or false."
    if not isinstance(value, str):
        return "Must be text."
    if fact.choices and value not in fact.choices:
        return f"Must be one of {', '.join(fact.choices)}."
    return (
        ""
        if fact.choices or _is_slug(value)
        else "Must be a slug of the library: words of a-z and 0-9, joined by dashes."
    )


def _number_fault(fact: Fact, value: Any) -> str:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not isfinite(value))
    ):
        return "Must be a number."
    if fact.type == "integer" and value != int(value):
        return "Must be a whole number."
    if not fact.low <= value <= fact.high:
        return f"Must be from {fact.low:g} to {fact.high:g}{f' {fact.unit}' if fact.unit else ''}."
    return ""


def _is_slug(text: str) -> bool:
    words = text.split("-")
    return len(text) <= SLUG_LENGTH and all(
        word.isascii() and word.isalnum() and word == word.lower() for word in words
    )


def facts_faults(facts: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with gathered facts, by name. None is missing, which is never wrong."""
    found = {name: _fact_fault(name, value) for name, value in facts.items() if value is not None}
    return {name: fault for name, fault in found.items() if fault}


def _fact_fault(name: str, value: Any) -> str:
    fact = FACTS.get(name)
    if fact is None:
        return "There is no such fact."
    if fact.type != "set":
        return value_fault(fact, value)
    if not isinstance(value, list | tuple | set | frozenset):
        return "Must be a set of values."
    return next((fault for member in value if (fault := value_fault(fact, member))), "")
