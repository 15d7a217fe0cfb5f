"""What jobs do for certificates."""

from typing import Any

from certificates import checks, issuing, registering, reminding, storing
from certificates.dates import academy_today
from certificates.keys import revoking
from certificates.models import Certificate
from jobs.running import enqueue, job, sweeper


@job("draw_certificate", queue="issuing")
def draw(payload: dict[str, Any]) -> None:
    issuing.draw(Certificate.objects.select_related("holder").get(pk=payload["certificate_id"]))


sweeper(issuing.award_what_is_due)


@job("sweep_files", queue="issuing")
def sweep_files(payload: dict[str, Any]) -> None:
    storing.sweep()


@sweeper
def sweep_files_daily() -> None:
    enqueue("sweep_files", academy_today().isoformat())


@sweeper
def link_the_register() -> None:
    registering.link()


sweeper(reminding.remind)
sweeper(checks.try_keys)
sweeper(revoking.renew)
