"""Practice: the cards a trainee keeps, each sitting, and every answer given. None of it ever counts for a grade."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final
from quizzes.models.question import Question, QuestionVersion


class Because(models.TextChoices):
    """Why there is a card."""

    MISSED = "missed", _("missed in a quiz")
    NEVER_MET = "never_met", _("never met in a quiz")


class Rating(models.IntegerChoices):
    """How well it was known; the numbers are the scheduler's own."""

    AGAIN = 1, _("not right")
    HARD = 2, _("partly right")
    GOOD = 3, _("right")
    EASY = 4, _("right, and easy")


class CardQuerySet(models.QuerySet["Card"]):
    def of(self, trainee: User) -> Self:
        return self.filter(trainee=trainee)

    def askable(self, trainee: User) -> Self:
        """Those of the trainee that may be asked at all now, due or not."""
        from quizzes.practising import asking

        return self.of(trainee).filter(*asking.conditions(trainee))

    def due(self, at: datetime) -> Self:
        return self.filter(due_at__lte=at)


class Card(models.Model):
    """A question that a trainee practises, and when it comes again. The state is the scheduler library's own."""

    trainee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cards")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    made_because = models.CharField(max_length=10, choices=Because.choices)
    made_at = models.DateTimeField(default=timezone.now)
    state: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)  # {}: never answered yet
    due_at = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)  # how often it was answered
    first_answered_at = models.DateTimeField(null=True, blank=True)
    suspended = models.BooleanField(default=False)  # left out, as the trainee wished

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        indexes = (models.Index(fields=["trainee", "due_at"], name="cards_by_due_date"),)
        constraints = (
            models.UniqueConstraint(fields=["trainee", "question"], name="a_question_has_one_card_a_trainee"),
            models.CheckConstraint(
                condition=Q(turn=0, first_answered_at__isnull=True) | Q(turn__gte=1, first_answered_at__isnull=False),
                name="an_answered_card_says_since_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id} · {self.trainee_id}"


class PracticeDeal(models.Model):
    """When somebody's cards were last looked after: what happened since may make new ones."""

    trainee = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="practice_deal")
    dealt_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.trainee_id} · {self.dealt_at:%Y-%m-%d}"


class PracticeSitting(models.Model):
    """About ten minutes of practice: the cards it is made of, in their order."""

    trainee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sittings")
    cards: models.JSONField[Any, Any] = models.JSONField()  # [[card, its turn then], …]
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.trainee_id} · {self.begun_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:sitting", args=[self.pk])


class PracticeAnswer(models.Model):
    """One answer to a card, how it was judged, and what the scheduler made of it."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="answers")
    turn = models.PositiveIntegerField()  # from 1
    sitting = models.ForeignKey(PracticeSitting, models.PROTECT, related_name="answers")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    drawn: models.JSONField[Any, Any] = models.JSONField(default=dict)
    response: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)  # null: "I do not know"
    share = models.IntegerField()  # of full marks, in 1/10 000
    rating = models.PositiveSmallIntegerField(choices=Rating.choices)
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)  # the card's state until then
    due_at = models.DateTimeField()  # when it was to come again
    seconds = models.PositiveIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["card", "turn"], name="a_card_is_answered_once_a_turn"),
            models.CheckConstraint(condition=Q(turn__gte=1), name="answers_to_a_card_count_from_one"),
            models.CheckConstraint(condition=Q(rating__in=Rating.values), name="an_answer_has_a_known_rating"),
        )

    def __str__(self) -> str:
        return f"{self.card_id} · {self.turn}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:practice_answer", args=[self.pk])


class PracticeEase(models.Model):
    """“That was easy”: said once of a right answer, and the card comes later."""

    answer = models.OneToOneField(PracticeAnswer, models.PROTECT, related_name="ease")
    due_at = models.DateTimeField()  # when it is to come again instead
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "practice eases"

    def __str__(self) -> str:
        return str(self.answer_id)


final.protect(PracticeSitting)
final.protect(PracticeAnswer)
final.protect(PracticeEase)
