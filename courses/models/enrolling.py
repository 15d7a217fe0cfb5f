"""Who is enrolled, what they studied, and what they completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.lessons import Lesson, LessonVersion
from courses.models.programmes import Course, Programme
from courses.signals import course_completed, lesson_studied
from jobs.final import protect

if TYPE_CHECKING:
    from accounts.models import User


class NotTaught(Exception):
    """The lesson is not one of the course's current lessons."""


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def of(self, trainee: User) -> Self:
        return self.filter(trainee=trainee)


class Enrolment(models.Model):
    """A trainee on a course."""

    trainee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments", verbose_name=_("trainee")
    )
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments", verbose_name=_("course"))
    enrolled_at = models.DateTimeField(_("enrolled"), default=timezone.now)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["enrolled_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["trainee", "course"], name="one_enrols_in_a_course_once")]
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")

    def __str__(self) -> str:
        return f"{self.trainee} · {self.course}"

    def study(self, lesson: Lesson) -> Studied:
        """Mark a lesson studied, in the version that is current now, and announce it once."""
        version = self._current_version(lesson)
        with transaction.atomic():
            studied, is_new = Studied.objects.get_or_create(
                enrolment=self, lesson=lesson, defaults={"version": version}
            )
            if is_new:
                lesson_studied.send(sender=Enrolment, enrolment=self, lesson=lesson)
        return studied

    def review(self, lesson: Lesson) -> Review:
        """Remember that a lesson studied before was read again."""
        version = self._current_version(lesson)
        if not self.studied.filter(lesson=lesson).exists():
            raise NotTaught(_("Mark the lesson as studied first."))
        return Review.objects.create(enrolment=self, lesson=lesson, version=version)

    def lessons_left(self) -> int:
        """How many of the course's current lessons are not studied yet."""
        return Lesson.objects.current().filter(course_id=self.course_id).exclude(studied__enrolment=self).count()

    def complete(self) -> Completion:
        """Remember that the course is completed, and announce it once, in the same transaction."""
        with transaction.atomic():
            completion, is_new = Completion.objects.get_or_create(enrolment=self)
            if is_new:
                course_completed.send(sender=Enrolment, enrolment=self)
        return completion

    @property
    def is_completed(self) -> bool:
        return hasattr(self, "completion")

    def _current_version(self, lesson: Lesson) -> LessonVersion:
        if lesson.course_id != self.course_id or lesson.retired or lesson.current is None:
            raise NotTaught(_("This lesson is not part of the course now."))
        return lesson.current


class Studied(models.Model):
    """A lesson marked as studied, and the version it was studied in."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="studied", verbose_name=_("enrolment"))
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="studied", verbose_name=_("lesson"))
    version = models.ForeignKey(LessonVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    studied_at = models.DateTimeField(_("studied"), default=timezone.now)

    class Meta:
        ordering = ["studied_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="a_lesson_is_studied_once_in_an_enrolment")
        ]
        verbose_name = _("studied lesson")
        verbose_name_plural = _("studied lessons")

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.version}"


class Review(models.Model):
    """A lesson read again after it was studied."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="reviews", verbose_name=_("enrolment"))
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="reviews", verbose_name=_("lesson"))
    version = models.ForeignKey(LessonVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    reviewed_at = models.DateTimeField(_("reviewed"), default=timezone.now)

    class Meta:
        ordering = ["reviewed_at", "pk"]
        verbose_name = _("lesson review")
        verbose_name_plural = _("lesson reviews")

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.version}"


class Place(models.Model):
    """Where a trainee was last, so that Continue leads there from any device."""

    trainee = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="place", verbose_name=_("trainee")
    )
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="+", verbose_name=_("lesson"))
    block = models.CharField(_("block"), max_length=60, blank=True)
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return f"{self.lesson}#{self.block}"


class Completion(models.Model):
    """A course completed: every lesson studied, its quiz passed, nothing left open."""

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="completion", verbose_name=_("enrolment"))
    completed_at = models.DateTimeField(_("completed"), default=timezone.now)

    class Meta:
        ordering = ["completed_at", "pk"]
        verbose_name = _("course completion")
        verbose_name_plural = _("course completions")

    def __str__(self) -> str:
        return str(self.enrolment)


class ProgrammeCompletion(models.Model):
    """A programme completed: its final examination passed."""

    trainee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="programme_completions", verbose_name=_("trainee")
    )
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="completions", verbose_name=_("programme"))
    completed_at = models.DateTimeField(_("completed"), default=timezone.now)

    class Meta:
        ordering = ["completed_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["trainee", "programme"], name="a_programme_is_completed_once")]
        verbose_name = _("programme completion")
        verbose_name_plural = _("programme completions")

    def __str__(self) -> str:
        return f"{self.trainee} · {self.programme}"


protect(Studied)
protect(Review)
protect(Completion)
protect(ProgrammeCompletion)
