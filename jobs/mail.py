"""Every letter is a row and a job first: a dead mail server never breaks a sign-up.

`MailRows` is the e-mail backend, so allauth's letters go the same way; `send_letter` is ours.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.core.mail.message import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from jobs.faults import point
from jobs.models import Mail
from jobs.running import enqueue, job

if TYPE_CHECKING:
    from django.contrib.auth.models import _User

BLANKED = "(This letter held a code and was blanked after delivery.)"


def _post(mail: Mail) -> None:
    enqueue("send_mail", str(mail.pk), {"mail_id": mail.pk})


def send_letter(
    *,
    key: str,
    to: str,
    kind: str,
    template: str,
    context: Mapping[str, Any],
    user: "_User | None" = None,
    holds_secret: bool = False,
) -> Mail:
    """Write a letter from `<template>_subject.txt`, `.txt` and `.html`, once per key, in the caller's transaction."""
    words = {"academy": settings.ACADEMY, "site_url": settings.SITE_URL, **context}
    with transaction.atomic():
        mail, made = Mail.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "to": to,
                "user": user,
                "subject": " ".join(render_to_string(f"{template}_subject.txt", words).split())[:200],
                "text": render_to_string(f"{template}.txt", words).strip() + "\n",
                "html": render_to_string(f"{template}.html", words),
                "holds_secret": holds_secret,
            },
        )
        if made:
            _post(mail)
    return mail


class MailRows(BaseEmailBackend):
    """Django's door for mail: what comes through it becomes rows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        count = 0
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                html = next((str(a[0]) for a in message.alternatives if a[1] == "text/html"), "")
            for address in message.recipients():
                with transaction.atomic():
                    mail = Mail.objects.create(
                        key=f"django:{uuid.uuid4()}",
                        kind="account",
                        to=address,
                        subject=" ".join(str(message.subject).split())[:200],
                        text=str(message.body),
                        html=html,
                        holds_secret=True,
                    )
                    _post(mail)
                count += 1
        return count


@job("send_mail", queue="mail")
def deliver(payload: dict[str, Any]) -> None:
    """Hand one letter to the mail server, or keep it where none is set."""
    mail = Mail.objects.get(pk=payload["mail_id"])
    if mail.state in {Mail.State.SENT, Mail.State.KEPT}:
        return
    point("mail:claimed")
    if not settings.EMAIL_URL:
        # In demo mode the letters are read at /demo/mail/, so their text is kept.
        text = mail.text if settings.DEMO or not mail.holds_secret else BLANKED
        html = mail.html if settings.DEMO or not mail.holds_secret else ""
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.KEPT, text=text, html=html)
        return
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        # The same id at every try, so that a mailbox can tell a repeat.
        headers={"Message-ID": f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{settings.SITE_URL.split('/')[2]}>"},
        connection=SmtpBackend(),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except Exception as error:
        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.FAILED, error=str(error)[:2000])
        raise
    point("mail:sent")
    changes: dict[str, Any] = {"state": Mail.State.SENT, "sent_at": timezone.now(), "error": ""}
    if mail.holds_secret:
        changes |= {"text": BLANKED, "html": ""}
    Mail.objects.filter(pk=mail.pk).update(**changes)
