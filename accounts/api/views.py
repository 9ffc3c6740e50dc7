from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import serializers
from accounts.exceptions import InvalidCredentials
from accounts.models import Device, User
from accounts.services import devices, registration, tokens, verification
from lib.api import OwnedViewSet
from lib.ratelimits import check_limit

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    UUID,
    OpenApiParameter.HEADER,
    description="Stored before the request is sent; the same on a retry.",
)


class PublicView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]


class RegisterView(PublicView):
    @extend_schema(
        operation_id="auth_register",
        request=serializers.RegisterSerializer,
        responses={202: serializers.AcceptedSerializer},
        examples=[
            OpenApiExample(
                "register", {"email": "ada@example.org", "password": "correct horse battery"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Makes an account. The answer is the same whether the address is known or not; the mail tells."""
        check_limit(request, group="register", rate="20/h")
        serializer = serializers.RegisterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        check_limit(request, group="register-account", rate="5/h", key=serializer.validated_data["email"].lower())
        registration.register(**serializer.validated_data)
        return Response({"detail": "Check your mail."}, status=status.HTTP_202_ACCEPTED)


class VerifyEmailView(PublicView):
    @extend_schema(
        operation_id="auth_verify_email",
        request=serializers.VerificationSerializer,
        responses={200: serializers.UserSerializer},
    )
    def post(self, request: Request) -> Response:
        """Confirms an e-mail address with the token of the mail's link."""
        check_limit(request, group="verify-email", rate="30/h")
        serializer = serializers.VerificationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = verification.verify_email(token=serializer.validated_data["token"], at=timezone.now())
        user.refresh_from_db()
        return Response(serializers.UserSerializer(user).data)


class ResendVerificationView(APIView):
    @extend_schema(
        operation_id="auth_resend_verification", request=None, responses={202: serializers.AcceptedSerializer}
    )
    def post(self, request: Request) -> Response:
        """Sends the verification mail again."""
        user = _user(request)
        check_limit(request, group="resend-verification", rate="5/h", key=str(user.pk))
        registration.resend_verification(user=user)
        return Response({"detail": "Check your mail."}, status=status.HTTP_202_ACCEPTED)


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
        check_limit(request, group="login", rate="60/m")
        serializer = serializers.CredentialsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        email = serializer.validated_data["email"].lower()
        check_limit(request, group="login-account", rate="30/10m", key=email)
        user = authenticate(request, username=email, password=serializer.validated_data["password"])
        if not isinstance(user, User):
            raise InvalidCredentials
        issued = tokens.start_session(user=user, at=timezone.now())
        return Response(
            serializers.LoginSerializer({"access": issued.access, "refresh": issued.refresh, "user": user}).data
        )


class RefreshView(PublicView):
    @extend_schema(
        operation_id="auth_refresh",
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """New tokens for a refresh token. A token used twice revokes its whole session, unless the key says it is a retry."""
        check_limit(request, group="refresh", rate="120/m")
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
        check_limit(request, group="logout", rate="120/m")
        serializer = serializers.RefreshSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        tokens.end_session(refresh=serializer.validated_data["refresh"], at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(operation_id="auth_me", responses={200: serializers.UserSerializer})
    def get(self, request: Request) -> Response:
        """Who the access token belongs to."""
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
        """Registers the device that asks. Doing it again is fine, and renames it where the name is another."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        user = _user(request)
        device, created = devices.register_device(
            user=user,
            device_id=values["id"],
            name=values["name"],
            platform=values.get("platform", ""),
            instance_token=values["instance_token"],
            session=getattr(user, "current_session", None),
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


def _idempotency_key(request: Request) -> UUID | None:
    given = request.headers.get("Idempotency-Key")
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise ValidationError({"Idempotency-Key": [ErrorDetail("Must be a UUID.", "invalid")]}) from error
