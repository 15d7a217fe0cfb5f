"""Tells a trainee that a result of theirs was corrected, once for each correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from jobs.mail import send_letter
from quizzes.models.attempt import Attempt
from quizzes.models.item import Item

if TYPE_CHECKING:
    from quizzes.correcting.rejudging import Corrected


def tell(attempt: Attempt, item: Item, corrected: Corrected, *, reason: str, key: str) -> None:
    """A row in the caller's transaction; the post goes out by itself. Percentages only where they may be seen."""
    before, after = corrected.before, corrected.after
    send_letter(
        key=f"{key}:{attempt.pk}",
        to=attempt.trainee.email,
        kind="result-corrected",
        template="quizzes/email/corrected",
        context={
            "name": attempt.trainee.name,
            "attempt": attempt,
            "quiz": attempt.quiz,
            "position": item.position,
            "reason": reason,
            "counted": corrected.marking.counted,
            "shows_score": attempt.shows("score") and not attempt.is_follow_up,
            "before": before.percent / 100,
            "after": after.percent / 100,
            "gained": after.passed and not before.passed,
            "lost": before.passed and not after.passed,
            "held": after.passed and after.critical_missed > before.critical_missed,
            "result_url": reverse("quizzes:result", args=[attempt.pk]),
        },
        user=attempt.trainee,
    )
