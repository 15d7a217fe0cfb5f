"""What an answer was judged to be worth, and what that made of the attempt. Rows are added, never changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs import final
from quizzes.models.attempt import Attempt
from quizzes.models.item import Item
from quizzes.models.question import QuestionVersion


class Cause(models.TextChoices):
    """Why a result was made."""

    HANDED_IN = "handed_in", _("handed in")
    JUDGED = "judged", _("marked by people")
    REGRADE = "regrade", _("marked again after a correction of the question")
    LATE_ANSWER = "late_answer", _("an answer that came late was counted")


class Marking(models.Model):
    item = models.ForeignKey(Item, models.PROTECT, related_name="markings")
    rev = models.PositiveSmallIntegerField(default=1)
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    marker_version = models.PositiveSmallIntegerField()  # of the kind that marked
    mark = models.IntegerField()  # 1/10 000; a kind may take marks off
    critical_missed = models.BooleanField(default=False)
    answered = models.BooleanField(default=False)
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)
    marked_by = models.ForeignKey(  # null: the machine
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    comment = models.TextField(blank=True)
    counted = models.BooleanField(default=True)  # not: a correction took the item off the paper
    regrade = models.ForeignKey("quizzes.Regrade", models.PROTECT, null=True, blank=True, related_name="markings")
    marked_at = models.DateTimeField()

    class Meta:
        ordering = ("item", "rev")
        constraints = (
            models.UniqueConstraint(fields=["item", "rev"], name="a_marking_has_its_turn"),
            models.UniqueConstraint(
                fields=["item", "regrade"], condition=Q(regrade__isnull=False), name="a_regrade_marks_an_answer_once"
            ),
            models.CheckConstraint(condition=Q(rev__gte=1), name="markings_count_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} · {self.mark}"


class Result(models.Model):
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="results")
    rev = models.PositiveSmallIntegerField(default=1)
    raw = models.PositiveIntegerField()  # 1/10 000 of a mark
    max_mark = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField()  # 1/100
    passed = models.BooleanField()
    critical_drawn = models.PositiveSmallIntegerField(default=0)
    critical_missed = models.PositiveSmallIntegerField(default=0)
    breakdown: models.JSONField[Any, Any] = models.JSONField()  # grading.Outcome.breakdown()
    cause = models.CharField(max_length=12, choices=Cause.choices, default=Cause.HANDED_IN)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("attempt", "rev")
        constraints = (
            models.UniqueConstraint(fields=["attempt", "rev"], name="a_result_has_its_turn"),
            models.CheckConstraint(condition=Q(percent__lte=10_000), name="a_result_is_a_percentage"),
            models.CheckConstraint(condition=Q(raw__lte=models.F("max_mark")), name="a_result_is_within_its_maximum"),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.percent / 100:.2f}%"

    @property
    def is_held(self) -> bool:
        """Passed, but a missed critical item is still to be put again before it counts."""
        return self.passed and self.critical_missed > 0


final.protect(Marking)
final.protect(Result)
