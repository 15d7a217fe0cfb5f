"""What a trainee was granted beyond a quiz's rules: by whom, why, until when, and what it did to a running attempt."""

from __future__ import annotations

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final
from quizzes.deadlines import USUAL, Allowance
from quizzes.models.attempt import Attempt
from quizzes.models.quiz import Quiz

MOST_PERCENT = 400
MOST_MINUTES = 600
MOST_ATTEMPTS = 50


class AccommodationQuerySet(models.QuerySet["Accommodation"]):
    def of(self, trainee: User) -> Self:
        return self.filter(trainee=trainee)

    def in_force(self) -> Self:
        return self.filter(ending__isnull=True)

    def touching(self, quiz: Quiz | int) -> Self:
        """Granted for this quiz, or for every quiz."""
        return self.filter(Q(quiz=quiz) | Q(quiz__isnull=True))

    def managed_by(self, user: User) -> Self:
        """Those this person may end and read the reasons of: of quizzes they teach; to staff, all; never one's own."""
        others = self.exclude(trainee=user)
        return others if user.is_staff else others.filter(quiz__in=Quiz.objects.taught_by(user))


class Accommodation(models.Model):
    """Never changed: to mend one, end it and grant another."""

    trainee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="accommodations")
    quiz = models.ForeignKey(  # null: every quiz
        Quiz, models.PROTECT, null=True, blank=True, related_name="accommodations"
    )
    time_percent = models.PositiveSmallIntegerField(
        default=USUAL, validators=[MinValueValidator(USUAL), MaxValueValidator(MOST_PERCENT)]
    )
    extra_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_MINUTES)])
    extra_attempts = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_ATTEMPTS)])
    opens_at = models.DateTimeField(null=True, blank=True)  # in place of the quiz's own
    closes_at = models.DateTimeField(null=True, blank=True)
    read_outs = models.BooleanField(default=False)  # colours come with their L*, a*, b*
    reason = models.TextField(max_length=2000)  # for those who manage it; the trainee's pages never show it
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # a form sent twice grants once

    objects = AccommodationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(time_percent__gte=USUAL, time_percent__lte=MOST_PERCENT),
                name="accommodated_time_is_100_to_400_percent",
            ),
            models.CheckConstraint(
                condition=Q(extra_minutes__lte=MOST_MINUTES, extra_attempts__lte=MOST_ATTEMPTS),
                name="an_accommodation_keeps_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="an_own_window_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(time_percent__gt=USUAL)
                | Q(extra_minutes__gt=0)
                | Q(extra_attempts__gt=0)
                | Q(opens_at__isnull=False)
                | Q(closes_at__isnull=False)
                | Q(read_outs=True),
                name="an_accommodation_grants_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_accommodation_says_why"),
            models.CheckConstraint(
                condition=~Q(trainee=F("granted_by")), name="nobody_grants_themself_an_accommodation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.trainee_id} · {self.quiz_id or '*'} · {self.granted_at:%Y-%m-%d}"

    @property
    def is_in_force(self) -> bool:
        return not hasattr(self, "ending")

    @property
    def allowance(self) -> Allowance:
        return Allowance(
            time_percent=self.time_percent,
            extra_minutes=self.extra_minutes,
            extra_attempts=self.extra_attempts,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            read_outs=self.read_outs,
            sources=(self.pk,),
        )

    @property
    def words(self) -> list[str]:
        """What is granted, a line each, in plain words."""
        from quizzes import accommodating

        return accommodating.words(self.allowance)


class AccommodationEnding(models.Model):
    """From here on it is not given to new attempts; one that runs keeps what it got."""

    accommodation = models.OneToOneField(Accommodation, models.PROTECT, related_name="ending")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(max_length=2000)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="an_accommodation_ends_for_a_reason"),)

    def __str__(self) -> str:
        return f"{self.accommodation_id} · {self.ended_at:%Y-%m-%d}"


class GrantedMidway(models.Model):
    """What an accommodation changed on an attempt that was running: a later deadline, read-outs, or both."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="granted_midway")
    accommodation = models.ForeignKey(Accommodation, models.PROTECT, related_name="granted_midway")
    deadline_before = models.DateTimeField(null=True, blank=True)
    deadline_after = models.DateTimeField(null=True, blank=True)
    read_outs = models.BooleanField(default=False)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = _("granted midway")
        constraints = (
            models.CheckConstraint(
                condition=Q(deadline_before__isnull=True, deadline_after__isnull=True)
                | Q(deadline_before__lt=F("deadline_after")),
                name="a_running_attempt_is_only_ever_given_more_time",
            ),
            models.CheckConstraint(
                condition=Q(read_outs=True) | Q(deadline_after__isnull=False),
                name="what_is_granted_midway_changes_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.granted_at:%Y-%m-%d %H:%M}"


final.protect(Accommodation)
final.protect(AccommodationEnding)
final.protect(GrantedMidway)
