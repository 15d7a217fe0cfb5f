"""Hears that a course or a programme was completed. Runs in the announcer's transaction: rows and nothing else."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from certificates import issuing
from courses.models import Enrolment, Programme
from courses.signals import course_completed, programme_completed


@receiver(course_completed)
def certify_course(enrolment: Enrolment, **_: Any) -> None:
    issuing.award_course(enrolment)


@receiver(programme_completed)
def certify_competence(trainee: User, programme: Programme, **_: Any) -> None:
    issuing.award_programme(programme, trainee)
