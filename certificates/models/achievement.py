"""What a certificate is for, and under which titles it was printed."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from courses.models import Course, Programme
from jobs import final


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

    def remember_title(self, title: str, day: date) -> None:
        """A certificate with this title is issued on that day: written down where the one before bore another."""
        newest = self.titles.order_by("since", "pk").last()
        if newest is None or newest.title != title:
            AchievementTitle.objects.get_or_create(achievement=self, title=title, since=day)


class AchievementTitle(models.Model):
    """A title as certificates bear it, from the day of the first one until another is printed. Only ever added to.

    From what was issued, not from what the achievement is called: a corrected reissue bears the older one's title.
    """

    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="titles")
    title = models.CharField(max_length=160)
    since = models.DateField()  # a calendar day of the academy's zone, as a certificate's day of issue

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["achievement", "title", "since"], name="a_title_begins_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.since:%Y-%m-%d}"


final.protect(AchievementTitle)
