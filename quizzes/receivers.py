"""What quizzes hear: a lesson was studied, so a course may be complete."""

from typing import Any

from django.dispatch import receiver

from courses.models import Enrolment
from courses.signals import lesson_studied
from quizzes import completing


@receiver(lesson_studied)
def complete_if_that_was_the_last(enrolment: Enrolment, **_: Any) -> None:
    completing.lessons_done(enrolment)
