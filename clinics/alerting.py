"""What clinics are told of the certificates they watch: rows at the moment it happens, letters and posts by jobs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from certificates.dates import academy_today
from certificates.models import Certificate, CertificateEvent, Revocation, Supersession
from clinics import webhooks
from clinics.models import Alert, Membership, WatchItem, Webhook
from jobs.mail import send_letter
from jobs.running import enqueue, job, sweeper

TOLD_AT = (7, 30, 60)  # days before it ends, the nearest first
BATCH = 200


def tell_of(event: CertificateEvent) -> None:
    """Rows for everyone who watches, in the transaction of the act."""
    kind = event.kind
    if kind not in {"revoked", "suspended", "reinstated", "superseded"}:
        return
    # A certificate is suspended and reinstated as often as need be; the others happen once.
    name = f"{kind}:{event.number}" if kind in {"suspended", "reinstated"} else kind
    watching = WatchItem.objects.watching().filter(certificate=event.certificate_id).select_related("clinic")
    items = list(watching)
    if not items:
        return
    certificate = Certificate.objects.to_show().get(pk=event.certificate_id)
    words = words_of(certificate) | _news(certificate, event)
    for item in items:
        alert(item, name, words)


def words_of(certificate: Certificate) -> dict[str, Any]:
    """The certificate as anyone may read it, as of now."""
    return {
        "code": certificate.grouped_code,
        "state": str(certificate.standing),
        "holder": certificate.statement["holder"]["name"],
        "title": certificate.statement["achievement"]["title"],
        "issued": certificate.issued_on.isoformat(),
        "expires": certificate.expires_on.isoformat(),
        "check_at": f"{settings.SITE_URL}{certificate.get_check_url()}",
    }


def _news(certificate: Certificate, event: CertificateEvent) -> dict[str, Any]:
    """What is public of this event."""
    news: dict[str, Any] = {"since": event.at.isoformat(timespec="seconds")}
    revocation: Revocation | None = getattr(certificate, "revocation", None)
    supersession: Supersession | None = getattr(certificate, "supersession", None)
    if event.kind == "revoked" and revocation:
        news |= {"reason_code": revocation.reason_code, "reason": revocation.public_reason}
    if event.kind == "superseded" and supersession:
        news["cause"] = supersession.cause
        if supersession.is_shared:
            news["newer"] = supersession.newer.grouped_code
    return news


def alert(item: WatchItem, event: str, words: dict[str, Any]) -> list[Alert]:
    """One alert for each channel, once, with the job that carries it."""
    channels = [Alert.Channel.MAIL]
    if Webhook.objects.filter(clinic=item.clinic_id, is_on=True).exists():
        channels.append(Alert.Channel.WEBHOOK)
    made: list[Alert] = []
    with transaction.atomic():
        for channel in channels:
            row, is_new = Alert.objects.get_or_create(
                item=item, event=event, channel=channel, defaults={"words": words}
            )
            if is_new:
                enqueue(f"alert_{channel}", str(row.pk), {"alert_id": row.pk})
                made.append(row)
    return made


@job("alert_mail")
def write_letters(payload: dict[str, Any]) -> None:
    """One letter for each member. Whoever refused in between is watched no more, and nobody is told."""
    found = _alert(payload)
    if found is None or not found.item.is_watching:
        return
    members = Membership.objects.filter(clinic=found.item.clinic_id).select_related("user")
    context = {"alert": found, "item": found.item, "clinic": found.item.clinic, "words": found.words}
    context |= {"kind": found.event.partition(":")[0], "days": found.words.get("days")}
    context["ends"] = date.fromisoformat(found.words["expires"])
    if hygiene := found.words.get("hygiene"):
        context |= {"hygiene_ends": date.fromisoformat(hygiene["ends"]), "has_lapsed": hygiene["has_lapsed"]}
    for member in members:
        if member.user.is_active:
            send_letter(
                key=f"alert:{found.pk}:{member.user_id}",
                kind="alert",
                to=member.user.email,
                user=member.user,
                template="clinics/email/alert",
                context=context,
            )


@job("alert_webhook", queue="webhooks")
def post_alert(payload: dict[str, Any]) -> None:
    found = _alert(payload)
    if found:
        webhooks.deliver(found)


def _alert(payload: dict[str, Any]) -> Alert | None:
    """Gone with its item or clinic: then there is nobody to tell."""
    return Alert.objects.select_related("item__clinic").filter(pk=payload["alert_id"]).first()


@sweeper
def tell_what_ends() -> None:
    """Standing certificates that end within 60, 30 or 7 days: after a pause of ours only the nearest is told."""
    today, nearer = academy_today(), -1
    for days in TOLD_AT:
        told = Alert.objects.filter(item=OuterRef("pk"), event=f"expires:{days}", channel=Alert.Channel.MAIL)
        standing = Certificate.objects.standing_on(today).filter(
            expires_on__gt=today + timedelta(days=nearer), expires_on__lte=today + timedelta(days=days)
        )
        due = (
            WatchItem.objects.watching()
            .filter(~Exists(told), Q(certificate__in=standing.values("pk")))
            .select_related("clinic")
            .order_by("certificate__expires_on", "pk")[:BATCH]
        )
        items = list(due)
        shown = {
            each.pk: each for each in Certificate.objects.to_show().filter(pk__in={i.certificate_id for i in items})
        }
        for item in items:
            certificate = shown[item.certificate_id]
            words = words_of(certificate) | {"days": (certificate.expires_on - today).days}
            alert(item, f"expires:{days}", words)
        nearer = days


sweeper(webhooks.look_after_failing)
