"""The frozen paper, what was answered on it, and every save that ever arrived."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs import final
from quizzes.models.attempt import Attempt, Outcome
from quizzes.models.question import Question, QuestionVersion

CLIENT_LENGTH = 40


class Item(models.Model):
    """One question on one paper, as it was drawn. Never changes."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()  # from 1
    section = models.PositiveSmallIntegerField(default=0)  # index in the quiz version's sections
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    drawn: models.JSONField[Any, Any] = models.JSONField(default=dict)  # option order, parameters
    max_mark = models.PositiveIntegerField()

    class Meta:
        ordering = ("attempt", "position")
        constraints = (
            models.UniqueConstraint(fields=["attempt", "position"], name="a_place_on_a_paper_holds_one_item"),
            models.UniqueConstraint(fields=["attempt", "question"], name="a_paper_asks_a_question_once"),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.position}"


class Response(models.Model):
    """The answer that counts now; it changes only when (epoch, seq) grows."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="response")
    epoch = models.PositiveIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)
    client = models.CharField(max_length=CLIENT_LENGTH, blank=True)  # which browser wrote it
    body: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)  # null: unanswered
    flagged = models.BooleanField(default=False)
    saved_at = models.DateTimeField(null=True, blank=True)
    # How long the question was in view when it was last saved, as the page counted it; 0: not known. Only for item
    # analysis: nothing is decided by it.
    active_seconds = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.item_id} @ {self.epoch}.{self.seq}"


class ResponseEvent(models.Model):
    """A save that arrived, and what became of it."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="events")
    client = models.CharField(max_length=CLIENT_LENGTH)
    epoch = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    body: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    flagged = models.BooleanField(null=True, blank=True)  # null: the save said nothing about it
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("response event")
        constraints = (
            models.UniqueConstraint(
                fields=["item", "client", "epoch", "seq"],
                condition=~Q(outcome="applied"),
                name="a_save_is_remembered_once",
            ),
            # What was kept aside at first may count later: it is sent again when the paper is handed in.
            models.UniqueConstraint(
                fields=["item", "client", "epoch", "seq"],
                condition=Q(outcome="applied"),
                name="a_save_is_applied_once",
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="a_save_has_a_known_outcome"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} @ {self.epoch}.{self.seq}: {self.outcome}"


final.protect(Item)
final.protect(ResponseEvent)
