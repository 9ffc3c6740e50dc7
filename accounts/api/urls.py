from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts.api import access, views

router = SimpleRouter()
router.register("settings", views.SettingsViewSet, "settings")
router.register("account/access", access.AccessViewSet, "account-access")

auth = [
    path("register", views.RegisterView.as_view(), name="register"),
    path("verify-email", views.VerifyEmailView.as_view(), name="verify-email"),
    path("verify-email/resend", views.ResendVerificationView.as_view(), name="resend-verification"),
    path("password/reset", views.ResetView.as_view(), name="reset-password"),
    path("password/reset/confirm", views.ConfirmResetView.as_view(), name="confirm-reset"),
    path("password/change", views.ChangePasswordView.as_view(), name="change-password"),
    path("email/change", views.ChangeEmailView.as_view(), name="change-email"),
    path("email/confirm", views.ConfirmEmailView.as_view(), name="confirm-email"),
    path("login", views.LoginView.as_view(), name="login"),
    path("refresh", views.RefreshView.as_view(), name="refresh"),
    path("logout", views.LogoutView.as_view(), name="logout"),
    path("me", views.MeView.as_view(), name="me"),
]

sync_router = SimpleRouter(trailing_slash=False)
sync_router.register("devices", views.DeviceViewSet, "device")

urlpatterns = [path("auth/", include(auth)), path("sync/", include(sync_router.urls)), *router.urls]
