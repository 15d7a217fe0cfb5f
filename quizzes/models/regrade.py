"""A correction of answers already marked: asked for, looked at, approved by another person, then applied."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final
from quizzes.models.attempt import Attempt
from quizzes.models.item import Item, ResponseEvent
from quizzes.models.marking import Marking
from quizzes.models.question import Question, QuestionVersion

REASON_LENGTH = 1000


class Policy(models.TextChoices):
    """What becomes of an answer that was marked by an earlier version."""

    BEST_OF = "best_of", _("The better of the old mark and the new one")
    NEW_KEY = "new_key", _("The new right answer decides, for better or worse")
    FULL_CREDIT = "full_credit", _("Full marks for everybody who was asked it")
    DROP_ITEM = "drop_item", _("The question is taken off the papers and not counted")


class RegradeState(models.TextChoices):
    DRY = "dry", _("looked at, not approved")
    APPROVED = "approved", _("approved, not applied yet")
    APPLIED = "applied", _("applied")
    CANCELLED = "cancelled", _("cancelled")


RUNNING = (RegradeState.DRY, RegradeState.APPROVED)


class RegradeQuerySet(models.QuerySet["Regrade"]):
    def seen_by(self, user: User) -> Self:
        """Those of questions this person writes."""
        return self.filter(question__in=Question.objects.written_by(user))

    def running(self) -> Self:
        return self.filter(state__in=RUNNING)


class Regrade(models.Model):
    """What was asked stays as it was asked; only its state moves, and each move is a step with a name and a time."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    from_version = models.ForeignKey(  # null: answers to every version up to the new one
        QuestionVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=12, choices=Policy.choices, default=Policy.BEST_OF)
    reason = models.TextField(max_length=REASON_LENGTH)  # the trainees read it
    state = models.CharField(max_length=10, choices=RegradeState.choices, default=RegradeState.DRY)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)  # when the dry run was finished; null: it is being made
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)  # when applying it began
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = RegradeQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["question"], condition=Q(state__in=("dry", "approved")), name="one_regrade_of_a_question_runs"
            ),
            models.CheckConstraint(condition=Q(policy__in=Policy.values), name="a_regrade_has_a_known_policy"),
            models.CheckConstraint(condition=Q(state__in=RegradeState.values), name="a_regrade_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("asked_by")),
                name="a_second_person_approves_a_regrade",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "applied"))
                | Q(approved_by__isnull=False, approved_at__isnull=False, looked_at__isnull=False),
                name="an_approved_regrade_was_looked_at_and_says_who",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_at__isnull=True)),
                name="an_applied_regrade_says_when",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_regrade_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.question} → {self.to_version.number}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:regrade", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    def look(self) -> None:
        """The dry run: who would change, and how. At once, or in a job where many were asked."""
        from quizzes.correcting import applying

        applying.look(self)

    def approve(self, by: User) -> None:
        """A second person agrees. Raises `quizzes.correcting.Refused`, which says in words why not."""
        from quizzes.correcting import applying

        applying.approve(self, by)

    def apply(self, by: User) -> None:
        """Ask the worker to mark the answers again. Safe to repeat."""
        from quizzes.correcting import applying

        applying.ask(self, by)

    def cancel(self, by: User, note: str = "") -> None:
        from quizzes.correcting import applying

        applying.cancel(self, by, note)


class RegradeStep(models.Model):
    """What became of a regrade, by whom and when."""

    class Move(models.TextChoices):
        ASKED = "asked", _("asked for")
        LOOKED = "looked", _("dry run made")
        APPROVED = "approved", _("approved")
        BEGUN = "begun", _("begun")
        BACK = "back", _("put back: something had moved")
        APPLIED = "applied", _("applied")
        CANCELLED = "cancelled", _("cancelled")

    regrade = models.ForeignKey(Regrade, models.PROTECT, related_name="steps")
    move = models.CharField(max_length=10, choices=Move.choices)
    by = models.ForeignKey(  # null: the machine
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(move__in=["asked", "looked", "approved", "begun", "back", "applied", "cancelled"]),
                name="a_regrade_takes_a_known_step",
            ),
        )

    def __str__(self) -> str:
        return f"{self.regrade_id} · {self.move}"


class RegradeChange(models.Model):
    """One answer: what it was worth, what it would be worth, and what that makes of the attempt."""

    regrade = models.ForeignKey(Regrade, models.PROTECT, related_name="changes")
    item = models.ForeignKey(Item, models.PROTECT, related_name="regrade_changes")
    result_rev = models.PositiveSmallIntegerField()  # the result that was there when this was worked out
    before_mark = models.IntegerField()
    after_mark = models.IntegerField()
    before_critical = models.BooleanField()  # a safety-critical item missed
    after_critical = models.BooleanField()
    counted = models.BooleanField(default=True)  # afterwards
    kept = models.BooleanField(default=False)  # left as it was, because this correction must not take a pass away
    unreadable = models.BooleanField(default=False)  # the new version cannot read the answer: left as it was
    before_percent = models.PositiveSmallIntegerField()
    after_percent = models.PositiveSmallIntegerField()
    before_passed = models.BooleanField()
    after_passed = models.BooleanField()
    before_missed = models.PositiveSmallIntegerField()  # safety-critical items of the whole paper
    after_missed = models.PositiveSmallIntegerField()
    changes = models.BooleanField()  # anything at all
    moved = models.BooleanField(default=False)  # the answer was marked anew between the dry run and applying
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("regrade", "item")
        constraints = (
            models.UniqueConstraint(fields=["regrade", "item"], name="a_regrade_looks_at_an_answer_once"),
            models.CheckConstraint(
                condition=Q(before_percent__lte=10_000, after_percent__lte=10_000), name="a_change_is_in_percent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.regrade_id} · {self.item_id}"

    @property
    def gains(self) -> bool:
        return self.after_passed and not self.before_passed

    @property
    def loses(self) -> bool:
        return self.before_passed and not self.after_passed

    @property
    def becomes_held(self) -> bool:
        """Passed before and after, with a safety-critical question to be put again that was not missed before."""
        return self.before_passed and self.after_passed and self.after_missed > self.before_missed

    @property
    def is_freed(self) -> bool:
        return self.after_passed and self.after_missed < self.before_missed


class Voiding(models.Model):
    """Why an open paper was closed without being marked: what it asked is no longer missed."""

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="voiding")
    regrade = models.ForeignKey(Regrade, models.PROTECT, null=True, blank=True, related_name="voidings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(max_length=REASON_LENGTH)  # the trainee reads it
    voided_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.voided_at:%Y-%m-%d}"


class CountedAnswer(models.Model):
    """An answer that came too late to count by itself, counted by a person, with the reason."""

    event = models.OneToOneField(ResponseEvent, models.PROTECT, related_name="counted_answer")
    item = models.ForeignKey(Item, models.PROTECT, related_name="counted_answers")
    marking = models.OneToOneField(Marking, models.PROTECT, related_name="counted_answer")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=REASON_LENGTH)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="a_late_answer_counts_for_a_reason"),)

    def __str__(self) -> str:
        return f"{self.item_id} · {self.event_id}"


# What was asked stays; where it stands may move. A dry run is a forecast until it is applied, so it may be made again.
final.protect(
    Regrade,
    update=("state", "looked_at", "approved_by_id", "approved_at", "begun_at", "applied_at"),
    until="applied_at",
)
final.protect(RegradeStep)
final.protect(Voiding)
final.protect(
    RegradeChange,
    update=(
        *("result_rev", "before_mark", "after_mark", "before_critical", "after_critical", "counted", "kept"),
        *("unreadable", "before_percent", "after_percent", "before_passed", "after_passed", "before_missed"),
        *("after_missed", "changes", "moved", "applied_at"),
    ),
    until="applied_at",
)
final.protect(CountedAnswer)
