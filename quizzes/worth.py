"""What the markings of an attempt come to: the rules it was begun under, and a result as columns."""

from __future__ import annotations

from typing import Any

from quizzes import blueprints, grading
from quizzes.models.attempt import Attempt, Mode


def rules_of(attempt: Attempt) -> grading.Rules:
    if attempt.mode == Mode.FOLLOW_UP:  # no score: it is done when every critical item is right
        return grading.Rules(pass_percent=0, critical_min_percent=grading.WHOLE)
    version = attempt.quiz_version
    return grading.Rules(
        pass_percent=version.pass_percent,
        critical_min_percent=version.critical_min_percent,
        sections=tuple(
            grading.SectionRule(section.title, section.must_pass) for section in blueprints.of(version).sections
        ),
    )


def columns(outcome: grading.Outcome) -> dict[str, Any]:
    """The columns of a `Result`."""
    return {
        "raw": outcome.raw,
        "max_mark": outcome.max_mark,
        "percent": outcome.percent,
        "passed": outcome.passed,
        "critical_drawn": outcome.critical_drawn,
        "critical_missed": outcome.critical_missed,
        "breakdown": outcome.breakdown(),
    }
