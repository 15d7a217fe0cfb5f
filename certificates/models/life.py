"""What became of a certificate: each state is a record with who, when and why."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final


class Revocation(models.Model):
    """A certificate withdrawn: by whom, when, and why, in public words and in private ones."""

    class Reason(models.TextChoices):
        ISSUED_BY_MISTAKE = "issued_by_mistake", _("Issued by mistake")
        WRONG_PERSON = "wrong_person", _("The work was not the holder’s own")
        WRONG_DETAILS = "wrong_details", _("The details on it are wrong")
        HOLDER_ASKED = "holder_asked", _("The holder asked for it")
        RESULT_CORRECTED = "result_corrected", _("The result it rested on was corrected")
        OTHER = "other", _("Another reason")

    certificate = models.OneToOneField("certificates.Certificate", models.PROTECT, related_name="revocation")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason_code = models.CharField(max_length=20, choices=Reason)
    public_reason = models.CharField(max_length=300)
    private_note = models.TextField(max_length=4000, blank=True, default="")
    revoked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_reason_code_display()}"


class Suspension(models.Model):
    """A certificate under review, from one moment to another. The cause is for staff; the public reads since when."""

    certificate = models.ForeignKey("certificates.Certificate", models.PROTECT, related_name="suspensions")
    suspended_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    suspended_at = models.DateTimeField(default=timezone.now)
    why = models.TextField(max_length=4000)
    reinstated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reinstated_at = models.DateTimeField(null=True, blank=True)
    why_reinstated = models.TextField(max_length=4000, blank=True, default="")

    class Meta:
        ordering = ["-suspended_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(reinstated_at=None), name="a_certificate_is_under_review_once"
            ),
            models.CheckConstraint(
                condition=Q(reinstated_at=None, reinstated_by=None, why_reinstated="")
                | (Q(reinstated_at__isnull=False, reinstated_by__isnull=False) & ~Q(why_reinstated="")),
                name="a_reinstatement_says_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.suspended_at:%Y-%m-%d}"


class Supersession(models.Model):
    """One certificate replaced by a newer one of the same holder. The older keeps its own page for ever."""

    class Cause(models.TextChoices):
        NAME_CHANGE = "name_change", _("The holder’s name changed")
        CORRECTION = "correction", _("A detail was corrected")
        RENEWAL = "renewal", _("The holder renewed it")

    older = models.OneToOneField("certificates.Certificate", models.PROTECT, related_name="supersession")
    newer = models.OneToOneField("certificates.Certificate", models.PROTECT, related_name="replaces")
    cause = models.CharField(max_length=12, choices=Cause)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # None: the system, by a pass
    why = models.TextField(max_length=4000, blank=True, default="")
    superseded_at = models.DateTimeField(default=timezone.now)
    is_shared = models.BooleanField(default=False)  # the holder lets the older one's page lead to the newer one

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(older=models.F("newer")), name="a_certificate_never_replaces_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.older} → {self.newer}"


final.protect(Revocation)
final.protect(Suspension, update=("reinstated_by_id", "reinstated_at", "why_reinstated"), until="reinstated_at")
final.protect(Supersession, update=("is_shared",))
