"""A certificate: one award, word for word as it was true that day, and whether it still stands."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.codes import grouped, new_code
from certificates.dates import academy_day, academy_today, academy_zone
from certificates.models.achievement import Achievement
from certificates.models.life import Revocation, Supersession, Suspension
from jobs import final

if TYPE_CHECKING:
    from certificates.models.register import CertificateEvent

EXPIRES_SOON = timedelta(days=60)


class Standing(StrEnum):
    """The worst news first."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    VALID = "valid"


class Condition(StrEnum):
    """What a reader of a standing certificate should also know."""

    EXPIRES_SOON = "expires_soon"
    HYGIENE_RENEWAL_DUE = "hygiene_renewal_due"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def held_by(self, trainee: User) -> Self:
        return self.filter(holder=trainee)

    def visible_to(self, user: User) -> Self:
        """A holder sees their own; staff see all."""
        return self if user.is_staff else self.held_by(user)

    def standing_on(self, day: date) -> Self:
        """Nothing worse than expiring soon, on that day of the academy's calendar."""
        under_review = models.Exists(Suspension.objects.filter(certificate=OuterRef("pk"), reinstated_at=None))
        return self.filter(~under_review, revocation=None, supersession=None, issued_on__lte=day, expires_on__gte=day)

    def to_show(self) -> Self:
        """With everything a page says of them, in one query."""
        open_ = Suspension.objects.filter(certificate=OuterRef("pk"), reinstated_at=None)
        return self.select_related("achievement", "revocation", "supersession__newer").annotate(
            found_suspended_at=Subquery(open_.values("suspended_at")[:1])
        )

    def together(self) -> "list[Certificate]":
        """All of one holder's, told of each other, so that none has to ask the database whether it is current."""
        found = list(self.to_show())
        for certificate in found:
            needs = certificate.achievement.current_while_id is not None
            certificate.hygiene_lapsed_on = certificate.lapsed_without(found) if needs else None
            first = certificate.first_edition(found)
            if first is not None:
                certificate.renewal_opens_at = certificate.renewal_opens_after(first.issued_at)
        return found


class Certificate(models.Model):
    """One award, word for word as it was true that day. Only its file is added later, once."""

    holder = models.ForeignKey(User, models.PROTECT, related_name="certificates")
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="certificates")
    cycle = models.PositiveSmallIntegerField(default=1)  # renewals count up
    edition = models.PositiveSmallIntegerField(default=1)  # corrected reissues of one award count up
    uuid = models.UUIDField(unique=True, default=uuid4)  # names its credential
    subject = models.UUIDField(default=uuid4)  # names its holder in the credential: on each certificate another
    code = models.CharField(max_length=16, unique=True, default=new_code)
    snapshot = models.TextField()  # canonical JSON: these exact bytes are hashed
    snapshot_sha256 = models.CharField(max_length=64)
    whorl = models.BinaryField(max_length=32)  # grows the seal; stored, so a new secret never changes an old picture
    issued_at = models.DateTimeField(default=timezone.now)
    issued_on = models.DateField()  # calendar days of the academy's zone
    expires_on = models.DateField()  # valid through the end of this day
    credential_text = models.TextField(blank=True, default="")  # the signed credential, these exact bytes
    credential_sha256 = models.CharField(max_length=64, blank=True, default="")
    credential_kid = models.CharField(max_length=60, blank=True, default="")
    token = models.CharField(max_length=160, blank=True, default="")  # the signed words of the offline QR code, base32
    seal_fingerprint = models.CharField(max_length=64, blank=True, default="")  # SHA-256 of the sealing certificate
    pdf_sha256 = models.CharField(max_length=64, blank=True, default="")
    pdf_key = models.CharField(max_length=120, blank=True, default="")
    pdf_size = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "achievement", "cycle", "edition"], name="an_award_is_certified_once"
            ),
            models.CheckConstraint(condition=Q(cycle__gte=1, edition__gte=1), name="cycles_count_from_one"),
            models.CheckConstraint(condition=Q(expires_on__gte=models.F("issued_on")), name="it_expires_after_issue"),
            models.CheckConstraint(
                condition=Q(pdf_sha256="", pdf_key="", pdf_size=0, drawn_at__isnull=True)
                | (~Q(pdf_sha256="") & ~Q(pdf_key="") & Q(pdf_size__gt=0, drawn_at__isnull=False)),
                name="a_file_is_recorded_whole",
            ),
        ]
        indexes = [models.Index(fields=["pdf_sha256"], name="a_file_is_found_by_its_hash")]

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
        if self.suspended_at:
            return Standing.SUSPENDED
        if hasattr(self, "supersession"):
            return Standing.SUPERSEDED
        if self.expires_on < day:
            return Standing.EXPIRED
        return Standing.VALID

    @cached_property
    def suspended_at(self) -> datetime | None:
        """Since when it is under review; None when it is not. (`to_show` brings it along.)"""
        if hasattr(self, "found_suspended_at"):
            found: datetime | None = self.found_suspended_at
            return found
        return (
            Suspension.objects.filter(certificate=self, reinstated_at=None)
            .values_list("suspended_at", flat=True)
            .first()
        )

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
        return self.lapsed_without(held.to_show())

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
        ended = [self.expires_on]
        if hasattr(self, "revocation"):
            ended.append(academy_day(self.revocation.revoked_at) - timedelta(days=1))
        if hasattr(self, "supersession"):
            ended.append(academy_day(self.supersession.superseded_at) - timedelta(days=1))
        if self.suspended_at:
            ended.append(academy_day(self.suspended_at) - timedelta(days=1))
        return min(ended)

    def record(
        self,
        kind: str,
        *,
        by: User | None = None,
        public: dict[str, Any] | None = None,
        note: str = "",
        at: datetime | None = None,
    ) -> "CertificateEvent":
        """Write what happened into the register, in the transaction of the act itself, and announce it."""
        from certificates import registering

        return registering.record(self, kind, by=by, public=public, note=note, at=at)

    def revoke(
        self, *, by: User, reason_code: str, public_reason: str, private_note: str = "", at: datetime | None = None
    ) -> Revocation:
        """Withdraw it, and with it all it replaced or was replaced by. Only the first revocation is remembered."""
        from certificates import suspending

        return suspending.revoke(
            self, by=by, reason_code=reason_code, public_reason=public_reason, private_note=private_note, at=at
        )

    def suspend(self, *, by: User, why: str) -> Suspension:
        """Put it under review: it is not to be relied on until it is reinstated. Refused in words when it is over."""
        from certificates import suspending

        return suspending.suspend(self, by=by, why=why)

    def reinstate(self, *, by: User, why: str) -> Suspension | None:
        """End the review: it stands again, as it would have stood. None when it was under none."""
        from certificates import suspending

        return suspending.reinstate(self, by=by, why=why)

    def supersede(self, newer: Self, *, cause: str, by: User | None = None, why: str = "") -> Supersession:
        """Say that a newer one of the same holder takes its place. Only the first time counts."""
        from certificates import reissuing

        return reissuing.supersede(self, newer, cause=cause, by=by, why=why)

    @cached_property
    def renewal_opens_at(self) -> datetime:
        """The moment from which passing again renews it: 60 days before it ends, and never before it was issued."""
        first = self.issued_at
        if self.edition > 1:  # a correction does not move the moment
            award = Certificate.objects.filter(holder=self.holder_id, achievement=self.achievement_id)
            first = award.values_list("issued_at", flat=True).get(cycle=self.cycle, edition=1)
        return self.renewal_opens_after(first)

    def first_edition(self, held: "Iterable[Certificate]") -> "Certificate | None":
        """Among certificates of the holder that are at hand, the one of this award that corrections followed."""
        award = (self.achievement_id, self.cycle)
        return next((one for one in held if (one.achievement_id, one.cycle) == award and one.edition == 1), None)

    def renewal_opens_after(self, first_issued_at: datetime) -> datetime:
        """The same, with the first edition's moment at hand."""
        day = self.expires_on - EXPIRES_SOON
        return max(datetime(day.year, day.month, day.day, tzinfo=academy_zone()), first_issued_at)

    def is_renewed_by(self, earned_at: datetime) -> bool:
        """Whether what was earned by an attempt begun at that moment renews it."""
        if self.standing not in {Standing.VALID, Standing.EXPIRED}:
            return False
        return earned_at >= self.renewal_opens_at

    @property
    def is_renewal_open(self) -> bool:
        """It may be renewed now, before or after it ends; not while it is under review, and never once it is over."""
        return self.standing in {Standing.VALID, Standing.EXPIRED} and timezone.now() >= self.renewal_opens_at


FILE_COLUMNS: Sequence[str] = (
    "credential_text",
    "credential_sha256",
    "credential_kid",
    "token",
    "seal_fingerprint",
    "pdf_sha256",
    "pdf_key",
    "pdf_size",
    "drawn_at",
)
final.protect(Certificate, update=FILE_COLUMNS, until="drawn_at")
