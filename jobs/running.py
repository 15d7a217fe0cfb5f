"""Ask for work, claim it under a lease, finish it, and find what was left lying.

The claim is one conditional update, the same on SQLite and PostgreSQL. Claim and finish both name the
lease's token, so that a slow process cannot finish work that was handed on to another.
"""

import logging
import traceback
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.faults import point
from jobs.models import Heartbeat, Job

log = logging.getLogger("jobs")

Handler = Callable[[dict[str, Any]], None]
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
SWEEP_BATCH = 200

_handlers: dict[str, tuple[Handler, str]] = {}
_sweepers: list[Callable[[], None]] = []


class Unfixable(Exception):
    """Trying again would not help: the job is parked at once, with this message for staff."""


def job(kind: str, *, queue: str = "default") -> Callable[[Handler], Handler]:
    """Register the function that does work of this kind. It must be safe to run twice."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = (handler, queue)
        return handler

    return register


def sweeper(function: Callable[[], None]) -> Callable[[], None]:
    """Register something to be looked after at every sweep, such as closing what is overdue."""
    _sweepers.append(function)
    return function


def enqueue(kind: str, key: str, payload: dict[str, Any] | None = None, *, due_at: datetime | None = None) -> Job:
    """Write the job in the caller's transaction; asking twice asks once. The hint leaves after the commit."""
    queue = _handlers[kind][1]
    asked, made = Job.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"payload": payload or {}, "queue": queue, "due_at": due_at or timezone.now()},
    )
    if made and asked.due_at <= timezone.now():
        transaction.on_commit(partial(nudge, asked.pk, queue), robust=True)
    return asked


def nudge(job_id: int, queue: str) -> None:
    """Tell a worker that work waits. If that fails, the sweep finds it."""
    point("job:announcing")
    if settings.JOBS_AT_ONCE:
        run(job_id)
        return
    from jobs import tasks

    try:
        tasks.run_job.apply_async((job_id,), queue=queue, retry=False)
    except Exception as error:  # any broker, any fault: the row is safe
        log.warning("Job %s was not announced (%s); the next sweep finds it.", job_id, error)


def claim(job_id: int) -> Job | None:
    """Take the job if it waits. One caller gets it; everyone else gets None."""
    token, now = uuid.uuid4(), timezone.now()
    claimed = (
        Job.objects.waiting()
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING, lease_token=token, lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        )
    )
    return Job.objects.get(pk=job_id) if claimed else None


def run(job_id: int) -> bool:
    """Do one job, if it waits. True when this call did it."""
    claimed = claim(job_id)
    if claimed is None:
        return False
    mine = Job.objects.filter(pk=job_id, lease_token=claimed.lease_token, state=Job.State.RUNNING)
    # Counted before the work: a job that kills its worker must not be tried for ever.
    mine.update(tries=claimed.tries + 1)
    if claimed.tries >= MOST_TRIES:
        mine.update(
            state=Job.State.PARKED, lease_token=None, lease_until=None, error=claimed.error or "The worker died."
        )
        return False
    try:
        handler, _queue = _handlers[claimed.kind]
        handler(claimed.payload)
        point("job:worked")
    except Exception as error:
        _failed(claimed, error)
        return False
    mine.update(state=Job.State.DONE, lease_token=None, lease_until=None, error="", finished_at=timezone.now())
    return True


def _failed(claimed: Job, error: Exception) -> None:
    tries = claimed.tries + 1
    words = "".join(traceback.format_exception_only(error)).strip()[:2000]
    mine = Job.objects.filter(pk=claimed.pk, lease_token=claimed.lease_token, state=Job.State.RUNNING)
    if isinstance(error, Unfixable | KeyError) or tries >= MOST_TRIES:
        log.error("Job %s is parked: %s", claimed, words)
        mine.update(state=Job.State.PARKED, lease_token=None, lease_until=None, error=words)
        return
    wait = min(FIRST_WAIT * 3 ** (tries - 1), LONGEST_WAIT) * (0.75 + random() / 2)  # noqa: S311  jitter
    log.warning("Job %s failed, try %s: %s", claimed, tries, words)
    mine.update(state=Job.State.QUEUED, lease_token=None, lease_until=None, error=words, due_at=timezone.now() + wait)


def sweep() -> None:
    """Announce what waits, and let each floor look after its own overdue things."""
    for look_after in _sweepers:
        try:
            look_after()
        except Exception:  # one floor's trouble must not stop the others'
            log.exception("A sweep failed: %s", look_after)
    for job_id, queue in Job.objects.waiting().order_by("due_at").values_list("pk", "queue")[:SWEEP_BATCH]:
        nudge(job_id, queue)
    Heartbeat.beat("worker")


def run_due(limit: int = SWEEP_BATCH) -> int:
    """Do what is due here and now, without any broker. Returns how many jobs were done."""
    done = 0
    for look_after in _sweepers:
        look_after()
    for job_id in list(Job.objects.waiting().order_by("due_at").values_list("pk", flat=True)[:limit]):
        done += run(job_id)
    return done
