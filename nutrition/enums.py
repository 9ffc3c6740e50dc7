from django.db import models


class MealLogStatus(models.TextChoices):
    EATEN = "eaten"
    PLANNED = "planned"
    SKIPPED = "skipped"


class NutrientBasis(models.TextChoices):
    """What amounts are amounts of."""

    PER_100_G = "per_100_g", "100 g of it"
    WHOLE = "whole", "All of it"


class DayKind(models.TextChoices):
    EVERY = "every", "Every day"
    TRAINING = "training", "Days with training"
    REST = "rest", "Days without training"


class TargetMethod(models.TextChoices):
    """Where the numbers of a target come from."""

    MANUAL = "manual", "By hand"
    CALCULATED = "calculated", "By a formula"
    TEMPLATE = "template", "From a nutrition template"
    ADAPTIVE = "adaptive", "From what was eaten and weighed"
    PROFESSIONAL = "professional", "By a professional"


class SupplementLogStatus(models.TextChoices):
    TAKEN = "taken"
    SKIPPED = "skipped"
