"""Hears what was completed and what was corrected. Runs in the announcer's transaction: rows and nothing else."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from certificates import deciding, issuing, renewing
from courses.models import Enrolment, Programme
from courses.signals import course_completed, programme_completed
from quizzes.models import Attempt, Quiz, Regrade, Result
from quizzes.signals import cleared_again, result_corrected


@receiver(course_completed)
def certify_course(enrolment: Enrolment, **_: Any) -> None:
    issuing.award_course(enrolment)


@receiver(programme_completed)
def certify_competence(trainee: User, programme: Programme, **_: Any) -> None:
    issuing.award_programme(programme, trainee)


@receiver(cleared_again)
def certify_a_renewal(quiz: Quiz, trainee: User, **_: Any) -> None:
    renewing.renew(quiz, trainee)


@receiver(result_corrected)
def ask_whether_it_stands(
    attempt: Attempt,
    before: Result,
    after: Result,
    regrade: Regrade | None,
    was_clear: bool,
    is_clear: bool,
    **_: Any,
) -> None:
    if was_clear and not is_clear:
        deciding.ask_about(attempt, before=before, after=after, regrade=regrade)
