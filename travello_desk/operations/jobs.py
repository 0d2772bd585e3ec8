"""Everything that runs by itself, and how often. Imported once the screen shows something: nobody waits for it."""

from __future__ import annotations

from functools import partial

from travello_desk.operations.background import Background, Job
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.context import Context
from travello_desk.operations.currency_support import CHECK_SECONDS, check_support
from travello_desk.operations.hearing import CLOCK_SECONDS
from travello_desk.operations.high_water import MARK_SECONDS, watch_mark
from travello_desk.operations.mail import Delivery, remind
from travello_desk.operations.poll import poll_job
from travello_desk.operations.rate_feed import AGAIN_SECONDS, RateFeed
from travello_desk.operations.shred import DAILY_SECONDS, shred_job
from travello_desk.operations.soundness import FIRST_SOUND_SECONDS, SOUND_SECONDS, watch_soundness
from travello_desk.operations.stuck import watch_stuck

MAIL_SECONDS = 3
REMINDER_SECONDS = 600
STUCK_SECONDS = 60


def make_background(ctx: Context, postman: Delivery) -> Background:
    """The background with all its jobs, not started yet."""
    return Background(ctx, background_jobs(ctx, postman))


def background_jobs(ctx: Context, postman: Delivery) -> list[Job]:
    """All of them, beside resuming."""
    return [
        Job("poll", ctx.settings.stripe_poll_seconds, partial(poll_job, ctx)),
        Job("mail", MAIL_SECONDS, postman.run),
        Job("reminders", REMINDER_SECONDS, partial(remind, ctx)),
        Job("currency", CHECK_SECONDS, partial(check_support, ctx)),
        Job("stuck", STUCK_SECONDS, partial(watch_stuck, ctx)),
        Job("mark", MARK_SECONDS, partial(watch_mark, ctx)),
        Job("clock", CLOCK_SECONDS, partial(watch_clock, ctx), everywhere=True),
        Job("sound", SOUND_SECONDS, partial(watch_soundness, ctx), first_seconds=FIRST_SOUND_SECONDS, everywhere=True),
        Job("rate", AGAIN_SECONDS if ctx.settings.fx_rate_url else 0, RateFeed(ctx).run),
        Job("shred", DAILY_SECONDS if ctx.settings.shred_after_days is not None else 0, partial(shred_job, ctx)),
    ]
