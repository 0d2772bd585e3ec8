"""The two paths that are compared."""

from django.urls import path

from peer import views

urlpatterns = [
    path("api/payments/webhook/", views.webhook),
    path("api/payments/booking/<int:booking_id>/status/", views.status),
]
