from django.urls import path

from accounts import views

urlpatterns = [path("verify-email/<str:token>", views.verify_email, name="verify-email-page")]
