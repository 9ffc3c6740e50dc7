from django.db import models


class PlanCategory(models.TextChoices):
    """What a block or a mechanism is about."""

    TRAINING = "training"
    NUTRITION = "nutrition"
    RECOVERY = "recovery"
    SLEEP = "sleep"
    WORK = "work"
    STUDY = "study"
    HOUSEHOLD = "household"
    PEOPLE = "people", "Family and friends"
    MIND = "mind"
    OTHER = "other"


class CompletionStatus(models.TextChoices):
    DONE = "done"
    SKIPPED = "skipped"


class StreakRule(models.TextChoices):
    """What a streak counts: see planner/domain/streaks.py."""

    DUE_DAYS = "due_days", "Every due day"
    WEEKS = "weeks", "Some times a week"


class ReminderChannel(models.TextChoices):
    PUSH = "push"
    EMAIL = "email", "E-mail"
