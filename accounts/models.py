import datetime as dt
import uuid
from typing import Any, ClassVar, Self

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.domain.addresses import form_to_look_up, normal_form
from accounts.enums import AuditKind, DistanceUnit, Goal, Level, LifeStage, LinkPurpose, Sex, Theme, WeightUnit
from accounts.validators import validate_address
from lib.fields import BoundedDecimalField, BoundedIntegerField, EnumField, SlugSetField, TimeZoneField
from lib.models import OwnedModel
from lib.rules import AppendOnly
from lib.wire import Wire


class UserManager(BaseUserManager["User"]):
    """Every way to make a user makes their settings too: they are one row of each account."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Raises ValueError for what is not an e-mail address."""
        user = self.model(email=normal_form(email), **extra)
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
        return self.get(email=form_to_look_up(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True, validators=[validate_address])
    email_verified_at = models.DateTimeField(null=True, blank=True)
    # Another one with each password and each address. What carries an older one is over: log-ins, also of the admin.
    security_stamp = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("curator or operator", default=False, help_text="May log in to the admin.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email"), email__regex=r"^[!-~]+$"),
                name="accounts_user_email_normal",
                violation_error_code="invalid",
                violation_error_message="The e-mail address must be in lower case, and its domain in ASCII.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        """Ends every log-in, as soon as the user is saved."""
        super().set_password(raw_password)
        self.renew_stamp()

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self.renew_stamp()

    def check_password(self, raw_password: str | None) -> bool:
        def hash_again(password: str) -> None:
            """The same password in a stronger hash is not a new password: Django's own would end the log-ins."""
            self.password = make_password(password)
            self.save(update_fields=["password"])

        return check_password(raw_password, self.password, hash_again)

    def home_zone(self) -> str:
        """The time zone of the settings. Asks for them."""
        zone: str = Settings.objects.values_list("time_zone", flat=True).get(user=self)
        return zone

    def renew_stamp(self) -> None:
        self.security_stamp = uuid.uuid4()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What Django compares in the cookie's session on each request."""
        return salted_hmac("accounts.User", str(self.security_stamp), secret=secret, algorithm="sha256").hexdigest()


class Device(models.Model):
    """One installation of a client. `instance_token` stays out of device backups, so a restored copy has none."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    name = models.CharField(max_length=100)
    platform = models.CharField(max_length=50, blank=True)
    instance_token_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> "SessionQuerySet":
        """Those whose tokens work: not ended, of a user who may log in and still has the same password and address."""
        return self.filter(
            revoked_at=None, user__is_active=True, security_stamp=models.F("user__security_stamp")
        ).select_related("user")


class Session(models.Model):
    """One log-in: the family of refresh tokens that descend from it. Only the newest token works."""

    EARLIER_MAX = 64  # known by id, to tell a late copy of a request from a stolen token

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, models.SET_NULL, null=True, blank=True, related_name="sessions")
    security_stamp = models.UUIDField(editable=False)  # the user's when it began
    current_jti = models.CharField(max_length=64)
    earlier_jtis = ArrayField(models.CharField(max_length=64), default=list, editable=False)  # the newest first
    created_at = models.DateTimeField(auto_now_add=True)
    refreshed_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"log-in of {self.created_at:%Y-%m-%d %H:%M}"

    def is_live(self) -> bool:
        """As SessionQuerySet.live(). Queries its user, unless that was selected too."""
        return self.revoked_at is None and self.user.is_active and self.security_stamp == self.user.security_stamp


class MailLink(models.Model):
    """What the reader of a mailbox may do, once. A new link for the same purpose replaces it, so that older mails are void."""

    purpose = EnumField(choices=LinkPurpose)
    email = models.EmailField("e-mail address")
    secret = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="mail_links")
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="mail_links")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "email"], condition=models.Q(user=None), name="accounts_maillink_one_per_address"
            ),
            models.UniqueConstraint(
                fields=["purpose", "user"],
                condition=models.Q(user__isnull=False),
                name="accounts_maillink_one_per_user",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.email}"


def _person() -> Any:
    """Whoever it was stays named by their id when their account is gone: the row is neither deleted nor changed with it."""
    return models.ForeignKey(
        User, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, user: User) -> Self:
        return self.filter(subject=user)

    def accesses_of(self, actor_id: Any, at: dt.datetime) -> Self:
        """Those that are open still, with whose account they open."""
        return self.filter(kind=AuditKind.ACCESS_OPENED, actor_id=actor_id, expires_at__gt=at).select_related("subject")


class AuditEntry(models.Model):
    """Somebody did something that concerns somebody's account. Written once: the database refuses to change or delete it.

    It says who, when, what and why, and holds nothing of what the athlete logged. An access opens an athlete's data to the
    staff member who gave the reason, until it expires.
    """

    subject = _person()  # whom it concerns
    actor = _person()
    kind = EnumField(choices=AuditKind)
    role = models.CharField(max_length=100, blank=True, default="", help_text="What the actor was then.")
    at = models.DateTimeField()
    what = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = models.Manager.from_queryset(AuditQuerySet)()

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=AuditKind.ACCESS_OPENED)
                | models.Q(subject__isnull=False, actor__isnull=False, expires_at__isnull=False) & ~models.Q(reason=""),
                name="accounts_auditentry_access_has_reason",
                violation_error_code="reason_missing",
                violation_error_message="Whoever opens an athlete's data says why, and for how long.",
            )
        ]
        indexes = [
            models.Index(fields=["subject", "-at", "-id"], name="accounts_audit_of_subject"),  # what the athlete reads
            models.Index(  # what is open to a staff member: asked on each page
                fields=["actor", "expires_at"],
                condition=models.Q(kind=AuditKind.ACCESS_OPENED),
                name="accounts_audit_accesses",
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.what}".strip()


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
    life_stage = EnumField(
        choices=LifeStage, blank=True, default="", help_text="Targets of food are set with a professional then."
    )
    eating_disorder_flag = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The athlete has or had an eating disorder. The admin does not show it; no target is suggested then.",
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
