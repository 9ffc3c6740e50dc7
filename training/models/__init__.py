from training.models.measurement import Measurement
from training.models.workout import Exercise, Set, Workout

__all__ = ["Exercise", "Measurement", "Set", "Workout"]
