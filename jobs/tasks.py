"""The Celery side: three lines around each verb."""

from celery import shared_task

from jobs import running


@shared_task(name="jobs.run")
def run_job(job_id: int) -> None:
    running.run(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    running.sweep()
