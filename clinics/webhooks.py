"""Alerts to a clinic's own system: one signed POST each, repeated until it is taken, and checked the same way by tests.

A receiver checks three things: that the signature is the HMAC-SHA256, under the shared secret, of the time stamp, a
full stop and the body as it came; that the time stamp is at most five minutes old; and that it has not seen the `id`
before, because a repeat carries the same one. `verify` does the first two; it is the sample for receivers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from accounts.models import User
from clinics import reaching
from clinics.models import Alert, Clinic, Membership, Webhook, WebhookDelivery
from jobs.faults import point
from jobs.mail import send_letter
from jobs.models import Job, Mail
from jobs.running import Unfixable

WINDOW = 300  # seconds in which a signature counts
FAILING_AFTER = timedelta(days=1)
OFF_AFTER = timedelta(days=7)
TIMESTAMP, SIGNATURE = "Stipple-Timestamp", "Stipple-Signature"


class NotTaken(Exception):
    """The other side did not take the alert; the job tries again."""


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> bool:
    """What a receiver does before it believes an alert."""
    timestamp = headers.get(TIMESTAMP, "")
    if not timestamp.isdecimal() or abs((time.time() if now is None else now) - int(timestamp[:15])) > WINDOW:
        return False
    return hmac.compare_digest(
        signature(secret, timestamp, body).encode(), headers.get(SIGNATURE, "").encode("utf-8", "replace")
    )


def set_address(clinic: Clinic, url: str, *, by: User) -> Webhook:
    """A new address gets a new secret, and is on."""
    made: dict[str, Any] = {
        "url": url,
        "secret": new_secret(),
        "set_by": by,
        "set_at": timezone.now(),
        "is_on": True,
        "off_since": None,
    }
    return Webhook.objects.update_or_create(clinic=clinic, defaults=made)[0]


def body_of(alert: Alert) -> bytes:
    """The same bytes at every try, so that a repeat can be told."""
    return _json(
        {
            "id": f"alert-{alert.pk}",
            "event": alert.event.partition(":")[0],
            "made_at": alert.made_at.isoformat(timespec="seconds"),
            "clinic": {"id": alert.item.clinic_id, "name": alert.item.clinic.name, "place": alert.item.clinic.place},
            "certificate": alert.words,
        }
    )


def _json(words: dict[str, Any]) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def _send(webhook: Webhook, body: bytes) -> int:
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stipple-Webhook/1",
        TIMESTAMP: timestamp,
        SIGNATURE: signature(webhook.secret, timestamp, body),
    }
    return reaching.post(webhook.url, body, headers)


def deliver(alert: Alert) -> None:
    """Send one alert, unless it was taken already, nobody wants it any more, or there is nowhere to send it."""
    webhook = Webhook.objects.filter(clinic=alert.item.clinic_id).first()
    if webhook is None or not alert.item.is_watching or _was_taken(alert):
        return
    if not webhook.is_on:
        raise Unfixable("The clinic’s system is switched off after a week of failures.")  # waits for `switch_on`
    status, error = None, ""
    try:
        status = _send(webhook, body_of(alert))
    except (reaching.Refused, reaching.Unreachable) as trouble:
        error = str(trouble)
    # Killed here, it is sent again: at least once, and by its id the receiver knows it.
    point("webhook:posted")
    if status is not None and not 200 <= status < 300:
        error = f"The host answered {status}."
    WebhookDelivery.objects.create(alert=alert, status=status, error=error[:300])
    if error:
        raise NotTaken(error)


def _was_taken(alert: Alert) -> bool:
    return WebhookDelivery.objects.filter(alert=alert, status__gte=200, status__lt=300).exists()


def try_out(webhook: Webhook) -> tuple[bool, str]:
    """Send a test while somebody waits. (Whether it was taken, and words.)"""
    words = {
        "id": f"test-{secrets.token_hex(8)}",
        "event": "test",
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "clinic": {"id": webhook.clinic_id, "name": webhook.clinic.name, "place": webhook.clinic.place},
        "certificate": None,
    }
    try:
        status = _send(webhook, _json(words))
    except (reaching.Refused, reaching.Unreachable) as trouble:
        return False, str(trouble)
    return 200 <= status < 300, f"The host answered {status}."


def failing_since(webhook: Webhook) -> datetime | None:
    """When the tries began to fail that were never followed by one that was taken."""
    tries = WebhookDelivery.objects.filter(alert__item__clinic=webhook.clinic_id, tried_at__gte=webhook.set_at)
    taken = tries.filter(status__gte=200, status__lt=300).order_by("-tried_at").first()
    if taken:
        tries = tries.filter(tried_at__gt=taken.tried_at)
    found: datetime | None = tries.aggregate(first=Min("tried_at"))["first"]
    return found


def look_after_failing() -> None:
    """A day of failures is said once by letter to the owners; after a week we stop, and say that too."""
    now = timezone.now()
    tries = WebhookDelivery.objects.filter(alert__item__clinic=OuterRef("clinic"), tried_at__gte=OuterRef("set_at"))
    suspects = Webhook.objects.filter(
        ~Exists(tries.filter(status__gte=200, status__lt=300, tried_at__gt=now - FAILING_AFTER)),
        Exists(tries.filter(tried_at__lte=now - FAILING_AFTER).exclude(error="")),
        is_on=True,
    )
    for webhook in suspects.select_related("clinic"):
        since = failing_since(webhook)
        if since is None or now - since < FAILING_AFTER:
            continue
        is_over = now - since >= OFF_AFTER
        with transaction.atomic():
            if is_over:
                Webhook.objects.filter(pk=webhook.pk, is_on=True).update(is_on=False, off_since=now)
            _tell_owners(webhook, since, is_over=is_over)


def _tell_owners(webhook: Webhook, since: datetime, *, is_over: bool) -> None:
    owners = Membership.objects.filter(clinic=webhook.clinic_id, role=Membership.Role.OWNER).select_related("user")
    for owner in owners:
        key = f"webhook:{webhook.pk}:{'off' if is_over else 'failing'}:{since:%Y%m%d%H%M%S}:{owner.user_id}"
        if Mail.objects.filter(key=key).exists():  # looked at every half minute
            continue
        send_letter(
            key=key,
            kind="webhook_failing",
            to=owner.user.email,
            user=owner.user,
            template="clinics/email/webhook_failing",
            context={"clinic": webhook.clinic, "webhook": webhook, "since": since, "is_over": is_over},
        )


def switch_on(webhook: Webhook) -> None:
    """The other side is mended. Its failures are counted from now, or the next look would switch it off again."""
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk, is_on=False).update(is_on=True, off_since=None, set_at=now)


def send_parked_again(webhook: Webhook) -> int:
    """Alerts whose tries were used up, tried afresh: asked for once the other side is mended."""
    parked = Job.objects.parked().filter(kind="alert_webhook")
    keys = {
        str(pk)
        for pk in Alert.objects.filter(item__clinic=webhook.clinic_id, channel=Alert.Channel.WEBHOOK).values_list(
            "pk", flat=True
        )
    }
    found = [job for job in parked if job.key in keys]
    for job in found:
        job.retry()
    return len(found)


def parked_for(clinic: Clinic) -> int:
    """How many alerts wait for somebody to mend the other side."""
    alerts = Alert.objects.filter(item__clinic=clinic, channel=Alert.Channel.WEBHOOK).values_list("pk", flat=True)
    return Job.objects.parked().filter(kind="alert_webhook", key__in=[str(pk) for pk in alerts[:1000]]).count()


def sample() -> str:
    """How a receiver checks an alert, for its developer."""
    return SAMPLE.format(window=WINDOW, timestamp=TIMESTAMP, signature=SIGNATURE, site=settings.SITE_URL)


SAMPLE = """import hashlib, hmac, time

def is_genuine(secret: str, headers, body: bytes) -> bool:
    stamp = headers["{timestamp}"]
    if abs(time.time() - int(stamp)) > {window}:  # a replay
        return False
    wanted = "v1=" + hmac.new(
        secret.encode(), stamp.encode() + b"." + body, hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(wanted, headers["{signature}"])
"""
