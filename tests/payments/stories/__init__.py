"""What can happen to one booking's money. Importing this registers every story."""

from tests.payments.stories import disputes, marks, payments, returns, surprises
from tests.payments.stories.told import STORIES, Story

__all__ = ["STORIES", "Story", "disputes", "marks", "payments", "returns", "surprises"]
