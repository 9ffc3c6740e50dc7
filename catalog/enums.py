from django.db import models


class BodyRegion(models.TextChoices):
    UPPER = "upper"
    LOWER = "lower"
    CORE = "core"


class BodySide(models.TextChoices):
    FRONT = "front"
    BACK = "back"


class EquipmentKind(models.TextChoices):
    FREE_WEIGHT = "free_weight", "free weight"
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
    HORIZONTAL_PUSH = "horizontal_push", "horizontal push"
    VERTICAL_PUSH = "vertical_push", "vertical push"
    HORIZONTAL_PULL = "horizontal_pull", "horizontal pull"
    VERTICAL_PULL = "vertical_pull", "vertical pull"
    SQUAT = "squat"
    HINGE = "hinge"
    LUNGE = "lunge"
    CARRY = "carry"
    ROTATION = "rotation"
    ANTI_ROTATION = "anti_rotation", "anti-rotation"
    CORE_FLEXION = "core_flexion", "core flexion"
    CORE_EXTENSION = "core_extension", "core extension"
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
    TOTAL = "total", "the whole load"
    PER_HAND = "per_hand", "the load in each hand"
    BODYWEIGHT = "bodyweight", "a share of body weight, plus what is added"
    ASSISTED = "assisted", "a share of body weight, less the assistance"
    NONE = "none", "no load"


class Status(models.TextChoices):
    DRAFT = "draft"
    IN_REVIEW = "in_review", "in review"
    PUBLISHED = "published"
    RETIRED = "retired"
