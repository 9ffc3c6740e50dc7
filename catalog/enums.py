from django.db import models


class BodyRegion(models.TextChoices):
    UPPER = "upper"
    LOWER = "lower"
    CORE = "core"


class BodySide(models.TextChoices):
    FRONT = "front"
    BACK = "back"


class EquipmentKind(models.TextChoices):
    FREE_WEIGHT = "free_weight", "Free weight"
    MACHINE = "machine"
    CABLE = "cable"
    BODYWEIGHT = "bodyweight"
    BAND = "band"
    CARDIO = "cardio"
    ACCESSORY = "accessory"


class Category(models.TextChoices):
    STRENGTH = "strength"
    CARDIO = "cardio"
    MOBILITY = "mobility"
    PLYOMETRIC = "plyometric"
    OLYMPIC = "olympic", "Olympic lifting"
    STRONGMAN = "strongman"
    ISOMETRIC = "isometric"


class MovementPattern(models.TextChoices):
    HORIZONTAL_PUSH = "horizontal_push", "Horizontal push"
    VERTICAL_PUSH = "vertical_push", "Vertical push"
    HORIZONTAL_PULL = "horizontal_pull", "Horizontal pull"
    VERTICAL_PULL = "vertical_pull", "Vertical pull"
    SQUAT = "squat"
    HINGE = "hinge"
    LUNGE = "lunge"
    CARRY = "carry"
    ROTATION = "rotation"
    ANTI_ROTATION = "anti_rotation", "Anti-rotation"
    CORE_FLEXION = "core_flexion", "Core flexion"
    CORE_EXTENSION = "core_extension", "Core extension"
    ISOLATION = "isolation"
    LOCOMOTION = "locomotion"
    JUMP = "jump"
    STRETCH = "stretch"


class Mechanic(models.TextChoices):
    COMPOUND = "compound"
    ISOLATION = "isolation"
    NONE = "none"


class Force(models.TextChoices):
    PUSH = "push"
    PULL = "pull"
    STATIC = "static"
    NONE = "none"


class Laterality(models.TextChoices):
    BILATERAL = "bilateral"
    UNILATERAL = "unilateral"
    ALTERNATING = "alternating"


class LoadConvention(models.TextChoices):
    TOTAL = "total", "The whole load"
    PER_HAND = "per_hand", "The load in each hand"
    BODYWEIGHT = "bodyweight", "A share of body weight, plus what is added"
    ASSISTED = "assisted", "A share of body weight, less the assistance"
    NONE = "none", "No load"


class Status(models.TextChoices):
    DRAFT = "draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published"
    RETIRED = "retired"


class SetKind(models.TextChoices):
    WARM_UP = "warm_up", "Warm-up"
    WORKING = "working"
    DROP = "drop"
    BACK_OFF = "back_off", "Back-off"
    AMRAP = "amrap", "As many reps as possible"
    FAILURE = "failure"
    REST_PAUSE = "rest_pause", "Rest-pause"
    CLUSTER = "cluster"
    TIMED = "timed"


class SetSide(models.TextChoices):
    """The side that a set is for, where it is for one."""

    LEFT = "left"
    RIGHT = "right"


class LoadReference(models.TextChoices):
    """What a percentage is of."""

    ONE_REP_MAX = "one_rep_max", "One-repetition maximum"
    TRAINING_MAX = "training_max", "Training maximum"
    BODY_WEIGHT = "body_weight", "Body weight"


class WeekKind(models.TextChoices):
    """What a week of training is for."""

    ACCUMULATION = "accumulation"
    INTENSIFICATION = "intensification"
    REALIZATION = "realization"
    DELOAD = "deload"
    TEST = "test"
