from django.db import models


class WorkoutStatus(models.TextChoices):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class GymItemKind(models.TextChoices):
    PLATE = "plate", "Plates"
    BAR = "bar", "Bar"
    HANDLE = "handle", "Dumbbell handle"
    FIXED_DUMBBELLS = "fixed_dumbbells", "Rack of fixed dumbbells"
    STACK = "stack", "Stack of a machine"


class MeasurementKind(models.TextChoices):
    """The unit of each kind is SI, or the field's own where it has one; it stands in the label."""

    BODY_WEIGHT = "body_weight", "Body weight (kg)"
    BODY_FAT = "body_fat", "Body fat (%)"
    LEAN_MASS = "lean_mass", "Lean mass (kg)"
    NECK = "neck", "Neck (m)"
    SHOULDERS = "shoulders", "Shoulders (m)"
    CHEST = "chest", "Chest (m)"
    UPPER_ARM_LEFT = "upper_arm_left", "Left upper arm (m)"
    UPPER_ARM_RIGHT = "upper_arm_right", "Right upper arm (m)"
    WAIST = "waist", "Waist (m)"
    HIPS = "hips", "Hips (m)"
    THIGH_LEFT = "thigh_left", "Left thigh (m)"
    THIGH_RIGHT = "thigh_right", "Right thigh (m)"
    CALF_LEFT = "calf_left", "Left calf (m)"
    CALF_RIGHT = "calf_right", "Right calf (m)"
    RESTING_HEART_RATE = "resting_heart_rate", "Resting heart rate (bpm)"
    HRV = "hrv", "Heart rate variability, RMSSD (ms)"
    BLOOD_PRESSURE_SYSTOLIC = "blood_pressure_systolic", "Systolic blood pressure (mmHg)"
    BLOOD_PRESSURE_DIASTOLIC = "blood_pressure_diastolic", "Diastolic blood pressure (mmHg)"
    VO2_MAX = "vo2_max", "VO2max (ml/kg/min)"
    STEPS = "steps", "Steps of the day"
    SLEEP_DURATION = "sleep_duration", "Sleep (s)"
    BODY_TEMPERATURE = "body_temperature", "Body temperature (°C)"


class EnrolmentOutcome(models.TextChoices):
    FINISHED = "finished"
    ABANDONED = "abandoned"


class EnrolmentStatus(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    ABANDONED = "abandoned"


class ScheduledStatus(models.TextChoices):
    """A day that has passed is missed; that is read from its date, and not written."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class ProgressionOutcome(models.TextChoices):
    SUCCESS = "success"
    FAILURE = "failure"
    NEITHER = "neither"
    BY_HAND = "by_hand", "Set by hand"


class MesocycleOutcome(models.TextChoices):
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class MesocycleStatus(models.TextChoices):
    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class GoalKind(models.TextChoices):
    """The unit of the numbers is in the label."""

    MEASUREMENT = "measurement", "A measurement (in its own unit)"
    ONE_REP_MAX = "one_rep_max", "One-repetition maximum of an exercise (kg)"
    LOAD = "load", "Load of an exercise (kg)"
    REPS = "reps", "Repetitions of an exercise in one set"
    DURATION = "duration", "Duration of an exercise (s)"
    DISTANCE = "distance", "Distance of an exercise (m)"
    WEEKLY_WORKOUTS = "weekly_workouts", "Workouts a week"
    WEEKLY_SETS = "weekly_sets", "Hard sets a week"
