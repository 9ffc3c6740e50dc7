from catalog.models.exercise_type import ExerciseType
from catalog.models.vocabulary import Equipment, Muscle

__all__ = ["Equipment", "ExerciseType", "Muscle"]
