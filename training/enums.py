from django.db import models


class WorkoutStatus(models.TextChoices):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress", "in progress"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class SetKind(models.TextChoices):
    WARM_UP = "warm_up", "warm-up"
    WORKING = "working"
    DROP = "drop"
    BACK_OFF = "back_off", "back-off"
    AMRAP = "amrap", "as many reps as possible"
    FAILURE = "failure"
    REST_PAUSE = "rest_pause", "rest-pause"
    TIMED = "timed"


class MeasurementKind(models.TextChoices):
    """The unit of each kind is SI, or the field's own where it has one; it stands in the label."""

    BODY_WEIGHT = "body_weight", "body weight (kg)"
    BODY_FAT = "body_fat", "body fat (%)"
    LEAN_MASS = "lean_mass", "lean mass (kg)"
    NECK = "neck", "neck (m)"
    SHOULDERS = "shoulders", "shoulders (m)"
    CHEST = "chest", "chest (m)"
    UPPER_ARM_LEFT = "upper_arm_left", "left upper arm (m)"
    UPPER_ARM_RIGHT = "upper_arm_right", "right upper arm (m)"
    WAIST = "waist", "waist (m)"
    HIPS = "hips", "hips (m)"
    THIGH_LEFT = "thigh_left", "left thigh (m)"
    THIGH_RIGHT = "thigh_right", "right thigh (m)"
    CALF_LEFT = "calf_left", "left calf (m)"
    CALF_RIGHT = "calf_right", "right calf (m)"
    RESTING_HEART_RATE = "resting_heart_rate", "resting heart rate (bpm)"
    HRV = "hrv", "heart rate variability, RMSSD (ms)"
    BLOOD_PRESSURE_SYSTOLIC = "blood_pressure_systolic", "systolic blood pressure (mmHg)"
    BLOOD_PRESSURE_DIASTOLIC = "blood_pressure_diastolic", "diastolic blood pressure (mmHg)"
    VO2_MAX = "vo2_max", "VO2max (ml/kg/min)"
    STEPS = "steps", "steps of the day"
    SLEEP_DURATION = "sleep_duration", "sleep (s)"
    BODY_TEMPERATURE = "body_temperature", "body temperature (°C)"
