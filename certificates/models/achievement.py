"""What a certificate is for."""

from typing import Self

from django.db import models
from django.db.models import Q

from courses.models import Course, Programme


class AchievementQuerySet(models.QuerySet["Achievement"]):
    def of_course(self, course: Course) -> Self:
        return self.filter(course=course)

    def of_courses_in(self, programme: Programme) -> Self:
        return self.filter(course__programme=programme)

    def of_programme(self, programme: Programme) -> Self:
        return self.filter(programme=programme)


class Achievement(models.Model):
    """What a certificate is for: a course passed, or a programme with its final examination."""

    course = models.OneToOneField(Course, models.PROTECT, null=True, blank=True, related_name="achievement")
    programme = models.OneToOneField(Programme, models.PROTECT, null=True, blank=True, related_name="achievement")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=160)
    validity_months = models.PositiveSmallIntegerField()
    areas = models.JSONField(default=list, blank=True)  # what was assessed, in words
    sentences = models.JSONField(default=list, blank=True)  # what the paper must say of its own limits
    current_while = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="keeps_current"
    )  # the certificate that must stand for this one to be relied on: hygiene

    objects = AchievementQuerySet.as_manager()

    class Meta:
        ordering = ["course__position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(course__isnull=False, programme__isnull=True)
                | Q(course__isnull=True, programme__isnull=False),
                name="an_achievement_is_a_course_or_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(validity_months__gte=1) & Q(validity_months__lte=120),
                name="a_certificate_lasts_a_month_to_ten_years",
            ),
        ]

    def __str__(self) -> str:
        return self.title
