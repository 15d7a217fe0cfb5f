"""The register's memory: what happened to each certificate, in order, in a chain that shows every later change.

Two chains. The events of one certificate are numbered and each carries the hash of the one before; they are written
in the transaction of the act itself. A single writer then links every event into one chain over the whole register,
so that a certificate's history cannot be dropped unseen either, and so that the feed of changes has an order without
gaps. (Decision 0013.)
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.canonical import canonical, digest
from jobs import final

START = "0" * 64  # what stands before the first


class CertificateEvent(models.Model):
    """One thing that happened to one certificate. Append-only."""

    class Kind(models.TextChoices):
        ISSUED = "issued", _("Issued")
        SEALED = "sealed", _("Sealed")
        DELIVERED = "delivered", _("Holder told")
        SUSPENDED = "suspended", _("Suspended")
        REINSTATED = "reinstated", _("Reinstated")
        REVOKED = "revoked", _("Revoked")
        SUPERSEDED = "superseded", _("Replaced")
        RENEWED = "renewed", _("Renewed")

    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()  # from 1, for each certificate
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # None: the system
    public = models.JSONField(default=dict, blank=True)  # anyone may read it: reason code, newer code, hash of a file
    note = models.TextField(blank=True, default="")  # for staff; the chain holds its hash
    before_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["certificate", "number"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "number"], name="an_event_has_one_place"),
            models.CheckConstraint(condition=Q(number__gte=1), name="events_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} {self.number}: {self.get_kind_display()}"

    def words(self, code: str) -> dict[str, Any]:
        """What the hash is over. `code` is the certificate's, so that an event cannot be moved to another."""
        return {
            "certificate": code,
            "number": self.number,
            "kind": self.kind,
            "at": spelt(self.at),
            "by": self.by_id,
            "public": self.public,
            "note_sha256": digest(self.note),
            "before": self.before_sha256,
        }

    def hashed(self, code: str) -> str:
        return digest(canonical(self.words(code)))


class RegisterLink(models.Model):
    """The place of an event in the chain over the whole register; `number` is the cursor of the feed of changes."""

    number = models.PositiveBigIntegerField(primary_key=True)  # from 1, without a gap
    event = models.OneToOneField(CertificateEvent, models.PROTECT, related_name="link")
    sha256 = models.CharField(max_length=64)
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)


def chained(before: str, event_sha256: str) -> str:
    """SHA-256 over the hash of the link before and that of the event, both as hexadecimal text."""
    return hashlib.sha256(f"{before}{event_sha256}".encode()).hexdigest()


def spelt(moment: datetime) -> str:
    """The same text from both databases: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


final.protect(CertificateEvent)
final.protect(RegisterLink)
