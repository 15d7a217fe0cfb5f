"""When a course or programme is completed: lessons studied, quiz passed, no missed critical item still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from courses.models import Enrolment, ProgrammeCompletion
from quizzes import grading, renewals, signals
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.quiz import Quiz


def passed_attempt(quiz: Quiz, trainee_id: int, at: datetime | None = None) -> Attempt | None:
    """The latest graded attempt whose latest result is a pass: of today's period, or of that in which `at` lies."""
    period = renewals.period(quiz, trainee_id, at)
    attempts = Attempt.objects.graded().filter(quiz=quiz, trainee=trainee_id).passed()
    if period.since:
        attempts = attempts.filter(started_at__gte=period.since)
    if period.until:
        attempts = attempts.filter(started_at__lt=period.until)
    return attempts.order_by("-number").first()


def rounds_of(passed: Attempt) -> list[Attempt]:
    """The follow-ups that were marked, first to last."""
    return list(passed.follow_ups.filter(mode=Mode.FOLLOW_UP, state=State.GRADED).order_by("number"))


def still_missed(passed: Attempt, rounds: Sequence[Attempt]) -> dict[str, int]:
    """Objective -> safety-critical items still to be put right. From results, so a correction counts at once."""
    if passed.result is None:
        return {}
    since = [one.result.breakdown for one in rounds if one.result]
    return grading.still_missed(passed.result.breakdown, since)


def held_round(passed: Attempt, rounds: Sequence[Attempt]) -> Attempt | None:
    """The round whose feedback comes next: the last that missed something, while anything is still missed."""
    if not still_missed(passed, rounds):
        return None
    missed = (one for one in (*reversed(rounds), passed) if one.result and one.result.critical_missed)
    return next(missed, passed)


def is_clear(quiz: Quiz, trainee_id: int, at: datetime | None = None) -> bool:
    """Passed, and every missed critical item was put again and right: today, or in the period in which `at` lies."""
    passed = passed_attempt(quiz, trainee_id, at)
    if passed is None or passed.result is None:
        return False
    return not passed.result.critical_missed or not still_missed(passed, rounds_of(passed))


def is_earned(quizzes: QuerySet[Quiz], trainee_id: int) -> bool:
    """Whether what such a quiz completes is earned as results stand now; where none is asked for, it is."""
    asked = quizzes.filter(current__isnull=False).select_related("current")
    return all(quiz.is_for_practice or is_clear(quiz, trainee_id) for quiz in asked)


def settle(attempt: Attempt, *, clear: bool) -> None:
    """Complete what an attempt just marked completes; `clear` says that it is passed with nothing missed in it."""
    if attempt.mode == Mode.FOLLOW_UP:  # it need not have asked all that is missed by now
        clear = is_clear(attempt.quiz, attempt.trainee_id)
    if clear and attempt.mode in {Mode.GRADED, Mode.FOLLOW_UP}:
        complete(attempt.quiz, attempt.trainee)


def complete(quiz: Quiz, trainee: User) -> None:
    """Complete what a passed and clear quiz completes, if no lesson is left. Safe to repeat; in the caller's
    transaction."""
    if quiz.programme is not None:
        done = ProgrammeCompletion.objects.filter(programme=quiz.programme, trainee=trainee).exists()
        quiz.programme.complete(trainee)
    else:
        enrolment = _locked(Enrolment.objects.filter(course=quiz.course_id, trainee=trainee))
        if enrolment is None or enrolment.lessons_left():
            return
        done = enrolment.is_completed
        enrolment.complete()
    if done:
        signals.cleared_again.send(sender=Quiz, quiz=quiz, trainee=trainee)


def lessons_done(enrolment: Enrolment) -> None:
    """A lesson was studied: the course may be complete now, and at once where no quiz stands at its end."""
    locked = _locked(Enrolment.objects.filter(pk=enrolment.pk))
    if locked is None or locked.lessons_left():
        return
    quiz = Quiz.objects.filter(course=enrolment.course_id, current__isnull=False).select_related("current").first()
    if quiz is None or quiz.is_for_practice:
        locked.complete()
    elif is_clear(quiz, enrolment.trainee_id):
        complete(quiz, locked.trainee)


def hold(quiz: Quiz, trainee_id: int) -> None:
    """Until the commit nobody completes anything by this quiz: the row is held that completing it holds."""
    if quiz.course_id:
        _locked(Enrolment.objects.filter(course=quiz.course_id, trainee=trainee_id))
    else:
        User.objects.select_for_update(no_key=True).only("pk").get(pk=trainee_id)


def _locked(enrolments: QuerySet[Enrolment]) -> Enrolment | None:
    """Locked before anything is counted: two last steps at the same moment must not each miss the other."""
    return enrolments.select_for_update(of=("self",), no_key=True).select_related("course", "trainee").first()
