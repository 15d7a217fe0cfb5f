"""What a clinic is told of the certificates it watches, once for each event and channel."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinics.models.clinic import Clinic
from clinics.models.watching import WatchItem
from jobs import final


class Webhook(models.Model):
    """Where a clinic's own system hears of alerts. Every delivery is signed with the secret."""

    clinic = models.OneToOneField(Clinic, models.CASCADE, related_name="webhook")
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=64)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    is_on = models.BooleanField(default=True)
    off_since = models.DateTimeField(null=True, blank=True)  # switched off by us after it failed for days

    def __str__(self) -> str:
        return f"{self.clinic}: {self.url}"


class Alert(models.Model):
    """One thing a clinic is told by one channel.

    `event` names it: `revoked`, `suspended:12`, `expires:30`, `hygiene:7:2027-11-23`, `hygiene:lapsed:2027-11-23`, ...
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("Mail")
        WEBHOOK = "webhook", _("Webhook")

    item = models.ForeignKey(WatchItem, models.CASCADE, related_name="alerts")
    event = models.CharField(max_length=40)
    channel = models.CharField(max_length=7, choices=Channel)
    words = models.JSONField(default=dict)  # what is told, fixed at the moment
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "event", "channel"], name="a_clinic_is_told_once_by_each_channel")
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.event}"


class WebhookDelivery(models.Model):
    """One try to deliver an alert to a webhook, and what came back."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    tried_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # None: no answer
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-tried_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=False) | ~Q(error=""), name="a_delivery_without_an_answer_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert}: {self.status or self.error}"


final.protect(Alert, delete=True)
final.protect(WebhookDelivery, delete=True)
