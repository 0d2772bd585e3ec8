"""Mails to guests: queued in the store, sent in the background, once each however often the process dies."""

from travello_desk.operations.mail.again import send_again, try_again
from travello_desk.operations.mail.deliver import Delivery, send_now
from travello_desk.operations.mail.derive import derive
from travello_desk.operations.mail.queue import queue_link, queue_receipt, queue_reminder, waiting_mails
from travello_desk.operations.mail.remind import remind
from travello_desk.operations.mail.words import letter_sent, preview

__all__ = [
    "Delivery",
    "derive",
    "letter_sent",
    "preview",
    "queue_link",
    "queue_receipt",
    "queue_reminder",
    "remind",
    "send_again",
    "send_now",
    "try_again",
    "waiting_mails",
]
