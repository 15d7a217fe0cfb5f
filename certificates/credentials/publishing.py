"""When status lists are published: soon after a certificate changed, and before what is published grows old."""

import logging
from typing import Any

from django.dispatch import receiver

from certificates import keys
from certificates.credentials import lists, status
from certificates.models import CertificateEvent
from certificates.signals import certificate_event
from jobs.running import enqueue, job, sweeper

log = logging.getLogger("certificates")

Kind = CertificateEvent.Kind
CHANGE_A_LIST = {Kind.REVOKED, Kind.SUSPENDED, Kind.REINSTATED, Kind.SUPERSEDED}


@receiver(certificate_event)
def ask(event: CertificateEvent, **_: Any) -> None:
    if event.kind in CHANGE_A_LIST:
        enqueue("publish_status_lists", str(event.pk))


@job("publish_status_lists")
def publish(payload: dict[str, Any]) -> None:
    lists.rebuild()


@sweeper
def look_after_lists() -> None:
    """What no event announces: a day has gone by, a key was compromised, a certificate has no place yet."""
    status.adopt()
    try:
        lists.rebuild()
    except keys.KeysMissing as missing:
        log.error("The status lists cannot be published: %s", missing)
