"""Peewee's models of the tables: for queries that are composed, and to prove that migrations and models agree.

Hot paths run fixed SQL instead (the model layer costs 9 times on the event transaction). A model is used with
`query.sql()` or `query.execute(database)`; nothing is bound to a global database.
"""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, IntegerField, Model, TextField


class Bookings(Model):
    """One stay of one guest: what is owed, and the projected state of its money."""

    id = AutoField()
    reference = TextField(unique=True)
    guest_name = TextField()
    guest_email = TextField()
    guest_phone = TextField()
    user_id = BigIntegerField(null=True)
    room = TextField()
    check_in = TextField()
    check_out = TextField()
    amount_minor = BigIntegerField()
    currency = TextField()
    method = TextField()
    guest_code = TextField(unique=True)
    code_revoked = IntegerField()
    language = TextField()
    notes = TextField()
    cancelled = IntegerField()
    no_show = IntegerField()
    status = TextField()
    payment_status = TextField()
    badge = TextField()
    paid_minor = BigIntegerField()
    balance_minor = BigIntegerField()
    attention = IntegerField()
    opened_count = IntegerField()
    opened_at = BigIntegerField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "bookings"


class Payments(Model):
    """One Checkout attempt: what was asked, the exact request, the facts, the projected state."""

    id = AutoField()
    uid = TextField(unique=True)
    booking_id = BigIntegerField()
    amount_minor = BigIntegerField()
    currency = TextField()
    booking_amount_minor = BigIntegerField()
    booking_currency = TextField()
    rate = TextField()
    rate_as_of = TextField()
    rate_source = TextField()
    origin = TextField()
    idempotency_key = TextField(unique=True)
    params = TextField()
    session_id = TextField(unique=True, null=True)
    payment_intent_id = TextField()
    charge_id = TextField()
    facts = TextField()
    accepted = IntegerField()
    has_extras = IntegerField()
    status = TextField()
    is_open = IntegerField()
    received_minor = BigIntegerField()
    received_currency = TextField()
    refunded_minor = BigIntegerField()
    expire_asked_at = BigIntegerField()
    attempts = IntegerField()
    last_error = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "payments"


class Refunds(Model):
    """One refund: ours with its key and parameters, or one made elsewhere."""

    id = AutoField()
    uid = TextField(unique=True, null=True)
    payment_id = BigIntegerField()
    stripe_refund_id = TextField(unique=True, null=True)
    amount_minor = BigIntegerField()
    currency = TextField()
    booking_amount_minor = BigIntegerField()
    status = TextField()
    facts = TextField()
    origin = TextField()
    reason = TextField()
    note = TextField()
    actor = TextField()
    approved_by = TextField()
    idempotency_key = TextField(unique=True, null=True)
    params = TextField()
    attempts = IntegerField()
    last_error = TextField()
    created_at = BigIntegerField()
    updated_at = BigIntegerField()

    class Meta:
        table_name = "refunds"


class DeskReceipts(Model):
    """Money taken or paid out at the desk; rows are only added."""

    id = AutoField()
    booking_id = BigIntegerField()
    kind = TextField()
    amount_minor = BigIntegerField()
    currency = TextField()
    tender = TextField()
    reference = TextField()
    receipt_no = TextField(unique=True, null=True)
    received_minor = BigIntegerField()
    note = TextField()
    actor = TextField()
    approved_by = TextField()
    shift_id = BigIntegerField(null=True)
    at = BigIntegerField()

    class Meta:
        table_name = "desk_receipts"


MODELS = (Bookings, Payments, Refunds, DeskReceipts)
