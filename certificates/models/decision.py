"""A person decides whether a certificate stands after its ground moved."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.models.certificate import Certificate
from jobs import final
from quizzes.models import Regrade, Result


class CertificateDecision(models.Model):
    """A result under a standing certificate was corrected: a person decides whether it stands. Nothing else does."""

    class Decision(models.TextChoices):
        KEEP = "keep", _("Keep it")
        REVOKE = "revoke", _("Revoke it")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="decisions")
    before = models.ForeignKey(Result, models.PROTECT, related_name="+")  # what it rested on
    after = models.ForeignKey(Result, models.PROTECT, related_name="+")  # what that became
    regrade = models.ForeignKey(Regrade, models.PROTECT, null=True, blank=True, related_name="certificate_decisions")
    asked_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=6, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "after"], name="a_correction_asks_about_a_certificate_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True, why="")
                | (Q(decision__in=["keep", "revoke"], decided_by__isnull=False, decided_at__isnull=False) & ~Q(why="")),
                name="a_decision_says_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_decision_display() or _('to be decided')}"

    def get_absolute_url(self) -> str:
        return reverse("certificates:decision", args=[self.pk])


final.protect(CertificateDecision, update=("decision", "decided_by_id", "decided_at", "why"), until="decided_at")
