"""What a trainee has earned, and whether it still stands."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.codes import grouped, new_code
from courses.models import Course, Programme
from jobs import final
from quizzes.models import Regrade, Result

EXPIRES_SOON = timedelta(days=60)


class Standing(StrEnum):
    """The worst news first; later ones (suspended, superseded) take their place in this order."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    VALID = "valid"


class Condition(StrEnum):
    """What a reader of a standing certificate should also know."""

    EXPIRES_SOON = "expires_soon"
    HYGIENE_RENEWAL_DUE = "hygiene_renewal_due"


class AchievementQuerySet(models.QuerySet["Achievement"]):
    def of_course(self, course: Course) -> Self:
        return self.filter(course=course)

    def of_courses_in(self, programme: Programme) -> Self:
        return self.filter(course__programme=programme)

    def of_programme(self, programme: Programme) -> Self:
        return self.filter(programme=programme)


class Achievement(models.Model):
    """What a certificate is for: a course passed, or a programme with its final examination."""

    course = models.OneToOneField(Course, models.PROTECT, null=True, blank=True, related_name="achievement")
    programme = models.OneToOneField(Programme, models.PROTECT, null=True, blank=True, related_name="achievement")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=160)
    validity_months = models.PositiveSmallIntegerField()
    areas = models.JSONField(default=list, blank=True)  # what was assessed, in words
    sentences = models.JSONField(default=list, blank=True)  # what the paper must say of its own limits
    current_while = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="keeps_current"
    )  # the certificate that must stand for this one to be relied on: hygiene

    objects = AchievementQuerySet.as_manager()

    class Meta:
        ordering = ["course__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, programme__isnull=True)
                | Q(course__isnull=True, programme__isnull=False),
                name="an_achievement_is_a_course_or_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(validity_months__gte=1) & Q(validity_months__lte=120),
                name="a_certificate_lasts_a_month_to_ten_years",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def held_by(self, trainee: User) -> Self:
        return self.filter(holder=trainee)

    def visible_to(self, user: User) -> Self:
        """A holder sees their own; staff see all."""
        return self if user.is_staff else self.held_by(user)

    def standing_on(self, day: date) -> Self:
        """Neither revoked nor expired on that day of the academy's calendar."""
        return self.filter(revocation__isnull=True, issued_on__lte=day, expires_on__gte=day)

    def to_show(self) -> Self:
        """With everything a page says of them, in one query."""
        return self.select_related("achievement", "revocation")

    def together(self) -> "list[Certificate]":
        """All of one holder's, told of each other, so that none has to ask the database whether it is current."""
        found = list(self.to_show())
        for certificate in found:
            needs = certificate.achievement.current_while_id is not None
            certificate.hygiene_lapsed_on = certificate.lapsed_without(found) if needs else None
        return found


class Certificate(models.Model):
    """One award, word for word as it was true that day. Only its file is added later, once."""

    holder = models.ForeignKey(User, models.PROTECT, related_name="certificates")
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="certificates")
    cycle = models.PositiveSmallIntegerField(default=1)  # renewals count up
    code = models.CharField(max_length=16, unique=True, default=new_code)
    snapshot = models.TextField()  # canonical JSON: these exact bytes are hashed
    snapshot_sha256 = models.CharField(max_length=64)
    whorl = models.BinaryField(max_length=32)  # grows the seal; stored, so a new secret never changes an old picture
    issued_at = models.DateTimeField(default=timezone.now)
    issued_on = models.DateField()  # calendar days of the academy's zone
    expires_on = models.DateField()  # valid through the end of this day
    pdf_sha256 = models.CharField(max_length=64, blank=True, default="")
    pdf_key = models.CharField(max_length=120, blank=True, default="")
    pdf_size = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "achievement", "cycle"], name="an_award_is_certified_once"),
            models.CheckConstraint(condition=Q(cycle__gte=1), name="cycles_count_from_one"),
            models.CheckConstraint(condition=Q(expires_on__gte=models.F("issued_on")), name="it_expires_after_issue"),
            models.CheckConstraint(
                condition=Q(pdf_sha256="", pdf_key="", pdf_size=0, drawn_at__isnull=True)
                | (~Q(pdf_sha256="") & ~Q(pdf_key="") & Q(pdf_size__gt=0, drawn_at__isnull=False)),
                name="a_file_is_recorded_whole",
            ),
        ]

    def __str__(self) -> str:
        return grouped(self.code)

    def get_absolute_url(self) -> str:
        return reverse("certificates:certificate", args=[self.code])

    def get_check_url(self) -> str:
        return reverse("certificates:verify", args=[self.code])

    @cached_property
    def statement(self) -> dict[str, Any]:
        """What was true that day, as values."""
        words: dict[str, Any] = json.loads(self.snapshot)
        return words

    @property
    def grouped_code(self) -> str:
        return grouped(self.code)

    @property
    def seal(self) -> bytes:
        """What the whorl grows from. (PostgreSQL gives a view of the bytes.)"""
        return bytes(self.whorl)

    @property
    def is_drawn(self) -> bool:
        return bool(self.pdf_sha256)

    @property
    def standing(self) -> Standing:
        return self.standing_on(academy_today())

    def standing_on(self, day: date) -> Standing:
        """The worst news first."""
        if hasattr(self, "revocation"):
            return Standing.REVOKED
        if self.expires_on < day:
            return Standing.EXPIRED
        return Standing.VALID

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Only a certificate that stands has conditions; the others already say worse."""
        today = academy_today()
        if self.standing_on(today) is not Standing.VALID:
            return ()
        found: list[Condition] = []
        if self.hygiene_lapsed_on:
            found.append(Condition.HYGIENE_RENEWAL_DUE)
        if self.expires_on - today <= EXPIRES_SOON:
            found.append(Condition.EXPIRES_SOON)
        return tuple(found)

    @cached_property
    def hygiene_lapsed_on(self) -> date | None:
        """Since which day the certificate that keeps this one current no longer stands; None while it does."""
        if self.achievement.current_while_id is None:
            return None
        held = Certificate.objects.filter(holder=self.holder_id, achievement=self.achievement.current_while_id)
        return self.lapsed_without(held.select_related("revocation"))

    def lapsed_without(self, held: "Iterable[Certificate]") -> date | None:
        """The same, told from certificates of the holder that are at hand."""
        today = academy_today()
        lapsed: list[date] = []
        for kept in held:
            if kept.achievement_id != self.achievement.current_while_id:
                continue
            if kept.standing_on(today) is Standing.VALID:
                return None
            lapsed.append(kept.stood_until() + timedelta(days=1))
        return max(lapsed, default=self.issued_on)

    def stood_until(self) -> date:
        """The last day on which it stood, or will stand."""
        if hasattr(self, "revocation"):
            return min(self.expires_on, academy_day(self.revocation.revoked_at) - timedelta(days=1))
        return self.expires_on

    def revoke(
        self, *, by: User, reason_code: str, public_reason: str, private_note: str = "", at: datetime | None = None
    ) -> "Revocation":
        """Withdraw it. Only the first revocation is remembered."""
        revocation, _made = Revocation.objects.get_or_create(
            certificate=self,
            defaults={
                "by": by,
                "reason_code": reason_code,
                "public_reason": public_reason,
                "private_note": private_note,
                "revoked_at": at or timezone.now(),
            },
        )
        return revocation


class Revocation(models.Model):
    """A certificate withdrawn: by whom, when, and why, in public words and in private ones."""

    class Reason(models.TextChoices):
        ISSUED_BY_MISTAKE = "issued_by_mistake", _("Issued by mistake")
        WRONG_PERSON = "wrong_person", _("The work was not the holder’s own")
        WRONG_DETAILS = "wrong_details", _("The details on it are wrong")
        HOLDER_ASKED = "holder_asked", _("The holder asked for it")
        RESULT_CORRECTED = "result_corrected", _("The result it rested on was corrected")
        OTHER = "other", _("Another reason")

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="revocation")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason_code = models.CharField(max_length=20, choices=Reason)
    public_reason = models.CharField(max_length=300)
    private_note = models.TextField(max_length=4000, blank=True, default="")
    revoked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_reason_code_display()}"


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


def academy_zone() -> ZoneInfo:
    return ZoneInfo(settings.ACADEMY_TIME_ZONE)


def academy_day(moment: datetime) -> date:
    """The calendar day that moment falls on where the academy is."""
    return moment.astimezone(academy_zone()).date()


def academy_today() -> date:
    return academy_day(timezone.now())


def canonical(words: dict[str, Any]) -> str:
    """One spelling for one content, so that its hash means something."""
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


FILE_COLUMNS: Sequence[str] = ("pdf_sha256", "pdf_key", "pdf_size", "drawn_at")
final.protect(Certificate, update=FILE_COLUMNS)
final.protect(Revocation)
final.protect(CertificateDecision, update=("decision", "decided_by_id", "decided_at", "why"), until="decided_at")
