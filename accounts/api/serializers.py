from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import Device, Settings, User
from lib.api import OwnedSerializer


class CredentialsSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class RegisterSerializer(CredentialsSerializer):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            validate_password(attrs["password"], User(email=attrs["email"]))
        except PasswordError as error:
            problems = [ErrorDetail(each.messages[0], str(each.code)) for each in error.error_list]
            raise serializers.ValidationError({"password": problems}) from error
        return attrs


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=2048)


class VerificationSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=1024)


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
    id = serializers.UUIDField()
    instance_token = serializers.CharField(write_only=True, min_length=16, max_length=200)

    class Meta:
        model = Device
        fields = ["id", "name", "platform", "instance_token", "created_at", "revoked_at"]
        read_only_fields = ["created_at", "revoked_at"]


class SettingsSerializer(OwnedSerializer):
    class Meta(OwnedSerializer.Meta):
        model = Settings
