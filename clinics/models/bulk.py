"""A clinic's check of many certificates at once: what was asked, what was answered, and its sealed summary."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from clinics.models.clinic import Clinic
from jobs import final

MOST_ROWS = 500


class BulkCheck(models.Model):
    """The rows as they were answered at that moment. The summary is added later, once."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="bulk_checks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    rows = (
        models.JSONField()
    )  # [{"line", "code", "typed", "name", "state", "since", "issued", "expires", "name_match", "title"}]
    pdf_sha256 = models.CharField(max_length=64, blank=True, default="")
    pdf_key = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["-checked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pdf_sha256="", pdf_key="") | (~Q(pdf_sha256="") & ~Q(pdf_key="")),
                name="a_summary_is_recorded_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clinic}, {self.checked_at:%Y-%m-%d}"


final.protect(BulkCheck, update=("pdf_sha256", "pdf_key"), delete=True)
