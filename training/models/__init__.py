from training.models.alias import ExerciseAlias
from training.models.calendar_address import CalendarAddress
from training.models.enrolment import Enrolment, ProgressionState
from training.models.gym import Gym, GymItem
from training.models.measurement import Measurement
from training.models.mesocycle import Mesocycle, MesocycleWeek
from training.models.scheduled import ScheduledWorkout
from training.models.template import TemplateExercise, TemplateSet, WorkoutTemplate
from training.models.wishes import Favourite, Goal
from training.models.workout import Exercise, Set, Workout

__all__ = [
    "CalendarAddress",
    "Enrolment",
    "Exercise",
    "ExerciseAlias",
    "Favourite",
    "Goal",
    "Gym",
    "GymItem",
    "Measurement",
    "Mesocycle",
    "MesocycleWeek",
    "ProgressionState",
    "ScheduledWorkout",
    "Set",
    "TemplateExercise",
    "TemplateSet",
    "Workout",
    "WorkoutTemplate",
]
