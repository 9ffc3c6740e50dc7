from catalog.models.exercise_type import ExerciseType
from catalog.models.program import Program, ProgramDay, ProgramSet, ProgramSlot, ProgramWeek
from catalog.models.vocabulary import Equipment, Muscle

__all__ = [
    "Equipment",
    "ExerciseType",
    "Muscle",
    "Program",
    "ProgramDay",
    "ProgramSet",
    "ProgramSlot",
    "ProgramWeek",
]
