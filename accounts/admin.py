from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.domain.addresses import form_to_look_up
from accounts.models import Device, MailLink, Session, Settings, User
from lib.admin import BoundedPaginator, OwnedAdmin, ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(Group)
class UnfoldGroupAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    pass


class NormalEmail(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def clean_email(self) -> str:
        """Before the form checks whether the address is taken."""
        return form_to_look_up(self.cleaned_data["email"])


class NewUserForm(NormalEmail, UserCreationForm):  # type: ignore[misc]  # unfold has no stubs
    pass


class UserForm(NormalEmail, UserChangeForm):  # type: ignore[misc]  # unfold has no stubs
    pass


@admin.register(User)
class UnfoldUserAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # unfold has no stubs
    """Users are switched off, not deleted: erasure is a process of its own."""

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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ["name", "platform", "user", "created_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["=id", "=user__email"]


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """A log-in that is not live has ended: it was revoked, or the password or the address has changed since."""

    list_display = ["user", "device", "created_at", "refreshed_at", "live", "revoked_at"]
    list_select_related = ["user", "device"]
    search_fields = ["=id", "=user__email"]

    @admin.display(boolean=True)
    def live(self, session: Session) -> bool:
        return session.is_live()


@admin.register(MailLink)
class MailLinkAdmin(ReadOnlyAdmin):
    list_display = ["email", "purpose", "user", "created_at"]
    list_select_related = ["user"]
    search_fields = ["=email", "=user__email"]


@admin.register(Settings)
class SettingsAdmin(OwnedAdmin):
    """One row of each account: it comes with the user, and goes with them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
