"""Lessons, and the versions of them that were published. A version never changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.programmes import Course
from jobs.final import protect

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Content:
    """What a version holds, before it is published."""

    title: str
    summary: str
    minutes: int
    objectives: list[str]
    facts: list[str]
    blocks: list[dict[str, Any]]

    @property
    def hash(self) -> str:
        """The same content has the same hash, whatever the order of its keys."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Module(models.Model):
    """A titled run of lessons inside a course; a course with only one shows no module level."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="modules", verbose_name=_("course"))
    title = models.CharField(_("title"), max_length=140)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def __str__(self) -> str:
        return self.title


class LessonQuerySet(models.QuerySet["Lesson"]):
    def current(self) -> Self:
        """Those a trainee studies now: published and not retired, in the order of the course."""
        return (
            self.filter(retired=False, current__isnull=False)
            .select_related("current", "module")
            .order_by("course__position", "course_id", "module__position", "module_id", "position", "pk")
        )

    def outline(self) -> Self:
        """The current ones without their content: a list of lessons must not fetch every word of them."""
        return self.current().defer("current__blocks", "current__text", "current__facts", "current__objectives")


class Lesson(models.Model):
    course = models.ForeignKey(Course, models.PROTECT, related_name="lessons", verbose_name=_("course"))
    module = models.ForeignKey(Module, models.PROTECT, related_name="lessons", verbose_name=_("module"))
    slug = models.SlugField(_("address"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    retired = models.BooleanField(_("retired"), default=False)
    current = models.ForeignKey(
        "LessonVersion",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="current_for",
        verbose_name=_("published version"),
    )

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="a_lesson_address_is_used_once_in_a_course")
        ]
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def __str__(self) -> str:
        return self.current.title if self.current else self.slug

    def get_absolute_url(self) -> str:
        return reverse("courses:lesson", args=[self.course.slug, self.slug])

    def publish(self, content: Content, *, by: User | None = None) -> LessonVersion | None:
        """Make `content` the current version, and what search finds. None when it is current already."""
        from courses import searching

        with transaction.atomic():
            latest = self.versions.select_for_update().order_by("-number").first()
            if latest is not None and latest.pk == self.current_id and latest.content_hash == content.hash:
                return None
            version = LessonVersion.objects.create(
                lesson=self,
                number=latest.number + 1 if latest else 1,
                text=searching.text_of(content.blocks),
                content_hash=content.hash,
                author=by,
                **asdict(content),
            )
            self.current = version
            self.save(update_fields=["current"])
            searching.index(version)
        return version


class LessonVersion(models.Model):
    """One edition of a lesson, as it was published. What somebody studied stays what they studied."""

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="versions", verbose_name=_("lesson"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=140)
    summary = models.TextField(_("summary"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    objectives = models.JSONField(_("objectives"), default=list, encoder=DjangoJSONEncoder)
    facts = models.JSONField(_("facts"), default=list, encoder=DjangoJSONEncoder)
    blocks = models.JSONField(_("blocks"), default=list, encoder=DjangoJSONEncoder)
    text = models.TextField(_("words"), blank=True)  # what search shows
    content_hash = models.CharField(_("content hash"), max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)

    class Meta:
        ordering = ["lesson", "number"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "number"], name="a_lesson_version_number_is_used_once")
        ]
        verbose_name = _("lesson version")
        verbose_name_plural = _("lesson versions")

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


protect(LessonVersion)
