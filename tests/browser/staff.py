"""A clinic that watches: one certificate of every standing on its list, an owner, a webhook that fails at times."""

from datetime import timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, User
from certificates import issuing
from certificates.models import Achievement, Certificate
from clinics import alerting, webhooks
from clinics.models import Alert, Clinic, Membership, SiteTraining, WatchItem, Webhook, WebhookDelivery
from tests.cast import person

JOBS = ("Lead practitioner", "Practitioner", "Practitioner", "Practitioner", "Trainee practitioner", "Reception")


def make(clinic: Clinic, people: dict[str, User], certificates: dict[str, Certificate]) -> WatchItem:
    """Fills the list; answers with the item of somebody whose record has a training on site."""
    owner = people["owner"] = person("olga@northlight.example", "Olga Northlight", second_factor=True)
    clinic.join(owner, role=Membership.Role.OWNER)
    Clinic.objects.create(name="Harbour Clinic", place="Whitby").join(owner, role=Membership.Role.OWNER)
    webhook = webhooks.set_address(clinic, "https://systems.northlight.example/alerts", by=owner)
    hygiene = Achievement.objects.get(course__slug="hygiene")
    competence = Achievement.objects.get(programme__slug="smp")
    staff = people["staff"]
    suspended = _held("Sven Suspended", hygiene)
    replaced = _held("Rena Renewed", hygiene, days_ago=350)
    watched = [
        *(certificates[name] for name in ("valid", "revoked", "soon", "expired", "due")),
        *(suspended, replaced, _held("Noor Saar-Lindqvist", hygiene), refused := _held("Ruth Refusing", hygiene)),
        _held("Hedda Horn", competence),  # without a hygiene certificate that stands
    ]
    items = [
        WatchItem.objects.create(
            clinic=clinic,
            certificate=certificate,
            job_title=JOBS[place % len(JOBS)],
            site="Gillygate" if place % 2 else "Micklegate, first floor",
            note="Works Mondays and Thursdays." if place == 0 else "",
            added_by=people["clinic"],
            added_at=timezone.now() - timedelta(days=40 + place),
        )
        for place, certificate in enumerate(watched)
    ]
    WatchItem.objects.get(certificate=refused).refuse()
    with transaction.atomic():
        suspended.suspend(by=staff, why="A complaint is being looked into.")
        replaced.supersede(_held("", hygiene, holder=replaced.holder, cycle=2), cause="renewal")
        alerting.tell_what_ends()
        Webhook.objects.update(is_on=False)  # told by it, and nothing leaves this machine
    Webhook.objects.filter(pk=webhook.pk).update(is_on=True)
    posted = Alert.objects.filter(channel=Alert.Channel.WEBHOOK).first()
    assert posted
    WebhookDelivery.objects.create(alert=posted, status=500, error="The host answered 500.")
    WebhookDelivery.objects.create(alert=posted, status=204)
    Invitation.make(role="clinic_member", about=f"clinic:{clinic.pk}", email="new@northlight.example", by=owner)
    SiteTraining.objects.create(
        item=items[0],
        on=timezone.now().date() - timedelta(days=20),
        content="Where the sharps boxes stand, whom to call after an exposure, our waste contractor’s days.",
        trainer="Nia Okafor",
        qualification="Registered nurse, infection control lead",
        notes="Asked about the contractor’s days.",
        added_by=people["clinic"],
    )
    return items[0]


def _held(
    name: str, achievement: Achievement, *, days_ago: int = 0, holder: User | None = None, **more: Any
) -> Certificate:
    """A certificate without the way there."""
    holder = holder or person(f"{name.split()[0].lower()}@northlight.example", name)
    now = timezone.now() - timedelta(days=days_ago)
    with time_machine.travel(now, tick=False):
        words = issuing.words(achievement, holder.name, now=now)
        return Certificate.objects.create(holder=holder, achievement=achievement, **words, **more)
