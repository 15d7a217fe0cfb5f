"""Rounds of a practice quiz: a paper as often as one likes, drawn and marked like any other, counted nowhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes import beginning
from quizzes import opening as openings
from quizzes.models.attempt import Attempt, AttemptQuerySet, Mode, State
from quizzes.models.quiz import Quiz
from quizzes.opening import Closed, Opening, Reason

STANDS_IN_THE_WAY = {"not_enrolled", "unpublished", "prerequisites", "courses", "lessons", "not_yet", "closed"}
SHOWN = 5  # rounds on the start page


def begin(quiz: Quiz, trainee: User) -> Attempt:
    """No declaration, no name, no window of attempts: none of it is needed where nothing counts."""
    for _try in range(beginning.TRIES):
        now = timezone.now()
        running = of(quiz, trainee).open().first()
        if running:
            if not running.is_over(now):
                return running
            running.close_if_over(now)
        opening = openings.look(quiz, trainee, now)
        if opening.version is None or not quiz.is_for_practice:
            raise opening.refused(Reason("no_practice", _("This quiz is not for practice.")))
        if any(reason.code in STANDS_IN_THE_WAY for reason in opening.reasons):
            raise Closed(opening)
        seed = secrets.randbits(62)
        last = of(quiz, trainee).exclude(state=State.VOID).aggregate(last=Max("number"))["last"] or 0
        fresh = Attempt(
            trainee=trainee,
            quiz=quiz,
            quiz_version=opening.version,
            mode=Mode.PRACTICE,
            seed=seed,
            started_at=now,
        )
        beginning._set_clock(fresh, opening.version)
        try:
            return beginning.store(fresh, beginning._draw(opening, trainee, seed), last=last)
        except (IntegrityError, beginning.Moved):
            continue  # another window was quicker: its round is the one
    raise Closed(openings.look(quiz, trainee))


@dataclass(frozen=True)
class Rounds:
    """What the start page of a practice quiz shows."""

    can_begin: bool
    reasons: tuple[Reason, ...]  # what stands in the way
    running: Attempt | None
    last: tuple[Attempt, ...]  # the latest few that were marked


def look(quiz: Quiz, trainee: User, opening: Opening) -> Rounds:
    """Two queries."""
    reasons = tuple(reason for reason in opening.reasons if reason.code in STANDS_IN_THE_WAY)
    running = of(quiz, trainee).open().first()
    return Rounds(
        can_begin=not reasons,
        reasons=reasons,
        running=running if running and not running.is_over() else None,
        last=tuple(of(quiz, trainee).filter(state=State.GRADED).order_by("-number")[:SHOWN]),
    )


def of(quiz: Quiz, trainee: User) -> AttemptQuerySet:
    return Attempt.objects.of(trainee).filter(quiz=quiz, mode=Mode.PRACTICE)
