"""Closes the attempts whose time ran out and that nobody touched since; deals practice cards after a hand-in."""

import logging
from typing import Any

from django.utils import timezone

from accounts.models import User
from jobs.running import job, sweeper
from quizzes.models import Attempt
from quizzes.practising import dealing

log = logging.getLogger("quizzes")

BATCH = 500


@sweeper
def close_overdue() -> None:
    """Each in a transaction of its own: one that fails must not hold up the others."""
    now = timezone.now()
    for attempt in Attempt.objects.overdue(now).order_by("hard_deadline_at")[:BATCH]:
        try:
            attempt.close_if_over(now)
        except Exception:
            log.exception("Attempt %s is overdue and could not be closed.", attempt.pk)


@job("deal_practice")
def deal_practice(payload: dict[str, Any]) -> None:
    dealing.deal(User.objects.get(pk=payload["trainee_id"]))


@sweeper
def deal_to_whoever_handed_in() -> None:
    """Not in the hand-in itself, which has enough to do."""
    now = timezone.now()
    for trainee in dealing.waiting(now)[:BATCH]:
        try:
            dealing.deal(trainee, now)
        except Exception:
            log.exception("No practice cards for person %s.", trainee.pk)
