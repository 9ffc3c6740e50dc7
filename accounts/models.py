import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.enums import DistanceUnit, Goal, Level, Sex, Theme, WeightUnit
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, SlugSetField, TimeZoneField
from lib.models import OwnedModel
from lib.wire import Wire


class UserManager(BaseUserManager["User"]):
    """Every way to make a user makes their settings too: they are one row of each account."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            Settings.objects.using(self._db).create(user=user)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, email_verified_at=timezone.now(), **extra
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("curator or operator", default=False, help_text="May log in to the admin.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="accounts_user_email_lower",
                violation_error_code="invalid",
                violation_error_message="The e-mail address must be in lower case.",
            )
        ]

    def __str__(self) -> str:
        return self.email


class Device(models.Model):
    """One installation of a client. `instance_token` stays out of device backups: a restored copy is told from its origin."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    name = models.CharField(max_length=100)
    platform = models.CharField(max_length=50, blank=True)
    instance_token_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    """One log-in: the family of refresh tokens that descend from it. Only the newest token is good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, models.SET_NULL, null=True, blank=True, related_name="sessions")
    current_jti = models.CharField(max_length=64)
    previous_jti = models.CharField(max_length=64, blank=True)
    retry_key = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    refreshed_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"log-in of {self.created_at:%Y-%m-%d %H:%M}"


class Settings(OwnedModel):
    """How the user wants their apps to behave, and the physiology that formulas need. Made with the account."""

    wire = Wire(code=10, creatable=False)

    weight_unit = EnumField(choices=WeightUnit, default=WeightUnit.KG)
    distance_unit = EnumField(choices=DistanceUnit, default=DistanceUnit.KM)
    theme = EnumField(choices=Theme, default=Theme.SYSTEM)
    default_view = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=35, default="en", help_text="A BCP 47 tag.")
    time_zone = TimeZoneField()
    first_weekday = BoundedIntegerField(min_value=1, max_value=7, default=1, help_text="ISO: Monday is 1.")
    notify_by_email = models.BooleanField(default=True)
    notify_by_push = models.BooleanField(default=True)
    notify_before_h = BoundedIntegerField("hours before", min_value=0, max_value=168, default=12)
    automatic_analytics = models.BooleanField(default=True)
    sex = EnumField(choices=Sex, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    height_m = BoundedDecimalField(
        max_digits=3, decimal_places=2, min_value="0.30", max_value="2.90", null=True, blank=True
    )
    hr_max_bpm = BoundedIntegerField(min_value=60, max_value=260, null=True, blank=True)
    hr_rest_bpm = BoundedIntegerField(min_value=20, max_value=150, null=True, blank=True)
    lthr_bpm = BoundedIntegerField(min_value=60, max_value=250, null=True, blank=True)
    ftp_w = BoundedIntegerField(min_value=20, max_value=800, null=True, blank=True)
    goal = EnumField(choices=Goal, blank=True, default="")
    level = EnumField(choices=Level, blank=True, default="")
    equipment = SlugSetField(max_size=100)

    class Meta(OwnedModel.Meta):
        verbose_name_plural = "settings"
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"],
                name="accounts_settings_one_per_user",
                violation_error_code="unique",
                violation_error_message="An account has one row of settings.",
            ),
        ]
