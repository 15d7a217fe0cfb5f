"""The staff list of a clinic: certificates it relies on and is told of."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate
from clinics.models.clinic import Clinic


class WatchItemQuerySet(models.QuerySet["WatchItem"]):
    def watching(self) -> Self:
        """Neither taken off the list by the clinic nor refused by the holder."""
        return self.filter(ended_at=None, refused_at=None)

    def for_user(self, user: User) -> Self:
        return self.filter(clinic__membership__user=user)

    def listed(self) -> Self:
        """On the list, refused or not: taken off only by the clinic."""
        return self.filter(ended_at=None)

    def of_holder(self, holder: User) -> Self:
        """What a holder reads of those who watch: lists they stand on, and clinics they refused."""
        return self.filter(certificate__holder=holder).filter(Q(ended_at=None) | Q(refused_at__isnull=False))


class WatchItem(models.Model):
    """A certificate on a clinic's staff list. Its holder is told, and may refuse; then the clinic sees nothing more."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="watched")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="watched_by")
    job_title = models.CharField(max_length=120, blank=True, default="")
    site = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")  # the clinic's own; the holder may read it
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)  # by the holder
    allowed_again_at = models.DateTimeField(null=True, blank=True)  # by the holder, who had refused

    objects = WatchItemQuerySet.as_manager()

    class Meta:
        ordering = ["clinic", "-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "certificate"], condition=Q(ended_at=None), name="a_certificate_is_on_a_list_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="who_ends_watching_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinic}: {self.certificate}"

    @property
    def is_watching(self) -> bool:
        return self.ended_at is None and self.refused_at is None

    def end(self, *, by: User) -> bool:
        """Take it off the list. False when somebody was quicker."""
        done = WatchItem.objects.listed().filter(pk=self.pk).update(ended_by=by, ended_at=timezone.now())
        self.refresh_from_db(fields=["ended_by", "ended_at"])
        return bool(done)

    def refuse(self) -> None:
        """The holder does not want this clinic to watch this certificate. The first time counts."""
        WatchItem.objects.filter(pk=self.pk, refused_at=None).update(refused_at=timezone.now())
        self.refresh_from_db(fields=["refused_at"])

    def lift_refusal(self) -> None:
        """The clinic may watch it again: what stands on its list is watched on, what was taken off may be added."""
        refused = WatchItem.objects.filter(
            clinic=self.clinic_id, certificate=self.certificate_id, refused_at__isnull=False
        )
        refused.update(refused_at=None, allowed_again_at=timezone.now())
        self.refresh_from_db(fields=["refused_at", "allowed_again_at"])
