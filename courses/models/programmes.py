"""Programmes put courses in order; a course is what one enrols in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.signals import programme_completed

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models.enrolling import Enrolment, ProgrammeCompletion


class Programme(models.Model):
    """Courses in an order, a final examination and a certificate of competence."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=140)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.title

    def complete(self, trainee: User) -> ProgrammeCompletion:
        """Remember that `trainee` passed its final examination, and announce it once."""
        from courses.models.enrolling import ProgrammeCompletion

        with transaction.atomic():
            completion, is_new = ProgrammeCompletion.objects.get_or_create(trainee=trainee, programme=self)
            if is_new:
                programme_completed.send(sender=Programme, trainee=trainee, programme=self)
        return completion


class CourseQuerySet(models.QuerySet["Course"]):
    def offered(self) -> Self:
        return self.filter(retired=False)

    def choices(self) -> list[tuple[str, str]]:
        """What an invitation to teach can be about."""
        return [(f"course:{course.pk}", str(course)) for course in self.offered()]

    def taught_by(self, user: User) -> Self:
        return self.filter(teachings__user=user)

    def readable_by(self, user: User) -> Self:
        """Those whose lessons this person may open: enrolled, among its instructors, or staff."""
        if user.is_staff:
            return self.all()
        mine = models.Q(pk__in=user.enrolments.values("course"))
        return self.filter(mine | models.Q(pk__in=user.teachings.values("course")))

    def visible_to(self, user: User | None) -> Self:
        """Offered ones to everybody; a retired one stays open to those it was given to."""
        offered = models.Q(retired=False)
        if user is None:
            return self.filter(offered)
        if user.is_staff:
            return self.all()
        return self.filter(offered | models.Q(pk__in=Course.objects.readable_by(user).values("pk")))


class Course(models.Model):
    """What one enrols in: lessons, a quiz and a certificate of its own."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses", verbose_name=_("programme"))
    code = models.CharField(_("code"), max_length=12)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=140)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    validity_months = models.PositiveSmallIntegerField(
        _("months its certificate is valid"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("No longer offered. Those enrolled keep it as it is.")
    )
    prerequisites = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="opens", verbose_name=_("prerequisites")
    )
    instructors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Teaching", related_name="courses_taught", verbose_name=_("instructors")
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="a_course_code_is_used_once_in_a_programme")
        ]
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.slug])

    def enrol(self, trainee: User) -> Enrolment:
        """Give `trainee` a place. Enrolling twice is enrolling once."""
        from courses.models.enrolling import Enrolment

        return Enrolment.objects.get_or_create(trainee=trainee, course=self)[0]

    def prerequisites_left(self, trainee: User) -> models.QuerySet[Course]:
        """The prerequisite courses `trainee` has not completed."""
        return self.prerequisites.exclude(enrolments__in=trainee.enrolments.filter(completion__isnull=False))

    def may_be_read_by(self, user: User) -> bool:
        """Its instructors and staff read lessons without being enrolled."""
        return user.is_staff or self.teachings.filter(user=user).exists()


class Teaching(models.Model):
    """An instructor of a course."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="teachings", verbose_name=_("course"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="teachings", verbose_name=_("instructor")
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_is_an_instructor_of_a_course_once")]
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"

    @staticmethod
    def has(user: User) -> bool:
        """Whether this person teaches anything."""
        return Teaching.objects.filter(user=user).exists()


class Objective(models.Model):
    """What a trainee can do after a lesson; questions and results point at it by its code."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="objectives", verbose_name=_("programme"))
    course = models.ForeignKey(Course, models.CASCADE, related_name="objectives", verbose_name=_("course"))
    code = models.CharField(_("code"), max_length=20)
    text = models.TextField(_("text"))
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="an_objective_code_is_used_once_in_a_programme")
        ]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
