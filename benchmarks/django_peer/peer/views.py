"""The peer's two views: a Stripe webhook that is stored before it is answered, and a booking's status."""

from typing import Any

import jwt
import stripe
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from peer.models import Booking, Payment, StripeEvent, TimelineEntry

RECEIVED = {"received": True}
REQUIRED = {"require": ["exp"]}
AUDIT_TEXT = {
    "checkout.session.completed": "Booking marked as PAID by webhook",
    "payment_intent.succeeded": "Payment confirmed via payment_intent event",
}


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> JsonResponse:
    header = request.headers.get("Stripe-Signature", "")
    try:
        event = stripe.Webhook.construct_event(request.body, header, settings.STRIPE_WEBHOOK_SECRET)
    except (ValueError, stripe.SignatureVerificationError):
        return JsonResponse({"success": False, "error": "Invalid Stripe Signature"}, status=400)
    # Looked up before the write lock is taken: a duplicate costs one read and no place among the writers.
    if not StripeEvent.objects.filter(event_id=event["id"]).exists():
        store(event, request.body.decode())
    return JsonResponse(RECEIVED)


def store(event: Any, body: str) -> None:
    try:
        with transaction.atomic():
            StripeEvent.objects.create(event_id=event["id"], type=event["type"], payload=body)
            apply(event["type"], event["data"]["object"])
    except IntegrityError:
        return  # the other worker was first


def apply(kind: str, obj: Any) -> None:
    received_minor = obj["amount_total"] if kind == "checkout.session.completed" else obj["amount_received"]
    payment = Payment.objects.select_related("booking").get(uid=obj["metadata"]["payment_uid"])
    if payment.amount_minor != received_minor or payment.currency != obj["currency"].upper():
        return
    payment.received_minor, payment.status = received_minor, "SUCCEEDED"
    if kind == "payment_intent.succeeded":
        payment.payment_intent_id = obj["id"]
    else:
        payment.payment_intent_id = obj["payment_intent"]
    payment.save(update_fields=["received_minor", "status", "payment_intent_id", "updated_at"])
    booking = payment.booking
    booking.status = "PAID"
    booking.save(update_fields=["status", "updated_at"])
    TimelineEntry.objects.create(booking=booking, actor="stripe", text=AUDIT_TEXT[kind])


@require_GET
def status(request: HttpRequest, booking_id: int) -> JsonResponse:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, settings.AUTH_JWT_SECRET, algorithms=["HS256"], options=REQUIRED)
    except jwt.InvalidTokenError:
        return JsonResponse({"success": False, "error": "User not authorized"}, status=403)
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        return JsonResponse({"success": False, "error": "Booking not found"}, status=404)
    if not claims.get("is_staff") and claims.get("user_id") != booking.user_id:
        return JsonResponse({"success": False, "error": "User not authorized"}, status=403)
    payment = Payment.objects.filter(booking_id=booking.pk).order_by("-id").first()
    return JsonResponse(
        {
            "booking_id": booking.pk,
            "payment_status": payment.status if payment else "NOT_INITIATED",
            "payment_required": booking.method == "ONLINE" and booking.status == "PENDING",
            "stripe_session_id": payment.session_id if payment else None,
            "amount": booking.amount_minor // 100,
            "currency": booking.currency,
            "booking_status": booking.status,
            "updated_at": booking.updated_at.isoformat(),
        }
    )
