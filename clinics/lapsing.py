"""What clinics are told when the certificate that keeps a watched one current, hygiene, ends soon or has lapsed.

Looked at once a day, and at once for a holder whose hygiene certificate was revoked or put under review.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from certificates.dates import academy_today
from certificates.models import Certificate, CertificateEvent, Standing
from clinics.alerting import BATCH, TOLD_AT, alert, words_of
from clinics.currency import keeping
from clinics.models import Alert, WatchItem
from jobs.running import enqueue, job, sweeper

JOB = "tell_of_hygiene"
ENDING_ACTS = {"revoked", "suspended"}  # a replaced one has a newer one that stands


@dataclass(frozen=True)
class Ending:
    """The last day of what keeps a certificate current: ahead, with the certificate that ends, or behind."""

    ends: date
    days: int = 0
    kept: Certificate | None = None  # None: it has lapsed

    @property
    def event(self) -> str:
        """With the day in it, so that the next year's is another."""
        told_at = next(at for at in TOLD_AT if self.days <= at) if self.kept else "lapsed"
        return f"hygiene:{told_at}:{self.ends.isoformat()}"

    def words(self, certificate: Certificate) -> dict[str, Any]:
        title = certificate.achievement.current_while.title if certificate.achievement.current_while else ""
        hygiene = {"title": title, "ends": self.ends.isoformat(), "has_lapsed": self.kept is None}
        return words_of(certificate) | {"hygiene": hygiene} | ({"days": self.days} if self.kept else {})


def ending_of(certificate: Certificate, held: Iterable[Certificate], today: date) -> Ending | None:
    """What there is to tell on this day, if anything. Of what has ended itself, or ends first, other alerts tell."""
    if certificate.standing_on(today) is not Standing.VALID:
        return None
    held = [each for each in held if each.achievement_id == certificate.achievement.current_while_id]
    standing = [each for each in held if each.standing_on(today) is Standing.VALID]
    if standing:
        kept = max(standing, key=lambda each: (each.expires_on, each.pk))
        days = (kept.expires_on - today).days
        is_near = days <= max(TOLD_AT) and kept.expires_on < certificate.expires_on
        return Ending(kept.expires_on, days, kept) if is_near else None
    lapsed_on = certificate.lapsed_without(held)
    return Ending(lapsed_on - timedelta(days=1)) if lapsed_on else None


@sweeper
def look_daily() -> None:
    enqueue(JOB, academy_today().isoformat())


def look_after(event: CertificateEvent) -> None:
    """In the transaction of an act that may end what keeps others current: those who watch these hear of it."""
    if event.kind in ENDING_ACTS and _kept_current().filter(_kept_by(event.certificate)).exists():
        enqueue(JOB, f"event-{event.pk}", {"holder_id": event.certificate.holder_id})


def _kept_current() -> QuerySet[WatchItem]:
    return WatchItem.objects.watching().filter(certificate__achievement__current_while__isnull=False)


def _kept_by(certificate: Certificate) -> Q:
    return Q(
        certificate__holder=certificate.holder_id, certificate__achievement__current_while=certificate.achievement_id
    )


@job(JOB)
def tell(payload: dict[str, Any]) -> None:
    """Of one holder, or of everybody who is watched: a batch at a time, each in the same few queries."""
    found = _kept_current().select_related("clinic").order_by("pk")
    if "holder_id" in payload:
        found = found.filter(certificate__holder=payload["holder_id"])
    last = 0
    while items := list(found.filter(pk__gt=last)[:BATCH]):
        _tell(items)
        last = items[-1].pk


def _tell(items: Sequence[WatchItem]) -> None:
    today = academy_today()
    asked = Certificate.objects.to_show().select_related("achievement__current_while")
    shown = {each.pk: each for each in asked.filter(pk__in={item.certificate_id for item in items})}
    held = keeping(shown.values())
    endings = [
        (item, certificate, ending)
        for item in items
        if (certificate := shown.get(item.certificate_id))
        and (ending := ending_of(certificate, held[certificate.holder_id], today))
    ]
    told = set(
        Alert.objects.filter(
            item__in=[item for item, _certificate, _ending in endings],
            channel=Alert.Channel.MAIL,
            event__startswith="hygiene:",
        ).values_list("item", "event")
    )
    known = _known_to(items, [ending.kept for _item, _certificate, ending in endings if ending.kept])
    for item, certificate, ending in endings:
        if (item.pk, ending.event) in told or (ending.kept and (item.clinic_id, ending.kept.pk) in known):
            continue
        alert(item, ending.event, ending.words(certificate))


def _known_to(items: Iterable[WatchItem], kept: Iterable[Certificate]) -> set[tuple[int, int]]:
    """(clinic, hygiene certificate) where its end is told already, or where its holder refused that it is."""
    on_list_or_refused = Q(ended_at=None) | Q(refused_at__isnull=False)
    found = WatchItem.objects.filter(
        on_list_or_refused, clinic__in={item.clinic_id for item in items}, certificate__in={each.pk for each in kept}
    )
    return set(found.values_list("clinic", "certificate"))
