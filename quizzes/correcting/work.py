"""What jobs do for corrections."""

from typing import Any

from jobs.running import job
from quizzes.correcting import applying
from quizzes.models.regrade import Regrade


@job("regrade_look")
def look(payload: dict[str, Any]) -> None:
    applying.look_now(_regrade(payload))


@job("regrade_apply")
def apply(payload: dict[str, Any]) -> None:
    applying.apply_now(_regrade(payload))


def _regrade(payload: dict[str, Any]) -> Regrade:
    return Regrade.objects.select_related("question", "to_version", "approved_by").get(pk=payload["regrade_id"])
