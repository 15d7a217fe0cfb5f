"""Whether this process runs, and whether the portal can do its work."""

import os
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from certificates import checks
from jobs.models import Heartbeat, Job

LATE = timedelta(minutes=5)


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def _storage_writes() -> bool:
    probe = settings.DATA_DIR / f".probe-{uuid.uuid4().hex}"
    try:
        probe.write_bytes(b"ok")
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return os.access(settings.DATA_DIR, os.W_OK)


def _jobs() -> dict[str, Any]:
    now = timezone.now()
    oldest = Job.objects.waiting().order_by("due_at").values_list("due_at", flat=True).first()
    beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    return {
        "oldest_waiting_seconds": round((now - oldest).total_seconds()) if oldest else 0,
        "parked": Job.objects.parked().count(),
        "worker_seen_seconds_ago": round((now - beat).total_seconds()) if beat else None,
    }


def _keys() -> str:
    """Whether the worker could sign when it last tried; this process may have no private keys at all."""
    seen = Heartbeat.objects.filter(name=checks.BEAT).values_list("at", flat=True).first()
    return "ok" if seen and timezone.now() - seen <= LATE else "the worker cannot sign, or has not tried"


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when the database does not answer or migrations wait; the rest degrades and is told."""
    answer: dict[str, Any] = {"status": "ok", "database": "ok", "migrations": "ok", "storage": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            answer |= {"status": "failed", "migrations": "waiting"}
        else:
            answer["jobs"] = _jobs()
            answer["keys"] = _keys()
            seen = answer["jobs"]["worker_seen_seconds_ago"]
            late = answer["jobs"]["oldest_waiting_seconds"] > LATE.total_seconds()
            if late or answer["jobs"]["parked"] or seen is None or seen > LATE.total_seconds():
                answer["status"] = "degraded"
            if answer["keys"] != "ok":
                answer["status"] = "degraded"
    except DatabaseError:
        answer |= {"status": "failed", "database": "no answer"}
    if not _storage_writes():
        answer["storage"] = "cannot write"
        answer["status"] = "degraded" if answer["status"] == "ok" else answer["status"]
    return JsonResponse(answer, status=503 if answer["status"] == "failed" else 200)
