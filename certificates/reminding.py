"""Holders are reminded 60, 30 and 7 days before a certificate ends, each time once, and told how to renew it."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from certificates import renewing
from certificates.dates import academy_today
from certificates.models import Certificate
from jobs.mail import send_letter
from jobs.models import Mail

DAYS = (7, 30, 60)  # before the last day, the nearest first
AT_ONCE = 100  # letters in a sweep


def remind() -> None:
    """Write what is due, at most so many letters. After days without a sweep only the nearest one is sent."""
    today, left = academy_today(), AT_ONCE
    nearer = -1
    for days in DAYS:
        for certificate in _due(today, days, after=nearer)[:left]:
            _remind(certificate, days)
            left -= 1
        nearer = days


def _due(today: date, days: int, *, after: int) -> QuerySet[Certificate]:
    """Standing, ending in more than `after` and at most `days` days, and not written to about it yet.

    Not where that day came before the certificate did: who got a corrected one in its last weeks was told before.
    """
    written = Mail.objects.filter(key=Concat(Value("renewal:"), OuterRef("code"), Value(f":{days}")))
    return (
        Certificate.objects.standing_on(today)
        .filter(expires_on__gt=today + timedelta(days=after), expires_on__lte=today + timedelta(days=days))
        .filter(issued_on__lte=F("expires_on") - timedelta(days=days))
        .filter(~Exists(written), holder__is_active=True)
        .select_related("holder", "achievement__course", "achievement__programme")
        .order_by("expires_on", "pk")
    )


def _remind(certificate: Certificate, days: int) -> None:
    send_letter(
        key=f"renewal:{certificate.code}:{days}",
        to=certificate.holder.email,
        kind="renewal-reminder",
        template="certificates/email/renewal",
        context={
            "certificate": certificate,
            "statement": certificate.statement,
            "holder": certificate.holder,
            "way": renewing.way_on(certificate.achievement),
        },
        user=certificate.holder,
    )
