"""Closes the attempts whose time ran out and that nobody touched since."""

import logging

from django.utils import timezone

from jobs.running import sweeper
from quizzes.models import Attempt

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
