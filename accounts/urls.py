from django.urls import path

from accounts import views

urlpatterns = [
    path("verify-email/<str:token>", views.verify_email, name="verify-email-page"),
    path("reset-password", views.ask_for_reset, name="admin_password_reset"),  # so the admin's log-in offers it
    path("reset-password/<str:token>", views.reset_password, name="reset-password-page"),
    path("change-email/<str:token>", views.change_email, name="change-email-page"),
    path("admin/password_change/", views.change_own_password_in_admin),
]
