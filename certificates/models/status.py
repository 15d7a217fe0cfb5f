"""Status lists: which bit of which published list says whether a credential still counts."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import final

LENGTH = 131_072  # entries in a list: the least that the Bitstring Status List allows


class ListPurpose(models.TextChoices):
    REVOCATION = "revocation", _("Revocation")  # set for ever: revoked or superseded
    SUSPENSION = "suspension", _("Suspension")


class StatusEntry(models.Model):
    """The place of one certificate in the lists: random, so that it tells nothing of when it was issued."""

    certificate = models.OneToOneField("certificates.Certificate", models.PROTECT, related_name="status_entry")
    list_number = models.PositiveSmallIntegerField()
    index = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "index"], name="a_status_bit_is_one_certificates"),
            models.CheckConstraint(condition=Q(list_number__gte=1, index__lt=LENGTH), name="a_status_bit_is_in_a_list"),
        ]

    def __str__(self) -> str:
        return f"{self.list_number}/{self.index}"


class StatusListPublication(models.Model):
    """A list as it was signed and published; the newest version is served."""

    purpose = models.CharField(max_length=10, choices=ListPurpose)
    list_number = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    bits_sha256 = models.CharField(max_length=64)  # of the list before compression: whether anything changed
    body = models.TextField()  # the signed credential, these exact bytes
    etag = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()

    class Meta:
        ordering = ["purpose", "list_number", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "list_number", "version"], name="a_status_list_version_is_published_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.list_number} v{self.version}"


final.protect(StatusEntry)
final.protect(StatusListPublication, delete=True)  # old versions are cleared away
