"""Work that was asked for is done once, whoever dies in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import running
from jobs.models import Heartbeat, Job

pytestmark = pytest.mark.django_db

Done = list[dict[str, Any]]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """A kind of job that remembers what it did."""
    remembered: Done = []
    monkeypatch.setitem(running._handlers, "remember", (remembered.append, "default"))
    return remembered


def test_asking_twice_asks_once(done: Done) -> None:
    first = running.enqueue("remember", "a", {"n": 1})
    second = running.enqueue("remember", "a", {"n": 2})

    assert first == second
    assert Job.objects.get().payload == {"n": 1}


def test_the_database_itself_refuses_a_second_job_of_the_same_name(done: Done) -> None:
    Job.objects.create(kind="remember", key="a")

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="remember", key="a")


def test_a_job_is_done_once_however_often_it_is_announced(done: Done) -> None:
    job = running.enqueue("remember", "a", {"n": 1})

    assert [running.run(job.pk), running.run(job.pk)] == [True, False]
    assert done == [{"n": 1}]


def test_a_job_that_is_not_due_waits(done: Done) -> None:
    job = running.enqueue("remember", "a", due_at=timezone.now() + timedelta(minutes=1))

    assert not running.run(job.pk)
    assert done == []


def test_a_job_whose_worker_died_is_handed_on_when_the_lease_runs_out(done: Done) -> None:
    job = running.enqueue("remember", "a")
    assert running.claim(job.pk) is not None
    assert running.claim(job.pk) is None

    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert running.run(job.pk)
    assert len(done) == 1


def test_a_slow_worker_cannot_finish_what_was_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(payload: dict[str, Any]) -> None:
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert running.claim(job.pk) is not None  # another worker takes it meanwhile

    monkeypatch.setitem(running._handlers, "slow", (slow, "default"))
    job = running.enqueue("slow", "a")

    running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.RUNNING  # the other worker's lease stands
    assert job.finished_at is None


def test_a_failed_job_waits_longer_each_time_and_is_parked_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(payload: dict[str, Any]) -> None:
        raise OSError("the disk is full")

    monkeypatch.setitem(running._handlers, "fail", (fail, "default"))
    job = running.enqueue("fail", "a")
    waits = []
    for _ in range(running.MOST_TRIES):
        Job.objects.update(due_at=timezone.now())
        running.run(job.pk)
        job.refresh_from_db()
        waits.append(job.due_at - timezone.now())

    assert waits[2] > waits[0]
    assert job.state == Job.State.PARKED
    assert "the disk is full" in job.error


def test_a_job_that_kills_its_worker_every_time_is_parked(done: Done) -> None:
    job = running.enqueue("remember", "a")
    Job.objects.update(tries=running.MOST_TRIES)

    assert not running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.PARKED
    assert done == []


def test_what_cannot_be_mended_by_trying_again_is_parked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(payload: dict[str, Any]) -> None:
        raise running.Unfixable("This name cannot be printed.")

    monkeypatch.setitem(running._handlers, "refuse", (refuse, "default"))
    job = running.enqueue("refuse", "a")

    running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.PARKED
    assert "This name cannot be printed." in job.error


def test_a_parked_job_can_be_tried_again(done: Done) -> None:
    job = running.enqueue("remember", "a")
    Job.objects.update(state=Job.State.PARKED, tries=8)

    job.retry()

    assert running.run(job.pk)


def test_the_sweep_does_what_was_never_announced(done: Done, settings: Any) -> None:
    settings.JOBS_AT_ONCE = False
    running.enqueue("remember", "a")
    settings.JOBS_AT_ONCE = True

    running.sweep()

    assert len(done) == 1
    assert Heartbeat.objects.get(name="worker").at <= timezone.now()


def test_a_silent_broker_does_not_stop_the_request_that_asked(done: Done, settings: Any, monkeypatch: Any) -> None:
    settings.JOBS_AT_ONCE = False

    def refuse(*args: Any, **options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("jobs.tasks.run_job.apply_async", refuse)

    running.nudge(running.enqueue("remember", "a").pk, "default")

    assert Job.objects.get().state == Job.State.QUEUED


def test_due_jobs_run_without_any_broker(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_sweepers", [])  # floors above ask for work of their own
    running.enqueue("remember", "a")
    running.enqueue("remember", "b")

    assert running.run_due() == 2
