from decimal import Decimal

from django.db import models


class WeightUnit(models.TextChoices):
    KG = "kg", "Kilograms"
    LB = "lb", "Pounds"

    @property
    def in_kg(self) -> Decimal:
        """The international pound; exact."""
        return Decimal("0.45359237") if self is WeightUnit.LB else Decimal(1)


class DistanceUnit(models.TextChoices):
    KM = "km", "Kilometres"
    MI = "mi", "Miles"


class Theme(models.TextChoices):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Sex(models.TextChoices):
    FEMALE = "female"
    MALE = "male"


class LifeStage(models.TextChoices):
    """Stages in which the body needs more: the words are those of the reference intakes."""

    PREGNANCY = "pregnancy"
    LACTATION = "lactation", "Breastfeeding"


class Goal(models.TextChoices):
    STRENGTH = "strength"
    HYPERTROPHY = "hypertrophy"
    ENDURANCE = "endurance"
    FAT_LOSS = "fat_loss", "Fat loss"
    HEALTH = "health"


class Level(models.TextChoices):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class LinkPurpose(models.TextChoices):
    REGISTER = "register"
    RESET_PASSWORD = "reset_password", "Reset password"
    CHANGE_EMAIL = "change_email", "Change e-mail address"


class Notice(models.TextChoices):
    """Mails that only inform."""

    ACCOUNT_EXISTS = "account_exists"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a mail


class AuditKind(models.TextChoices):
    """What a line of the audit trail says."""

    ACCESS_OPENED = "access_opened", "gave a reason to look"
    PAGE_SEEN = "page_seen", "looked at"
