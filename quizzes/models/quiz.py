"""A quiz belongs to one course or one programme; its rules are a version that never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course, Programme
from jobs import final

if TYPE_CHECKING:
    from quizzes.models.attempt import Attempt


class ReviewWhen(models.TextChoices):
    """When a part of a closed attempt is shown to the trainee."""

    AT_ONCE = "at_once", _("as soon as it is handed in")
    AFTER_CLOSING = "after_closing", _("after the quiz has closed for everyone")
    AFTER_LAST = "after_last", _("after the last attempt: when the quiz is passed")
    NEVER = "never", _("never")


REVIEWED = ("score", "answers", "key", "feedback")


class Counts(models.TextChoices):
    BEST = "best", _("the best attempt")
    LAST = "last", _("the last attempt")
    FIRST = "first", _("the first attempt")


class Navigation(models.TextChoices):
    FREE = "free", _("back and forth")
    FORWARD = "forward", _("forward only")


class Behaviour(models.TextChoices):
    EXAM = "exam", _("examination")
    CHECK = "check", _("check")
    PRACTICE = "practice", _("practice")


class PractiseNew(models.TextChoices):
    """When questions a trainee has never met may come into their practice, which shows the answers."""

    AFTER_PASSING = "after_passing", _("once the quiz is passed")
    AFTER_LESSONS = "after_lessons", _("once the lessons are studied")
    NEVER = "never", _("never")


class QuizQuerySet(models.QuerySet["Quiz"]):
    def reached_by(self, trainee: User) -> Self:
        """What the trainee may see the start page of: enrolled in the course, or in one of the programme's."""
        return self.filter(
            Q(course__in=Course.objects.filter(enrolments__trainee=trainee))
            | Q(programme__in=Programme.objects.filter(courses__enrolments__trainee=trainee))
        ).select_related("course", "programme", "current")

    def taught_by(self, user: User) -> Self:
        """Quizzes of courses this person teaches, and examinations of programmes these belong to; to staff, all."""
        if user.is_staff:
            return self.all()
        taught = Course.objects.taught_by(user)
        return self.filter(Q(course__in=taught) | Q(programme__in=taught.values("programme")))


class Quiz(models.Model):
    course = models.OneToOneField(Course, models.PROTECT, null=True, blank=True, related_name="quiz")
    programme = models.OneToOneField(Programme, models.PROTECT, null=True, blank=True, related_name="examination")
    title = models.CharField(max_length=200)
    current = models.ForeignKey("QuizVersion", models.PROTECT, null=True, blank=True, related_name="+")

    objects = QuizQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "quizzes"
        constraints = (
            models.CheckConstraint(
                condition=Q(course__isnull=False, programme__isnull=True)
                | Q(course__isnull=True, programme__isnull=False),
                name="a_quiz_belongs_to_a_course_or_a_programme",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quizzes:quiz", args=[self.pk])

    @property
    def is_for_practice(self) -> bool:
        """Taken as often as one likes, and never counted: it stands in nobody's way."""
        return self.current is not None and self.current.behaviour == Behaviour.PRACTICE

    @property
    def is_examination(self) -> bool:
        return self.programme_id is not None

    def begin(self, trainee: User, *, declared: bool) -> Attempt:
        """Draw and freeze a paper. A second start returns the attempt that is open already.

        Raises `quizzes.opening.Closed` (its `.opening.reasons` say why in words) when the quiz is not
        open to the trainee or the work was not declared to be their own.
        """
        from quizzes import beginning

        return beginning.begin(self, trainee, declared=declared)

    def begin_practice(self, trainee: User) -> Attempt:
        """A round of a practice quiz, as often as one likes; it never counts. Returns the open round if there is one.

        Raises `quizzes.opening.Closed` when this is no practice quiz, or its lessons are not studied yet.
        """
        from quizzes.practising import rounds

        return rounds.begin(self, trainee)

    def begin_follow_up(self, trainee: User) -> Attempt:
        """Put the missed critical items again; untimed. Returns the open follow-up if there is one.

        Raises `quizzes.opening.Closed` when none is due, or its feedback was not opened yet.
        """
        from quizzes import following_up

        return following_up.begin(self, trainee)


class QuizVersion(models.Model):
    """The rules as they were on the day: an attempt points here, so a later edit cannot move them."""

    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    time_limit_seconds = models.PositiveIntegerField(null=True, blank=True)  # null: untimed
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=3)
    window_hours = models.PositiveSmallIntegerField(default=24)
    failures_before_review = models.PositiveSmallIntegerField(default=3)  # 0: never asked
    lessons_first = models.BooleanField(default=True)  # opens when the lessons are studied
    counts = models.CharField(max_length=5, choices=Counts.choices, default=Counts.BEST)
    pass_percent = models.PositiveSmallIntegerField()  # 1/100
    critical_min_items = models.PositiveSmallIntegerField(default=0)
    critical_min_percent = models.PositiveSmallIntegerField(default=8000)  # 1/100 of the critical items drawn
    navigation = models.CharField(max_length=10, choices=Navigation.choices, default=Navigation.FREE)
    behaviour = models.CharField(max_length=10, choices=Behaviour.choices, default=Behaviour.EXAM)
    practise_new = models.CharField(max_length=13, choices=PractiseNew.choices, default=PractiseNew.AFTER_PASSING)
    review: models.JSONField[Any, Any] = models.JSONField(default=dict)  # what -> ReviewWhen
    sections: models.JSONField[Any, Any] = models.JSONField()  # see quizzes.blueprints
    kinds: models.JSONField[Any, Any] = models.JSONField(default=dict)  # over the form: kind -> {"at_least": n, …}
    max_per_objective: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {"default": 1, code: n}
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("quiz", "number")
        constraints = (
            models.UniqueConstraint(fields=["quiz", "number"], name="a_quiz_version_has_its_number"),
            models.CheckConstraint(condition=Q(pass_percent__lte=10_000), name="a_pass_mark_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(critical_min_percent__lte=10_000), name="a_critical_share_is_a_percentage"
            ),
            models.CheckConstraint(condition=Q(attempts__gte=1), name="a_quiz_allows_an_attempt"),
        )

    def __str__(self) -> str:
        return f"{self.quiz} · {self.number}"

    @property
    def item_count(self) -> int:
        """How many questions a form has."""
        from quizzes import blueprints

        return blueprints.of(self).size

    @property
    def time_limit_minutes(self) -> int | None:
        return None if self.time_limit_seconds is None else self.time_limit_seconds // 60


final.protect(QuizVersion)
