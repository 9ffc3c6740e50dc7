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
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    RETIRED = "retired"

    @classmethod
    def visible(cls) -> list["Status"]:
        """Of rows that everybody may see."""
        return [cls.PUBLISHED, cls.RETIRED]


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


class FoodCategory(models.TextChoices):
    DAIRY_EGGS = "dairy_eggs", "Dairy and eggs"
    MEAT = "meat"
    POULTRY = "poultry"
    FISH = "fish", "Fish and seafood"
    LEGUMES = "legumes"
    NUTS_SEEDS = "nuts_seeds", "Nuts and seeds"
    GRAINS = "grains", "Grains and pasta"
    BAKERY = "bakery", "Bread and bakery"
    VEGETABLES = "vegetables"
    FRUIT = "fruit"
    FATS_OILS = "fats_oils", "Fats and oils"
    SWEETS = "sweets", "Sweets and snacks"
    BEVERAGES = "beverages"
    MEALS = "meals", "Meals and fast food"
    CONDIMENTS = "condiments", "Condiments, herbs and spices"
    SPORTS = "sports", "Sports foods"
    OTHER = "other"


class NutrientUnit(models.TextChoices):
    G = "g", "g"
    MG = "mg", "mg"
    UG = "ug", "µg"
    KCAL = "kcal", "kcal"
    KJ = "kJ", "kJ"
    L = "L", "L"


class NutrientCategory(models.TextChoices):
    ENERGY = "energy"
    MACRONUTRIENT = "macronutrient"
    CARBOHYDRATE = "carbohydrate"
    FAT = "fat", "Fats"
    VITAMIN = "vitamin"
    MINERAL = "mineral"
    AMINO_ACID = "amino_acid", "Amino acid"
    OTHER = "other"


class IntakeKind(models.TextChoices):
    EAR = "ear", "Estimated average requirement"
    RDA = "rda", "Recommended dietary allowance"
    AI = "ai", "Adequate intake"
    UL = "ul", "Tolerable upper intake level"
    CDRR = "cdrr", "Chronic disease risk reduction intake"


class IntakeSex(models.TextChoices):
    BOTH = "both"
    FEMALE = "female"
    MALE = "male"


class IntakeStage(models.TextChoices):
    PREGNANCY = "pregnancy"
    LACTATION = "lactation"


class IntakeUnit(models.TextChoices):
    G = "g", "g"
    MG = "mg", "mg"
    UG = "ug", "µg"
    L = "L", "L"
    G_PER_KG = "g/kg", "g per kg of body weight"


class SupplementCategory(models.TextChoices):
    VITAMIN = "vitamin"
    MINERAL = "mineral"
    PROTEIN = "protein"
    AMINO_ACID = "amino_acid", "Amino acid"
    FATTY_ACID = "fatty_acid", "Fatty acid"
    PERFORMANCE = "performance"
    HERBAL = "herbal"
    HYDRATION = "hydration"
    FIBER = "fiber", "Fibre"
    PROBIOTIC = "probiotic"
    OTHER = "other"


class DoseUnit(models.TextChoices):
    G = "g", "g"
    MG = "mg", "mg"
    UG = "ug", "µg"
    ML = "ml", "ml"
    IU = "iu", "IU"
    CFU = "cfu", "Millions of CFU"


class DoseBasis(models.TextChoices):
    DAY = "day", "A day"
    KG_DAY = "kg_day", "A day, for each kg of body weight"
    SERVING = "serving", "A serving"


class WithFood(models.TextChoices):
    YES = "yes", "With food"
    NO = "no", "Without food"
    EITHER = "either", "With or without"


class EvidenceGrade(models.TextChoices):
    """How well it is known that it does what people take it for."""

    A = "a", "A: strong, from many good trials"
    B = "b", "B: good, with some open questions"
    C = "c", "C: limited or mixed"
    D = "d", "D: poor, or speaking against it"


class InteractionKind(models.TextChoices):
    NUTRIENT = "nutrient"
    SUPPLEMENT = "supplement"
    MEDICINE = "medicine"
    CONDITION = "condition"
    FOOD = "food"
    TEST = "test", "Laboratory test"


class Severity(models.TextChoices):
    INFO = "info", "Good to know"
    CAUTION = "caution"
    SERIOUS = "serious"


class Diet(models.TextChoices):
    OMNIVORE = "omnivore"
    PESCATARIAN = "pescatarian"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"


class NutritionGoal(models.TextChoices):
    MAINTENANCE = "maintenance"
    FAT_LOSS = "fat_loss", "Fat loss"
    MUSCLE_GAIN = "muscle_gain", "Muscle gain"
    ENDURANCE = "endurance"
    HEALTH = "health"


class MealSlot(models.TextChoices):
    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"
    SNACK = "snack"
    PRE_WORKOUT = "pre_workout", "Before training"
    POST_WORKOUT = "post_workout", "After training"


class RuleArea(models.TextChoices):
    PROGRAM = "program"
    EXERCISE = "exercise"
    NUTRITION = "nutrition"
    SUPPLEMENT = "supplement"
    RECOVERY = "recovery"


class SuggestionKind(models.TextChoices):
    """What athletes may offer to the library."""

    EXERCISE_TYPE = "exercise_type", "Exercise type"
    FOOD = "food"


class SuggestionState(models.TextChoices):
    PENDING = "pending"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DECLINED = "declined"


class ProposalState(models.TextChoices):
    PENDING = "pending"
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ImportFormat(models.TextChoices):
    FREE_EXERCISE_DB = "free-exercise-db", "free-exercise-db"
    WGER = "wger", "wger"
    FDC = "fdc", "FoodData Central"
    USDA_SR = "usda-sr", "USDA SR"
    CSV = "csv", "CSV"


class ImportState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
