"""What the academy signs with. Only the public part of a key is a row; the private part is in a file or a variable."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import final


class Purpose(models.TextChoices):
    CREDENTIAL = "credential", _("Credential")  # Ed25519, over Open Badges
    SEAL = "seal", _("Seal")  # P-256 or RSA-3072, over PDF files
    TOKEN = "token", _("Token")  # Ed25519, in the QR code that is checked offline


class IssuerKeyQuerySet(models.QuerySet["IssuerKey"]):
    def for_(self, purpose: str) -> Self:
        return self.filter(purpose=purpose)

    def trusted(self) -> Self:
        """What it signed counts: in use, waiting or retired, but not compromised."""
        return self.filter(compromised_at=None)

    def signing(self) -> Self:
        """At most one of each purpose: the database sees to it."""
        return self.filter(active_from__isnull=False, retired_at=None, compromised_at=None)


class IssuerKey(models.Model):
    """A key and its life: published, then active, then retired; or compromised, and nothing it signed counts."""

    kid = models.CharField(max_length=60, unique=True)  # e.g. ed25519-2026-1
    purpose = models.CharField(max_length=10, choices=Purpose)
    number = models.PositiveSmallIntegerField()  # in the offline token, and in order
    public = models.TextField()  # SubjectPublicKeyInfo, PEM
    certificates = models.TextField(blank=True, default="")  # seal: its X.509 chain, leaf first, root last, PEM
    published_at = models.DateTimeField(default=timezone.now)
    active_from = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=1000, blank=True, default="")  # it was retired or compromised

    objects = IssuerKeyQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "number"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "number"], name="keys_of_one_purpose_are_numbered"),
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(active_from__isnull=False, retired_at=None, compromised_at=None),
                name="one_key_signs_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.kid

    @property
    def is_active(self) -> bool:
        return self.active_from is not None and self.retired_at is None and self.compromised_at is None

    @property
    def state(self) -> str:
        """The worst news first."""
        if self.compromised_at:
            return "compromised"
        if self.retired_at:
            return "retired"
        return "active" if self.active_from else "waiting"


class CertificateRevocationList(models.Model):
    """What an authority of the seal's chain said it revoked, signed; the newest of each is served. For other people's
    software: our own checks ask `IssuerKey`."""

    issuer = models.CharField(max_length=64)  # SHA-256 of the authority's certificate
    number = models.PositiveIntegerField()
    body = models.TextField()  # PEM
    made_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()

    class Meta:
        ordering = ["issuer", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="a_revocation_list_is_published_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer[:12]} no. {self.number}"


final.protect(CertificateRevocationList, delete=True)  # old ones are cleared away
final.protect(IssuerKey, update=("active_from", "retired_at", "compromised_at", "why"))
