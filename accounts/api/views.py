from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import serializers
from accounts.enums import LinkPurpose
from accounts.exceptions import InvalidCredentials
from accounts.models import Device, Session, User
from accounts.services import credentials, devices, tokens
from accounts.services.limits import count_attempt, remember_network
from accounts.services.links import link_of
from accounts.services.mails import mail_link, mail_link_to_new_address
from lib.api import OwnedViewSet

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    UUID,
    OpenApiParameter.HEADER,
    description="Stored before the request is sent; the same on a retry.",
)


class PublicView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]


class AskByMailView(PublicView):
    """Has a link mailed. Whether the address is known or not, the answer is the same: the mail tells."""

    purpose: LinkPurpose
    limit: str

    def post(self, request: Request) -> Response:
        serializer = serializers.AddressSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        email = serializer.validated_data["email"]
        count_attempt(request, self.limit, email)
        mail_link(purpose=self.purpose, email=email, at=timezone.now())
        return _check_your_mail()


class ChoosePasswordView(PublicView):
    """The way in by mail: whoever has the link chooses the password, and is logged in."""

    purpose: LinkPurpose
    limit: str

    def post(self, request: Request) -> Response:
        count_attempt(request, self.limit)
        serializer = serializers.MailLinkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, now = serializer.validated_data, timezone.now()
        link = link_of(token=given["token"], purpose=self.purpose, at=now)
        serializers.check_new_password(given["password"], User(email=link.email))
        user = credentials.choose_password(**given, purpose=self.purpose, at=now)
        remember_network(request, user.email)
        return _logged_in(user)


@extend_schema_view(
    post=extend_schema(
        operation_id="auth_register",
        request=serializers.AddressSerializer,
        responses={202: serializers.AcceptedSerializer},
        examples=[OpenApiExample("register", {"email": "ada@example.org"}, request_only=True)],
        description="Mails a link to begin an account with. The answer is the same whether or not the address is known.",
    )
)
class RegisterView(AskByMailView):
    purpose, limit = LinkPurpose.REGISTER, "register"


@extend_schema_view(
    post=extend_schema(
        operation_id="auth_verify_email",
        request=serializers.MailLinkSerializer,
        responses={200: serializers.LoginSerializer},
        description="Makes the account of the link's address with this password, and logs in.",
    )
)
class VerifyEmailView(ChoosePasswordView):
    purpose, limit = LinkPurpose.REGISTER, "verify-email"


class ResendVerificationView(APIView):
    @extend_schema(
        operation_id="auth_resend_verification", request=None, responses={202: serializers.AcceptedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Mails the link once more to a user whose address is not verified."""
        user = _user(request)
        count_attempt(request, "verify-email/resend", str(user.pk))
        if user.email_verified_at is None:
            mail_link(purpose=LinkPurpose.REGISTER, email=user.email, at=timezone.now())
        return _check_your_mail()


@extend_schema_view(
    post=extend_schema(
        operation_id="auth_reset_password",
        request=serializers.AddressSerializer,
        responses={202: serializers.AcceptedSerializer},
        examples=[OpenApiExample("forgotten", {"email": "ada@example.org"}, request_only=True)],
        description="Mails a link to choose a new password, if the address has an account.",
    )
)
class ResetView(AskByMailView):
    purpose, limit = LinkPurpose.RESET_PASSWORD, "password/reset"


@extend_schema_view(
    post=extend_schema(
        operation_id="auth_confirm_reset",
        request=serializers.MailLinkSerializer,
        responses={200: serializers.LoginSerializer},
        description="Sets the password, ends all earlier sessions, and logs in.",
    )
)
class ConfirmResetView(ChoosePasswordView):
    purpose, limit = LinkPurpose.RESET_PASSWORD, "password/reset/confirm"


class ChangePasswordView(APIView):
    @extend_schema(
        operation_id="auth_change_password",
        request=serializers.PasswordChangeSerializer,
        responses={204: OpenApiResponse()},
    )
    def post(self, request: Request) -> Response:
        """Sets another password. Every other session ends; this one goes on with its tokens."""
        serializer = serializers.PasswordChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, user = serializer.validated_data, _user(request)
        serializers.check_new_password(given["new_password"], user, attr="new_password")
        credentials.check_password(request=request, user=user, password=given["password"])
        credentials.change_password(session=_session(request), password=given["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangeEmailView(APIView):
    @extend_schema(
        operation_id="auth_change_email",
        request=serializers.AddressSerializer,
        responses={202: serializers.AcceptedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Mails a link to the new address, and a notice to the old one. Nothing changes until the link is used."""
        serializer = serializers.AddressSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, email = _user(request), serializer.validated_data["email"]
        count_attempt(request, "email/change", str(user.pk))
        count_attempt(request, "email/change", email)
        mail_link_to_new_address(user=user, session=_session(request), email=email, at=timezone.now())
        return _check_your_mail()


class ConfirmEmailView(PublicView):
    @extend_schema(
        operation_id="auth_confirm_email",
        request=serializers.MailLinkSerializer,
        responses={200: serializers.UserSerializer},
    )
    def post(self, request: Request) -> Response:
        """Changes the address to the one that the link was mailed to. The password is the account's of now.

        Every session ends but the one that asked for it.
        """
        count_attempt(request, "email/confirm")
        serializer = serializers.MailLinkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = credentials.change_email(request=request, **serializer.validated_data, at=timezone.now())
        return Response(serializers.UserSerializer(user).data)


class LoginView(PublicView):
    @extend_schema(
        operation_id="auth_login",
        request=serializers.CredentialsSerializer,
        responses={200: serializers.LoginSerializer},
        examples=[
            OpenApiExample(
                "log in", {"email": "ada@example.org", "password": "correct horse battery"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Starts a session: an access token for minutes, a refresh token that is good once."""
        serializer = serializers.CredentialsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = credentials.user_with(request=request, **serializer.validated_data)
        if user is None:
            raise InvalidCredentials
        return _logged_in(user)


class RefreshView(PublicView):
    @extend_schema(
        operation_id="auth_refresh",
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """New tokens for a refresh token. A token used twice revokes its whole session, unless the key says it is a retry.

        A retry that comes when its answer has been used already is 409 `refresh_superseded`, and moves nothing.
        """
        count_attempt(request, "refresh")
        serializer = serializers.RefreshSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        issued = tokens.rotate(
            refresh=serializer.validated_data["refresh"], retry_key=_idempotency_key(request), at=timezone.now()
        )
        return Response(serializers.TokensSerializer(issued).data)


class LogoutView(PublicView):
    @extend_schema(
        operation_id="auth_logout", request=serializers.RefreshSerializer, responses={204: OpenApiResponse()}
    )
    def post(self, request: Request) -> Response:
        """Ends the session: its access tokens stop at once."""
        count_attempt(request, "logout")
        serializer = serializers.RefreshSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        tokens.end_session(refresh=serializer.validated_data["refresh"], at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(operation_id="auth_me", responses={200: serializers.UserSerializer})
    def get(self, request: Request) -> Response:
        """The user whose access token it is."""
        return Response(serializers.UserSerializer(_user(request)).data)


class DeviceViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Device],
):
    """The user's devices. Deleting one revokes it, and every log-in on it."""

    serializer_class = serializers.DeviceSerializer
    http_method_names = ["get", "post", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Device]:
        if getattr(self, "swagger_fake_view", False):
            return Device.objects.none()
        return Device.objects.filter(user=_user(self.request))

    @extend_schema(
        responses={
            201: serializers.DeviceSerializer,
            200: OpenApiResponse(serializers.DeviceSerializer, description="It was registered before."),
        }
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Registers the device that asks. Doing it again does no harm, and renames it where the name is another."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        user = _user(request)
        count_attempt(request, "sync/devices", str(user.pk))
        device, created = devices.register_device(
            user=user,
            device_id=values["id"],
            name=values["name"],
            platform=values.get("platform", ""),
            instance_token=values["instance_token"],
            session=_session(request),
        )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(self.get_serializer(device).data, status=code)

    def perform_destroy(self, instance: Device) -> None:
        tokens.revoke_device(device=instance, at=timezone.now())


class SettingsViewSet(OwnedViewSet):
    """The one row of settings of the account. It comes with the account, and stays."""

    http_method_names = ["get", "patch", "head", "options"]
    serializer_class = serializers.SettingsSerializer


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _session(request: Request) -> Session:
    assert isinstance(request.auth, Session)
    return request.auth


def _check_your_mail() -> Response:
    return Response({"detail": "Check your mail."}, status=status.HTTP_202_ACCEPTED)


def _logged_in(user: User) -> Response:
    issued = tokens.start_session(user=user, at=timezone.now())
    return Response(
        serializers.LoginSerializer({"access": issued.access, "refresh": issued.refresh, "user": user}).data
    )


def _idempotency_key(request: Request) -> UUID | None:
    given = request.headers.get("Idempotency-Key")
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise ValidationError({"Idempotency-Key": [ErrorDetail("Must be a UUID.", "invalid")]}) from error
