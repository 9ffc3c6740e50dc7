"""The users, what is kept about their log-ins, and the trail of what staff did."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from accounts.admin.athletes import AthleteAdmin
from accounts.admin.guarded import OfAthlete, accesses_of
from accounts.admin.theirs import theirs
from accounts.domain.addresses import form_to_look_up
from accounts.forms import ReasonForm
from accounts.models import AuditEntry, Device, MailLink, Session, Settings, User
from accounts.services.access import note_pages, open_access
from lib.admin import BoundedPaginator, ReadOnlyAdmin, ToldChanges

admin.site.unregister(Group)


@admin.register(Group)
class UnfoldGroupAdmin(ToldChanges, GroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """The roles get their permissions from `manage.py roles`; other groups may stand beside them."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Searched by typing: Django's two boxes side by side are wider than a phone."""
        field: Any = super().formfield_for_manytomany(
            db_field, request, **kwargs, widget=UnfoldAdminSelect2MultipleWidget()
        )
        field.widget.attrs |= {
            "class": "unfold-admin-autocomplete",
            "style": "width: 100%",
        }  # unfold sets another class
        field.help_text = ""
        if db_field.name == "permissions":  # by the names of the table of roles, which are shorter too
            field.label_from_instance = lambda row: f"{row.content_type.app_label}.{row.codename}"
        return field


class NormalEmail(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def clean_email(self) -> str:
        """Before the form checks whether the address is taken."""
        return form_to_look_up(self.cleaned_data["email"])


class NewUserForm(NormalEmail, UserCreationForm):  # type: ignore[misc]  # unfold has no stubs
    pass


class UserForm(NormalEmail, UserChangeForm):  # type: ignore[misc]  # unfold has no stubs
    pass


@admin.register(User)
class UnfoldUserAdmin(ToldChanges, UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # unfold has no stubs
    """Users are switched off, not deleted: erasure is a process of its own. Their page leads to all that is theirs."""

    change_form_outer_before_template = "admin/accounts/theirs.html"
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    ordering = ["-created_at"]
    list_display = ["email", "email_verified_at", "is_active", "is_staff", "created_at"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "=id"]
    show_full_result_count = False
    paginator = BoundedPaginator
    filter_horizontal = []
    autocomplete_fields = ["groups"]
    readonly_fields = ["created_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password", "email_verified_at"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),  # rights come with a group
        ("Times", {"fields": ["created_at", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2", "is_staff"]})]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if change and "email" in form.changed_data:
            obj.renew_stamp()
            if "email_verified_at" not in form.changed_data:
                obj.email_verified_at = None  # of the new one nobody has shown that they read it
        super().save_model(request, obj, form, change)
        Settings.objects.get_or_create(user=obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sets a superuser's password is one: so only they may."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or bool(getattr(request.user, "is_superuser", False)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if getattr(request.user, "is_superuser", False) else [*fields, "is_superuser"]

    def get_urls(self) -> list[URLPattern]:
        reason = path(
            "<uuid:user_id>/reason/", self.admin_site.admin_view(self.reason_view), name="accounts_user_reason"
        )
        return [reason, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        response = super().change_view(request, object_id, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        user = context.get("original")
        if user is not None:
            access = accesses_of(request).get(user.pk)
            if access is not None:
                note_pages(accesses=[access], what="overview", at=timezone.now())
            context |= {"access": access, "theirs": theirs(request, user, is_open=access is not None)}
        return response

    def reason_view(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Asks why, and leads back to where the question came up."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = get_object_or_404(User, pk=user_id)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            assert isinstance(request.user, User)
            entry = open_access(actor=request.user, subject=user, reason=form.cleaned_data["reason"], at=timezone.now())
            messages.success(request, f"You may look at what {user} logs until {entry.expires_at:%H:%M} UTC.")
            return redirect(_way_back(request, user))
        context = {**self.admin_site.each_context(request), "title": f"Look at what {user} logs", "opts": self.opts}
        return render(request, "admin/accounts/reason.html", {**context, "form": form, "athlete": user})


def _way_back(request: HttpRequest, user: User) -> str:
    """Only into the admin: the address stands in a link that anybody may have made."""
    given = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(given, allowed_hosts=None) and given.startswith(reverse("admin:index"))
    return given if is_ours else reverse("admin:accounts_user_change", args=(user.pk,))


@admin.register(Device)
class DeviceAdmin(OfAthlete, ReadOnlyAdmin):
    list_display = ["name", "platform", "user", "created_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["=id", "=user__email", "name__unaccent"]


@admin.register(Session)
class SessionAdmin(OfAthlete, ReadOnlyAdmin):
    """A log-in that is not live has ended: it was revoked, or the password or the address has changed since."""

    list_display = ["user", "device", "created_at", "refreshed_at", "live", "revoked_at"]
    list_select_related = ["user", "device"]
    search_fields = ["=id", "=user__email"]

    @admin.display(boolean=True)
    def live(self, session: Session) -> bool:
        return session.is_live()


@admin.register(MailLink)
class MailLinkAdmin(OfAthlete, ReadOnlyAdmin):
    list_display = ["email", "purpose", "user", "created_at"]
    list_select_related = ["user"]
    search_fields = ["=email", "=user__email"]


@admin.register(Settings)
class SettingsAdmin(AthleteAdmin):
    """One row of each account: it comes with the user, and goes with them. What is private is neither shown nor a filter."""

    exclude = ("life_stage", "eating_disorder_flag")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [name for name in super().get_list_filter(request) if name not in self.exclude]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(OfAthlete, ReadOnlyAdmin):
    """What staff did. Nobody changes it, the database least of all."""

    owner = "subject"
    list_display = ["at", "actor", "role", "kind", "subject", "what", "reason", "expires_at"]
    list_filter = ["kind"]
    list_select_related = ["actor", "subject"]
    ordering = ["-id"]
    search_fields = ["=subject__email", "=actor__email", "=subject__id", "=actor__id"]
    search_help_text = "The e-mail address or the id of whoever it was, or of whoever it concerns."
