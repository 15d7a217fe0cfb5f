"""A question being written: what was typed, valid or not, until it becomes a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course
from quizzes.models.question import Question, QuestionVersion

if TYPE_CHECKING:
    from quizzes.writing.drafts import Checked


class Moved(Exception):
    """Somebody else saved the draft since it was read."""


class QuestionDraftQuerySet(models.QuerySet["QuestionDraft"]):
    def written_by(self, user: User) -> Self:
        """Drafts in courses this person teaches; to staff, all."""
        return self.all() if user.is_staff else self.filter(course__in=Course.objects.taught_by(user))


class QuestionDraft(models.Model):
    """One a question at most, so that two authors meet in it instead of losing one another's work."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    question = models.OneToOneField(Question, models.CASCADE, null=True, blank=True, related_name="draft")  # null: new
    base = models.ForeignKey(QuestionVersion, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    fields: models.JSONField[Any, Any] = models.JSONField(default=dict)  # posted name -> values
    edition = models.PositiveIntegerField(default=0)  # grows with each save
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = QuestionDraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at",)
        verbose_name = _("draft of a question")
        verbose_name_plural = _("drafts of questions")

    def __str__(self) -> str:
        return self.question.ref if self.question else str(_("New question"))

    def get_absolute_url(self) -> str:
        return reverse("quizzes:draft", args=[self.pk])

    def keep(self, fields: dict[str, list[str]], *, by: User, edition: int) -> None:
        """Save what was typed over the edition it was typed into. Raises Moved if there is a newer one."""
        mine = QuestionDraft.objects.filter(pk=self.pk, edition=edition)
        if not mine.update(fields=fields, author=by, edition=edition + 1, saved_at=timezone.now()):
            raise Moved
        self.refresh_from_db()

    def checked(self) -> Checked:
        """The draft as an entry of the bank, and what is wrong with it, by form field."""
        from quizzes.writing import drafts

        return drafts.check(self)
