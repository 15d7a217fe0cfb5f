"""What jobs do for certificates."""

from typing import Any

from certificates import issuing
from certificates.models import Certificate
from jobs.running import job, sweeper


@job("draw_certificate", queue="issuing")
def draw(payload: dict[str, Any]) -> None:
    issuing.draw(Certificate.objects.select_related("holder").get(pk=payload["certificate_id"]))


sweeper(issuing.award_what_is_due)
