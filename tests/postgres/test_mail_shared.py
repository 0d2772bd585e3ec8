"""The outbox on PostgreSQL."""

from tests.operations import test_mail_delivery, test_mail_queue
from tests.postgres.shared import collected

globals().update(collected(test_mail_delivery, test_mail_queue))
