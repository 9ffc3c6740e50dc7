from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.domain.addresses import MAX_LENGTH, form_to_look_up, normal_form
from accounts.models import Device, Settings, User
from accounts.validators import PASSWORD_MAX_LENGTH
from lib.api import OwnedSerializer
from lib.serializer_fields import IdField, TextField


def check_new_password(password: str, user: User, *, attr: str = "password") -> None:
    """Raises ValidationError with everything that is wrong with it."""
    try:
        validate_password(password, user)
    except PasswordError as error:
        problems = [ErrorDetail(each.messages[0], str(each.code)) for each in error.error_list]
        raise serializers.ValidationError({attr: problems}) from error


@extend_schema_field({"type": "string", "format": "email", "maxLength": MAX_LENGTH})
class AddressField(serializers.CharField):
    """An e-mail address, in its normal form from here on."""

    default_error_messages = {"invalid": "Enter a valid e-mail address."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return normal_form(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid")


class KnownAddressField(serializers.EmailField):
    """The same for an existing account: some from older servers have no normal form."""

    def to_internal_value(self, data: Any) -> str:
        return form_to_look_up(super().to_internal_value(data))


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, **kwargs)


class CredentialsSerializer(serializers.Serializer[Any]):
    email = KnownAddressField(max_length=MAX_LENGTH)
    password = PasswordField()


class AddressSerializer(serializers.Serializer[Any]):
    email = AddressField()


class MailLinkSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=1024)
    password = PasswordField()


class PasswordChangeSerializer(serializers.Serializer[Any]):
    password = PasswordField()
    new_password = PasswordField()


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=2048)


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "email_verified_at", "created_at"]
        read_only_fields = fields


class LoginSerializer(TokensSerializer):
    user = UserSerializer()


class AcceptedSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


class DeviceSerializer(serializers.ModelSerializer[Device]):
    id = IdField()
    name = TextField(max_length=100)
    platform = TextField(max_length=50, required=False, allow_blank=True)
    instance_token = TextField(write_only=True, min_length=16, max_length=200)

    class Meta:
        model = Device
        fields = ["id", "name", "platform", "instance_token", "created_at", "revoked_at"]
        read_only_fields = ["created_at", "revoked_at"]


class SettingsSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Settings
