"""What the answers to a quiz tell about its questions, worked out once and kept until a new result arrives."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from quizzes.models.quiz import Quiz


class ItemAnalysis(models.Model):
    """A cache, not a record: it can be worked out again at any time, so it is overwritten."""

    quiz = models.OneToOneField(Quiz, models.CASCADE, related_name="analysis")
    basis = models.CharField(max_length=64)  # names the results it was worked out from
    figures: models.JSONField[Any, Any] = models.JSONField()  # see quizzes.analysis.figures
    seconds = models.FloatField(default=0)  # how long that took
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "item analyses"

    def __str__(self) -> str:
        return f"{self.quiz_id} · {self.computed_at:%Y-%m-%d %H:%M}"
