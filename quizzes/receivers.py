"""What quizzes hear: a lesson was studied, so a course may be complete, and its questions may be practised."""

from typing import Any

from django.dispatch import receiver

from courses.models import Enrolment
from courses.signals import lesson_studied
from jobs.running import enqueue
from quizzes import completing


@receiver(lesson_studied)
def complete_if_that_was_the_last(enrolment: Enrolment, **_: Any) -> None:
    completing.lessons_done(enrolment)


@receiver(lesson_studied)
def deal_practice_after_the_last(enrolment: Enrolment, **_: Any) -> None:
    if not enrolment.lessons_left():
        enqueue("deal_practice", f"enrolment:{enrolment.pk}", {"trainee_id": enrolment.trainee_id})
