"""The words of the current lessons, stemmed and weighted: one index for both databases."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.lessons import Lesson


class Term(models.Model):
    """A word of a lesson's current version. Rewritten whenever a version is published."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="terms", verbose_name=_("lesson"))
    word = models.CharField(_("word"), max_length=40, db_index=True)
    stem = models.CharField(_("stem"), max_length=40, db_index=True)
    weight = models.PositiveIntegerField(_("weight"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "word"], name="a_word_is_weighed_once_in_a_lesson")]
        verbose_name = _("search term")
        verbose_name_plural = _("search terms")

    def __str__(self) -> str:
        return self.word
