from training.models.gym import Gym, GymItem
from training.models.measurement import Measurement
from training.models.template import TemplateExercise, TemplateSet, WorkoutTemplate
from training.models.workout import Exercise, Set, Workout

__all__ = [
    "Exercise",
    "Gym",
    "GymItem",
    "Measurement",
    "Set",
    "TemplateExercise",
    "TemplateSet",
    "Workout",
    "WorkoutTemplate",
]
