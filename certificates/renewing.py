"""Renewal is the next cycle: earned by passing again in an attempt begun since renewal opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from certificates import issuing
from certificates.models import Achievement, Certificate, Standing
from courses.models import Enrolment
from quizzes import completing
from quizzes.models import Quiz


def moments(trainee_id: int, quizzes: Sequence[Quiz]) -> Mapping[int, Sequence[datetime]]:
    """By quiz, the moments since which a pass was asked for anew: one for each renewal made, and for one open now.

    One query, for any number of quizzes.
    """
    rows = (
        Certificate.objects.filter(holder=trainee_id)
        .filter(
            Q(achievement__course__in={quiz.course_id for quiz in quizzes if quiz.course_id})
            | Q(achievement__programme__in={quiz.programme_id for quiz in quizzes if quiz.programme_id})
        )
        .order_by("cycle", "edition")
        .to_show()
        .defer("snapshot", "credential_text", "whorl")
    )
    by_achievement: dict[tuple[int | None, int | None], list[Certificate]] = {}
    for row in rows:
        key = (row.achievement.course_id, row.achievement.programme_id)
        by_achievement.setdefault(key, []).append(row)
    now = timezone.now()
    return {
        quiz.pk: _opened(held, now)
        for quiz in quizzes
        if (held := by_achievement.get((quiz.course_id, None if quiz.course_id else quiz.programme_id)))
    }


def _opened(held: list[Certificate], now: datetime) -> list[datetime]:
    """Of one achievement's certificates, by cycle and edition."""
    first = {row.cycle: row.issued_at for row in held if row.edition == 1}
    newest = {row.cycle: row for row in held}
    last = held[-1]
    return [
        opens
        for cycle, row in newest.items()
        if (opens := row.renewal_opens_after(first.get(cycle, row.issued_at))) <= now
        and (cycle < last.cycle or row.standing in {Standing.VALID, Standing.EXPIRED})
    ]


def renew(quiz: Quiz, trainee: User) -> None:
    """A quiz that was completed before is clear again: the renewal it earns, in the transaction that marked it."""
    if quiz.programme is not None:
        issuing.award_programme(quiz.programme, trainee)
        return
    passed = completing.passed_attempt(quiz, trainee.pk)
    enrolment = Enrolment.objects.filter(course=quiz.course_id, trainee=trainee).select_related("course").first()
    if enrolment and passed and completing.is_clear(quiz, trainee.pk):
        issuing.award_course(enrolment, again_at=passed.started_at)


def catch_up(certificate: Certificate) -> None:
    """What was earned while the certificate was under review is awarded now."""
    quiz = _quiz(certificate.achievement)
    if quiz is not None:
        renew(quiz, certificate.holder)


def _quiz(achievement: Achievement) -> Quiz | None:
    asked = Quiz.objects.filter(current__isnull=False).select_related("course", "programme", "current")
    if achievement.course_id:
        return asked.filter(course=achievement.course_id).first()
    return asked.filter(programme=achievement.programme_id).first()


def way_on(achievement: Achievement) -> str | None:
    """Where its holder renews it: the quiz to be passed again. None where no quiz stands behind it."""
    quiz = _quiz(achievement)
    return quiz.get_absolute_url() if quiz and not quiz.is_for_practice else None
