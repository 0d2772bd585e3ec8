"""Tables of the peer: what a webhook and a status request touch of ours, with the indexes they need."""

from django.db import models


class Booking(models.Model):
    reference = models.CharField(max_length=32, unique=True)
    user_id = models.BigIntegerField(null=True)
    guest_name = models.CharField(max_length=200)
    guest_email = models.CharField(max_length=254)
    room = models.CharField(max_length=20)
    check_in = models.DateField()
    check_out = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=10)
    status = models.CharField(max_length=10, default="PENDING")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        # What a list of bookings needs; ours keeps the same one current for every event.
        indexes = (models.Index(fields=["status", "check_in", "id"], name="booking_list"),)


class Payment(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments")
    uid = models.CharField(max_length=32, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    session_id = models.CharField(max_length=80, unique=True, null=True)
    payment_intent_id = models.CharField(max_length=80, unique=True, null=True)
    received_minor = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12, default="PROCESSING")
    updated_at = models.DateTimeField(auto_now=True)


class StripeEvent(models.Model):
    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    payload = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)


class TimelineEntry(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=20)
    text = models.CharField(max_length=200)
