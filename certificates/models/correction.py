"""A holder asks for the name on a certificate to be corrected; staff decide."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.models.certificate import Certificate
from certificates.models.life import Supersession
from jobs import final


class NameCorrection(models.Model):
    """What the holder asks for, in their words, and what was decided. Granted: a newer certificate replaces it."""

    class Decision(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="name_corrections")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=120)  # as it should read
    cause = models.CharField(
        max_length=12,
        choices=[(c.value, c.label) for c in (Supersession.Cause.NAME_CHANGE, Supersession.Cause.CORRECTION)],
    )
    words = models.TextField(max_length=2000, blank=True, default="")  # what the holder says to it
    decision = models.CharField(max_length=7, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=2000, blank=True, default="")  # the holder reads it

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(decided_at=None), name="one_name_correction_waits_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None, why="")
                | (
                    Q(decision__in=["granted", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(why="")
                ),
                name="a_name_correction_is_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("certificates:name_correction", args=[self.pk])


final.protect(NameCorrection, update=("decision", "decided_by_id", "decided_at", "why"), until="decided_at")
