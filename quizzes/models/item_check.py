"""An answer that was checked within its attempt: what it said then is what counts."""

from __future__ import annotations

from typing import Any

from django.db import models

from jobs import final
from quizzes.models.attempt import Attempt
from quizzes.models.item import Item
from quizzes.models.quiz import Behaviour


class ItemCheckQuerySet(models.QuerySet["ItemCheck"]):
    def locked(self, attempt: Attempt) -> dict[int, dict[str, Any]]:
        """By item: the answers that stay as they are. One query; none where the paper offers no checks."""
        if attempt.quiz_version.behaviour != Behaviour.CHECK:
            return {}
        return dict(self.filter(item__attempt=attempt).values_list("item", "response"))


class ItemCheck(models.Model):
    """One a question: the answer as it was checked, and what it was worth. It is told at once, so it is locked."""

    item = models.OneToOneField(Item, models.PROTECT, related_name="check_made")
    response: models.JSONField[Any, Any] = models.JSONField()
    mark = models.IntegerField()  # 1/10 000, as the hand-in will find it
    checked_at = models.DateTimeField()

    objects = ItemCheckQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.item_id)


final.protect(ItemCheck)
