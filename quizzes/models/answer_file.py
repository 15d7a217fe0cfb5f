"""A file that is the answer to a question, or part of it. Stored under a name that says nothing."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final
from quizzes.models.attempt import State
from quizzes.models.item import Item
from quizzes.models.quiz import Quiz

NAME_LENGTH = 120


class FileType(models.TextChoices):
    PDF = "application/pdf", _("PDF")
    PNG = "image/png", _("PNG picture")
    JPEG = "image/jpeg", _("JPEG picture")


ENDINGS = {FileType.PDF: "pdf", FileType.PNG: "png", FileType.JPEG: "jpg"}


class AnswerFileQuerySet(models.QuerySet["AnswerFile"]):
    def seen_by(self, user: User) -> Self:
        """Those of one's own papers; those of closed papers of quizzes one teaches; to staff, all of these."""
        taught = Quiz.objects.taught_by(user)
        return self.filter(
            Q(item__attempt__trainee=user) | (Q(item__attempt__quiz__in=taught) & ~Q(item__attempt__state=State.OPEN))
        )


class AnswerFile(models.Model):
    """What was uploaded for one item. The response names the one that counts; the others stay on record."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="files")
    storage_key = models.CharField(max_length=100, unique=True)  # in the private storage
    name = models.CharField(max_length=NAME_LENGTH)  # as the trainee's device called it; markers never see it
    content_type = models.CharField(max_length=20, choices=FileType.choices)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    objects = AnswerFileQuerySet.as_manager()

    class Meta:
        ordering = ("item", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(size__gte=1), name="an_answer_file_holds_something"),
            models.CheckConstraint(
                condition=Q(content_type__in=FileType.values), name="an_answer_file_is_of_a_known_type"
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:file", args=[self.pk])

    @property
    def ending(self) -> str:
        return ENDINGS[FileType(self.content_type)]


final.protect(AnswerFile)
