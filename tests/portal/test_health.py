"""The machine can ask whether this process runs and whether the portal can do its work."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from jobs.models import Heartbeat, Job

pytestmark = pytest.mark.django_db


def test_it_lives(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


def test_all_is_well_while_a_worker_is_seen_that_can_sign(client: Client) -> None:
    Heartbeat.beat("worker")
    Heartbeat.beat("keys")

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() | {"jobs": None} == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "storage": "ok",
        "jobs": None,
        "keys": "ok",
    }


def test_a_missing_worker_degrades_and_does_not_fail(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"


def test_a_worker_that_cannot_sign_degrades_and_does_not_fail(client: Client) -> None:
    Heartbeat.beat("worker")
    Heartbeat.objects.create(name="keys", at=timezone.now() - timedelta(minutes=10))

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["keys"] == "the worker cannot sign, or has not tried"


def test_old_waiting_work_is_told(client: Client) -> None:
    Heartbeat.beat("worker")
    Job.objects.create(kind="x", key="1", due_at=timezone.now() - timedelta(minutes=10))

    answer = client.get("/healthz").json()

    assert answer["status"] == "degraded"
    assert answer["jobs"]["oldest_waiting_seconds"] >= 600


def test_parked_jobs_are_told(client: Client) -> None:
    Heartbeat.beat("worker")
    Job.objects.create(kind="x", key="1", state=Job.State.PARKED)

    answer = client.get("/healthz").json()

    assert answer["status"] == "degraded"
    assert answer["jobs"]["parked"] == 1


def test_a_database_that_does_not_answer_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr("portal.health.MigrationExecutor", down)

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "no answer"


def test_a_store_that_cannot_be_written_degrades(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path / "gone"

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["storage"] == "cannot write"
