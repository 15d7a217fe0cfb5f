"""The latest answer to a knowledge check in a lesson. It helps memory and counts for nothing."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import LessonVersion


class CheckAnswerQuerySet(models.QuerySet["CheckAnswer"]):
    def of(self, trainee: User) -> Self:
        return self.filter(trainee=trainee)

    def remember(
        self, *, trainee: User, version: LessonVersion, block: str, response: dict[str, Any], right: bool
    ) -> CheckAnswer:
        """Keep this answer in the place of the one before."""
        answer, _is_new = self.update_or_create(
            trainee=trainee,
            lesson_version=version,
            block=block,
            defaults={"response": response, "right": right, "answered_at": timezone.now()},
        )
        return answer


class CheckAnswer(models.Model):
    trainee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="check_answers", verbose_name=_("trainee")
    )
    lesson_version = models.ForeignKey(
        LessonVersion, models.CASCADE, related_name="check_answers", verbose_name=_("lesson version")
    )
    block = models.CharField(_("block"), max_length=60)
    response: models.JSONField[Any, Any] = models.JSONField(_("answer"))
    right = models.BooleanField(_("right"))
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)

    objects = CheckAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trainee", "lesson_version", "block"], name="a_check_keeps_one_answer")
        ]
        verbose_name = _("answer to a check")
        verbose_name_plural = _("answers to checks")

    def __str__(self) -> str:
        return f"{self.trainee} · {self.lesson_version} · {self.block}"
