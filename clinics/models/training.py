"""What the clinic itself taught one of its people on site: a part of the employer's training record."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import User
from clinics.models.watching import WatchItem


class SiteTraining(models.Model):
    """The clinic's own training of the holder of a watched certificate: what the law asks an employer to keep."""

    item = models.ForeignKey(WatchItem, models.CASCADE, related_name="site_trainings")
    on = models.DateField()
    content = models.TextField(max_length=2000)
    trainer = models.CharField(max_length=120)
    qualification = models.CharField(max_length=200)
    notes = models.TextField(max_length=2000, blank=True, default="")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.item}: {self.on}"
