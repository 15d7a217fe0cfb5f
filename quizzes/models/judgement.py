"""What a person found an answer to be worth. Rows are added, never changed: every marker's own stays."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs import final
from quizzes.models.item import Item

COMMENT_LENGTH = 4000


class Judgement(models.Model):
    """One marker's turn at one answer: the first, a second where it is close, a third where they differ."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="judgements")
    turn = models.PositiveSmallIntegerField()
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    levels: models.JSONField[Any, Any] = models.JSONField()  # criterion id -> index of the level chosen
    mark = models.PositiveIntegerField()  # 1/10 000
    critical = models.BooleanField(default=False)  # an unsafe level was chosen
    comment = models.TextField(blank=True, max_length=COMMENT_LENGTH)  # for the trainee
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("item", "turn")
        constraints = (
            models.UniqueConstraint(fields=["item", "turn"], name="a_turn_at_an_answer_is_taken_once"),
            models.UniqueConstraint(fields=["item", "marker"], name="a_marker_judges_an_answer_once"),
            models.CheckConstraint(
                condition=Q(turn__gte=1, turn__lte=3), name="an_answer_is_judged_three_times_at_most"
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} · {self.turn}"


final.protect(Judgement)
