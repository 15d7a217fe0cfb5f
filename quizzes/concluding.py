"""Makes the result of a closed attempt, once, when each of its items has its marking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from quizzes import completing, grading, worth
from quizzes.models.attempt import Attempt, State
from quizzes.models.marking import Cause, Marking, Result


def conclude(
    attempt: Attempt, markings: Iterable[Marking], *, cause: Cause, at: datetime, actor: User | None = None
) -> Result | None:
    """One marking for each item, with the item's version read; in the caller's transaction.

    None when the result was made already: only one caller moves the attempt from handed in to graded.
    """
    lines = [
        grading.Line(
            section=marking.item.section,
            objective=marking.item.question_version.objective,
            mark=marking.mark,
            max_mark=marking.item.max_mark,
            is_critical=marking.item.question_version.is_critical,
            critical_missed=marking.critical_missed,
        )
        for marking in markings
    ]
    if not Attempt.objects.filter(pk=attempt.pk, state=State.SUBMITTED).update(state=State.GRADED):
        return None
    outcome = grading.grade(lines, worth.rules_of(attempt))
    result = Result.objects.create(attempt=attempt, cause=cause, actor=actor, made_at=at, **worth.columns(outcome))
    attempt.result, attempt.state = result, State.GRADED
    completing.settle(attempt, clear=outcome.passed and not outcome.critical_missed)
    return result
