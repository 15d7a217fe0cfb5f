"""A question is a name that stays; what it asks is a version that never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course, Programme
from jobs import final

if TYPE_CHECKING:
    from quizzes.models.quiz import Quiz

MARK = 10_000  # one mark is stored as ten thousand whole parts


class ChangeKind(models.TextChoices):
    """What a new version changed: it tells a later regrade whether old answers are touched."""

    NEW = "new", _("new")
    TYPO = "typo", _("wording only")
    KEY = "key", _("right answer")
    CONTENT = "content", _("content")


class QuestionQuerySet(models.QuerySet["Question"]):
    def askable(self) -> Self:
        return self.filter(retired=False, current__isnull=False)

    def written_by(self, user: User) -> Self:
        """Those this person may read with their keys and work on: of courses they teach; to staff, all."""
        return self.all() if user.is_staff else self.filter(course__in=Course.objects.taught_by(user))

    def of_quiz(self, quiz: Quiz) -> Self:
        """What it draws from: its course's questions, or those of the whole programme."""
        return (
            self.filter(programme=quiz.programme_id) if quiz.course_id is None else self.filter(course=quiz.course_id)
        )


class Question(models.Model):
    """Belongs to one course's pool; the programme's final examination draws from all of its courses."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="questions")
    course = models.ForeignKey(Course, models.PROTECT, related_name="questions")
    ref = models.CharField(max_length=40)  # the bank's own name, such as Q-M1-001
    retired = models.BooleanField(default=False)
    current = models.ForeignKey("QuestionVersion", models.PROTECT, null=True, blank=True, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("ref",)
        constraints = (models.UniqueConstraint(fields=["programme", "ref"], name="a_ref_names_one_question"),)

    def __str__(self) -> str:
        return self.ref


class QuestionVersion(models.Model):
    """Public body and secret key apart from the first line on. Published when it is made; then final."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    stem = models.TextField()
    body: models.JSONField[Any, Any] = models.JSONField()
    key: models.JSONField[Any, Any] = models.JSONField()
    feedback: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {"right": words, "wrong": words}
    mark = models.PositiveIntegerField()  # 1/10 000
    is_critical = models.BooleanField(default=False)
    objective = models.CharField(max_length=20)  # a code of the programme's objectives
    case = models.CharField(max_length=64, blank=True)  # items of one case never stand in one form
    facts: models.JSONField[Any, Any] = models.JSONField(default=list)
    not_with: models.JSONField[Any, Any] = models.JSONField(default=list)  # refs
    tags: models.JSONField[Any, Any] = models.JSONField(default=list)
    difficulty = models.CharField(max_length=10, blank=True)  # the author's guess
    expected_correct = models.PositiveSmallIntegerField(null=True, blank=True)  # 1/100 %, a guess until data replace it
    change_kind = models.CharField(max_length=10, choices=ChangeKind.choices, default=ChangeKind.NEW)
    change_reason = models.TextField(blank=True)  # why it was changed, in the author's words
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    loaded = models.BooleanField(default=False)  # from a programme folder; else written in the studio
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("question", "number")
        constraints = (
            models.UniqueConstraint(fields=["question", "number"], name="a_question_version_has_its_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="question_versions_count_from_one"),
            models.CheckConstraint(condition=Q(mark__gte=1), name="a_question_is_worth_something"),
        )

    def __str__(self) -> str:
        return f"{self.question} · {self.number}"


final.protect(QuestionVersion)
